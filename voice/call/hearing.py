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
        self._closed: Stream | None = recogniser.open(listening.phrases) if listening.phrases else None
        self._full: Stream | None = None if self._closed else recogniser.open()
        self._segments: list[Recognised] = []  # of the closed grammar: every pause flushes one
        self._full_segments: list[Recognised] = []  # of the full vocabulary, likewise
        self._running = ""  # what the full vocabulary hears since its last segment

    def feed(self, pcm: Pcm16) -> str:
        """Take sound; return the words to show now, none while they are only guesses of a closed grammar."""
        self._kept.append(pcm)
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
            return " ".join(filter(None, (_text(self._full_segments), self._running)))
        return guess if self._listening.judge(guess) is not Completeness.OPEN else ""

    def enough(self) -> Heard | None:
        """At a pause: the utterance, if it is complete as it is or was no speech; None says to listen on."""
        if self._closed:
            self._segments.append(self._closed.finish())
            phrase = self._phrase()
            if phrase and self._listening.judge(phrase.text) is Completeness.COMPLETE:
                return phrase
            if not _text(self._segments):
                return Heard()
            if not self._full:
                self._hear_in_full()
            return None
        shown = " ".join(filter(None, (_text(self._full_segments), self._running)))
        if not shown:  # the words lag behind the sound: flush them out, or learn that there are none
            self._flush_full()
            shown = _text(self._full_segments)
        if not shown or self._listening.judge(shown) is Completeness.COMPLETE:
            return self.finish()
        return None

    def finish(self) -> Heard:
        """The utterance as it is; the last call but `close`."""
        if self._closed:
            self._segments.append(self._closed.finish())
            if phrase := self._phrase():
                return phrase
        if not self._full:
            self._hear_in_full()
        self._flush_full()
        words = tuple(word for segment in self._full_segments for word in segment.words)
        confidence = sum(word.confidence for word in words) / len(words) if words else 0.0
        heard = self._timed(Recognised(_text(self._full_segments), words, confidence))
        if self._listening.second and self._listening.judge(heard.text) is not Completeness.COMPLETE:
            return replace(heard, alternatives=self._second_opinion(heard.text))
        return heard

    def close(self) -> None:
        for stream in (self._closed, self._full):
            if stream:
                stream.close()

    @property
    def _kept_ms(self) -> int:
        return sum(len(pcm) for pcm in self._kept) * 1000 // HEARING_HZ

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

    def _phrase(self) -> Heard | None:
        """The closed grammar's words, if they are a whole phrase of the state and surely heard."""
        words = tuple(word for segment in self._segments for word in segment.words)
        text = _text(self._segments)
        if not words or plain(text) not in _whole(self._listening.phrases):
            return None
        confidence = min(word.confidence for word in words)
        if confidence < SURE_PHRASE:
            return None
        return replace(self._timed(Recognised(text, words, confidence)), closed=True)

    def _timed(self, recognised: Recognised) -> Heard:
        words = tuple(
            replace(word, start_ms=word.start_ms + self._base_ms, end_ms=word.end_ms + self._base_ms)
            for word in recognised.words
        )
        return Heard(recognised.text, words, recognised.confidence)


def _text(segments: list[Recognised]) -> str:
    return " ".join(segment.text for segment in segments if segment.text)
