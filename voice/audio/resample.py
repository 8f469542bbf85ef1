"""Sound from one rate to another, as it arrives; the only importer of soxr.

soxr's own stream hands sound out in large blocks: measured at 8 -> 16 kHz, 12 to 115 ms late (64 ms on average), 30 ms
in its variable-rate mode. So each short block goes through its one-shot converter together with the sound around it:
5 ms late, 55 dB or more from converting the whole at once. A call of it costs about 35 microseconds however little it
converts, so whoever can wait takes longer blocks.
"""

from __future__ import annotations

from math import gcd

import numpy as np
import soxr

from voice.audio.pcm import to_int16
from voice.errors import BadAudio
from voice.line import Pcm16

BLOCK_MS = 10
BEFORE_MS, AFTER_MS = 15, 5  # of neighbouring sound: most of the filter's reach; more AFTER is more delay
RATES_HZ = range(4_000, 192_001)


def convert(pcm: Pcm16, from_hz: int, to_hz: int) -> Pcm16:
    """A whole piece at once."""
    if from_hz == to_hz:
        return pcm
    return to_int16(soxr.resample(pcm.astype(np.float32), from_hz, to_hz, quality="HQ"))


class Resampler:
    """A stream of sound, any cut; the same rate twice passes it through.

    Delay: AFTER_MS, plus up to a block while one fills. A block holds a whole number of samples at both rates, so
    22.05 kHz makes the shortest 20 ms.
    """

    def __init__(self, from_hz: int, to_hz: int, *, block_ms: int = BLOCK_MS) -> None:
        """Raises BadAudio for a rate no sound has."""
        for rate_hz in (from_hz, to_hz):
            if rate_hz not in RATES_HZ:
                raise BadAudio(f"sound cannot have a rate of {rate_hz} Hz")
        self.from_hz, self.to_hz = from_hz, to_hz
        common = gcd(from_hz, to_hz)
        self._step_in, self._step_out = from_hz // common, to_hz // common
        self._block = self._whole_steps(block_ms)
        self._before = self._whole_steps(BEFORE_MS)
        self._after = AFTER_MS * from_hz // 1000
        self._start()

    def prime(self) -> None:
        """Begin with AFTER_MS of silence, so that each block gives one at once and does not wait for the next."""
        self.push(np.zeros(self._after, dtype=np.int16))

    def push(self, pcm: Pcm16) -> Pcm16:
        """Take samples at `from_hz`, return those at `to_hz` that are ready."""
        if self.from_hz == self.to_hz:
            return pcm
        self._taken += len(pcm)
        return self._advance(pcm)

    def flush(self) -> Pcm16:
        """The end: return what was held back and begin anew. In total, taken * to_hz / from_hz samples come out."""
        if self.from_hz == self.to_hz:
            return np.zeros(0, dtype=np.int16)
        owed = -(-self._taken * self._step_out // self._step_in) - self._given
        tail = self._advance(np.zeros(self._after + self._block, dtype=np.int16))[:owed]
        self._start()
        return tail

    def _start(self) -> None:
        self._window: Pcm16 = np.zeros(self._before, dtype=np.int16)
        self._taken = self._given = 0

    def _advance(self, pcm: Pcm16) -> Pcm16:
        self._window = np.concatenate((self._window, pcm))
        need = self._before + self._block + self._after
        ready: list[Pcm16] = []
        first = self._before // self._step_in * self._step_out
        last = first + self._block // self._step_in * self._step_out
        while len(self._window) >= need:
            ready.append(convert(self._window[:need], self.from_hz, self.to_hz)[first:last])
            self._window = self._window[self._block :]
        made = np.concatenate(ready) if ready else np.zeros(0, dtype=np.int16)
        self._given += len(made)
        return made

    def _whole_steps(self, ms: int) -> int:
        wanted = ms * self.from_hz // 1000
        return -(-wanted // self._step_in) * self._step_in
