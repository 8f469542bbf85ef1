"""A call from a telephone exchange over one WebSocket, whatever the dialect."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from types import TracebackType

import numpy as np

from voice.audio.pcm import joined, silence
from voice.errors import CallerFault
from voice.line import FRAME_MS, Pcm16, Pressed, Sound
from voice.transports.dialect import Dialect, MarkPassed, QueueFull, Refused, Stopped
from voice.transports.faults import fault
from voice.transports.marks import Marks
from voice.transports.socket_line import SocketLine
from voice.transports.socket_port import STUCK_S, Socket, say_and_close

START_S = 5.0  # this long an exchange may wait before it tells what call it is
HOLE_S = 0.2  # a telephone that suppresses silence sends nothing: the end of a turn must be heard all the same
LAST_MS = 100  # of silence after the last prompt: what is still on its way to the caller's ear when we hang up
LATE_S = 1.0  # the last mark is waited for so much longer than the sound before it takes
BROKEN_RULE, OWN_FAULT = 1008, 1011  # RFC 6455, 7.4.1

log = logging.getLogger(__name__)


async def begin(socket: Socket, dialect: Dialect, *, patience_s: float = START_S) -> None:
    """Wait until the far end has told what a call needs. Raises CallerFault, after closing the socket; SocketGone."""
    try:
        async with asyncio.timeout(patience_s):
            while not dialect.begun:
                dialect.receive(await socket.receive())
    except TimeoutError:
        await say_and_close(socket, BROKEN_RULE)
        raise fault("start_timeout", f"no start in {patience_s:g} s") from None
    except CallerFault:
        await say_and_close(socket, BROKEN_RULE)
        raise


class ExchangeLine(SocketLine):
    """voice.line.Line over a WebSocket; use it in `async with`, which reads the socket all the while.

    dialect: its call has begun. The call is answered when it really runs: one that is refused before costs its caller
    nothing, and the exchange goes on with its own plan.
    """

    name = "exchange line"
    fill_ms = FRAME_MS  # a telephone that sends nothing in silence is no hole of the network

    def __init__(self, socket: Socket, dialect: Dialect, *, stuck_s: float = STUCK_S, hole_s: float = HOLE_S) -> None:
        rate_hz = dialect.rate_hz
        super().__init__(socket, hears_hz=rate_hz, plays_hz=rate_hz, stuck_s=stuck_s, hole_s=hole_s)
        self._dialect = dialect
        self._all_heard, self._room = asyncio.Event(), asyncio.Event()
        self._frame = dialect.rate_hz * FRAME_MS // 1000
        self._marks = Marks(dialect.rate_hz, self._frame, asyncio.get_running_loop().time)
        self._sent: deque[Pcm16] = deque()  # what was not taken up, and a little before it
        self._room.set()
        self._answered = self._closed = False
        self._clears = 0

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            await self.close()
        else:
            await self._hang_up(BROKEN_RULE if isinstance(error, CallerFault) else OWN_FAULT)
        await self._port.stop()

    async def play(self, pcm: Pcm16) -> None:
        await self._answer()
        if not pcm.size:
            return
        clears = self._clears
        if await self._has_room() and clears == self._clears:
            await self._send(pcm)

    async def clear(self) -> int:
        """As voice.line.Line; returns how many samples were taken back. The word that is cut short fades away."""
        self._clears += 1
        self._room.set()  # a queue that is emptied is not full
        unheard = self._marks.clear()
        sounding = unheard < sum(map(len, self._sent)) and unheard > 0
        last_sample = int(np.concatenate(self._sent)[-unheard - 1]) if sounding else 0
        self._sent.clear()
        fading = joined(np.zeros(self._frame, np.int16), last_sample, self.plays_hz)
        await self._port.send(self._dialect.clear(), *(self._dialect.sound(fading) if sounding else ()))
        return unheard

    async def close(self, reason: str = "") -> None:
        """Hang up when all that was said has sounded; at once when nobody is there to hear it."""
        if self._answered and not self._closed and not self._port.ended:
            await self._hear_out()
        await self._hang_up(BROKEN_RULE if self.fault else 1000)

    async def _answer(self) -> None:
        if not self._answered:
            self._answered = True
            await self._port.send(*self._dialect.answer())

    async def _send(self, pcm: Pcm16) -> None:
        if not self._marks.unheard:
            pcm = joined(pcm, 0, self.plays_hz)
        mark = self._marks.due()
        self._marks.sent(len(pcm))
        self._sent.append(pcm)
        while sum(map(len, self._sent)) - len(self._sent[0]) > self._marks.unheard:
            self._sent.popleft()
        await self._port.send(*([self._dialect.mark(mark)] if mark else ()), *self._dialect.sound(pcm))

    async def _has_room(self) -> bool:
        try:
            async with asyncio.timeout(self._stuck_s):
                await self._room.wait()
        except TimeoutError:
            self._port.end(fault("not_reading", f"the queue was full for {self._stuck_s:g} s"))
            return False
        return True

    async def _hear_out(self) -> None:
        self._closed = True
        self._all_heard.clear()
        await self._send(silence(LAST_MS, self.plays_hz))
        await self._port.send(self._dialect.mark(self._marks.here()))
        try:
            async with asyncio.timeout(self._marks.unheard / self.plays_hz + LATE_S):
                await self._all_heard.wait()
        except TimeoutError:
            log.warning("the far end did not say that the last words have sounded")

    async def _hang_up(self, code: int) -> None:
        self._closed = True
        await self._port.part(code, *self._dialect.hang_up())

    def _over(self) -> None:
        self._all_heard.set()

    def _take(self, message: str | bytes) -> bool:
        match self._dialect.receive(message):
            case Sound() | Pressed() as done:
                self._inbox.put(done)
            case MarkPassed(mark):
                self._marks.passed(mark)
                if not self._marks.waiting:
                    self._all_heard.set()
            case QueueFull(full):
                self._room.clear() if full else self._room.set()
            case Refused(why):
                log.warning("the exchange refused: %s", why)
            case Stopped():
                return False
        return True
