"""Three evidences in one confidence: a phrase inside free speech, a rule of words, and what the classifier learned.

An intent is believed by how far it stands above the next best meaning and above nothing: `_FLOOR`, which talk of
nothing in particular may reach, and what speaks for a meaning elsewhere. The constants were chosen by cross-validation
on the examples and on lists/elsewhere.yaml, so that about 2 % of the latter would be acted on.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping

from voice.nlu.weights import Floats

SURE = 0.75  # from here on go on without asking
UNSURE = 0.45  # below: not understood, nothing is returned

_FLOOR = 0.32
_STEEP = 8.0
_PHRASE = 0.5
_COVERED = 0.5  # a phrase that covers less of the sentence than this says nothing
_RULE = 0.45
_OUTSIDE = 0.1  # a state expects its own intents rather than others
_NEVER = -1.0
_NEAR = 0.15  # a meaning this little behind the best is worth asking about
_MOST = 0.97  # only a whole phrase is certain


def beliefs(
    learned: Floats,
    phrases: Mapping[int, float],
    rules: Mapping[int, float],
    owners: Collection[int],
    never: Collection[int],
) -> dict[int, float]:
    """How far each intent of `owners` stands above its best rival, in units of evidence; above 0 it is the best.

    learned: the classifier's scores of all intents and, last, of elsewhere. phrases, rules: confidences 0..1.
    Intents that are not among `owners` are rivals too: something else may be meant, which this state does not expect.
    """
    weights = [float(score) for score in learned[:-1]]
    for owner, confidence in phrases.items():
        weights[owner] += _PHRASE * max(0.0, confidence - _COVERED) / (1 - _COVERED)
    for owner, confidence in rules.items():
        weights[owner] += _RULE * confidence
    for owner in range(len(weights)):
        if owner in never:
            weights[owner] = _NEVER
        elif owner not in owners:
            weights[owner] -= _OUTSIDE
    nothing = _FLOOR + max(0.0, float(learned[-1]))
    first, second = ([*sorted(weights, reverse=True), nothing, nothing])[:2]
    return {owner: weights[owner] - max(nothing, second if weights[owner] == first else first) for owner in owners}


def confidences(ahead: Mapping[int, float]) -> dict[int, float]:
    """What may be acted on (from SURE up) or asked about (from UNSURE up): at most one, or one with its near rivals."""
    best = max(ahead.values(), default=-1.0)
    top = _confidence(best)
    if top < UNSURE:
        return {}
    if top >= SURE:
        return {owner: top for owner, by in ahead.items() if by == best}
    return {owner: max(UNSURE, _confidence(by)) for owner, by in ahead.items() if by > -_NEAR}


def _confidence(ahead: float) -> float:
    return min(_MOST, 1 / (1 + math.exp(-_STEEP * ahead)))
