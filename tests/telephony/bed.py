"""A real Asterisk with the configuration of deploy/asterisk, a line beside it, and nothing of this machine touched."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from voice.settings import ROOT

DEPLOYED = ROOT / "deploy" / "asterisk"
READY_S = 90
HOME = Path(os.environ.get("LINIYA_ASTERISK") or Path.home() / ".cache" / "liniya" / "asterisk")
TOKEN = "a-token-of-the-test-bed"
PASSWORD = "change-me"  # as pjsip.conf has it
# What the configuration needs. An Asterisk that loads all it has looks for hardware, databases and other daemons.
MODULES = (
    "app_(audiosocket|cdr|chanspy|dial|exec|originate|playback|playtones|queue|stack|verbose)|bridge_\\w+|chan_(audiosocket|pjsip|websocket)|codec_\\w+"
    "|format_(wav|pcm|sln)\\w*|func_(base64|callerid|channel|curl|dialplan|global|json|logic|strings|timeout|uri|uuid)"
    "|pbx_config|res_(audiosocket|clioriginate|crypto|curl|http_websocket|musiconhold|pjproject|rtp_asterisk"
    "|timing_timerfd|websocket_client|sorcery_\\w+)|res_pjsip|res_pjsip_(acl|authenticator_digest|caller_id|dtmf_info|endpoint_\\w+|logger"
    "|nat|outbound_\\w+|pubsub|refer|registrar|rfc3326|sdp_rtp|session)"
)


@dataclass(frozen=True)
class MediaPath:
    """How sound travels between Asterisk and the line; `sound`: as LINIYA_SOUND in liniya.conf names it.

    barge_in_ms: from a caller's first sound to the line's last, at most.
    """

    sound: str
    transport: str
    barge_in_ms: float


MEDIA_PATHS = (MediaPath("audiosocket", "audiosocket", 300.0), MediaPath("websocket", "chan_websocket", 240.0))


@dataclass
class Asterisk:
    """`home`: the folder that asterisk.sh filled. `run`: an empty folder for this Asterisk's own files."""

    home: Path
    run: Path
    http_port: int  # of the line
    audiosocket_port: int
    site: str = ""  # more lines for the dialplan
    people: int = 1  # who may sign in at the queues: person1, person2 and so on
    sip_port: int = field(default_factory=lambda: free_ports(1)[0])
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def log(self) -> Path:
        return self.run / "asterisk.out"

    @property
    def exchange(self) -> tuple[str, int]:
        """Where telephones find it."""
        return "127.0.0.1", self.sip_port

    def start(self) -> None:
        self._configure()
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                [*self._command, "-f", "-n", "-T"], stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT
            )
        until(lambda: "PJSIP" in self.cli("module show like chan_pjsip"), READY_S, self.told)

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def cli(self, command: str) -> str:
        done = subprocess.run([*self._command, "-rx", command], capture_output=True, text=True, check=False)
        return done.stdout + done.stderr

    def travel_by(self, sound: str) -> None:
        """How the sound of the calls to come travels: a LINIYA_SOUND of liniya.conf."""
        self.cli(f"dialplan set global LINIYA_SOUND {sound}")

    def told(self) -> str:
        """The end of its log, for a failed test's message."""
        return self.log.read_text(errors="replace")[-20_000:]

    @property
    def _command(self) -> list[str]:
        return [str(self.home / "asterisk"), "-C", str(self.run / "etc" / "asterisk.conf")]

    def _configure(self) -> None:
        etc, root = self.run / "etc", self.home / "root"
        for name in ("etc", "var/sounds", "var/keys", "spool", "log", "rundir"):
            (self.run / name).mkdir(parents=True)
        for path in DEPLOYED.glob("*.conf"):
            shutil.copy(path, etc / path.name)
        documentation = next(root.rglob("core-en_US.xml")).parent  # Asterisk reads from it what its settings may be
        (self.run / "var" / "documentation").symlink_to(documentation)
        modules = next(root.glob("usr/lib/*/asterisk/modules"))
        needed = sorted(path.name for path in modules.glob("*.so") if re.fullmatch(MODULES, path.stem))
        (etc / "modules.conf").write_text("[modules]\nautoload = no\n" + "".join(f"load = {one}\n" for one in needed))
        (etc / "asterisk.conf").write_text(
            f"[directories]\nastetcdir => {etc}\nastmoddir => {modules}\nastvarlibdir => {self.run}/var\n"
            f"astdbdir => {self.run}/var\nastkeydir => {self.run}/var\nastdatadir => {self.run}/var\n"
            f"astspooldir => {self.run}/spool\nastrundir => {self.run}/rundir\nastlogdir => {self.run}/log\n"
            "[options]\nnocolor = yes\nverbose = 3\n"
        )
        (etc / "logger.conf").write_text(
            "[general]\ndateformat = %T.%3q\n[logfiles]\nconsole => notice,warning,error,verbose\n"
        )
        (etc / "rtp.conf").write_text(f"[general]\nrtpstart={self.sip_port + 10}\nrtpend={self.sip_port + 400}\n")
        self._change(
            etc / "pjsip.conf",
            ("bind=0.0.0.0:5060", f"bind=127.0.0.1:{self.sip_port}"),
            ("match=203.0.113.10", "match=127.0.0.1"),
        )
        for n in range(2, self.people + 1):
            one = f"person{n}"
            self._add(
                etc / "pjsip.conf",
                f"[{one}](person)\nauth={one}\naors={one}\n"
                f"[{one}]\ntype=auth\nauth_type=userpass\nusername={one}\npassword={PASSWORD}\n"
                f"[{one}]\ntype=aor\nmax_contacts=1\nremove_existing=yes\n",
            )
        members = "".join(f"member => PJSIP/person{n}\n" for n in range(1, self.people + 1))
        self._change(etc / "queues.conf", ("member => PJSIP/person1\n", members))
        self._change(
            etc / "websocket_client.conf",
            ("127.0.0.1:8000", f"127.0.0.1:{self.http_port}"),
            ("token=change-me", f"token={TOKEN}"),
        )
        (etc / "site.conf").write_text(
            f"[globals](+)\nLINIYA_HTTP=http://127.0.0.1:{self.http_port}\n"
            f"LINIYA_AUDIOSOCKET=127.0.0.1:{self.audiosocket_port}\n{self.site}"
        )

    @staticmethod
    def _add(path: Path, lines: str) -> None:
        with path.open("a") as file:
            file.write("\n" + lines)

    @staticmethod
    def _change(path: Path, *changes: tuple[str, str]) -> None:
        text = path.read_text()
        for deployed, here in changes:
            assert deployed in text, f"{path.name} has no {deployed}"
            text = text.replace(deployed, here)
        path.write_text(text)


