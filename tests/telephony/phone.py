"""A telephone: SIP and RTP over UDP. It places one call or answers one, and keeps every packet of sound it gets."""

from __future__ import annotations

import asyncio
import random
import socket
import struct
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import uuid4

import numpy as np

from tests.telephony import sip
from voice.audio.g711 import alaw_decode, alaw_encode, ulaw_decode, ulaw_encode
from voice.line import FRAME_MS, Pcm16

RATE_HZ = 8_000
FRAME = RATE_HZ * FRAME_MS // 1000
KEY_PACKETS, KEY_ENDS = 6, 3  # a key of 120 ms; its end is said three times, RFC 4733
RING_S = 15.0
SO_TIMESTAMP = 29  # Linux: the kernel says when a packet came, however late this process looks


@dataclass(frozen=True, slots=True)
class Packet:
    """`at_s`: when the kernel got it, on the event loop's clock; `stamp`: the sender's, in samples."""

    at_s: float
    sequence: int
    stamp: int
    pcm: Pcm16
    source: int = 0


CODECS = {sip.PCMA: (alaw_encode, alaw_decode), sip.PCMU: (ulaw_encode, ulaw_decode)}


class Refused(Exception):
    """The other side answered with this status instead of taking the call."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the call was refused with {status}")
        self.status = status


class _Socket(asyncio.DatagramProtocol):
    def __init__(self, take: Callable[[bytes, tuple[str, int]], None]) -> None:
        self._take = take

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._take(data, addr)


class Phone:
    """One telephone with one call. Make it with `phone`."""

    def __init__(self, host: str, number: str, exchange: tuple[str, int]) -> None:
        self.host, self.number, self._exchange = host, number, exchange
        self.received: list[Packet] = []
        self.on_sound: Callable[[Packet], None] = lambda packet: None
        self.answered_s = 0.0
        self.ended = asyncio.Event()
        self.ended_by = ""  # "us" or "them"
        self._sip: asyncio.DatagramTransport
        self._rtp: socket.socket
        self._port = self._rtp_port = 0
        self._media: tuple[str, int] | None = None
        self._codec = sip.PCMA
        self._answers: asyncio.Queue[sip.Message] = asyncio.Queue()
        self._rings: asyncio.Queue[sip.Message] = asyncio.Queue()
        self._tag, self._call, self._turn = uuid4().hex, uuid4().hex, 0
        self._us = self._them = self._target = ""
        self._sequence, self._stamp = random.randrange(1 << 15), random.randrange(1 << 31)
        self._source = random.randrange(1 << 32)

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        self._sip, _ = await loop.create_datagram_endpoint(lambda: _Socket(self._told), (self.host, 0))
        self._rtp = socket.socket(type=socket.SOCK_DGRAM)
        self._rtp.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMP, 1)
        self._rtp.setblocking(False)
        self._rtp.bind((self.host, 0))
        loop.add_reader(self._rtp, self._heard)
        self._port, self._rtp_port = self._sip.get_extra_info("sockname")[1], self._rtp.getsockname()[1]

    def close(self) -> None:
        if self._media and not self.ended.is_set():
            self.hang_up()
        self._sip.close()
        asyncio.get_running_loop().remove_reader(self._rtp)
        self._rtp.close()

    async def call(self, number: str) -> None:
        """Place a call; return when it is answered. Raises Refused."""
        host, port = self._exchange
        self._us = f"<sip:{self.number}@{self.host}>;tag={self._tag}"
        self._them = self._target = f"sip:{number}@{host}:{port}"
        self._them = f"<{self._them}>"
        answer = await self._ask("INVITE", body=sip.offer(self.host, self._rtp_port))
        self._them = answer.headers["to"]
        if answer.status >= 300:
            self._send(self._request("ACK"))
            raise Refused(answer.status)
        self._target = sip.uri(answer.headers["contact"])
        self._send(self._request("ACK"))
        self._media, self.answered_s = sip.media(answer.body), asyncio.get_running_loop().time()

    async def sign_in(self, password: str, *, for_s: int = 600) -> None:
        """Be reachable under our number; for_s=0: no longer. Raises Refused."""
        host, port = self._exchange
        self._us, self._target = f"<sip:{self.number}@{host}>;tag={self._tag}", f"sip:{host}:{port}"
        self._them = f"<sip:{self.number}@{host}>"
        asked = await self._ask("REGISTER", expires=f"{for_s}")
        if asked.status == 401:
            proof = sip.digest(
                asked.headers["www-authenticate"],
                name=self.number,
                password=password,
                method="REGISTER",
                to=self._target,
            )
            asked = await self._ask("REGISTER", expires=f"{for_s}", authorization=proof)
        if asked.status != 200:
            raise Refused(asked.status)

    async def answer(self) -> None:
        """Wait until somebody calls, and take the call."""
        async with asyncio.timeout(RING_S):
            ring = await self._rings.get()
        self._call = ring.headers["call-id"]
        self._us, self._them = f"{ring.headers['to']};tag={self._tag}", ring.headers["from"]
        self._target = sip.uri(ring.headers["contact"])
        here = sip.offer(self.host, self._rtp_port)
        self._send(sip.response(ring, "200 OK", tag=self._tag, contact=self._contact, body=here))
        self._media, self.answered_s = sip.media(ring.body), asyncio.get_running_loop().time()

    async def change(self, *, codec: int = sip.PCMA, direction: str = "sendrecv") -> None:
        """In the middle of a call: another codec, or hold. Raises Refused."""
        answer = await self._ask("INVITE", body=sip.offer(self.host, self._rtp_port, codec=codec, direction=direction))
        self._send(self._request("ACK"))
        if answer.status != 200:
            raise Refused(answer.status)
        self._codec, self._media = codec, sip.media(answer.body)

    def say(self, pcm: Pcm16) -> None:
        """One packet of 20 ms."""
        self._packet(self._codec, CODECS[self._codec][0](pcm), stamp=self._stamp)
        self._stamp += FRAME

    async def press(self, digit: str) -> None:
        event = "0123456789*#".index(digit)
        for n in range(KEY_PACKETS + KEY_ENDS):
            end = n >= KEY_PACKETS
            length = min(n + 1, KEY_PACKETS) * FRAME
            body = struct.pack(">BBH", event, 0x80 * end | 10, length)
            self._packet(sip.EVENTS, body, stamp=self._stamp, mark=n == 0)
            if not end:
                await asyncio.sleep(FRAME_MS / 1000)
        self._stamp += KEY_PACKETS * FRAME

    def hang_up(self) -> None:
        self._send(self._request("BYE"))
        self._over("us")

    @property
    def _contact(self) -> str:
        return f"<sip:{self.number}@{self.host}:{self._port}>"

    def _over(self, by: str) -> None:
        self.ended_by = self.ended_by or by
        self.ended.set()

    def _request(self, method: str, body: str = "", **headers: str) -> sip.Message:
        if method != "ACK":
            self._turn += 1
        return sip.request(
            method,
            self._target,
            host=self.host,
            port=self._port,
            body=body,
            from_=self._us,
            to=self._them,
            call_id=self._call,
            cseq=f"{self._turn} {method}",
            contact=self._contact,
            **headers,
        )

    async def _ask(self, method: str, body: str = "", **headers: str) -> sip.Message:
        self._send(self._request(method, body, **headers))
        async with asyncio.timeout(RING_S):
            while (answer := await self._answers.get()).status < 200 or answer.method != method:
                continue
        return answer

    def _send(self, message: sip.Message) -> None:
        self._sip.sendto(message.text(), self._exchange)

    def _told(self, data: bytes, addr: tuple[str, int]) -> None:
        message = sip.read(data)
        if message.status:
            self._answers.put_nowait(message)
        elif message.method == "INVITE" and not self._media:
            self._send(sip.response(message, "180 Ringing", tag=self._tag))
            self._rings.put_nowait(message)
        elif message.method == "INVITE":  # the sound moves, or is put on hold
            self._media = sip.media(message.body)
            here = sip.offer(self.host, self._rtp_port)
            self._send(sip.response(message, "200 OK", tag=self._tag, contact=self._contact, body=here))
        elif message.method != "ACK":
            self._send(sip.response(message, "200 OK", tag=self._tag))
            if message.method == "BYE":
                self._over("them")

    def _packet(self, kind: int, body: bytes, *, stamp: int, mark: bool = False) -> None:
        self._sequence += 1
        head = struct.pack(
            ">BBHII", 0x80, 0x80 * mark | kind, self._sequence & 0xFFFF, stamp & 0xFFFFFFFF, self._source
        )
        if self._media and not self.ended.is_set():
            self._rtp.sendto(head + body, self._media)

    def _heard(self) -> None:
        data, ancillary, _, _ = self._rtp.recvmsg(2_048, socket.CMSG_SPACE(16))
        seconds, micros = struct.unpack("qq", ancillary[0][2])
        age_s = time.time() - seconds - micros / 1e6
        _, kind, sequence, stamp, source = struct.unpack(">BBHII", data[:12])
        if codec := CODECS.get(kind & 0x7F):
            packet = Packet(asyncio.get_running_loop().time() - age_s, sequence, stamp, codec[1](data[12:]), source)
            self.received.append(packet)
            self.on_sound(packet)


@asynccontextmanager
async def phone(exchange: tuple[str, int], *, number: str, host: str = "127.0.0.1") -> AsyncIterator[Phone]:
    """A telephone that is there while the block runs; a call that is still on is hung up."""
    one = Phone(host, number, exchange)
    await one.open()
    try:
        yield one
    finally:
        one.close()


def silence() -> Pcm16:
    return np.zeros(FRAME, np.int16)
