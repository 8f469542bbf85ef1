"""Multinomial logistic regression by L-BFGS: the same rows give the same table, within a few looks at all of them.

Source: Nocedal and Wright, Numerical Optimization, algorithms 7.4 and 3.1.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from voice.nlu.odds import chances
from voice.nlu.weights import Floats

_RIDGE = 0.007  # together for all rows: chosen by cross-validation
_STEPS = 32  # more change the loss by less than a hundredth
_REMEMBERED = 8
_ENOUGH = 1e-4  # of the slope that a step has to gain
_SHORTER = 0.4
_SHORTEST = 1e-3
_CERTAIN = 1e-3  # a denied row that is believed more than all but this pulls no harder


@dataclass(frozen=True, slots=True)
class Rows:
    """sparse, dense: rows x columns each, together the features; in the first nearly all are 0.

    owners: the class of each row, or, where `denies`, the class it is not of. trust: the weight of each row.
    """

    sparse: csr_array
    dense: Floats
    owners: NDArray[np.int64]
    denies: NDArray[np.bool_]
    trust: Floats

    def odds(self, table: Floats) -> Floats:
        """rows x classes."""
        few = self.sparse.shape[1]
        found: Floats = self.sparse @ table[:few] + self.dense @ table[few:]
        return found

    def pulled(self, pull: Floats) -> Floats:
        """What the rows together make of the table when each pulls at its classes: columns x classes."""
        return np.vstack([self.sparse.T @ pull, self.dense.T @ pull])


def sparse(rows: Iterable[tuple[NDArray[np.int64], Floats]], width: int) -> csr_array:
    """Rows of columns and their values, as one; values of the same column add up."""
    columns, values = zip(*rows, strict=True)
    ends = np.cumsum([0, *map(len, columns)])
    table = csr_array((np.concatenate(values), np.concatenate(columns), ends), (len(columns), width))
    table.sum_duplicates()
    return table


def fit(rows: Rows, classes: int) -> Floats:
    """The table, columns (the sparse before the dense) x classes: a row of features times it gives the log odds."""
    table = np.zeros((rows.sparse.shape[1] + rows.dense.shape[1], classes), np.float32)
    trust = rows.trust / rows.trust.sum()
    loss, slope = _loss(rows, trust, table)
    moves: deque[tuple[Floats, Floats]] = deque(maxlen=_REMEMBERED)
    for _ in range(_STEPS):
        way = _way(slope, moves)
        gain, length = _dot(slope, way), 1.0
        while True:
            other = table - np.float32(length) * way
            other_loss, other_slope = _loss(rows, trust, other)
            if other_loss <= loss - _ENOUGH * length * gain or length < _SHORTEST:
                break
            length *= _SHORTER
        if other_loss >= loss:
            break
        moves.append((other - table, other_slope - slope))
        table, loss, slope = other, other_loss, other_slope
    return table


def _loss(rows: Rows, trust: Floats, table: Floats) -> tuple[float, Floats]:
    """How unlikely what is known of the rows is by this table, and its slope."""
    each = np.arange(len(rows.owners))
    pull = chances(rows.odds(table))
    own = pull[each, rows.owners].copy()
    likely = np.where(rows.denies, np.maximum(1 - own, _CERTAIN), np.maximum(own, 1e-12))
    ridge = _RIDGE / len(each)
    pull[each, rows.owners] -= 1
    pull *= (trust * np.where(rows.denies, -own / np.maximum(1 - own, _CERTAIN), 1))[:, None].astype(np.float32)
    slope = rows.pulled(pull) + np.float32(ridge) * table
    return float(-(trust * np.log(likely)).sum()) + ridge / 2 * _dot(table, table), slope


def _way(slope: Floats, moves: deque[tuple[Floats, Floats]]) -> Floats:
    """The slope as the moves so far have bent it."""
    way, parts = slope.copy(), []
    for move, change in reversed(moves):
        part = _dot(move, way) / _dot(move, change)
        parts.append(part)
        way -= np.float32(part) * change
    if moves:
        move, change = moves[-1]
        way *= np.float32(_dot(move, change) / _dot(change, change))
    else:
        way /= max(float(np.abs(slope).max()), 1e-9)
    for (move, change), part in zip(moves, reversed(parts), strict=True):
        way += np.float32(part - _dot(change, way) / _dot(move, change)) * move
    return way


def _dot(one: Floats, other: Floats) -> float:
    return float(np.vdot(one, other))
