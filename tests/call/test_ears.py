"""One caller's ears in virtual time: how long they wait, and what they say of the line."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest

from tests.fakes.engines import LoudDetector
from tests.vad.test_music import tune
from voice.asr.port import Recognised
from voice.call.ears import Ears
from voice.call.played import Played
from voice.call.replies import Replies
from voice.call.workers import Workers
from voice.clock import run_in_virtual_time
from voice.dialog.listening import Listening, Patience
from voice.events import AnyEvent, BadLine, Event, Final, SpeechEnded, SpeechStarted, Word
from voice.line import HEARING_HZ, Pcm16
from voice.nlu.matcher import Completeness
from voice.vad.pauses import MOST

OPEN = Patience(ask_ms=400, pause_ms=800, silent_ms=7_000)
ORDINARY, SOFT, SHOUTED, WORDLESS = 1_500, 120, 32_000, 999  # sample values


class BurstRecogniser:
    """Every burst of sound is the word «да», with its true times; WORDLESS sound is none."""

    def open(self, phrases: tuple[str, ...] = ()) -> BurstStream:
        return BurstStream()

    def knows(self, word: str) -> bool:
        return True


class NoWords(BurstRecogniser):
    def open(self, phrases: tuple[str, ...] = ()) -> BurstStream:
        return NoWordsStream()


class BurstStream:
    def __init__(self) -> None:
        self._sound = [np.zeros(1, np.int16)]
        self._told = 0

    def feed(self, pcm: Pcm16) -> str:
        self._sound.append(pcm)
        return " ".join(word.text for word in self._words()[self._told :])

    def finish(self) -> Recognised:
        words = self._words()[self._told :]
        self._told += len(words)
        return Recognised(" ".join(word.text for word in words), words, 1.0 if words else 0.0)

    def close(self) -> None:
        pass

    def _words(self) -> tuple[Word, ...]:
        sound = np.append(np.concatenate(self._sound), 0)
        edges = np.flatnonzero(np.diff((sound != 0) & (sound != WORDLESS))) * 1000 // HEARING_HZ
        spans = edges[: len(edges) // 2 * 2].reshape(-1, 2).tolist()
        return tuple(Word(text="да", start_ms=start, end_ms=end, confidence=1.0) for start, end in spans)


class NoWordsStream(BurstStream):
    def _words(self) -> tuple[Word, ...]:
        return ()


@dataclass
class Heard:
    events: list[AnyEvent] = field(default_factory=list)

    def of(self, kind: type[Event]) -> list[AnyEvent]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def waited_ms(self) -> list[int]:
        """Of every turn: from the last sound to the words."""
        return [f.at_ms - e.at_ms for e, f in zip(self.of(SpeechEnded), self.of(Final), strict=True)]


def listener(
    workers: Workers,
    events: list[AnyEvent],
    *,
    recogniser: BurstRecogniser | None = None,
    played: Played | None = None,
    listening: Listening | None = None,
) -> Ears:
    return Ears(
        hears_hz=HEARING_HZ,
        detector=LoudDetector(),
        recogniser=recogniser or BurstRecogniser(),
        workers=workers,
        publish=events.append,
        record=lambda frame: None,
        played=played or Played(),
        replies=Replies(lambda stages: None),
        listening=listening or Listening(OPEN, lambda text: Completeness.OPEN),
    )


async def speak(ears: Ears, sound: Pcm16) -> None:
    """As fast as a caller speaks."""
    for at in range(0, len(sound), 320):
        ears.hear(sound[at : at + 320])
        await asyncio.sleep(0.02)


def heard(
    *bursts: tuple[int, int],
    level: int = ORDINARY,
    patience: Patience = OPEN,
    factor: float = 1.0,
    line_speaks: bool = False,
    judge: Callable[[str], Completeness] = lambda text: Completeness.OPEN,
    over: tuple[int, int] = (0, 0),
) -> Heard:
    """bursts: (ms of silence, ms of sound after it). over: last, (ms of sound, its level) over the line's own words."""
    result = Heard()
    pieces = [
        piece
        for silent_ms, ms in (*bursts, (3_000, 0))
        for piece in (np.zeros(silent_ms * 16, np.int16), np.full(ms * 16, level, np.int16))
    ]
    sound = np.concatenate(pieces)

    async def listen() -> None:
        with Workers(1) as workers:
            ears = listener(workers, result.events, listening=Listening(patience, judge, factor=factor))
            ears.line_speaks(line_speaks)
            running = asyncio.create_task(ears.run())
            await speak(ears, sound)
            if over[0]:
                ears.line_speaks(True)
                over_line = np.repeat(np.array([0, over[1], 0], np.int16), (16_000, over[0] * 16, 16_000))
                await speak(ears, over_line)
            running.cancel()
            await asyncio.wait([running])

    run_in_virtual_time(listen)
    return result


def test_a_turn_ends_after_the_pause_of_its_state() -> None:
    assert heard((500, 400)).waited_ms == [800]


def test_a_caller_who_pauses_long_twice_is_waited_for_longer() -> None:
    slow = heard((500, 400), (740, 400), (720, 400), (3_000, 400))
    assert slow.waited_ms == [800, pytest.approx(740 * 1.2, abs=60)]
    assert slow.waited_ms[1] <= 800 * MOST


