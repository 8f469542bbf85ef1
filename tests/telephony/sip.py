"""As much of SIP as a telephone needs: messages as text, RFC 3261; what is offered of sound, RFC 4566."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from uuid import uuid4

PCMU, PCMA, EVENTS = 0, 8, 101  # RTP payload types: G.711 mu-law and A-law; keys, RFC 4733
NAMES = {PCMU: "PCMU", PCMA: "PCMA"}


@dataclass
class Message:
    """`first`: the request or status line. Headers by their lower-case names, the last of each."""

    first: str
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    vias: list[str] = field(default_factory=list)

    @property
    def status(self) -> int:
        """0 for a request."""
        return int(self.first.split()[1]) if self.first.startswith("SIP/2.0 ") else 0

    @property
    def method(self) -> str:
        return self.headers["cseq"].split()[1] if self.status else self.first.split()[0]

    def text(self) -> bytes:
        lines = [self.first, *(f"Via: {via}" for via in self.vias)]
        lines += [f"{name.title()}: {value}" for name, value in self.headers.items() if name != "content-length"]
        return "\r\n".join([*lines, f"Content-Length: {len(self.body)}", "", self.body]).encode()


def read(data: bytes) -> Message:
    head, _, body = data.decode().partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    message = Message(first, body=body)
    for line in lines:
        name, _, value = line.partition(":")
        if name.lower() == "via":
            message.vias.append(value.strip())
        else:
            message.headers[name.lower()] = value.strip()
    return message


def request(method: str, uri: str, *, host: str, port: int, body: str = "", **headers: str) -> Message:
    told = {name.rstrip("_").replace("_", "-"): value for name, value in headers.items()}
    if body:
        told["content-type"] = "application/sdp"
    via = f"SIP/2.0/UDP {host}:{port};branch=z9hG4bK{uuid4().hex};rport"
    return Message(f"{method} {uri} SIP/2.0", {"max-forwards": "70", **told}, body, [via])


def response(to: Message, status: str, *, tag: str = "", contact: str = "", body: str = "") -> Message:
    headers = {name: to.headers[name] for name in ("from", "to", "call-id", "cseq")}
    if tag and ";tag=" not in headers["to"]:
        headers["to"] += f";tag={tag}"
    if contact:
        headers["contact"] = contact
    if body:
        headers["content-type"] = "application/sdp"
    return Message(f"SIP/2.0 {status}", headers, body, list(to.vias))


def offer(host: str, port: int, *, codec: int = PCMA, direction: str = "sendrecv") -> str:
    """One codec and keys, 20 ms a packet; direction: sendonly puts the other side on hold."""
    lines = (
        "v=0",
        f"o=- 1 1 IN IP4 {host}",
        "s=-",
        f"c=IN IP4 {host}",
        "t=0 0",
        f"m=audio {port} RTP/AVP {codec} {EVENTS}",
        f"a=rtpmap:{codec} {NAMES[codec]}/8000",
        f"a=rtpmap:{EVENTS} telephone-event/8000",
        f"a=fmtp:{EVENTS} 0-15",
        "a=ptime:20",
        f"a={direction}",
    )
    return "\r\n".join(lines) + "\r\n"


def media(sdp: str) -> tuple[str, int]:
    """Where the other side wants its sound."""
    host = re.search(r"(?m)^c=IN IP4 (\S+)", sdp)
    port = re.search(r"(?m)^m=audio (\d+)", sdp)
    assert host and port, sdp
    return host[1], int(port[1])


def uri(header: str) -> str:
    """The address in a From, To or Contact."""
    found = re.search(r"<([^>]+)>", header)
    return found[1] if found else header.partition(";")[0].strip()


def digest(challenge: str, *, name: str, password: str, method: str, to: str) -> str:
    """An Authorization header, RFC 2617, for a WWW-Authenticate one."""
    told = dict(re.findall(r'(\w+)="?([^",]+)"?', challenge))
    nonce, realm = told["nonce"], told["realm"]

    def md5(text: str) -> str:
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

    secret, what = md5(f"{name}:{realm}:{password}"), md5(f"{method}:{to}")
    answer = md5(f"{secret}:{nonce}:00000001:telephone:auth:{what}")
    opaque = f', opaque="{told["opaque"]}"' if "opaque" in told else ""
    return (
        f'Digest username="{name}", realm="{realm}", nonce="{nonce}", uri="{to}", response="{answer}", algorithm=MD5,'
        f' qop=auth, nc=00000001, cnonce="telephone"{opaque}'
    )
