"""What of a text can be found: Russian words whatever their form, and pairs of neighbours for phrases. Pure.

A term is one normal form of a word, or of two that stand together, with the side that said it. A word of several
readings gives several terms. All that is known of Russian is here: a database only tells who has which terms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from voice.nlu.morphology import lemmas
from voice.nlu.number_words import is_number

SIDES = ("caller", "line", "operator")
MOST_DIGITS = 4  # of a number that may be found: a year or an amount is nobody's, a longer one may be somebody's
MOST_NUMBERS = 3  # words of a number in a row; a longer row is a number said by groups

_WORD = re.compile(r"[^\W_]+")
_LABEL = re.compile(r"\[[^\[\]]*\]")  # stands for what was masked

Spelling = tuple[str, ...]  # the normal forms of one word


def words(text: str) -> Iterator[tuple[int, int, Spelling]]:
    """Each word's place in the text, and its normal forms. What was masked is no word."""
    plain = _LABEL.sub(lambda label: " " * len(label[0]), text)
    for word in _WORD.finditer(plain):
        yield word.start(), word.end(), lemmas(word[0])


def terms(side: str, text: str) -> set[str]:
    """All terms of one utterance of `side`. No number long enough to be somebody's is among them."""
    found: set[str] = set()
    for stretch in _stretches(text):
        for spelling in stretch:
            found.update(single(side, spelling))
        for first, second in pairwise(stretch):
            found.update(pair(side, first, second))
    return found


def single(side: str, spelling: Spelling) -> list[str]:
    """The terms of a word said by `side`."""
    return [f"{side} {lemma}" for lemma in spelling]


def pair(side: str, first: Spelling, second: Spelling) -> list[str]:
    """The terms of two words in a row."""
    return [f"{side} {one} {two}" for one in first for two in second]


def _stretches(text: str) -> Iterator[list[Spelling]]:
    """The words between what may not be found: labels of masks, and long numbers however they were said."""
    for piece in _LABEL.split(text):
        kept: list[Spelling] = []
        for numeric, row in groupby(_WORD.findall(piece), key=_is_numeric):
            together = list(row)
            if numeric and _is_long(together):
                yield kept
                kept = []
            else:
                kept.extend(lemmas(word) for word in together)
        yield kept


def _is_numeric(word: str) -> bool:
    return any(letter.isdigit() for letter in word) or is_number(word.lower())


def _is_long(row: Sequence[str]) -> bool:
    return len(row) > MOST_NUMBERS or sum(letter.isdigit() for word in row for letter in word) > MOST_DIGITS
