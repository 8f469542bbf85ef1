"""The language in which people ask for calls: words, "a phrase", -without. Nothing that can be typed is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from voice.archive.terms import MOST_DIGITS, Spelling, words

LONGEST = 300  # characters that are read
MOST_PHRASES = 24

# A quoted phrase may lack its closing mark; a minus counts only before a word, so that «что-то» stays two words.
_PART = re.compile(r"(-?)[\"«„“](.*?)(?:[\"»“”]|$)|(-?)([^\s\"«»„“”]+)", re.DOTALL)

Phrase = tuple[Spelling, ...]  # words in a row, one or more


@dataclass(frozen=True, slots=True)
class Query:
    """All of `wanted` and none of `unwanted`. Empty: every call."""

    wanted: tuple[Phrase, ...] = ()
    unwanted: tuple[Phrase, ...] = ()
    numbers: bool = False  # a number was asked for that is in no index: see terms.MOST_DIGITS

    def __bool__(self) -> bool:
        return bool(self.wanted or self.unwanted)


def parse(text: str) -> Query:
    """What is asked for. Raises nothing."""
    parts = [(minus, phrase) for minus, phrase in _parts(text[:LONGEST]) if phrase][:MOST_PHRASES]
    return Query(
        wanted=tuple(dict.fromkeys(phrase for minus, phrase in parts if not minus)),
        unwanted=tuple(dict.fromkeys(phrase for minus, phrase in parts if minus)),
        numbers=bool(re.search(rf"\d(?:[\s()+-]*\d){{{MOST_DIGITS}}}", text)),
    )


def found_in(text: str, query: Query) -> list[tuple[int, int]]:
    """The places in `text` of the words that were asked for, in order and apart."""
    said = list(words(text))
    places: set[tuple[int, int]] = set()
    for phrase in query.wanted:
        for first in range(len(said) - len(phrase) + 1):
            here = said[first : first + len(phrase)]
            if all(set(asked) & set(spelling) for asked, (_, _, spelling) in zip(phrase, here, strict=True)):
                places.update((begins, ends) for begins, ends, _ in here)
    return sorted(places)


def _parts(text: str) -> Iterator[tuple[bool, Phrase]]:
    for part in _PART.finditer(text):
        minus, quoted, bare_minus, bare = part.groups()
        yield bool(minus or bare_minus), tuple(spelling for _, _, spelling in words(bare if quoted is None else quoted))
