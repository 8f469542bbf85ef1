"""The shape of a sound, for drawing: how loud each moment was."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from voice.audio.pcm import FULL_SCALE

TOP = 99  # of a peak
FLOOR_DB = 54.0  # so far under full scale a peak is drawn as nothing


def peaks(frames: npt.NDArray[np.int16], step: int) -> npt.NDArray[np.uint8]:
    """frames: shape (n, channels). For every `step` frames, the last ones too, each channel's loudest sample on a scale
    of decibels, 0..TOP: shape (ceil(n / step), channels)."""
    count = -(-len(frames) // step)
    padded = np.zeros((count * step, frames.shape[1]), dtype=np.int32)
    padded[: len(frames)] = frames
    loudest = np.abs(padded).reshape(count, step, frames.shape[1]).max(axis=1)
    with np.errstate(divide="ignore"):
        db = 20 * np.log10(loudest / FULL_SCALE)
    shape: npt.NDArray[np.uint8] = np.rint(np.clip(1 + db / FLOOR_DB, 0, 1) * TOP).astype(np.uint8)
    return shape
