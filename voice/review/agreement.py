"""Do two reviewers of one call judge alike, more often than by chance? Cohen's kappa."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    n: int  # judgements that both gave
    observed: float  # share of them that are the same
    expected: float  # share that would be the same by chance, as often as each answers what
    kappa: float | None  # None: nothing to compare, or both gave one and the same answer always


def agreement(pairs: Sequence[tuple[Hashable, Hashable]]) -> Agreement:
    """The answers of the first and of the second reviewer to the same questions.

    Source: J. Cohen, A Coefficient of Agreement for Nominal Scales, 1960. Where chance alone would give full agreement,
    kappa is 0 / 0: nothing is known, and that is what None says.
    """
    n = len(pairs)
    if not n:
        return Agreement(n=0, observed=0.0, expected=0.0, kappa=None)
    same = sum(first == second for first, second in pairs)
    firsts = Counter(first for first, _ in pairs)
    seconds = Counter(second for _, second in pairs)
    by_chance = sum(firsts[answer] * seconds[answer] for answer in firsts)  # whole numbers: 0 / 0 is seen exactly
    kappa = None if by_chance == n * n else (same * n - by_chance) / (n * n - by_chance)
    return Agreement(n=n, observed=same / n, expected=by_chance / (n * n), kappa=kappa)
