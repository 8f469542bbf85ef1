"""How surely music is told from speech and noise by sound alone (docs/captions_measured.md).

python bench/music.py FOLDER...    # recordings below each folder, and synthetic hums and noise
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from voice.audio.pcm import to_int16
from voice.audio.resample import convert
from voice.line import HEARING_HZ, Pcm16
from voice.vad.music import MUSIC, scores

TELEPHONE_HZ = 8_000  # all is heard as if by telephone


def hum(hz: float, wobble: float, noise: float, rng: np.random.Generator, seconds: int = 30) -> Pcm16:
    """A motor: harmonics of `hz`, its speed changing by the share `wobble` and back every 7 s."""
    at_s = np.arange(seconds * TELEPHONE_HZ) / TELEPHONE_HZ
    phase = 2 * np.pi * np.cumsum(hz * (1 + wobble * np.sin(2 * np.pi * 0.15 * at_s))) / TELEPHONE_HZ
    return as_heard(sum(0.1 * np.sin(n * phase + n) / n for n in range(1, 20)) + rng.normal(0, noise, len(at_s)))


def as_heard(sound: NDArray[np.float64]) -> Pcm16:
    """sound: TELEPHONE_HZ, full scale 1."""
    return convert(to_int16(sound * 32_767), TELEPHONE_HZ, HEARING_HZ)


def read(path: Path) -> Pcm16:
    sound, rate_hz = soundfile.read(path, dtype="int16", always_2d=True)
    return convert(convert(np.ascontiguousarray(sound[:, 0]), rate_hz, TELEPHONE_HZ), TELEPHONE_HZ, HEARING_HZ)


def show(name: str, found: list[float]) -> None:
    values = np.array(found or [0.0])
    print(f"| {name} | {len(found)} | {values.max():.2f} | {np.mean(values >= MUSIC):.1%} |")


def main() -> None:
    for folder in map(Path, sys.argv[1:]):
        sounds = [read(path) for path in sorted(folder.rglob("*")) if path.suffix in (".wav", ".flac", ".gsm")]
        show(folder.name, [score for sound in sounds for score in scores(sound)])
    rng = np.random.default_rng(0)
    show("white noise", scores(as_heard(rng.normal(0, 0.1, 60 * TELEPHONE_HZ))))
    for wobble in (0.0, 0.005, 0.02, 0.05):
        motors = [(hz, noise) for hz in (50, 100, 120, 157, 230) for noise in (0.005, 0.02, 0.05, 0.1)]
        show(f"hum ± {wobble:.1%}", [s for hz, noise in motors for s in scores(hum(hz, wobble, noise, rng))])


if __name__ == "__main__":
    main()
