"""Spoken numbers as they are written: documents, dates, times, sums, numbers that order.

Words are taken from the front as soon as no further word can change how they are written. A long number is so written
group by group while it is being said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from voice.captions.blocks import CODE, TOGETHER, Block, in_blocks, one_by_one, separators, width_behind
from voice.captions.read_back import sum_of
from voice.captions.rules import Document, Rules
from voice.nlu.dates import MONTHS, full_year
from voice.nlu.rows import Group, groups

NUMBER = "#"  # what stands for a written number among the words before
_WHOLE_YEARS = range(1900, 2100)


@dataclass(frozen=True, slots=True)
class Piece:
    """The first `length` words, as written; `glued` to what is before without a space."""

    length: int
    text: str
    glued: bool = False


class Wait(Exception):
    """More words may change how these are written."""


@dataclass(frozen=True, slots=True)
class Said:
    """What is to be written: words, the same as the matching sees them, those before; `closed`: no more words come."""

    words: Sequence[str]
    keys: Sequence[str]
    before: Sequence[str]
    closed: bool

    @property
    def last(self) -> str:
        return self.before[-1] if self.before else ""

    def follows(self, at: int) -> str:
        return self.keys[at] if at < len(self.keys) else ""


class Digits:
    """Writes the numbers of one utterance.

    document: what the line asked for. digits: it asked for digits of any kind.
    """

    def __init__(self, rules: Rules, *, document: Document | None = None, digits: bool = False) -> None:
        self._rules, self._numbers = rules, rules.numbers
        self._asked, self._digits = document, digits
        self._document = document
        self._running = False  # groups of this number are written already
        self._width = TOGETHER
        self._glue = False  # what comes next stands right behind a sign
        self._due: list[str] | None = None  # separators that the form puts before the digits to come

    def named(self, word: str) -> None:
        """A word was written: the number behind it may be of that document."""
        self._document = self._rules.document(word) or self._document

    def take(self, said: Said) -> Piece | None:
        """The first words as a number; None when they are none, or stay words. Raises Wait."""
        if sign := self._sign(said):
            return sign
        found = groups(said.keys, self._rules.spoken)
        if found:
            return self._ordinal(said, found) if found[0].ordinal else self._cardinals(said, found)
        if self._goes_on(said, 0):
            raise Wait
        return None

    def _goes_on(self, said: Said, at: int) -> bool:
        """May words to come change the number that ends at `at`, or begin one there?"""
        return not said.closed and self._rules.spoken.may_go_on(said.keys[at:])

    def _end(self) -> None:
        self._running, self._glue, self._width = False, False, TOGETHER
        self._due, self._document = None, self._asked

    # --- signs -------------------------------------------------------------------------------------------------------

    def _sign(self, said: Said) -> Piece | None:
        word, behind = said.keys[0], said.keys[1:]
        plus = word in self._numbers.plus
        if not plus and not (word in self._numbers.joins and said.last == NUMBER):
            return None
        if not behind and not said.closed:
            raise Wait
        found = groups(behind, self._rules.spoken)
        if not found:
            return None
        if not plus:
            self._running = self._glue = True
            return Piece(1, self._numbers.joins[word], glued=True)
        if len(found) == 1 and self._goes_on(said, 1 + found[0].end):
            raise Wait
        phone = next((one for one in self._rules.documents if one.forms[0].startswith("7")), None)
        if phone is None or len(found) == 1 or found[0].digits != "7":
            return None
        self._running = self._glue = True
        self._due = separators(phone.form("7"))
        return Piece(1, "+")

    # --- numbers that count, or are rows of digits -------------------------------------------------------------------

    def _cardinals(self, said: Said, found: list[Group]) -> Piece | None:
        row = list(takewhile(lambda group: not group.ordinal, found))
        end = row[-1].end
        blocks = in_blocks(row, self._width, running=self._running)
        if len(row) == len(found) and self._goes_on(said, end):
            if len(blocks) < 2 or (not self._running and len(row) <= self._undecided(said, row)):
                raise Wait
            self._running = True
            return self._written(blocks[:-1])
        if not self._running and (alone := self._alone(said, row)):
            self._end()
            return alone
        if not self._running and self._stays(said, row):
            self._end()
            return Piece(end, " ".join(said.words[:end]))
        piece = self._written(blocks)
        self._end()
        return piece

    def _undecided(self, said: Said, row: list[Group]) -> int:
        """So many groups may still turn out to be something else than a long row of digits."""
        if one_by_one(row):
            return CODE
        return 3 if said.last in self._numbers.clock else 2 if said.last in self._numbers.without else 0

    def _alone(self, said: Said, row: list[Group]) -> Piece | None:
        """A time of day, or a large sum."""
        follows = said.follows(row[-1].end)
        if said.last in self._numbers.clock and not self._counts(follows) and (time := _time(row)):
            return Piece(row[-1].end, time)
        labelled = self._document is not None or said.last in self._numbers.labels
        if len(row) == 1 and len(row[0].digits) > 4 and not labelled:
            return Piece(row[0].end, sum_of(row[0].value))
        return None

    def _stays(self, said: Said, row: list[Group]) -> bool:
        """Small numbers are words among words; some others read better so."""
        follows = said.follows(row[-1].end)
        if said.last in self._numbers.without and len(row) == 2:
            return True
        if len(row) == 1 and row[0].end == 1 and said.keys[0] in self._numbers.bare:
            return True
        if len(row) > 2 or any(len(group.digits) > 1 for group in row):
            return False
        answers = (self._digits or self._document is not None) and not (follows and len(row) == 1)
        labelled = answers or said.last in self._numbers.labels
        return not (labelled or self._counts(follows) or follows in MONTHS or follows in self._numbers.joins)

    def _counts(self, follows: str) -> bool:
        return follows.startswith(self._numbers.units)

    def _written(self, blocks: list[Block]) -> Piece:
        """The digits of the blocks, in the form of their document when that is known."""
        begins = not self._glue and self._due is None
        if self._due is None and self._document is not None:
            self._due = separators(self._document.form(blocks[0].digits))
        glued = self._glue or not begins
        self._glue, self._width = False, width_behind(blocks[-1].digits)
        length = blocks[-1].end
        if self._due is None:
            return Piece(length, " ".join(block.digits for block in blocks), glued)
        text = ""
        for digit in "".join(block.digits for block in blocks):
            text += (self._due.pop(0) if self._due else "") + digit
        return Piece(length, text, glued)

    # --- numbers that order ------------------------------------------------------------------------------------------

    def _ordinal(self, said: Said, found: list[Group]) -> Piece | None:
        first = found[0]
        if date := self._date(said, found):
            self._end()
            return date
        if len(found) == 1 and self._goes_on(said, first.end):
            raise Wait
        text = self._in_order(said, first)
        if text is None:
            return None
        self._end()
        return Piece(first.end, text)

    def _date(self, said: Said, found: list[Group]) -> Piece | None:
        """A date all in numbers: the 12th, 0, the 3rd, 2025. Raises Wait while it may become one."""
        row = [group for at, group in enumerate(found) if not (at == 1 and group.digits == "0")]
        day, month, year = (row + [None] * 3)[:3]
        assert day
        if not 1 <= day.value <= 31 or (month and (not month.ordinal or not 1 <= month.value <= 12)):
            return None
        open_end = self._goes_on(said, found[-1].end)
        if year is None:
            if open_end and (month or len(found) > 1):
                raise Wait
            return None
        if open_end and len(row) == 3:
            raise Wait
        if not (year.value in _WHOLE_YEARS or (year.ordinal and 9 < year.value < 100)):
            return None
        whole = full_year(year.value) if year.value < 100 else year.value
        return Piece(year.end, f"{day.value:02d}.{month.value:02d}.{whole}") if month else None

    def _in_order(self, said: Said, group: Group) -> str | None:
        follows, value = said.follows(group.end), group.value
        if follows in MONTHS and 1 <= value <= 31:
            return str(value)
        word, of_year = said.keys[group.end - 1], follows in self._numbers.year
        dated = said.last in MONTHS and said.before[-2:-1] == [NUMBER] and word.endswith(self._numbers.dated)
        if value > 9 and (dated or (of_year and (said.last in MONTHS or said.last in self._numbers.in_year))):
            return str(full_year(value)) if value < 100 else str(value)
        if of_year and value in _WHOLE_YEARS:
            return str(value)
        return None if value < 10 else f"{value}{self._ending(word)}"

    def _ending(self, word: str) -> str:
        """What is written behind the digits of a number that orders, by the last letters of its word."""
        ends = (word[at:] for at in range(len(word)))
        return next((self._numbers.endings[end] for end in ends if end in self._numbers.endings), "")


def _time(row: list[Group]) -> str | None:
    """An hour and minutes: 9 and 30, 9 and 0 and 0, 9 and 0 and 5."""
    hour, *rest = row
    minute = "".join(group.digits for group in rest)
    zeros = len(rest) == 2 and rest[0].digits == "0" and len(rest[1].digits) == 1
    if hour.value > 23 or not (zeros or (len(rest) == 1 and len(minute) == 2)) or int(minute) > 59:
        return None
    return f"{hour.value}:{minute}"
