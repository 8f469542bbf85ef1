"""Numbers that stand in a running text, word by word: what each group of words is worth, and where it ends.

`numbers.readings` looks for the one number that was asked for and weighs every way to read it; here nothing is asked
for, nothing is taken back, and each group has its natural reading.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voice.nlu import numbers
from voice.nlu.number_words import NUMBER_WORDS
from voice.nlu.spoken import Spoken

RUSSIAN = Spoken()


@dataclass(frozen=True, slots=True)
class Group:
    """One number: its digits, the words it was said in (end exclusive), and whether they put it in an order."""

    digits: str
    start: int
    end: int
    ordinal: bool = False

    @property
    def value(self) -> int:
        return int(self.digits)


def groups(said: Sequence[str], spoken: Spoken = RUSSIAN) -> list[Group]:
    """The numbers that `said` begins with, in order; none when its first word is no number word.

    A group is settled once another begins behind it: further words change only the last one. Digits as typed are
    no spoken number and end the row.
    """
    row: list[str] = []
    ends: list[int] = []  # behind each Russian word of the row: where its own words end
    at = 0
    while at < len(said) and (meant := spoken.number_at(said, at)):
        words, length = meant
        at += length
        row += words
        ends += [at] * len(words)
    found: list[Group] = []
    i = 0
    while i < len(row) and (ways := numbers.groups_at(row, i)):
        digits, end, _ = min(ways, key=lambda way: (way[2], -way[1]))
        last = NUMBER_WORDS.get(row[end - 1])
        start = found[-1].end if found else 0
        found.append(Group(digits, start, ends[end - 1], last is not None and last.ordinal))
        i = end
    return found
