"""Numbers, dates and talk about them in another language, as the Russian words that the number grammar knows.

    my number is twenty three, double five  ->  номер двадцать три два раза пять

The map is data: lists/spoken.yaml of that language. Russian has none, and its texts stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from voice.nlu import number_words
from voice.nlu.normalise import words
from voice.nlu.number_words import FILLERS, HARD_CORRECTIONS, SOFT_CORRECTIONS, TIMES

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


def _is_russian_number(word: str) -> bool:
    return number_words.is_number(word) or word in TIMES


def _in_russian_number(word: str) -> bool:
    return _is_russian_number(word) or word in FILLERS or word in SOFT_CORRECTIONS or word in HARD_CORRECTIONS
