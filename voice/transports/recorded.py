"""A recorded caller: a sound file on the line, with or without a description of when to speak."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from voice.audio.files import read
from voice.audio.pcm import cut
from voice.errors import BadAudio
from voice.line import FRAME_MS, Inbound, Pcm16, Pressed, Sound, Wrote
from voice.nlu.data import Node, load

When = Literal["line_silent", "line_speaks", "at_once"]
WHENS: tuple[When, ...] = ("line_silent", "line_speaks", "at_once")
NO_REPLY_MS = 15_000  # a caller who waits for an answer goes on after this
GIVES_UP_MS = 60_000  # and hangs up, when all is said and the line does not end the call, after this


@dataclass(frozen=True, slots=True)
class CallerTurn:
    """One thing a recorded caller does, and when.

    line_silent: `wait_ms` after the line has spoken and fallen silent; line_speaks: when it has spoken for `wait_ms`;
    at_once: `wait_ms` after the caller's own last deed. Nobody waits for ever: after NO_REPLY_MS more than `wait_ms`
    a caller goes on, a `line_speaks` one as soon as the line is silent.
    """

    when: When
    wait_ms: int
    from_ms: int = 0  # the piece of the recording that is played
    to_ms: int = 0
    says: str = ""  # the words of that piece, for people
    key: str = ""
    text: str = ""
    hang_up: bool = False


@dataclass(frozen=True, slots=True)
class CallerPlan:
    """What NAME.expect.yaml says of NAME.flac. title, line: "" when it names none; room: (from_ms, to_ms) or None."""

    title: str
    line: str
    turns: tuple[CallerTurn, ...]
    room: tuple[int, int] | None


@dataclass(frozen=True)
class RecordedCaller:
    """sound: mono; `room`: the background that goes on all the while, looped; empty for silence."""

    sound: Pcm16
    rate_hz: int
    line: str
    turns: tuple[CallerTurn, ...]
    room: Pcm16


def read_turns(path: Path) -> CallerPlan:
    """Read the description of a sound file; one without a description is played straight through.

    Raises PromptError; BadAudio when a sound file without one cannot be read.
    """
    description = path.with_suffix(".expect.yaml")
    if not description.exists():
        sound, rate_hz = read(path)
        whole = CallerTurn("line_silent", 500, 0, len(sound) * 1000 // rate_hz)
        return CallerPlan("", "", (whole,), None)
    fields = load(description).fields(needed=("turns",))
    room = None
    if "room" in fields:
        span = fields["room"].fields(("from_ms", "to_ms"), needed=("from_ms", "to_ms"))
        room = (int(span["from_ms"].number()), int(span["to_ms"].number()))
    return CallerPlan(
        fields["title"].text() if "title" in fields else "",
        fields["line"].text() if "line" in fields else "",
        tuple(map(_turn, fields["turns"].items())),
        room,
    )


def read_caller(path: Path, *, line: str) -> RecordedCaller:
    """Read a sound file and its description, if there is one.

    line: the number to dial when the description names none. Raises BadAudio, PromptError.
    """
    plan = read_turns(path)
    sound, rate_hz = read(path)
    room = cut(sound, rate_hz, *plan.room) if plan.room else np.zeros(0, np.int16)
    return RecordedCaller(sound, rate_hz, plan.line or line, plan.turns, room)


def _turn(node: Node) -> CallerTurn:
    fields = node.fields(("when", "wait_ms", "from_ms", "to_ms", "key", "text", "hang_up", "says"))
    when = fields["when"].text() if "when" in fields else "line_silent"
    for known in WHENS:
        if when == known:
            numbers = {name: int(fields[name].number()) for name in ("from_ms", "to_ms") if name in fields}
            return CallerTurn(
                known,
                int(fields["wait_ms"].number()) if "wait_ms" in fields else 600,
                **numbers,
                says=fields["says"].text() if "says" in fields else "",
                key=fields["key"].text() if "key" in fields else "",
                text=fields["text"].text() if "text" in fields else "",
                hang_up="hang_up" in fields,
            )
    raise fields["when"].wrong(f"'when' is one of {', '.join(WHENS)}")


class RecordedLine:
    """voice.line.Line played by a RecordedCaller at the pace of the event loop's clock.

    After the call `reply` holds all that the line said, on the clock of the call.
    """

    ahead_ms = 100

    def __init__(self, caller: RecordedCaller, *, plays_hz: int = 24_000) -> None:
        """Raises BadAudio for a recording too short to hold a frame."""
        self.hears_hz, self.plays_hz = caller.rate_hz, plays_hz
        self._caller = caller
        self._frame = caller.rate_hz * FRAME_MS // 1000
        if len(caller.sound) < self._frame:
            raise BadAudio("the recording is shorter than one frame of 20 ms")
        self._speaking: deque[Pcm16] = deque()
        self._turns = deque(caller.turns)
        self._room_at = 0
        self._now_ms = self._acted_ms = 0
        self._line_spoke_ms = self._line_silent_ms = 0  # how long the line has been speaking, or silent, by now
        self._line_answered = False  # since the caller's last deed
        self._closed = asyncio.Event()
        self._coming: deque[tuple[float, Pcm16]] = deque()  # (when it begins to sound, s) of the line's sound
        self._coming_until_s = 0.0
        self._began_s = 0.0
        self._reply: list[tuple[float, Pcm16]] = []

    async def inbound(self) -> AsyncIterator[Inbound]:
        loop = asyncio.get_running_loop()
        self._began_s = loop.time()
        while not self._closed.is_set():
            due_s = self._began_s + self._now_ms / 1000
            if (early_s := due_s - loop.time()) > 0:
                await asyncio.sleep(early_s)
            self._hear_line(loop.time())
            for deed in self._deeds():
                if deed is None:
                    return
                yield deed
            yield Sound(self._next_frame())
            self._now_ms += FRAME_MS

    async def play(self, pcm: Pcm16) -> None:
        begins_s = max(asyncio.get_running_loop().time(), self._coming_until_s)
        self._coming.append((begins_s, pcm))
        self._coming_until_s = begins_s + len(pcm) / self.plays_hz

    async def clear(self) -> None:
        self._hear_line(asyncio.get_running_loop().time())
        self._coming.clear()
        self._coming_until_s = 0.0

    async def close(self, reason: str = "") -> None:
        self._closed.set()

    @property
    def reply(self) -> Pcm16:
        """What the line said, `plays_hz`, from the call's first moment on."""
        if not self._reply:
            return np.zeros(0, np.int16)
        last_s, last = self._reply[-1]
        sound = np.zeros(round((last_s - self._began_s) * self.plays_hz) + len(last), np.int16)
        for begins_s, pcm in self._reply:
            at = round((begins_s - self._began_s) * self.plays_hz)
            sound[at : at + len(pcm)] = pcm
        return sound

    def _hear_line(self, now_s: float) -> None:
        speaks = False
        while self._coming and self._coming[0][0] <= now_s:
            self._reply.append(self._coming.popleft())
            speaks = True
        speaks = speaks or self._coming_until_s > now_s
        self._line_spoke_ms = self._line_spoke_ms + FRAME_MS if speaks else 0
        self._line_silent_ms = 0 if speaks else self._line_silent_ms + FRAME_MS
        self._line_answered = self._line_answered or speaks

    def _deeds(self) -> list[Inbound | None]:
        """What the caller does now besides speaking; None is hanging up."""
        if self._speaking or (self._turns and not self._due(self._turns[0])):
            return []
        if not self._turns:
            return [None] if self._now_ms - self._acted_ms >= GIVES_UP_MS else []
        turn = self._turns.popleft()
        self._acted_ms, self._line_answered = self._now_ms, False
        if turn.hang_up:
            return [None]
        if turn.key:
            return [Pressed(turn.key)]
        if turn.text:
            return [Wrote(turn.text)]
        piece = cut(self._caller.sound, self.hears_hz, turn.from_ms, turn.to_ms)
        self._speaking.extend(piece[at : at + self._frame] for at in range(0, len(piece), self._frame))
        return []

    def _due(self, turn: CallerTurn) -> bool:
        since_ms = self._now_ms - self._acted_ms
        match turn.when:
            case "line_silent":
                silent = self._line_answered and 0 < self._line_silent_ms >= turn.wait_ms
                return silent or since_ms >= NO_REPLY_MS + turn.wait_ms
            case "line_speaks":
                speaks = 0 < self._line_spoke_ms >= turn.wait_ms
                return speaks or (self._line_silent_ms > 0 and since_ms >= NO_REPLY_MS + turn.wait_ms)
            case "at_once":
                return since_ms >= turn.wait_ms

    def _next_frame(self) -> Pcm16:
        if self._speaking:
            self._acted_ms = self._now_ms
            return self._speaking.popleft()
        room = self._caller.room
        if len(room) < self._frame:
            return np.zeros(self._frame, np.int16)
        if self._room_at + self._frame > len(room):
            self._room_at = 0
        self._room_at += self._frame
        return room[self._room_at - self._frame : self._room_at]
