"""A text as words with their places; matching is the same as everywhere in voice/nlu."""

from __future__ import annotations

import re
from dataclasses import dataclass

from voice.nlu.number_words import FILLERS, is_number

_CYRILLIC, _CAPITALS = r"\u0400-\u04ff", r"\u0400-\u042fA-Z"
_CONSONANTS = r"\u0431-\u0434\u0436\u0437\u043a-\u043d\u043f-\u0442\u0444-\u0449"  # nothing but these is no word
# A word written by its first and last letters, with a hyphen between.
_CONTRACTION = rf"(?<![{_CYRILLIC}-])(?i:[{_CONSONANTS}]{{1,3}}-[{_CYRILLIC}]{{1,3}})(?![{_CYRILLIC}-])"
_HEX = r"\b0[xX][0-9A-Fa-f]+\b"  # codes of errors
_TOKEN = re.compile(
    rf"(?P<masked>\[[{_CAPITALS}][{_CAPITALS} .-]*\])|{_CONTRACTION}|{_HEX}|[{_CYRILLIC}]+|[A-Za-z]+|\d+"
)
_DATE = re.compile(
    r"(?<!\d)\d{1,2}[./]\d{1,2}[./](?:\d{4}|\d{2})(?!\d)"
    r"|(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)"
    r"|(?<!\d)(?<!\d[ -])[0-3]\d [01]\d (?:19|20)\d\d(?![ -]?\d)"
)
_TIME = re.compile(r"(?<![\d:])\d{1,2}:\d{2}(?![\d:])")
# A digit right behind, or one behind a letter that is no preposition, «д 85».
_NUMBERED = re.compile(r"\w+\d|[\u0433\u0434\u043f\u0445] \d", re.IGNORECASE)
_BARRIER = 16  # more words than any rule looks over


@dataclass(frozen=True, slots=True)
class Token:
    """word: lower case, е for ё; empty where something is masked already. capital: it begins with a capital letter.
    dated, timed: it belongs to a date or a time that is written in digits. breaks: a sentence ends before it.
    initial: one capital letter with a point behind it, in place of a name. short: a point or a number stands right
    behind it, as behind «ул.», «д5» and «д 5»."""

    word: str
    start: int
    end: int
    capital: bool = False
    dated: bool = False
    timed: bool = False
    breaks: bool = False
    initial: bool = False
    short: bool = False

    @property
    def is_number(self) -> bool:
        return is_number(self.word)

    @property
    def is_plain_number(self) -> bool:
        """A number that is no part of a date or a time."""
        return self.is_number and not self.dated and not self.timed

    @property
    def is_filler(self) -> bool:
        return self.word in FILLERS


def tokens(text: str) -> tuple[Token, ...]:
    """Words and runs of digits, in order. What is masked already is many empty words: nothing reaches over it."""
    dates = [match.span() for match in _DATE.finditer(text)]
    times = [match.span() for match in _TIME.finditer(text)]
    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        before = text[found[-1].end if found else 0 : start]
        if match["masked"]:
            found += [Token("", start, end)] * _BARRIER
            continue
        found.append(
            Token(
                match[0].lower().replace("ё", "е"),
                start,
                end,
                capital=match[0][0].isupper(),
                dated=_within(start, dates),
                timed=_within(start, times),
                breaks=any(mark in before for mark in ".!?;") and not (found and found[-1].end - found[-1].start == 1),
                initial=end - start == 1 and match[0].isupper() and text[end : end + 1] == ".",
                short=text[end : end + 1] == "." or _NUMBERED.match(text, start, end + 2) is not None,
            )
        )
    return tuple(found)


def _within(at: int, places: list[tuple[int, int]]) -> bool:
    return any(start <= at < end for start, end in places)
