"""What a year is worth as it is said: «тысяча девятьсот сорок пятый», «сорок пятого», «двухтысячный», «1945»."""

from __future__ import annotations

from collections.abc import Sequence

from voice.masking.rules import rules
from voice.nlu.number_words import NUMBER_WORDS, Rank

_THOUSAND, _TWO_THOUSAND = 1_000, 2_000
_DIGITS = (2, 4)  # of a year


def year(row: Sequence[str]) -> int:
    """The year that the last words of a date say, as they say it; 0: they say none."""
    if not row:
        return 0
    if row[-1].isdigit():
        return int(row[-1]) if len(row[-1]) in _DIGITS else 0
    if row[-1] in rules().births.round:
        return _TWO_THOUSAND
    value, rank = 0, -1
    for i in range(len(row) - 1, -1, -1):
        number = NUMBER_WORDS.get(row[i])
        if number is None or number.rank <= rank or (number.ordinal and rank >= 0):
            break
        if number.rank == Rank.TEEN and rank >= 0:  # nothing is said behind «пятнадцать» in one number
            break
        value, rank = value + number.value, number.rank
        if number.rank >= Rank.THOUSAND:
            two = i > 0 and row[i - 1] in rules().births.two
            return value + _THOUSAND * two
    return value


def is_year_word(word: str) -> bool:
    """May a year end with it: «четвёртом», «двухтысячного»?"""
    return word in rules().births.round or (word in NUMBER_WORDS and NUMBER_WORDS[word].ordinal)
