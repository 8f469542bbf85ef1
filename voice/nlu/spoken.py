"""Numbers, dates and talk about them in another language, as the Russian words that the number grammar knows.

    my number is twenty three, double five  ->  номер двадцать три два раза пять

The map is data: lists/spoken.yaml of that language. Russian has none, and its texts stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from voice.nlu import number_words
from voice.nlu.data import Node, load
from voice.nlu.normalise import words
from voice.nlu.number_words import BY, FILLERS, HARD_CORRECTIONS, SOFT_CORRECTIONS, TIMES

Rows = Mapping[tuple[str, ...], tuple[str, ...]]


def replaced(said: Sequence[str], rows: Rows) -> list[str]:
    """The words with every row that `rows` knows replaced by what it stands for, longer rows first."""
    longest = max(map(len, rows), default=0)
    done: list[str] = []
    i = 0
    while i < len(said):
        for length in range(min(longest, len(said) - i), 0, -1):
            meant = rows.get(tuple(said[i : i + length]))
            if meant is not None:
                done += meant
                i += length
                break
        else:
            done.append(said[i])
            i += 1
    return done


class Spoken:
    """Read-only. With no rows the language is Russian."""

    def __init__(self, rows: Rows | None = None) -> None:
        self._rows = dict(rows or {})
        self._longest = max(map(len, self._rows), default=0)

    def in_russian(self, text: str) -> str:
        """`text` for the number grammar; what is written with digits («12.03.2025») stays as it is written."""
        if not self._rows:
            return text
        said: list[str] = []
        for part in text.split():
            said += [part] if any(letter.isdigit() for letter in part) else words(part)
        return " ".join(replaced(said, self._rows))

    def is_number(self, word: str) -> bool:
        """Can the word alone be (part of) a number?"""
        return number_words.is_number(word) or word in self.numbers

    def in_number(self, word: str) -> bool:
        """May the word stand inside a spoken number: a number word, «тире», «нет»?"""
        return all(_in_russian_number(meant) for meant in self._rows.get((word,), (word,)))

    def number_at(self, said: Sequence[str], i: int) -> tuple[tuple[str, ...], int] | None:
        """The Russian words of the piece of a number that stands at word `i`, and how many words it is; or None."""
        if not self._rows:
            inside = i > 0 and (said[i] in TIMES or said[i] == BY)
            is_piece = not said[i].isdigit() and (number_words.is_number(said[i]) or inside)
            return ((said[i],), 1) if is_piece else None
        for length in range(min(self._longest, len(said) - i), 0, -1):
            row = tuple(said[i : i + length])
            meant = self._rows.get(row)
            if meant is not None and self._is_surely_number(
                row, said[max(0, i - 1) : i], said[i + length : i + length + 1]
            ):
                return meant, length
        return None

    def may_go_on(self, behind: Sequence[str]) -> bool:
        """May words still to come change the number that stands before these, or make one of these?"""
        inside = _LEAN | _JOINS if self._rows else TIMES | {BY}
        return len(behind) <= _MOST_INSIDE and inside.issuperset(behind)

    def _is_surely_number(self, row: tuple[str, ...], last: Sequence[str], follow: Sequence[str]) -> bool:
        """Do these words mean a number whatever stands around them, or do the words beside them say so?"""
        if not all(map(_is_russian_number, self._rows[row])) or not set(row) <= self.numbers | _JOINS | _COMMON:
            return False
        if row[-1] in _JOINS or row[0] in _LEAN:
            return not self.numbers.isdisjoint(follow)
        return row[0] in self.numbers or (row == ("second",) and not self.numbers.isdisjoint(last))

    def grammar(self) -> tuple[str, ...]:
        """The usual words in which numbers are said: a closed grammar for a second hearing."""
        if not self._rows:
            return number_words.grammar()
        usual = {*number_words.grammar(), *TIMES}
        return tuple(" ".join(row) for row, meant in self._rows.items() if usual.issuperset(meant))

    @cached_property
    def numbers(self) -> frozenset[str]:
        """The words of the language that alone are (part of) a number."""
        alone = (row[0] for row, meant in self._rows.items() if len(row) == 1 and all(map(_is_russian_number, meant)))
        return frozenset(alone) - _COMMON


# Of these words only the words around them tell whether a number is meant.
_COMMON = frozenset(("oh", "o", "second", "once", "double", "triple"))
_LEAN = frozenset(("oh", "o", "double", "triple", "treble"))  # a number, if one stands right behind
_JOINS = frozenset(("and", "a"))
_MOST_INSIDE = 2  # words that may stand between two pieces of one number


def _is_russian_number(word: str) -> bool:
    return number_words.is_number(word) or word in TIMES


def _in_russian_number(word: str) -> bool:
    return _is_russian_number(word) or word in FILLERS or word in SOFT_CORRECTIONS or word in HARD_CORRECTIONS


def spoken_in(root: Node) -> Spoken:
    """The numbers that one file tells of. Raises PromptError."""
    rows: dict[tuple[str, ...], tuple[str, ...]] = {}
    for ways, node in root.fields({"spoken"}, needed=("spoken",))["spoken"].fields().items():
        for way in ways.split("|"):
            row = tuple(words(way))
            if not row or row in rows:
                raise node.wrong(f"{way!r} is no word, or stands twice")
            rows[row] = tuple(words(node.text()))
    return Spoken(rows)


def read_spoken(directory: Path) -> Spoken:
    """The numbers of one language, e.g. prompts/en; Russian ones when it has none of its own. Raises PromptError."""
    path = directory / "lists" / "spoken.yaml"
    return spoken_in(load(path)) if path.exists() else Spoken()
