"""The line's own sound as the caller hears it, on the clock of the caller's sound."""

from __future__ import annotations

from collections import deque

import numpy as np

from voice.line import FRAME_MS, HEARING_HZ, Pcm16

FRAME = HEARING_HZ * FRAME_MS // 1000
SILENCE: Pcm16 = np.zeros(FRAME, np.int16)


class Played:
    """What sounds now, frame by frame: put by the mouth when it sounds, taken by the ears as they hear."""

    def __init__(self, *, limit_ms: int = 1_000) -> None:
        self._frames: deque[Pcm16] = deque(maxlen=limit_ms // FRAME_MS)
        self._rest: Pcm16 = np.zeros(0, np.int16)

    def put(self, pcm: Pcm16) -> None:
        """pcm: any number of samples, 16 000 Hz."""
        self._rest = np.concatenate([self._rest, pcm])
        while len(self._rest) >= FRAME:
            self._frames.append(self._rest[:FRAME])
            self._rest = self._rest[FRAME:]

    def take(self) -> Pcm16:
        """The next frame of 20 ms; silence when the line is silent."""
        return self._frames.popleft() if self._frames else SILENCE
