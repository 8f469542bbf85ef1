"""A sentence as the classifier sees it: stems, neighbours, pieces of words, and marks for what a list or a number says.

    «не приходит код на паспорт» -> !приход  код  на  паспорт  <service>  !приход+код ...  #код #пас #аспо ...

A denied word («не», «без») keeps its stem behind a mark and no pieces, so that «не соединяйте с оператором» shares
nothing with «соедините с оператором». Pieces of words carry over what the recogniser garbled.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache

from voice.nlu import templates
from voice.nlu.evidence import DENY, denied
from voice.nlu.intents import Intents
from voice.nlu.normalise import words
from voice.nlu.vocabulary import stem

NUMBER = "<number>"
_LONGEST_PHRASES = 3_000  # of one list's entry that are marked; the rest still counts as words
_PIECES = (3, 4)


class Features:
    """Read-only after it is built."""

    def __init__(self, intents: Intents) -> None:
        self._carriers = intents.carriers
        self._spoken = intents.spoken
        self._marks: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
        for choices in intents.lists.values():
            mark = f"<{choices.slot}>"
            rows = {row for entry in choices.entries for say in entry.say for row in _stems(say)}
            for row in sorted(rows, key=lambda row: (-len(row), row)):
                self._marks[row[0]].append((row, mark))

    def of(self, said: Sequence[str]) -> list[str]:
        """The features of a row of words as `normalise.words` gives them, each once, in the order they come up."""
        by = denied(said)
        found: dict[str, None] = {}
        before = "^"
        for i in self._meant(said):
            word = said[i]
            if self._counts(word):
                here = NUMBER
            elif by[i] >= 0:
                here = "!" + stem(word)
            else:
                here = stem(word)
                found.update(dict.fromkeys(_pieces(word)))
            if here != before:
                found[here] = None
                found[f"{before}+{here}"] = None
                before = here
        found[f"{before}+$"] = None
        found.update(dict.fromkeys(self._marked(said)))
        return list(found)

    def telling(self, said: Sequence[str]) -> dict[str, bool]:
        """The words that are neither numbers nor carry the request only; True where the word is denied."""
        by = denied(said)
        meant = (i for i in self._meant(said) if said[i] not in DENY and not self._counts(said[i]))
        return {said[i]: by[i] >= 0 for i in meant}

    def wish(self, said: Sequence[str]) -> list[str]:
        """The words without those that only carry the request and without numbers; all where nothing else is said."""
        return [said[i] for i in self._meant(said) if not self._counts(said[i])] or list(said)

    def _counts(self, word: str) -> bool:
        return word.isdigit() or self._spoken.is_number(word)

    def _meant(self, said: Sequence[str]) -> list[int]:
        carried = self._carried(said)
        return [i for i in range(len(said)) if i not in carried] or list(range(len(said)))

    def _carried(self, said: Sequence[str]) -> set[int]:
        """The words that only carry the request: «девушка», «скажите пожалуйста»."""
        carried: set[int] = set()
        for i, word in enumerate(said):
            for carrier in self._carriers.get(word, ()):
                if tuple(said[i : i + len(carrier)]) == carrier:
                    carried.update(range(i, i + len(carrier)))
        return carried

    def _marked(self, said: Sequence[str]) -> Iterator[str]:
        """A mark for every list that one of the phrases said belongs to."""
        row = [stem(word) for word in said]
        for i, first in enumerate(row):
            for phrase, mark in self._marks.get(first, ()):
                if tuple(row[i : i + len(phrase)]) == phrase:
                    yield mark


def _stems(say: templates.Template) -> Iterator[tuple[str, ...]]:
    if templates.count(say, {}) <= _LONGEST_PHRASES:
        for phrase in templates.expand(say, {}):
            yield tuple(stem(word) for word in words(phrase))


@cache
def _pieces(word: str) -> tuple[str, ...]:
    framed = f"_{word}_"
    return tuple(f"#{framed[i : i + n]}" for n in _PIECES for i in range(len(framed) - n + 1)) if len(word) > 3 else ()
