"""One utterance on its way to words: which recognisers hear it, and when its words are enough.

A closed state is heard with its grammar, which is cheap and sure as long as the caller says one of its phrases; as soon
as it is not (a long utterance, a pause after something else), the same sound is heard with the full vocabulary too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from voice.asr.port import Recognised, Recogniser, Stream
from voice.dialog.listening import Listening
from voice.events import Word
from voice.line import HEARING_HZ, Pcm16
from voice.nlu.matcher import Completeness
from voice.nlu.normalise import plain

SURE_PHRASE = 0.8  # a closed grammar forces any sound into its words: only a confident whole phrase counts
SLOWEST_WORD_MS = 700  # a phrase whose words would have to be longer than this hides others
AROUND_MS = 700  # of an utterance's sound that is before its first word and after its last
AGREED = 0.75  # two hearings, each unsure, of the same words
WEAK_PHRASE = 0.5  # or a likely one, where the full vocabulary hears no words at all
LONGEST_PHRASE_MS = 1_600  # longer than this is hardly a menu's phrase: hear it with the full vocabulary too


@dataclass(frozen=True, slots=True)
class Heard:
    """The words of a whole utterance, their times in ms of the call."""

    text: str = ""
    words: tuple[Word, ...] = ()
    confidence: float = 0.0
    alternatives: tuple[str, ...] = ()
    closed: bool = False


@lru_cache(maxsize=256)
def _whole(phrases: tuple[str, ...]) -> frozenset[str]:
    return frozenset(plain(phrase) for phrase in phrases)


class Hearing:
    """Every method blocks; one at a time, from a worker thread."""

    def __init__(self, recogniser: Recogniser, listening: Listening, base_ms: int) -> None:
        self._recogniser, self._listening, self._base_ms = recogniser, listening, base_ms
        self._kept: list[Pcm16] = []
        self._kept_ms = 0
        self._closed: Stream | None = recogniser.open(listening.phrases) if listening.phrases else None
        self._full: Stream | None = None if self._closed else recogniser.open()
        self._segments: list[Recognised] = []  # of the closed grammar: every pause flushes one
        self._full_segments: list[Recognised] = []  # of the full vocabulary, likewise
        self._running = ""  # what the full vocabulary hears since its last segment

    def feed(self, pcm: Pcm16) -> str:
        """Take sound; return the words to show now, none while they are only guesses of a closed grammar."""
        self._kept.append(pcm)
        self._kept_ms += len(pcm) * 1000 // HEARING_HZ
        guess = ""
        if self._closed:
            guess = " ".join(filter(None, (_text(self._segments), self._closed.feed(pcm))))
            if not self._full and self._kept_ms > LONGEST_PHRASE_MS:
                self._hear_in_full()
            elif self._full:
                self._running = self._full.feed(pcm)
        elif self._full:
            self._running = self._full.feed(pcm)
        if self._full:
            return self._shown
        return guess if self._listening.judge(guess) is not Completeness.OPEN else ""

    def enough(self) -> Heard | None:
        """At a pause: the utterance, if it is complete as it is or was no speech; None says to listen on."""
        if self._closed:
            heard = self._best_of_both()
            complete = self._listening.judge(heard.text) is Completeness.COMPLETE
            return heard if not heard.text or (complete and self._is_phrase(heard.text)) else None
        if not self._shown:  # the words lag behind the sound: flush them out, or learn that there are none
            self._flush_full()
        if not self._shown or self._listening.judge(self._shown) is Completeness.COMPLETE:
            return self.finish()
        return None

    @property
    def wordless_ms(self) -> int:
        """How much was heard, if the full vocabulary found no word in it; else 0."""
        return self._kept_ms if self._full and not self._shown else 0

    @property
    def may_go_on(self) -> bool:
        """After `enough` said None: is the utterance whole all the same, unless the caller adds to it?"""
        return self._listening.judge(self._shown) is Completeness.PREFIX

    def finish(self) -> Heard:
        """The utterance as it is; the last call but `close`."""
        if self._closed:
            return self._best_of_both()
        self._flush_full()
        heard = self._timed(_joined(self._full_segments))
        if self._listening.second and self._listening.judge(heard.text) is not Completeness.COMPLETE:
            return replace(heard, alternatives=self._second_opinion(heard.text))
        return heard

    def close(self) -> None:
        for stream in (self._closed, self._full):
            if stream:
                stream.close()

    @property
    def _shown(self) -> str:
        return " ".join(filter(None, (_text(self._full_segments), self._running)))

    def _hear_in_full(self) -> None:
        self._full = self._recogniser.open()
        if self._kept:
            self._running = self._full.feed(np.concatenate(self._kept))

    def _flush_full(self) -> None:
        assert self._full
        self._full_segments.append(self._full.finish())
        self._running = ""

    def _second_opinion(self, first: str) -> tuple[str, ...]:
        stream = self._recogniser.open(self._listening.second)
        try:
            if self._kept:
                stream.feed(np.concatenate(self._kept))
            text = stream.finish().text.replace("[unk]", " ").strip()
        finally:
            stream.close()
        return (text,) if text and text != first else ()

    def _best_of_both(self) -> Heard:
        """The closed grammar's phrase if it is sure; else what the full vocabulary hears; else the unsure phrase."""
        assert self._closed
        self._segments.append(self._closed.finish())
        phrase = _joined(self._segments)
        confidence = min((word.confidence for word in phrase.words), default=0.0)
        named = self._is_phrase(phrase.text)
        fills = self._kept_ms - AROUND_MS <= SLOWEST_WORD_MS * len(phrase.words)
        if named and fills and confidence >= SURE_PHRASE:
            return replace(self._timed(phrase), confidence=confidence, closed=True)
        if not self._full:
            self._hear_in_full()
        self._flush_full()
        free = _joined(self._full_segments)
        if not free.text and named and confidence >= WEAK_PHRASE:
            return replace(self._timed(phrase), confidence=confidence, closed=True)
        heard = self._timed(free)
        agree = bool(free.text) and plain(free.text) == plain(phrase.text)
        return replace(heard, confidence=max(heard.confidence, AGREED)) if agree else heard

    def _is_phrase(self, text: str) -> bool:
        return plain(text) in _whole(self._listening.phrases)

    def _timed(self, recognised: Recognised) -> Heard:
        words = tuple(
            replace(word, start_ms=word.start_ms + self._base_ms, end_ms=word.end_ms + self._base_ms)
            for word in recognised.words
        )
        return Heard(recognised.text, words, recognised.confidence)


def _text(segments: list[Recognised]) -> str:
    return " ".join(segment.text for segment in segments if segment.text)


def _joined(segments: list[Recognised]) -> Recognised:
    words = tuple(word for segment in segments for word in segment.words)
    confidence = sum(word.confidence for word in words) / len(words) if words else 0.0
    return Recognised(_text(segments), words, confidence)
