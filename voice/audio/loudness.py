"""How loud somebody speaks, whatever pauses he makes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Wave = npt.NDArray[np.float64]

_FRAMES_A_SECOND = 50
_DEEP = 1000  # times less power than the loudest frame's: a pause


def level(sound: Wave, rate_hz: int) -> float:
    """RMS of the 20 ms frames within 30 dB of the loudest: of speech without its pauses."""
    frame = rate_hz // _FRAMES_A_SECOND
    power = np.mean(sound[: len(sound) // frame * frame].reshape(-1, frame) ** 2, axis=1)
    return float(np.sqrt(np.mean(power[power > power.max() / _DEEP])))


def at_level(sound: Wave, dbfs: float, rate_hz: int) -> Wave:
    """The sound, mono, at a level relative to the loudest int16 sample."""
    louder: Wave = sound * (32768 * 10 ** (dbfs / 20) / level(sound, rate_hz))
    return louder
