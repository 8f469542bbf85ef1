"""Could music be told from speech and noise by sound alone? Tried and not taken: docs/captions_measured.md says why.

    python bench/music.py FOLDER...    # recordings below each folder, and synthetic hums and noise

Counts spectral lines that stay on one frequency as long as notes do: neither always, as a hum does, nor by chance.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

RATE_HZ = 8_000
FFT, HOP = 1_024, 256
BAND_HZ = (100, 3_400)
AROUND_HZ = 330  # the surroundings that a line stands out of
LINE_DB = 6.0
WINDOW_S, STEP_S = 4.0, 1.0
ON = (0.1, 0.85)  # of a window's time, as notes are
CHANCE = 0.7  # how often a line comes and goes, to how often one that is there by chance does
NEAR = 8  # bins on either side that a line's time is compared with
CLEAREST = 5
MUSIC = 2.5

Samples = NDArray[np.float32]


def scores(sound: Samples) -> list[float]:
    """One for each second of `sound` (8 kHz) that has a whole window after it; 0 to 5."""
    if len(sound) < FFT:
        return []
    frames = np.lib.stride_tricks.sliding_window_view(sound, FFT)[::HOP] * np.hanning(FFT)
    low, high = (round(hz * FFT / RATE_HZ) for hz in BAND_HZ)
    level_db = 20 * np.log10(np.abs(np.fft.rfft(frames, axis=1))[:, low:high] + 1e-4)
    around = 2 * round(AROUND_HZ / 2 * FFT / RATE_HZ) + 1
    lines = level_db - uniform_filter1d(level_db, around, axis=1, mode="nearest") > LINE_DB
    window, step = int(WINDOW_S * RATE_HZ / HOP), int(STEP_S * RATE_HZ / HOP)
    return [_score(lines[start : start + window]) for start in range(0, len(lines) - window + 1, step)]


def _score(lines: NDArray[np.bool_]) -> float:
    on = lines.mean(axis=0)
    apart = FFT // HOP  # frames that share no sound
    changes = (lines[apart:] != lines[:-apart]).mean(axis=0) / np.maximum(2 * on * (1 - on), 1e-3)
    found = []
    for at in range(1, len(on) - 1):
        if on[at - 1] <= on[at] > on[at + 1] and ON[0] < on[at] < ON[1] and changes[at] < CHANCE:
            found.append(on[at] - max(on[max(0, at - NEAR) : at].min(), on[at + 1 : at + 1 + NEAR].min()))
    return float(sum(sorted(found)[-CLEAREST:]))


def hum(hz: float, wobble: float, noise: float, rng: np.random.Generator, seconds: int = 30) -> Samples:
    """A motor: harmonics of `hz`, its speed changing by the share `wobble` and back every 7 s."""
    at_s = np.arange(seconds * RATE_HZ) / RATE_HZ
    phase = 2 * np.pi * np.cumsum(hz * (1 + wobble * np.sin(2 * np.pi * 0.15 * at_s))) / RATE_HZ
    made = sum(0.1 * np.sin(n * phase + n) / n for n in range(1, 20)) + rng.normal(0, noise, len(at_s))
    return np.asarray(made, np.float32)


def read(path: Path) -> Samples:
    sound, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    return np.asarray(soxr.resample(sound[:, 0], rate_hz, RATE_HZ), np.float32)


def show(name: str, found: list[float]) -> None:
    values = np.array(found or [0.0])
    print(f"| {name} | {len(found)} | {values.max():.2f} | {np.mean(values >= MUSIC):.1%} |")


def main() -> None:
    for folder in map(Path, sys.argv[1:]):
        sounds = [read(path) for path in sorted(folder.rglob("*")) if path.suffix in (".wav", ".flac", ".gsm")]
        show(folder.name, scores(np.concatenate(sounds)) if sounds else [])
    rng = np.random.default_rng(0)
    show("white noise", scores(rng.normal(0, 0.1, 60 * RATE_HZ).astype(np.float32)))
    for wobble in (0.0, 0.005, 0.02, 0.05):
        motors = [(hz, noise) for hz in (50, 100, 120, 157, 230) for noise in (0.005, 0.02, 0.05, 0.1)]
        show(f"hum ± {wobble:.1%}", [s for hz, noise in motors for s in scores(hum(hz, wobble, noise, rng))])


if __name__ == "__main__":
    main()