@dataclass
class LineProcess:
    """`python server.py` as a user starts it, with data of its own."""

    data: Path
    http_port: int
    audiosocket_port: int
    max_calls: int = 24
    settings: Mapping[str, str] = field(default_factory=dict)  # more of them, by their environment variables
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http_port}"

    @property
    def log(self) -> Path:
        return self.data / "server.log"

    def start(self) -> None:
        self.data.mkdir(parents=True, exist_ok=True)
        told = {
            "LINIYA_DATA": self.data,
            "LINIYA_PORT": self.http_port,
            "LINIYA_AUDIOSOCKET_PORT": self.audiosocket_port,
            "LINIYA_MAX_CALLS": self.max_calls,
            "LINIYA_ASTERISK_TOKEN": TOKEN,
            "LINIYA_TWILIO_TOKEN": TOKEN,
        }
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, str(ROOT / "server.py")],
                cwd=ROOT,
                env={**os.environ, **{name: str(value) for name, value in told.items()}, **self.settings},
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        until(self.answers, READY_S, self.told)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Safe to call twice."""
        if self.process:
            self.process.send_signal(how)
            try:
                self.process.wait(90)
            finally:
                self.process.kill()  # after a signal that it did not heed
                self.process = None

    def answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/ready", trust_env=False).status_code == 200
        except httpx.TransportError:
            return False

    def told(self) -> str:
        return self.log.read_text(errors="replace")[-4000:]


def make_sounds(asterisk: Asterisk) -> None:
    """What Asterisk itself says, as docs/operations.md tells to make it."""
    folder = asterisk.run / "var" / "sounds" / "ru" / "liniya"
    subprocess.run([sys.executable, str(DEPLOYED / "sounds.py"), str(folder)], cwd=ROOT, check=True)


def free_ports(number: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def until(true: Callable[[], bool], within_s: float, told: Callable[[], str] = str) -> None:
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline, f"not within {within_s} s\n{told()}"
        time.sleep(0.05)
