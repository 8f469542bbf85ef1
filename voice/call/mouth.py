"""Sayings to sound, at the pace of listening, and silence at once when the caller speaks."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, field

import numpy as np

from voice.audio.pcm import limited_gain
from voice.audio.resample import Resampler
from voice.call.replies import Replies
from voice.call.sounding import Sounding
from voice.dialog.actions import Say
from voice.errors import EngineFailed
from voice.events import AnyEvent, Interrupted, Noted, Resumed, SayDone, SayStarted
from voice.line import FRAME_MS, Line, Pcm16
from voice.tts.port import Voice
from voice.vad.echo import EARLY_MS

SOON_S = 0.001  # too short to wait for
BLOCK_MS = 100  # what is synthesised is resampled in long blocks: it comes faster than it is played
EARLY_S = (EARLY_MS + FRAME_MS) / 1000  # by then a frame that sounds EARLY_MS later is handed on whole
REPEATED_MS = 250  # going on after a pause begins a little before where it stopped: a word is not cut in two


class _Growing:
    """Sound that is appended to; the room for it doubles, so that a long saying is not copied at every piece."""

    def __init__(self) -> None:
        self._room: Pcm16 = np.zeros(1 << 16, np.int16)
        self._made = 0

    def append(self, pcm: Pcm16) -> None:
        while self._made + len(pcm) > len(self._room):
            self._room = np.concatenate([self._room, np.zeros_like(self._room)])
        self._room[self._made : self._made + len(pcm)] = pcm
        self._made += len(pcm)

    def cut(self, at: int, length: int) -> Pcm16:
        """At most `length` samples from `at`."""
        return self._room[at : min(at + length, self._made)]


@dataclass
class _Saying:
    say: Say
    voice: Voice
    sound: _Growing = field(default_factory=_Growing)
    made: bool = False  # nothing more will come
    at: int = 0  # samples sent

    def append(self, pcm: Pcm16) -> None:
        """Take what was made, at the line's rate, and make it as loud as was asked."""
        self.sound.append(limited_gain(pcm, self.say.gain_db) if self.say.gain_db else pcm)


