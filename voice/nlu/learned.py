"""A linear classifier of sentences, trained from the data itself.

Ridge regression, one column for each intent and one for what lies elsewhere, on weighted features hashed into
`WIDTH` columns: solved in one step, and the same at every start. Of what was tried by cross-validation on the
examples it was the best together with logistic regression, which takes many steps (right, with half of the examples
written: ridge 70 %, logistic 70 %, complement naive Bayes 64 %, nearest neighbours 55 %).
"""

from __future__ import annotations

import hashlib
import zlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voice.nlu import features, lessons
from voice.nlu.features import Features
from voice.nlu.intents import Intents
from voice.nlu.lessons import Lesson, lessons_of
from voice.nlu.weights import Floats, Weights, keep, recall

WIDTH = 3072
_RIDGE = 0.5
_PIECE = 0.35  # weight of a piece of a word beside the word itself
_STRANGE = 3.5  # how much a word never seen counts beside the rarest one: the talk may be of something else
_DENIED = -0.2  # the score that a sentence should get for an intent that it is said not to mean
_ROUNDS = 12
_ROWS_AT_ONCE = 1_000


class Learned:
    """Read-only after it is built."""

    def __init__(self, intents: Intents, taught: Sequence[Lesson] | None = None, *, memory: Path | None = None) -> None:
        """taught: None for all that `lessons_of` finds in the data. memory: a folder where weights are kept."""
        self.lessons = tuple(lessons_of(intents) if taught is None else taught)
        self._features = Features(intents)
        self._unknown = _STRANGE * float(np.log(1 + len(self.lessons)))
        key = self._key(intents) if memory else ""
        weights = recall(memory, key) if memory else None
        if weights is None:
            weights = self._train(len(intents.intents) + 1)
            if memory:
                keep(memory, key, weights)
        self._numbers = {name: number for number, name in enumerate(weights.names)}
        self._rarity, self._table = weights.rarity, weights.table
        self._column, self._sign = _hashed(weights.names)

    def scores(self, said: Sequence[str]) -> Floats:
        """How much each intent is meant, about 0..1, the last one for elsewhere; near 0 for words never seen."""
        known, norm = [], 1e-9
        for name in self._features.of(said):
            number = self._numbers.get(name)
            if number is not None:
                known.append(number)
                norm += float(self._rarity[number]) ** 2
            elif _is_word(name):
                norm += self._unknown**2
        if not known:
            return np.zeros(self._table.shape[1], np.float32)
        values = self._rarity[known] * self._sign[known]
        found: Floats = (values @ self._table[self._column[known]] / norm**0.5).astype(np.float32)
        return found

    def neighbours(self, said: Sequence[str], most: int = 5) -> list[tuple[Lesson, float]]:
        """The lessons most alike, with their likeness 0..1: to see why a sentence was understood so. Not for calls."""
        asked = self._spread(said)
        found = []
        for lesson in self.lessons:
            if not lesson.denies:
                other = self._spread(lesson.said)
                found.append((lesson, sum(value * other[name] for name, value in asked.items() if name in other)))
        found.sort(key=lambda pair: -pair[1])
        return [(lesson, round(likeness, 3)) for lesson, likeness in found[:most] if likeness > 0]

    def _spread(self, said: Sequence[str]) -> dict[str, float]:
        """The known features with their weights, together of length 1."""
        names = (name for name in self._features.of(said) if name in self._numbers)
        weights = {name: float(self._rarity[self._numbers[name]]) for name in names}
        norm = sum(value**2 for value in weights.values()) ** 0.5 or 1.0
        return {name: value / norm for name, value in weights.items()}

    def _key(self, intents: Intents) -> str:
        """All that the weights depend on, as a hash: the sentences, the lists, this code."""
        code = [Path(module.__file__ or "").read_bytes() for module in (features, lessons)]
        code.append(Path(__file__).read_bytes())
        names = [intent.name for intent in intents.intents]
        known = (names, self.lessons, self._features.known, code)
        return hashlib.sha256(repr(known).encode()).hexdigest()[:32]

    def _train(self, classes: int) -> Weights:
        rows = [self._features.of(lesson.said) for lesson in self.lessons]
        seen = Counter(name for row in rows for name in row)
        names = tuple(name for name, times in seen.items() if times > 1 or _is_word(name))  # a piece seen once is noise
        rarity = np.log((1 + len(rows)) / (1 + np.array([seen[name] for name in names], np.float32)))
        rarity = rarity * np.array([_PIECE if name.startswith("#") else 1.0 for name in names], np.float32)
        numbers = {name: number for number, name in enumerate(names)}
        known = [[numbers[name] for name in row if name in numbers] for row in rows]
        return Weights(names, rarity, _solve(known, self.lessons, rarity, _hashed(names), classes))


