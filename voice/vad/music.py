"""Is it music? Spectral lines that stay on one frequency as long as notes do: not always, as a hum does, nor by chance.

It is asked only of sound in which no word was found. A motor that changes its speed may be taken for music.
docs/captions_measured.md has what was measured, `bench/music.py` measures it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voice.line import HEARING_HZ, Pcm16

FFT, HOP = 2_048, 512
BAND_HZ = (100, 3_400)
AROUND_HZ = 330  # the surroundings that a line stands out of
LINE_DB = 6.0
WINDOW_S, STEP_S = 4.0, 1.0
ON = (0.1, 0.85)  # of a window's time, as notes are
CHANCE = 0.7  # how often a line comes and goes, to how often one that is there by chance does
NEAR = 8  # bins on either side that a line's time is compared with
CLEAREST = 5
MUSIC = 2.5
MOSTLY = 0.5


def is_music(pcm: Pcm16) -> bool:
    """pcm: 16 000 Hz, shape (n,); less than WINDOW_S is never music."""
    found = scores(pcm)
    return bool(found) and sum(score >= MUSIC for score in found) >= MOSTLY * len(found)


def scores(pcm: Pcm16) -> list[float]:
    """One for each second that has a whole window after it, 0 to CLEAREST."""
    window, step = int(WINDOW_S * HEARING_HZ / HOP), int(STEP_S * HEARING_HZ / HOP)
    if len(pcm) < FFT + (window - 1) * HOP:
        return []
    frames = np.lib.stride_tricks.sliding_window_view(pcm, FFT)[::HOP] * np.hanning(FFT).astype(np.float32)
    low, high = (round(hz * FFT / HEARING_HZ) for hz in BAND_HZ)
    level_db = 20 * np.log10(np.abs(np.fft.rfft(frames, axis=1))[:, low:high] + 1.0)
    lines = level_db - _smoothed(level_db, 2 * round(AROUND_HZ / 2 * FFT / HEARING_HZ) + 1) > LINE_DB
    return [_score(lines[start : start + window]) for start in range(0, len(lines) - window + 1, step)]


def _smoothed(rows: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """Each value as the mean of the `width` around it, the ends gone on with."""
    padded = np.pad(rows, ((0, 0), (width // 2 + 1, width // 2)), mode="edge")
    sums = np.cumsum(padded, axis=1)
    return (sums[:, width:] - sums[:, :-width]) / width


def _score(lines: NDArray[np.bool_]) -> float:
    on = lines.mean(axis=0)
    apart = FFT // HOP  # frames that share no sound
    changes = (lines[apart:] != lines[:-apart]).mean(axis=0) / np.maximum(2 * on * (1 - on), 1e-3)
    found = []
    for at in range(1, len(on) - 1):
        if on[at - 1] <= on[at] > on[at + 1] and ON[0] < on[at] < ON[1] and changes[at] < CHANCE:
            found.append(on[at] - max(on[max(0, at - NEAR) : at].min(), on[at + 1 : at + 1 + NEAR].min()))
    return float(sum(sorted(found)[-CLEAREST:]))