class Mouth:
    """Speaks for one call. `say`, `pause`, `resume` and `hush` are commands; `run` does the speaking."""

    def __init__(
        self,
        *,
        line: Line,
        voice: Voice,
        publish: Callable[[AnyEvent], None],
        now_ms: Callable[[], int],
        sounds: Callable[[Pcm16, float], None],
        sounded: Callable[[Pcm16, float], None],
        replies: Replies,
    ) -> None:
        """now_ms: the caller's sound heard so far. sounded: takes the line's sound as it is heard; sounds: as much
        as EARLY_S before, if it was sent by then. Both as `Sounding` hands it on."""
        self._line, self._voice, self._publish, self._now_ms = line, voice, publish, now_ms
        self._replies = replies
        self._sounded = Sounding(line.plays_hz, sounded)
        self._both = (Sounding(line.plays_hz, sounds, early_s=EARLY_S), self._sounded)
        self._frame = line.plays_hz * FRAME_MS // 1000
        self._waiting: deque[_Saying] = deque()
        self._saying: _Saying | None = None
        self._paused = False
        self._wake = asyncio.Event()
        self._sent_until_s = 0.0  # when the last sample sent will have sounded

    @property
    def speaks(self) -> bool:
        return self._saying is not None and not self._paused

    def settle(self) -> None:
        """Hand on what has sounded by now. Whoever takes the caller's sound asks for it first: what is heard at a
        moment is compared with what sounds then, and both sides of the record stand beside each other."""
        self._settle(asyncio.get_running_loop().time())

    def say(self, say: Say) -> None:
        self._waiting.append(_Saying(say, self._voice))
        self._wake.set()

    def speak_with(self, voice: Voice) -> None:
        """Another voice for what is said from now on: the line speaks another language."""
        self._voice = voice

    async def pause(self) -> None:
        """Silence now. What was not heard yet can be said by `resume`."""
        if self._paused:
            return
        self._paused = True
        if saying := self._saying:
            saying.at = max(0, saying.at - await self._take_back())
            self._publish(Interrupted(at_ms=self._now_ms(), say=saying.say.say, heard_ms=self._ms(saying.at)))

    def resume(self) -> None:
        """Go on from a little before where `pause` stopped."""
        if self._paused:
            self._paused = False
            if saying := self._saying:
                saying.at = max(0, saying.at - REPEATED_MS * self._line.plays_hz // 1000)
                self._publish(Resumed(at_ms=self._now_ms(), say=saying.say.say))
            self._wake.set()

    async def hush(self) -> None:
        """Silence now, and nothing of it later."""
        await self.pause()
        self._saying, self._paused = None, False
        self._waiting.clear()
        self._wake.set()

    async def run(self) -> None:
        """Say what is to be said until cancelled."""
        for side in self._both:
            side.begin(asyncio.get_running_loop().time())
        while True:
            while not self._waiting or self._paused:
                await self._woken()
            saying = self._saying = self._waiting.popleft()
            self._publish(SayStarted(at_ms=self._now_ms(), say=saying.say.say, text=saying.say.text))
            async with asyncio.TaskGroup() as group:
                making = group.create_task(self._make(saying))
                await self._play(saying)
                making.cancel()
            if self._saying is saying:
                self._saying = None
                self._publish(SayDone(at_ms=self._now_ms(), say=saying.say.say, heard_ms=self._ms(saying.at)))

    async def _make(self, saying: _Saying) -> None:
        """Synthesise as fast as the voice can; playing goes on beside it."""
        to_line = Resampler(saying.voice.rate_hz, self._line.plays_hz, block_ms=BLOCK_MS)
        try:
            async with aclosing(saying.voice.speak(saying.say.text, pace=saying.say.pace)) as pieces:
                async for piece in pieces:
                    self._replies.mark("first_sound_made")
                    saying.append(to_line.push(piece))
                    self._wake.set()
                    await asyncio.sleep(0)  # a kept saying comes all at once: let its beginning be sent meanwhile
            saying.append(to_line.flush())
        except EngineFailed as error:
            self._publish(Noted(at_ms=self._now_ms(), name="voice_failed", data={"error": str(error)}))
        saying.made = True
        self._wake.set()

    async def _play(self, saying: _Saying) -> None:
        """Send frame after frame, at most the line's `ahead_ms` before it sounds; return when all has sounded."""
        clock = asyncio.get_running_loop().time
        while self._saying is saying:
            self._settle(clock())
            piece = saying.sound.cut(saying.at, self._frame)
            if self._paused or (len(piece) < self._frame and not saying.made):
                await self._woken()
                continue
            early_s = self._sent_until_s - clock() - self._line.ahead_ms / 1000
            if not len(piece):
                early_s += self._line.ahead_ms / 1000
            if early_s > SOON_S:
                await self._woken(early_s)
                continue
            if not len(piece):
                self._settle(self._sent_until_s)
                self._end()
                return
            saying.at += len(piece)
            self._sent_until_s = max(self._sent_until_s, clock()) + len(piece) / self._line.plays_hz
            for side in self._both:
                side.sent(piece, self._sent_until_s)
            await self._line.play(piece)
            self._replies.mark("first_sound_sent")

    async def _take_back(self) -> int:
        """Silence the line; returns how many samples of what was sent nobody has heard."""
        self.settle()
        reckoned = self._sounded.waiting_samples
        self._sent_until_s = 0.0
        self._end()
        told = await self._line.clear()
        return reckoned if told is None else told

    def _settle(self, now_s: float) -> None:
        for side in self._both:
            side.settle(now_s)

    def _end(self) -> None:
        for side in self._both:
            side.end()

    async def _woken(self, at_most_s: float | None = None) -> None:
        """Wait for a command or new sound, or for a time."""
        self._wake.clear()
        try:
            async with asyncio.timeout(at_most_s):
                await self._wake.wait()
        except TimeoutError:
            pass

    def _ms(self, samples: int) -> int:
        return samples * 1000 // self._line.plays_hz
