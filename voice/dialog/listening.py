"""What the line waits for, as the ears need to know it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from voice.nlu.matcher import Completeness


@dataclass(frozen=True, slots=True)
class Patience:
    """Silences, in ms: what asks whether the turn is over, what ends it, and how long nobody need speak at all.

    A row whose ask_ms is not below its pause_ms never asks: only silence ends its turns.
    """

    ask_ms: int
    pause_ms: int
    silent_ms: int


@dataclass(frozen=True, slots=True)
class Listening:
    """One state's way to listen.

    phrases: the closed grammar; empty means an open question, heard with the full vocabulary.
    second: a closed grammar of words for a second opinion when the first hearing is not complete (spoken numbers).
    judge: is this text all that the caller can want to say here? PREFIX says: most likely, but it may go on.
    factor: so many times longer than its row this caller is waited for; 1.0 or more.
    """

    patience: Patience
    judge: Callable[[str], Completeness]
    phrases: tuple[str, ...] = ()
    second: tuple[str, ...] = ()
    factor: float = 1.0


def overhearing(patience: Patience) -> Listening:
    """To people who talk to each other: all words count, only silence ends a turn."""
    return Listening(replace(patience, ask_ms=patience.pause_ms), lambda text: Completeness.OPEN)
