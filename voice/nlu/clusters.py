"""Rows of features in groups of their like: spherical k-means, the same at every start."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voice.nlu.weights import Floats

_ROUNDS = 10


def clusters(rows: Floats, most: int) -> NDArray[np.int64]:
    """The group of each row, 0..most - 1. rows: of length 1 each."""
    centres = rows[np.linspace(0, len(rows) - 1, most).astype(np.int64)]
    group = np.zeros(len(rows), np.int64)
    for _ in range(_ROUNDS):
        group = (rows @ centres.T).argmax(axis=1)
        sums = np.stack([rows[group == k].sum(axis=0) for k in range(most)])
        centres = sums / (np.linalg.norm(sums, axis=1, keepdims=True) + 1e-9)
    return group
