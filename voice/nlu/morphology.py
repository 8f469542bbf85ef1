"""Russian words as a dictionary knows them: their normal forms, and what kind of words they may be.

The dictionary is OpenCorpora's, read by pymorphy3; a word it does not have is guessed by its ending.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache, lru_cache

from pymorphy3 import MorphAnalyzer
from pymorphy3.analyzer import Parse

CASES = ("nomn", "gent", "datv", "accs", "ablt", "loct")
LIKELY = 0.1  # a reading of a word that is rarer than this is left out of its tags

_REMEMBERED = 100_000  # words, of each function
_RUSSIAN = re.compile(r"[а-я]+(?:-[а-я]+)*")


def warm() -> None:
    """Load the dictionary now, which takes a tenth of a second, and not with the first word."""
    _dictionary()


@lru_cache(maxsize=_REMEMBERED)
def lemmas(word: str) -> tuple[str, ...]:
    """The normal forms of every reading of one word, the likeliest first: «стали» is «стать» and «сталь».

    Any case of letters is taken; the forms are in lower case with е for ё. What is no Russian word is its own form.
    """
    found = (_plain(reading.normal_form) for reading in _readings(word))
    return tuple(dict.fromkeys(found)) or (_plain(word),)


@lru_cache(maxsize=_REMEMBERED)
def tags(word: str, likely: float = LIKELY) -> frozenset[str]:
    """OpenCorpora's grammemes of one word: Name, Surn, Patr, Geox, NOUN, nomn...

    A grammeme is in when the readings that have it are together at least as probable as `likely` (0..1). Whether it
    was found in the dictionary or guessed by its ending, `known` tells.
    """
    shares: dict[str, float] = defaultdict(float)
    for reading in _readings(word):
        for grammeme in reading.tag.grammemes:
            shares[grammeme] += reading.score
    return frozenset(grammeme for grammeme, share in shares.items() if share >= likely - 1e-9)


@lru_cache(maxsize=_REMEMBERED)
def share(word: str, *grammemes: str) -> float:
    """How probable it is that a word stands for all of these grammemes at once, 0..1: Surn and gent, say."""
    wanted = frozenset(grammemes)
    return float(sum(reading.score for reading in _readings(word) if wanted <= reading.tag.grammemes))


@lru_cache(maxsize=_REMEMBERED)
def known(word: str) -> bool:
    """Does the dictionary have the word?"""
    return bool(_dictionary().word_is_known(_plain(word)))


def _readings(word: str) -> list[Parse]:
    plain = _plain(word)
    return _dictionary().parse(plain) if _RUSSIAN.fullmatch(plain) else []


@cache
def _dictionary() -> MorphAnalyzer:
    return MorphAnalyzer()


def _plain(word: str) -> str:
    return word.lower().replace("ё", "е")
