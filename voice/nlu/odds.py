"""Log odds and what they say of chances."""

from __future__ import annotations

import numpy as np

from voice.nlu.weights import Floats


def chances(scores: Floats) -> Floats:
    """Log odds as probabilities that add up to 1 in each row."""
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    found: Floats = powers / powers.sum(axis=-1, keepdims=True)
    return found