def test_a_caller_who_was_cut_off_twice_is_not_cut_off_again() -> None:
    slow = heard((500, 400), (900, 400), (900, 400), (3_000, 400), (900, 400))
    assert slow.waited_ms == [800, 800, 800, 1_000]


def test_short_pauses_change_nothing() -> None:
    assert heard((500, 400), (300, 400), (300, 400), (3_000, 400)).waited_ms == [800, 800]


def test_the_dialog_may_ask_for_more_patience() -> None:
    assert heard((500, 400), factor=1.5).waited_ms == [1_200]


@pytest.mark.parametrize(
    ("completeness", "waited_ms"),
    [(Completeness.COMPLETE, 400), (Completeness.PREFIX, 700), (Completeness.OPEN, 800)],
)
def test_the_words_decide_how_long_is_waited(completeness: Completeness, waited_ms: int) -> None:
    assert heard((500, 400), judge=lambda text: completeness).waited_ms == [waited_ms]


@pytest.mark.parametrize("factor", [1.0, 1.5])
def test_a_row_that_never_asks_ends_turns_by_silence_alone(factor: float) -> None:
    deaf = Patience(ask_ms=800, pause_ms=800, silent_ms=7_000)
    ended = heard((500, 400), patience=deaf, factor=factor, judge=lambda text: Completeness.COMPLETE)
    assert ended.waited_ms == [800 * factor]


def test_noise_does_not_keep_the_line_silent_for_long() -> None:
    first = heard((1_000, 8_000), level=WORDLESS, line_speaks=True).of(Final)[0]
    assert 1_000 + 1_500 <= first.at_ms <= 1_000 + 2_500
    assert first.text == ""
    assert len(heard((1_000, 8_000), level=WORDLESS).of(Final)) == 1, "while the line is silent it may be a mumbler"


def test_who_speaks_over_the_line_is_heard_out() -> None:
    assert [final.text for final in heard((1_000, 8_000), line_speaks=True).of(Final)] == ["да"]


@pytest.mark.parametrize(
    ("known", "ms", "level", "opens"),
    [
        (True, 100, ORDINARY, True),
        (True, 80, ORDINARY, False),
        (True, 120, ORDINARY // 4, False),  # somebody behind him
        (True, 140, ORDINARY // 4, True),
        (False, 120, ORDINARY, False),  # nobody has spoken yet: it may be anybody
        (False, 140, ORDINARY, True),
    ],
)
def test_a_caller_who_is_known_by_his_loudness_interrupts_sooner(known: bool, ms: int, level: int, opens: bool) -> None:
    before = [(500, 600)] if known else []
    call = heard(*before, over=(ms, level))
    assert len(call.of(SpeechStarted)) == len(before) + opens


@pytest.mark.parametrize(("level", "reasons"), [(ORDINARY, []), (SOFT, ["quiet"]), (SHOUTED, ["loud"])])
def test_a_bad_line_is_told_once_and_before_the_words(level: int, reasons: list[str]) -> None:
    call = heard((1_000, 600), (2_000, 600), level=level)
    assert [event.reason for event in call.of(BadLine)] == reasons
    if reasons:
        told = [type(event) for event in call.events]
        assert told.index(SpeechEnded) < told.index(BadLine) < told.index(Final)


ECHO_MS, SAID_MS = 300, 1_200


def opened(*, echo: bool) -> list[int]:
    """The line speaks for SAID_MS; after ECHO_MS the same comes back, or somebody else speaks. When utterances open."""
    rng = np.random.default_rng(1)
    line, caller = (np.convolve(rng.standard_normal(SAID_MS * 16), np.hanning(12), "same") * 500 for _ in range(2))
    heard = np.concatenate([np.zeros(ECHO_MS * 16), line if echo else caller, np.zeros(16_000)]).astype(np.int16)
    events: list[AnyEvent] = []

    async def listen() -> None:
        with Workers(1) as workers:
            played = Played()
            ears = listener(workers, events, played=played)
            for at in range(0, len(heard) - 319, 320):
                ears.line_speaks(at < len(line))
                played.put(line[at : at + 320].astype(np.int16))
                ears.hear(heard[at : at + 320])

    run_in_virtual_time(listen)
    return [event.at_ms for event in events if isinstance(event, SpeechStarted)]


def test_what_the_line_said_last_comes_back_when_it_is_silent_and_is_nobodys() -> None:
    assert opened(echo=True) == []
    assert opened(echo=False) == [ECHO_MS]


@pytest.mark.parametrize("music", [True, False])
def test_notes_without_words_are_music(music: bool) -> None:
    """They come in bursts, as the detector hears them: what was before counts as well."""
    sound = tune(7) if music else np.random.default_rng(0).normal(0, 1_000, 7 * HEARING_HZ).astype(np.int16)
    finals = [event for event in wordless(sound) if isinstance(event, Final)]
    assert [final.text for final in finals] == [""] and finals[0].music is music


def wordless(sound: Pcm16) -> list[AnyEvent]:
    events: list[AnyEvent] = []

    async def listen() -> None:
        with Workers(1) as workers:
            ears = listener(workers, events, recogniser=NoWords())
            running = asyncio.create_task(ears.run())
            await speak(ears, sound)
            await ears.end()
            running.cancel()
            await asyncio.wait([running])

    run_in_virtual_time(listen)
    return events
