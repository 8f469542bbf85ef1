"""How the classifier is taught: from lessons as rows of numbers to the table of weights."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from voice.nlu import logistic
from voice.nlu.clusters import clusters
from voice.nlu.lessons import Lesson
from voice.nlu.weights import Floats

_KINDS = 8  # what lies elsewhere is of many kinds, each learned by itself
_OF_A_KIND = 20  # sentences at least
_WARY = 3.0  # weight of what lies elsewhere: to act on it is worse than to ask once more


def solve(
    features: Sequence[tuple[NDArray[np.int64], Floats]],
    width: int,
    meanings: Floats,
    taught: Sequence[Lesson],
    intents: int,
) -> Floats:
    """The table of weights: `width` rows and those of `meanings`, a column for each intent and each kind of elsewhere.

    features: for each lesson some columns of `width` and their values. meanings: lessons x numbers of a vector.
    """
    rows = logistic.sparse(features, width)
    owners = np.array([lesson.owner for lesson in taught], dtype=np.int64)
    denies = np.array([lesson.denies for lesson in taught], dtype=bool)
    trust = _trust(taught, owners, denies, intents + 1)
    elsewhere = owners == intents
    trust[elsewhere] *= _WARY
    kinds = max(1, min(_KINDS, int(elsewhere.sum()) // _OF_A_KIND))
    if kinds > 1:
        owners[elsewhere] += clusters(rows[elsewhere].toarray(), kinds)
    return logistic.fit(logistic.Rows(rows, meanings, owners, denies, trust), intents + kinds)


def _trust(taught: Sequence[Lesson], owners: NDArray[np.int64], denies: NDArray[np.bool_], classes: int) -> Floats:
    """The weight of each lesson: those of an intent that has few count somewhat more."""
    own = np.array([lesson.weight for lesson in taught], np.float32)
    total = np.bincount(owners, own * ~denies, classes)
    usual = total.sum() / max(1, np.count_nonzero(total))
    balance = np.sqrt(usual / np.maximum(total, 0.2 * usual + 1e-9))
    trust: Floats = (own * balance[owners]).astype(np.float32)
    return trust
