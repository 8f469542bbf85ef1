"""A telephone call over Asterisk's AudioSocket: one TCP connection is one line, its bytes in `audiosocket_wire`."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator
from types import TracebackType

import numpy as np

from voice.audio.framing import Reframer
from voice.audio.pcm import joined
from voice.audio.resample import Resampler
from voice.errors import CallerFault
from voice.line import FRAME_MS, Inbound, Pcm16, Pressed, Sound
from voice.transports import audiosocket_wire as wire

FRAME_S = FRAME_MS / 1000
READ_BYTES = 4096
FIRST_SOUND_S = 0.3  # the rate of the first sound is the call's; a caller who sends none yet gets NARROW_HZ
NARROW_HZ = 8_000
HOLE_S = 0.1  # a telephone that sends nothing while its caller is silent: silence is put in its place
SLACK_S = 0.04  # of a telephone's clock: what comes later or earlier than that is a new beginning
EARLY_S = 0.04  # before it is due a frame is sent: a moment's delay here is no hole there
LATE_S = 0.15  # a delay that is made up for; what is longer is a hole whatever we do
TAIL_FRAMES = 5  # of silence after the last word: what the caller's telephone still holds back sounds before it is cut
STUCK_MS = 1_000  # of sound that Asterisk has not read: it is gone
FAREWELL_S = 1.0

log = logging.getLogger(__name__)


class Incoming:
    """What Asterisk tells, one by one; waiting for it may be cancelled at any moment, and nothing is lost."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader, self._decoder = reader, wire.Decoder()
        self._told: deque[wire.Told] = deque()
        self._fault: CallerFault | None = None
        self._over = False

    async def next(self) -> wire.Told | None:
        """The oldest thing, or None at the end. Raises CallerFault after all that was told before the fault."""
        while not self._told and await self._more():
            continue
        if self._told:
            return self._told.popleft()
        if self._fault:
            raise self._fault
        return None

    async def rate_hz(self) -> int:
        """The rate of the first sound."""
        try:
            async with asyncio.timeout(FIRST_SOUND_S):
                while not any(isinstance(told, wire.RatedSound) for told in self._told) and await self._more():
                    continue
        except TimeoutError:
            pass
        return next((told.rate_hz for told in self._told if isinstance(told, wire.RatedSound)), NARROW_HZ)

    async def _more(self) -> bool:
        if self._over:
            return False
        try:
            data = await self._reader.read(READ_BYTES)
            self._told.extend(self._decoder.push(data))
        except CallerFault as fault:
            self._fault, data = fault, b""
        except OSError:
            data = b""
        self._over = not data
        return not self._over


