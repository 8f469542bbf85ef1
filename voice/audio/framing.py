"""Sound cut in any way to frames of one length."""

from __future__ import annotations

import numpy as np

from voice.line import Pcm16


class Reframer:
    """Collects samples and gives them back `frame_samples` at a time; how they arrived does not show."""

    def __init__(self, frame_samples: int) -> None:
        self.frame_samples = frame_samples
        self.rest: Pcm16 = np.zeros(0, dtype=np.int16)  # what does not fill a frame yet

    def push(self, pcm: Pcm16) -> list[Pcm16]:
        """Take any number of samples; return the frames, shape (frame_samples,), that are now full."""
        joined = np.concatenate((self.rest, pcm))  # a copy: the caller may reuse its buffer
        full = len(joined) // self.frame_samples * self.frame_samples
        self.rest = joined[full:]
        return [joined[at : at + self.frame_samples] for at in range(0, full, self.frame_samples)]
