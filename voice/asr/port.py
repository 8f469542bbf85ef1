"""What the rest of the house knows of a recogniser."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from voice.events import Word
from voice.line import Pcm16


@dataclass(frozen=True, slots=True)
class Recognised:
    """One finished segment. Word times are ms from the first sample ever fed to its stream."""

    text: str = ""
    words: tuple[Word, ...] = ()
    confidence: float = 0.0  # mean of the words', 0 for an empty text
    alternatives: tuple[str, ...] = ()  # other texts that fit nearly as well, the likeliest first


class Stream(Protocol):
    """One utterance on its way through a recogniser. Every method blocks; never two calls at once."""

    def feed(self, pcm: Pcm16) -> str:
        """Take sound (16 000 Hz) and return the words of the running segment as they look now.

        Raises EngineFailed.
        """
        ...

    def finish(self) -> Recognised:
        """Flush: return the running segment as final. A later `feed` begins the next segment of the same stream."""
        ...

    def close(self) -> None:
        """Give the engine back to the pool; safe to call twice, at any moment."""
        ...


class Recogniser(Protocol):
    """One per process: heavy, read-only, shared by all calls."""

    def open(self, phrases: tuple[str, ...] = ()) -> Stream:
        """Lend a warm engine: full vocabulary, or closed to `phrases` and the unknown word."""
        ...

    def knows(self, word: str) -> bool:
        """Is the word in the model's vocabulary (spelled with ё where Russian has it)?"""
        ...


class NBestRecogniser(Recogniser, Protocol):
    def open_n_best(self, most: int) -> Stream:
        """Full vocabulary; what it recognises has up to `most` texts, of which the first is the text, and no words."""
        ...
