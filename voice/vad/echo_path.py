"""How the line's sound comes back in one call, learned while it does, and what it leaves unexplained.

An adaptive filter in the frequency domain. The step of each frequency is held by what the filter leaves there, as a
Kalman filter's is: a caller who speaks over the echo does not spoil what was learned from it. What was learned before
cannot explain a caller, so that little of it is proof enough; the comparison by delays has to find its delay in the
very sound it judges.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Signal = npt.NDArray[np.float64]
Spectrum = npt.NDArray[np.complex128]

SMOOTH = np.ones(33) / 33  # neighbouring frequencies: one alone is chance
LEAST = 1.0  # power of any frequency that is worth a thought
UNKNOWN = 1e-4  # power of an answer nobody has heard yet: -40 dB


class EchoPath:
    """A filter of `taps` samples over windows that overlap; `size` is that of their Fourier transform."""

    def __init__(self, taps: int, size: int) -> None:
        self._taps, self._size = taps, size
        self._answer: Spectrum = np.zeros(size // 2 + 1, np.complex128)

    def left(self, heard: Signal, played: Spectrum) -> Signal:
        """What is heard without the echo that is expected, same shape.

        played: the spectrum of what was played up to the end of `heard`, from `taps` samples before its beginning.
        """
        return heard - np.fft.irfft(played * self._answer, self._size)[self._taps : self._taps + len(heard)]

    def learn(self, heard: Signal, played: Spectrum) -> None:
        """What is left of this window, as far as the line can be behind it, was foretold wrongly."""
        left = np.concatenate((np.zeros(self._taps), self.left(heard, played)))
        rest: Spectrum = np.fft.rfft(left, self._size)
        power, unexplained = _smooth(played), _smooth(rest)
        expected = (_smooth(self._answer) + UNKNOWN) * power
        step = expected / (expected + unexplained + LEAST) / (power + LEAST)
        change = np.fft.irfft(step * played.conj() * rest, self._size)
        change[self._taps :] = 0.0
        self._answer += np.fft.rfft(change)


def _smooth(spectrum: Spectrum) -> Signal:
    smooth: Signal = np.convolve(np.abs(spectrum) ** 2, SMOOTH, "same")
    return smooth
