"""The line's own sound as the caller hears it, on the clock of the caller's sound."""

from __future__ import annotations

import numpy as np

from voice.line import FRAME_MS, HEARING_HZ, Pcm16

FRAME = HEARING_HZ * FRAME_MS // 1000
SILENCE: Pcm16 = np.zeros(FRAME, np.int16)
UNEVEN_MS = 300  # by so much, at most, the caller's sound may come later than the line's


class Played:
    """What sounds now, frame by frame: put by the mouth a moment before it sounds, taken by the ears as they hear.

    The two clocks are never even. What the ears miss because it comes late moves all after it, and stays moved: from
    one saying to the next a frame is taken by the same time after it was put, so that an echo keeps its delay.
    """

    def __init__(self, *, limit_ms: int = 1_000) -> None:
        self._limit = limit_ms * HEARING_HZ // 1000
        self._sound: Pcm16 = np.zeros(0, np.int16)
        self._missed = 0  # samples that were asked for and were not there, since the last were put

    def put(self, pcm: Pcm16, silent_ms: float = 0.0) -> None:
        """pcm: any number of samples, 16 000 Hz; the line was silent for `silent_ms` before them."""
        silent = round(min(max(0.0, silent_ms - self._missed * 1000 / HEARING_HZ), UNEVEN_MS) * HEARING_HZ / 1000)
        self._missed = 0
        self._sound = np.concatenate((self._sound, np.zeros(silent, np.int16), pcm))[-self._limit :]

    def upcoming(self, samples: int) -> Pcm16:
        """What is taken after this, as far as it was put; silence behind it."""
        known = self._sound[:samples]
        return np.concatenate((known, np.zeros(samples - len(known), np.int16)))

    def take(self) -> Pcm16:
        """The next frame of 20 ms; silence when the line is silent."""
        frame, self._sound = self._sound[:FRAME], self._sound[FRAME:]
        self._missed += FRAME - len(frame)
        return np.concatenate((frame, SILENCE[len(frame) :]))
