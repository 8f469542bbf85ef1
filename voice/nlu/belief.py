"""Three evidences in one probability: a phrase inside free speech, a rule of words, and what the classifier learned.

They add up as log odds; the probabilities of all intents and of elsewhere are 1 together. The constants were chosen by
cross-validation, on sentences that others had written than the rules and phrases.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from voice.nlu.odds import chances
from voice.nlu.weights import Floats

SURE = 0.75  # from here on go on without asking
UNSURE = 0.45  # below: not understood, nothing is returned

_SHARP = 1.8  # the classifier, which is held back while it learns, is too modest
_ELSEWHERE = 2.0  # the callers' talk of other things is more various than any list of it
_PHRASE = 1.0
_COVERED = 0.5  # a phrase that covers less of the sentence than this says nothing
_RULE = 1.0
_OUTSIDE = 1.5  # a state expects its own intents rather than others
_NEVER = -30.0
_ACT = 0.5  # a probability from which on acting is worth the risk
_AHEAD = 1.5  # if the next one is this many times less likely,
_DOUBT = 0.05  # and elsewhere no more likely than this: otherwise it is asked
_ASK = 0.33  # and one from which on it is worth a question
_ASK_BOTH = 0.5  # or what the best two have together, when elsewhere is less likely than either
_TOO_FAR = 0.3  # but elsewhere that is more likely than this is not understood
_NEAR = 3.0  # a meaning this many times less likely than the best is asked about with it
_BESIDE = 0.1  # such a rival's confidence is this little below the best one's
_ALMOST = 0.74
_MOST = 0.97  # only a whole phrase is certain


@dataclass(frozen=True, slots=True)
class Belief:
    """shares: the probability of each intent that is expected. elsewhere: that what is said means none of ours."""

    shares: Mapping[int, float]
    elsewhere: float


def believe(
    learned: Floats,
    phrases: Mapping[int, float],
    rules: Mapping[int, float],
    owners: Collection[int],
    never: Collection[int],
) -> Belief:
    """Weigh what speaks for each intent of `owners`.

    learned: the classifier's log odds of all intents and, last, of elsewhere. phrases: confidences 0..1. rules: the
    same, or below 0 for what is refused. Intents that are not among `owners` have their share too: something else may
    be meant, which this state does not expect.
    """
    odds = np.float32(_SHARP) * learned
    odds[-1] += _ELSEWHERE
    for owner, confidence in phrases.items():
        odds[owner] += _PHRASE * max(0.0, confidence - _COVERED) / (1 - _COVERED)
    for owner, confidence in rules.items():
        odds[owner] += _RULE * confidence
    for owner in range(len(odds) - 1):
        if owner in never:
            odds[owner] = _NEVER
        elif owner not in owners:
            odds[owner] -= _OUTSIDE
    shares = chances(odds)
    return Belief({owner: float(shares[owner]) for owner in owners}, float(shares[-1]))


def confidences(belief: Belief) -> dict[int, float]:
    """What may be acted on (from SURE up) or asked about (from UNSURE up): at most one, or one with its near rivals."""
    best, second = ([*sorted(belief.shares.values(), reverse=True), 0.0, 0.0])[:2]
    both = best + second >= _ASK_BOTH and second > belief.elsewhere
    if (best < _ASK and not both) or belief.elsewhere > _TOO_FAR:
        return {}
    if best >= max(_ACT, _AHEAD * second) and belief.elsewhere <= _DOUBT:
        return {min(owner for owner, share in belief.shares.items() if share == best): _confidence(best)}
    least = max(UNSURE, _confidence(min(best, _ACT)) - _BESIDE)
    return {
        owner: min(_ALMOST, max(least, _confidence(share)))
        for owner, share in belief.shares.items()
        if share * _NEAR >= best
    }


def _confidence(share: float) -> float:
    """A probability on the scale that has SURE at _ACT and UNSURE at _ASK."""
    if share >= _ACT:
        return SURE + (_MOST - SURE) * (share - _ACT) / (1 - _ACT)
    return _ALMOST - (SURE - UNSURE) * (_ACT - share) / (_ACT - _ASK)