class AudioSocketLine:
    """voice.line.Line over a connection whose UUID is read; use it in `async with`.

    Sound goes out on a clock of 20 ms from beginning to end, silence where nothing is said: Asterisk hangs up a call
    in which nothing moves for two seconds. It passes on at once what it gets and cannot take it back, so what waits
    to be said waits here, and the caller's telephone never has more than 60 ms to sound beside what
    sounds.
    """

    ahead_ms = 100

    def __init__(self, incoming: Incoming, writer: asyncio.StreamWriter, rate_hz: int) -> None:
        """rate_hz: of sound both ways, one of audiosocket_wire.RATES_HZ."""
        self.hears_hz = self.plays_hz = rate_hz
        self._incoming, self._writer = incoming, writer
        self._frame = rate_hz * FRAME_MS // 1000
        self._silence: Pcm16 = np.zeros(self._frame, np.int16)
        self._cutter = Reframer(self._frame)
        self._to_say: deque[Pcm16] = deque()
        self._resampler = Resampler(rate_hz, rate_hz)
        self._sounds = False  # the last frame was no silence
        self._last_sample = 0
        self._hung_up = False  # the caller has
        self._closing = False
        self._pacer: asyncio.Task[None] | None = None

    async def __aenter__(self) -> AudioSocketLine:
        self._pacer = asyncio.create_task(self._pace(), name="audiosocket line")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def inbound(self) -> AsyncIterator[Inbound]:
        clock = asyncio.get_running_loop().time
        heard_until_s = clock()
        while True:
            try:
                async with asyncio.timeout_at(heard_until_s + HOLE_S):
                    told = await self._incoming.next()
            except TimeoutError:
                heard_until_s += FRAME_S
                yield Sound(self._silence)
                continue
            match told:
                case wire.RatedSound(pcm=pcm, rate_hz=rate_hz):
                    now_s, until_s = clock(), heard_until_s + len(pcm) / rate_hz
                    heard_until_s = min(max(until_s, now_s - SLACK_S), now_s + SLACK_S)
                    yield Sound(self._at_our_rate(pcm, rate_hz))
                case Pressed():
                    yield told
                case None | wire.Ended():
                    self._hung_up = True
                    return

    async def play(self, pcm: Pcm16) -> None:
        self._to_say.extend(self._cutter.push(pcm))

    async def clear(self) -> None:
        self._to_say.clear()
        self._cutter = Reframer(self._frame)

    async def close(self, reason: str = "") -> None:
        """Let what was said sound, end the call; Asterisk goes on in its dialplan."""
        if self._closing:
            return
        self._closing = True
        if self._pacer is not None:
            await asyncio.wait([self._pacer])
        self._writer.close()
        try:
            async with asyncio.timeout(FAREWELL_S):
                await self._writer.wait_closed()
        except (TimeoutError, OSError):
            self._writer.transport.abort()

    async def _pace(self) -> None:
        """A frame every 20 ms by the clock.

        After a delay the missed ones go at once: Asterisk counts frames beside its own clock, and once they are 80 ms
        behind it, in one delay or in several, it leaps, which cuts a word in two. Not so after a long delay: it has
        leapt already, and frames whose time is over would delay every answer.
        """
        clock = asyncio.get_running_loop().time
        due_s, tail = clock(), TAIL_FRAMES
        while not self._hung_up and not self._writer.is_closing():
            piece = self._next_frame()
            if piece is None and self._closing:
                tail -= 1
            if tail < 0:
                self._writer.write(wire.END_FRAME)
                return
            self._send(self._seamless(piece))
            due_s += FRAME_S
            if clock() - due_s > LATE_S:
                due_s = clock()
            await asyncio.sleep(max(0.0, due_s - EARLY_S - clock()))

    def _next_frame(self) -> Pcm16 | None:
        if self._to_say:
            return self._to_say.popleft()
        if not (rest := self._cutter.rest).size:
            return None
        self._cutter = Reframer(self._frame)
        return np.concatenate((rest, self._silence[len(rest) :]))

    def _seamless(self, piece: Pcm16 | None) -> Pcm16:
        """Silence that begins or ends in the middle of a wave would click."""
        pcm = self._silence if piece is None else piece
        if self._sounds is not (piece is not None):
            self._sounds = piece is not None
            pcm = joined(pcm, self._last_sample, self.plays_hz)
        self._last_sample = int(pcm[-1])
        return pcm

    def _send(self, pcm: Pcm16) -> None:
        """The whole frame in one write: Asterisk hangs up when half a frame is late."""
        self._writer.write(frame := wire.sound_frame(pcm, self.plays_hz))
        if self._writer.transport.get_write_buffer_size() > len(frame) * STUCK_MS // FRAME_MS:
            log.warning("Asterisk reads no more: the call is over")
            self._writer.transport.abort()

    def _at_our_rate(self, pcm: Pcm16, rate_hz: int) -> Pcm16:
        """An exchange may change the codec in the middle of a call."""
        if rate_hz != self._resampler.from_hz:
            self._resampler = Resampler(rate_hz, self.hears_hz)
        return self._resampler.push(pcm)
