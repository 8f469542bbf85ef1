"""Why might this caller be hard to hear? Level, noise and clipping of one line, from frames and verdicts. Pure.

On a telephone an ordinary voice comes at -26 dBFS, give or take 8 dB. One 16 dB softer loses its consonants in the
line's own noise; samples at the top of what the coding can carry were cut off before they came; and speech less than
some 10 dB over what is behind it is misheard by people and machines alike.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Literal

import numpy as np

from voice.audio.pcm import rms_dbfs
from voice.line import FRAME_MS, Pcm16

Verdict = Literal["fine", "quiet", "loud", "noisy"]
Bad = Literal["quiet", "loud", "noisy"]

SPEECH_MS, NOISE_MS = 3_000, 2_000  # the newest of each counts
LEAST_MS = 400  # of each: less says nothing about the line
CLIPPED = 31_000  # A-law ends at 32 256, mu-law at 32 124, and resampling makes ripples of flat tops


@dataclass(frozen=True, slots=True)
class Limit:
    """A fault begins over `bad` and is over under `good`, so that a line in between does not come and go."""

    bad: float
    good: float

    def exceeded(self, value: float, was_bad: bool) -> bool:
        return value > (self.good if was_bad else self.bad)


LOUD_NOISE_DBFS = -55.0  # of a room one notices; under it a caller close to the noise is just too soft

LIMITS: dict[Bad, Limit] = {
    "loud": Limit(bad=0.01, good=0.003),  # share of the speech's samples that are clipped
    # dB of the noise over the speech. 3 dB more than meant: in noise only the louder frames are taken for speech.
    "noisy": Limit(bad=-13.0, good=-16.0),
    "quiet": Limit(bad=42.0, good=39.0),  # dB of the speech under full scale
}


class Quality:
    """One caller's line, frame after frame, while the line itself is silent."""

    def __init__(self) -> None:
        self.verdict: Verdict = "fine"
        self._speech: deque[tuple[float, float]] = deque(maxlen=SPEECH_MS // FRAME_MS)  # (power, share clipped)
        self._noise_dbfs: deque[float] = deque(maxlen=NOISE_MS // FRAME_MS)

    def push(self, frame: Pcm16, speech: bool) -> None:
        """Take the next frame and whether it is the caller's speech."""
        dbfs = rms_dbfs(frame)
        if speech:
            clipped = float(np.count_nonzero(np.abs(frame.astype(np.int32)) >= CLIPPED)) / frame.size
            self._speech.append((10 ** (dbfs / 10), clipped))
        else:
            self._noise_dbfs.append(dbfs)

    @property
    def speech_dbfs(self) -> float:
        """Of the newest speech; with none at all, quieter than any."""
        power = np.mean([power for power, _ in self._speech]) if self._speech else 0.0
        return 10 * float(np.log10(max(float(power), 1e-12)))

    @property
    def noise_dbfs(self) -> float:
        """Of the line while nobody speaks: the median, since a word's soft end is in it too."""
        return float(np.median(self._noise_dbfs)) if self._noise_dbfs else float("-inf")

    @property
    def clipped(self) -> float:
        """Share of the newest speech's samples."""
        return float(np.mean([clipped for _, clipped in self._speech])) if self._speech else 0.0

    def judge(self) -> Verdict:
        """What is known by now; keeps its last verdict until there is enough sound to tell."""
        if len(self._speech) * FRAME_MS < LEAST_MS:
            return self.verdict
        speech_dbfs, noise_dbfs = self.speech_dbfs, self.noise_dbfs
        noticed = noise_dbfs > LOUD_NOISE_DBFS and len(self._noise_dbfs) * FRAME_MS >= LEAST_MS
        values: dict[Bad, float] = {
            "loud": self.clipped,
            "noisy": noise_dbfs - speech_dbfs if noticed else float("-inf"),
            "quiet": -speech_dbfs,
        }
        faults = (name for name, limit in LIMITS.items() if limit.exceeded(values[name], self.verdict == name))
        self.verdict = next(faults, "fine")
        return self.verdict