def _is_word(name: str) -> bool:
    return not name.startswith("#") and "+" not in name


def _hashed(names: Sequence[str]) -> tuple[NDArray[np.int64], Floats]:
    """The column of each feature and its sign there: features that share a column add up to nothing on the average."""
    codes = np.array([zlib.crc32(name.encode()) for name in names], dtype=np.int64)
    return codes % WIDTH, np.where(codes >> 16 & 1, 1, -1).astype(np.float32)


def _solve(
    known: Sequence[Sequence[int]],
    taught: Sequence[Lesson],
    rarity: Floats,
    hashed: tuple[NDArray[np.int64], Floats],
    classes: int,
) -> Floats:
    """The table of weights, WIDTH x classes. known: for each lesson the numbers of its features."""
    column, sign = hashed
    ids = np.array([number for row in known for number in row], dtype=np.int64)
    lengths = np.array([len(row) for row in known], dtype=np.int64)
    begins = np.concatenate([[0], np.cumsum(lengths)])
    lesson = np.repeat(np.arange(len(taught)), lengths)
    values = rarity[ids] * sign[ids] / (np.sqrt(np.bincount(lesson, rarity[ids] ** 2, len(taught))) + 1e-9)[lesson]
    owners = np.array([lesson.owner for lesson in taught], dtype=np.int64)
    denies = np.array([lesson.denies for lesson in taught], dtype=bool)
    scale = np.sqrt(_trust(taught, owners, denies, classes))
    gram = _RIDGE * np.eye(WIDTH, dtype=np.float32)
    wanted = np.zeros((WIDTH, classes), np.float32)
    denying = [np.zeros((0, WIDTH), np.float32)]
    for first in range(0, len(taught), _ROWS_AT_ONCE):
        last = min(first + _ROWS_AT_ONCE, len(taught))
        here = slice(begins[first], begins[last])
        cells = (lesson[here] - first) * WIDTH + column[ids[here]]
        rows = np.bincount(cells, values[here], (last - first) * WIDTH).astype(np.float32)
        rows = rows.reshape(last - first, WIDTH) * scale[first:last, None]
        gram += rows.T @ rows
        meant = np.zeros((last - first, classes), np.float32)
        meant[np.arange(last - first), owners[first:last]] = scale[first:last]
        meant[denies[first:last]] = 0.0
        wanted += rows.T @ meant
        denying.append(rows[denies[first:last]])
    return _denied(gram, wanted, np.concatenate(denying), owners[denies], _DENIED * scale[denies])


def _denied(gram: Floats, wanted: Floats, rows: Floats, owners: NDArray[np.int64], scores: Floats) -> Floats:
    """The table when each row of `rows` is to have its score for its own intent, and anything for the others.

    What it gives for the others is taken as what it should give, until nothing changes.
    """
    classes = wanted.shape[1]
    both = np.linalg.solve(gram, np.concatenate([wanted, rows.T], axis=1))
    table, reach = both[:, :classes], both[:, classes:]
    alone, mutual = rows @ table, rows @ reach
    targets = np.zeros_like(alone)
    for _ in range(_ROUNDS):
        targets = alone + mutual @ targets
        targets[np.arange(len(owners)), owners] = scores
    found: Floats = table + reach @ targets
    return found


def _trust(taught: Sequence[Lesson], owners: NDArray[np.int64], denies: NDArray[np.bool_], classes: int) -> Floats:
    """The weight of each lesson: those of an intent that has few count somewhat more."""
    own = np.array([lesson.weight for lesson in taught], np.float32)
    total = np.bincount(owners, own * ~denies, classes)
    usual = total.sum() / max(1, np.count_nonzero(total))
    balance = np.sqrt(usual / np.maximum(total, 0.2 * usual + 1e-9))
    trust: Floats = (own * balance[owners]).astype(np.float32)
    return trust
