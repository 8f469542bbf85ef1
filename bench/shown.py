"""The words of a phrase as captions show them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ShownWord:
    """A spoken word: where in the caption it is seen, the forms it may have there (a number grows), its end."""

    place: int
    forms: frozenset[str]
    end_s: float


def shown_words(told: Sequence[dict[str, Any]]) -> tuple[ShownWord, ...]:
    """As line.shown tells them."""
    return tuple(ShownWord(word["place"], frozenset(word["forms"]), word["end_ms"] / 1000) for word in told)


def seen(words: Sequence[ShownWord], text: str) -> Iterator[int]:
    """Which of the words a caption with this text shows."""
    shown = Counter(plain(text).split())
    for at, word in enumerate(words):
        before = {other.place for other in words[: at + 1] if other.forms & word.forms}
        if sum(shown[form] for form in word.forms) >= len(before):
            yield at


def plain(text: str) -> str:
    return "".join(sign if sign.isalnum() else " " for sign in text.lower().replace("ё", "е"))
