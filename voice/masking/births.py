"""Dates of birth: a date beside a word of being born, or in the answer to a question for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from voice.masking.rules import rules
from voice.masking.tokens import Token

_NEAR = 3  # words between the date and the word of being born


def dates_of_birth(said: Sequence[Token], *, asked: bool) -> Iterator[tuple[int, int]]:
    """First and last word of each. asked: a date alone is one."""
    for first, last in _dates(said, asked=asked):
        cues = [i for i in range(len(said)) if _is_cue(said, i)]
        near = any(0 < first - cue <= _NEAR + 1 or 0 < cue - last <= _NEAR for cue in cues)
        if near or asked:
            yield first, last


def _is_cue(said: Sequence[Token], i: int) -> bool:
    births = rules().births
    return said[i].word in births.cues or (i > 0 and (said[i - 1].word, said[i].word) in births.short)


def _dates(said: Sequence[Token], *, asked: bool) -> Iterator[tuple[int, int]]:
    """Rows of words that make a date or a year; where it was asked, any number that may be one."""
    births = rules().births
    i = 0
    while i < len(said):
        if not _dates_word(said[i]):
            i += 1
            continue
        end = i
        while end < len(said) and (_dates_word(said[end]) or said[end].word in births.years or _inside(said, end)):
            end += 1
        row = said[i:end]
        numbers = [token for token in row if token.is_number]
        month = any(token.word in births.months for token in row)
        year = any(token.word in births.years for token in row) or any(
            token.word.isdigit() and len(token.word) == 4 for token in row
        )
        full = any(token.dated for token in row)
        if (
            full
            or (month and numbers)
            or (year and numbers)
            or len(numbers) >= (2 if asked and not _counts(said, end) else 3)
        ):
            yield i, end - 1
        i = end + 1


def _counts(said: Sequence[Token], end: int) -> bool:
    return end < len(said) and said[end].word in rules().numbers.ends


def _dates_word(token: Token) -> bool:
    return token.is_number or token.word in rules().births.months


def _inside(said: Sequence[Token], i: int) -> bool:
    return said[i].word in rules().births.inside and i + 1 < len(said) and _dates_word(said[i + 1])
