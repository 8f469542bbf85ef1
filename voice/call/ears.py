"""Sound to events: detector, endpointer and recogniser of one call."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from voice.asr.port import Recogniser
from voice.asr.stabiliser import Stabiliser
from voice.audio.framing import Reframer
from voice.audio.pcm import rms_dbfs, silence
from voice.audio.resample import Resampler
from voice.call.backlog import Asked, Backlog, Closed, Opened
from voice.call.hearing import Heard, Hearing
from voice.call.played import FRAME, Played
from voice.call.replies import Replies
from voice.call.workers import Workers
from voice.clock import in_worker
from voice.dialog.listening import Listening
from voice.errors import EngineFailed
from voice.events import AnyEvent, BadLine, Final, Noted, Partial, SpeechEnded, SpeechStarted
from voice.line import FRAME_MS, HEARING_HZ, Pcm16
from voice.vad.detector import Detector
from voice.vad.echo import EARLY, LATEST_MS, EchoGuard
from voice.vad.endpointer import Ended, Endpointer, Paused, Rules, Started
from voice.vad.music import is_music
from voice.vad.pauses import Pauses
from voice.vad.quality import Quality

LOOK_BACK_MS = 400  # sound before the detector's edge that the recogniser gets: the quiet first sound of «да»
FEED_FRAMES = 5  # 100 ms a feed: fewer thread hops than 20 ms, words no later
NEAR_OVER_LINE_MS = 100  # of sound as loud as the caller, once he is known
START_MS, START_OVER_LINE_MS = 60, 140  # voiced sound that opens an utterance; while the line speaks, an echo may
FALLING_SILENT_MS = 100  # longer than the closure of a «к» or «т»: from now on its words may be waited for
GOING_ON_MS = 700  # silence after words that are whole but may go on
LONGEST_MS = 20_000
CLEARLY = 0.9  # words heard so surely are the caller's: how loud he speaks is learned from them
UNDER_SPEECH_DB = 8.0  # most of his voiced sound is within it; who talks behind him is farther below
MUSIC_HEARD_MS = 6_000  # of the line's newest sound, in which music is looked for when a sound had no words
NOISE_MS = 2_000  # sound over the line's own words without a word in it: nobody speaks to the line, which may go on


class Ears:
    """Hears one caller. `hear` is called with every piece of sound and never waits; `run` decodes beside it."""

    def __init__(
        self,
        *,
        hears_hz: int,
        detector: Detector,
        recogniser: Recogniser,
        workers: Workers,
        publish: Callable[[AnyEvent], None],
        record: Callable[[Pcm16], None],
        played: Played,
        replies: Replies,
        listening: Listening,
    ) -> None:
        """hears_hz: the rate of what `hear` gets. record: takes every frame, 16 000 Hz. Raises BadAudio."""
        self._resampler = Resampler(hears_hz, HEARING_HZ, block_ms=FRAME_MS)
        self._resampler.prime()  # each frame of the line is judged when it comes, not with the next one
        self._reframer = Reframer(FRAME)
        self._detector, self._echo = detector, EchoGuard()
        self._pauses, self._quality = Pauses(), Quality()
        self._recogniser, self._workers = recogniser, workers
        self._publish, self._record, self._played, self._replies = publish, record, played, replies
        self._listening = listening
        self._near_dbfs = 0.0  # until his first words nobody knows how loud he speaks
        self._endpointer = Endpointer(self._rules(START_MS))
        self._look_back: deque[Pcm16] = deque(maxlen=LOOK_BACK_MS // FRAME_MS)
        self._lately: deque[Pcm16] = deque([silence(FRAME_MS, HEARING_HZ)], maxlen=MUSIC_HEARD_MS // FRAME_MS)
        self._backlog = Backlog()
        self._utterance = self._pause = 0
        self._line_speaks = False
        self._echoes_until_ms = 0
        self._shown = ("", "")
        self._settled = asyncio.Event()  # no utterance waits for its words
        self._settled.set()
        self.heard_ms = 0

    @property
    def dropped_ms(self) -> int:
        """Of the caller's sound, so much came faster than it could be recognised and was not."""
        return self._backlog.dropped_ms

    def listen(self, listening: Listening) -> None:
        """Expect something else from the next utterance on."""
        self._listening = listening
        self._set_rules()

    def hear_with(self, recogniser: Recogniser) -> None:
        """Another recogniser from the next utterance on: the caller speaks another language."""
        self._recogniser = recogniser

    def line_speaks(self, speaks: bool) -> None:
        """While the line speaks, opening an utterance takes more sound, and an echo is told from the caller."""
        if speaks is self._line_speaks:
            return
        if speaks and not self._may_echo:
            self._echo.reset()
        elif not speaks:
            self._echoes_until_ms = self.heard_ms + LATEST_MS
        self._line_speaks = speaks
        self._set_rules()

    @property
    def _may_echo(self) -> bool:
        """The line speaks, or what it said last may still come back."""
        return self._line_speaks or self.heard_ms < self._echoes_until_ms

    def hear(self, pcm: Pcm16) -> None:
        """Take the caller's sound, `hears_hz`, any length."""
        for frame in self._reframer.push(self._resampler.push(pcm)):
            self._frame(frame)

    async def run(self) -> None:
        """Turn what was heard into words until cancelled."""
        while True:
            item = await self._backlog.get()
            if isinstance(item, Opened):
                self._settled.clear()
                await self._decode(item)
                self._settled.set()

    async def end(self) -> None:
        """The line is gone: end a running utterance and wait for its words."""
        if edge := self._endpointer.close():
            self._settled.clear()
            self._ended(edge)
            self._backlog.put(Closed(self._utterance))
        await self._settled.wait()

    def _rules(self, start_ms: int) -> Rules:
        patience = self._listening.patience
        pause_ms = self._pauses.pause_ms(patience.pause_ms, self._listening.factor)
        ask_ms = patience.ask_ms if patience.ask_ms < patience.pause_ms else pause_ms
        near_ms = min(start_ms, NEAR_OVER_LINE_MS)
        return Rules(start_ms=start_ms, near_start_ms=near_ms, ask_ms=ask_ms, pause_ms=pause_ms, longest_ms=LONGEST_MS)

    def _set_rules(self) -> None:
        self._endpointer.rules = self._rules(START_OVER_LINE_MS if self._line_speaks else START_MS)

    def _frame(self, frame: Pcm16) -> None:
        self.heard_ms += FRAME_MS
        self._record(frame)
        speech = self._detector.is_speech(frame)
        sounding = self._played.take()
        if self._may_echo:
            self._echo.push(frame, sounding, self._played.upcoming(EARLY))
            speech = speech and not self._echo.is_echo
        else:
            self._quality.push(frame, speech)
        self._look_back.append(frame)
        self._lately.append(frame)
        edge = self._endpointer.push(speech, near=self._line_speaks and rms_dbfs(frame) > self._near_dbfs)
        if isinstance(edge, Started):
            self._utterance += 1
            self._publish(SpeechStarted(at_ms=edge.at_ms, utterance=self._utterance))
            base_ms = self.heard_ms - len(self._look_back) * FRAME_MS
            self._backlog.put(Opened(self._utterance, self._listening, base_ms, self._line_speaks))
            for earlier in self._look_back:
                self._backlog.put(earlier)
        elif self._endpointer.is_open or isinstance(edge, Ended):
            self._backlog.put(frame)
        if isinstance(edge, Paused):
            self._pause += 1
            self._backlog.put(Asked(self._utterance, self._pause))
        elif isinstance(edge, Ended):
            self._ended(edge)
            self._backlog.put(Closed(self._utterance))

    def _ended(self, edge: Ended) -> None:
        self._set_rules()
        self._replies.begin(silent_ms=self.heard_ms - edge.at_ms)
        self._publish(SpeechEnded(at_ms=edge.at_ms, utterance=self._utterance))
        before, now = self._quality.verdict, self._quality.judge()
        if now != before and now != "fine":
            self._publish(BadLine(at_ms=self.heard_ms, reason=now))

    def _may_be_over(self, utterance: int) -> bool:
        """Has the caller fallen silent, or the utterance ended while its sound was waiting?"""
        running = self._endpointer.is_open and self._utterance == utterance
        return not running or self._endpointer.silence_ms >= FALLING_SILENT_MS

    def _close_early(self, asked: Asked) -> bool:
        """The words are enough: end the utterance, unless the caller has spoken on meanwhile."""
        same_pause = self._endpointer.silence_ms > 0 and self._pause == asked.pause
        return same_pause and self._close_now(asked.utterance)

    def _close_now(self, utterance: int) -> bool:
        """End the utterance, unless it has ended by itself."""
        edge = self._endpointer.close() if self._utterance == utterance else None
        if edge:
            self._ended(edge)
        return edge is not None

    def _wait_no_longer_than(self, pause_ms: int) -> None:
        """For the rest of this utterance."""
        rules = self._endpointer.rules
        self._endpointer.rules = replace(rules, pause_ms=min(rules.pause_ms, pause_ms))

    async def _decode(self, opened: Opened) -> None:
        """One utterance, from its opening to its Final."""
        hearing = await in_worker(self._workers, Hearing, self._recogniser, opened.listening, opened.base_ms)
        stabiliser, self._shown = Stabiliser(), ("", "")
        waiting: list[Pcm16] = []
        heard: Heard | None = None
        music = False
        try:
            while heard is None:
                item = await self._backlog.get()
                if isinstance(item, np.ndarray):
                    waiting.append(item)
                    if len(waiting) < FEED_FRAMES or self._backlog.sound_next:
                        continue  # what has piled up goes in one feed
                if waiting:
                    workers = self._workers.urgent if self._may_be_over(opened.utterance) else self._workers
                    words = await in_worker(workers, hearing.feed, np.concatenate(waiting))
                    waiting.clear()
                    self._partial(opened.utterance, stabiliser, words)
                    if opened.over_line and hearing.wordless_ms > NOISE_MS and self._close_now(opened.utterance):
                        heard = Heard()
                        continue
                if isinstance(item, Asked):
                    enough = await in_worker(self._workers.urgent, hearing.enough)
                    if enough and self._close_early(item):
                        heard = enough
                    elif not enough and hearing.may_go_on:
                        self._wait_no_longer_than(self._pauses.pause_ms(GOING_ON_MS, opened.listening.factor))
                elif isinstance(item, Closed):
                    heard = await in_worker(self._workers.urgent, hearing.finish)
            music = not heard.text and await in_worker(self._workers, is_music, np.concatenate(self._lately))
        except EngineFailed as error:
            self._publish(Noted(at_ms=self.heard_ms, name="engine_failed", data={"error": str(error)}))
            heard = Heard()
        finally:
            hearing.close()
        if heard.words and heard.confidence >= CLEARLY and not opened.over_line:
            self._near_dbfs = self._quality.speech_dbfs - UNDER_SPEECH_DB
        self._pauses.heard(heard.words, opened.listening.patience.pause_ms)
        self._set_rules()
        self._replies.mark("final")
        self._publish(
            Final(
                at_ms=self.heard_ms,
                utterance=opened.utterance,
                text=heard.text,
                words=heard.words,
                alternatives=heard.alternatives,
                confidence=heard.confidence,
                closed=heard.closed,
                music=music,
            )
        )

    def _partial(self, utterance: int, stabiliser: Stabiliser, words: str) -> None:
        shown = stabiliser.push(words)
        if shown != self._shown:
            self._shown = shown
            self._publish(Partial(at_ms=self.heard_ms, utterance=utterance, stable=shown[0], rest=shown[1]))
