"""A linear classifier of sentences, trained from the data itself.

Logistic regression, one class for each intent and one for what lies elsewhere, on weighted features hashed into
`WIDTH` columns, and on two vectors, of the sentence's words and of the sentence as a whole, where there are such: the
same at every start. Ridge regression, which is solved in one step, knows fewer sentences that were written by others
than those it learned from (right by cross-validation: 70 % of them, against 77 %).
"""

from __future__ import annotations

import hashlib
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voice.nlu import sentence_vectors, word_vectors
from voice.nlu.features import Features
from voice.nlu.intents import Intents
from voice.nlu.kept_vectors import encoded
from voice.nlu.lessons import Lesson, lessons_of
from voice.nlu.vocabulary import stem
from voice.nlu.weights import Floats, Weights, keep, recall
from voice.nlu.word_vectors import blend
from voice.settings import ALONE, Learning

WIDTH = 8192
# Weights of a sentence's vectors beside all its other features together, chosen by cross-validation: of its words'
# vector, of the sentence's own, and of the words' where the sentence has none.
_WORDS, _SENTENCE, _ONLY_WORDS = 0.4, 0.7, 0.7
_TAUGHT_BY = (
    "learned", "teaching", "logistic", "odds", "clusters", "features", "evidence", "lessons", "templates", "normalise",
    "vocabulary", "word_vectors", "sentence_vectors", "kept_vectors", "pieces",
)  # fmt: skip
_PIECE = 0.6  # weight of a piece of a word beside the word itself
_STRANGE = 2.5  # how much a word never seen counts beside the rarest one: the talk may be of something else


class Learned:
    """Read-only after it is built."""

    def __init__(self, intents: Intents, learning: Learning = ALONE, *, taught: Sequence[Lesson] | None = None) -> None:
        """taught: None for all that `lessons_of` finds in the data."""
        self._data, self._taught = intents, taught
        self._features = Features(intents)
        self._intents = len(intents.intents)
        file, memory = learning.vectors.get(intents.language), learning.memory
        self._memory = memory
        self._vectors = word_vectors.load(file) if file else None
        folder = learning.sentences.get(intents.language)
        self._encoder = sentence_vectors.load(folder, memory) if folder else None
        key = self._key() if memory else ""
        weights = recall(memory, key) if memory else None
        if weights is None:
            weights = self._train()
            if memory:
                keep(memory, key, weights)
        self._numbers = {name: number for number, name in enumerate(weights.names)}
        self._rarity, self._table, self._centre = weights.rarity, weights.table, weights.centre
        self._unseen = float(np.log(1 + weights.lessons))
        self._column, self._sign = _hashed(weights.names)

    @cached_property
    def lessons(self) -> tuple[Lesson, ...]:
        """What it learned from; made only when it is asked for, since a start that remembers needs none."""
        return tuple(lessons_of(self._data) if self._taught is None else self._taught)

    def scores(self, said: Sequence[str]) -> Floats:
        """Log odds of each intent, the last one of elsewhere; all 0 where no word was ever seen."""
        known, norm = [], 1e-9
        for name in self._features.of(said):
            number = self._numbers.get(name)
            if number is not None:
                known.append(number)
                norm += float(self._rarity[number]) ** 2
            elif _is_word(name):
                norm += (_STRANGE * self._unseen) ** 2
        blend = self._blend(said, self._numbers, self._rarity, self._unseen)
        if not known and not blend.any():
            return np.zeros(self._intents + 1, np.float32)
        (meaning,) = self._meanings([said], blend[None])
        values = self._rarity[known] * self._sign[known] / np.float32(norm**0.5)
        found = values @ self._table[self._column[known]] + (meaning - self._centre) @ self._table[WIDTH:]
        return np.append(found[: self._intents], np.logaddexp.reduce(found[self._intents :])).astype(np.float32)

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

    def _key(self) -> str:
        """All that the weights depend on, as a hash: the sentences, the lists, this code."""
        code = [Path(__file__).with_name(f"{module}.py").read_bytes() for module in _TAUGHT_BY]
        from_files = self._taught is None and self._data.digest
        there = [vectors is not None for vectors in (self._vectors, self._encoder)]
        known = (self._data.digest, () if from_files else self.lessons, there, code)
        return hashlib.sha256(repr(known).encode()).hexdigest()[:32]

    def _train(self) -> Weights:
        rows = [self._features.of(lesson.said) for lesson in self.lessons]
        seen = Counter(name for row in rows for name in row)
        names = tuple(name for name, times in seen.items() if times > 1 or _is_word(name))  # a piece seen once is noise
        rarity = np.log((1 + len(rows)) / (1 + np.array([seen[name] for name in names], np.float32)))
        rarity = rarity * np.array([_PIECE if name.startswith("#") else 1.0 for name in names], np.float32)
        numbers = {name: number for number, name in enumerate(names)}
        known = [np.array([numbers[name] for name in row if name in numbers], np.int64) for row in rows]
        unseen = float(np.log(1 + len(rows)))
        blends = np.stack([self._blend(lesson.said, numbers, rarity, unseen) for lesson in self.lessons])
        meanings = self._meanings([lesson.said for lesson in self.lessons], blends, self._memory)
        centre = meanings.mean(axis=0)
        column, sign = _hashed(names)
        signed = rarity * sign
        taught = [(column[row], signed[row] / (np.linalg.norm(signed[row]) + 1e-9)) for row in known]
        from voice.nlu.teaching import solve  # what it needs takes long to import, and most starts only remember

        table = solve(taught, WIDTH, meanings - centre, self.lessons, self._intents)
        return Weights(names, rarity, table, centre, len(rows))

    def _blend(self, said: Sequence[str], numbers: Mapping[str, int], rarity: Floats, unseen: float) -> Floats:
        """The word vector of a sentence; the rarer a word, the more it counts."""
        told = self._features.telling(said)
        stems = {word: stem(word) for word in told}
        weights = {word: float(rarity[numbers[name]]) if name in numbers else unseen for word, name in stems.items()}
        return blend(self._vectors, {word: (weight**2, told[word]) for word, weight in weights.items()})

    def _meanings(self, every: Sequence[Sequence[str]], blends: Floats, memory: Path | None = None) -> Floats:
        """The vectors of sentences, those of their words before their own. memory: keeps the latter."""
        if self._encoder is None:
            return np.float32(_ONLY_WORDS) * blends
        wishes = [self._features.wish(said) for said in every]
        own = encoded(self._encoder, wishes, memory, self._data.language) if memory else self._encoder(wishes)
        return np.hstack([np.float32(_WORDS) * blends, np.float32(_SENTENCE) * own])


def _is_word(name: str) -> bool:
    return not name.startswith("#") and "+" not in name


def _hashed(names: Sequence[str]) -> tuple[NDArray[np.int64], Floats]:
    """The column of each feature and its sign there: features that share a column add up to nothing on the average."""
    codes = np.array([zlib.crc32(name.encode()) for name in names], dtype=np.int64)
    return codes % WIDTH, np.where(codes >> 16 & 1, 1, -1).astype(np.float32)
