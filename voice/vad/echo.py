"""Is the caller's sound our own voice, coming back from a loudspeaker?

The last half second that was heard is looked for in what was played up to half a second earlier: as a normalised
cross-correlation, whitened, in a band every loudspeaker and telephone carries. It is looked for in what sounds next,
too: when that sounds is reckoned, and a near telephone may be a moment before it. A room smears its answer over some
milliseconds, so the energy of neighbouring lags counts together. The line's own noise is no part of what has to be
explained, and bands in which it is louder than the echo hardly count: a weak echo would drown in it.

A call whose echo has been heard for a while is listened to more strictly. A second delay near the first counts with
it, because a network loses its step and a reverberant room has no first path that stands out; on a line without an
echo that would make the guard deaf to the first syllables of some callers. And the room's whole answer, learned
meanwhile, foretells what comes back next (`echo_path`).
"""

from __future__ import annotations

from collections import deque

import numpy as np

from voice.line import FRAME_MS, HEARING_HZ, Pcm16
from voice.vad.echo_path import EchoPath, Signal, Spectrum

BAND_HZ = 4_000  # rate the comparison runs at: sound up to 2 kHz
WINDOW_MS = 480
LATEST_MS = 480
EARLY_MS = 60  # before the line reckons that it sounds: a telephone that holds little back, after a delay on the way
SPREAD_MS = 8  # of a room's answer that counts as one
ECHO, KNOWN_ECHO = 0.5, 0.65  # how echoes and callers score, by one delay and by two: docs/recognition.md
FORETOLD = 0.5  # of the newest sound
NEAR_MS = 24  # the second delay
KNOWN_MS, SURE_MS = 300, 1_000  # of echo more than of anything else make a call that echoes; at most so much is counted
FLOOR = 0.1  # of the mean power: bands weaker than that carry little, and are not whitened in full
NEWEST_MS = 100  # of what is heard, compared with what the learned path foretells
LEARN_MS = 80  # apart: windows that overlap still more teach the path little
NOISE_MS = 2_000  # the softest frame of this long is the noise
NOISE_RMS = 30.0  # what never falls below is somebody or something in the room, and has to be explained
LEAST = 0.25  # of what is heard has to be, however noisy
QUIET = 4.0  # mean amplitude of a window that holds nothing, not even the first moment of an echo

EARLY = HEARING_HZ * EARLY_MS // 1000

_STEP = HEARING_HZ // BAND_HZ
_FRAME = BAND_HZ * FRAME_MS // 1000
_HEARD = BAND_HZ * WINDOW_MS // 1000
_LAGS = BAND_HZ * (LATEST_MS + EARLY_MS) // 1000
_PLAYED = _HEARD + _LAGS
_FFT = 4096
_NEWEST = BAND_HZ * NEWEST_MS // 1000
_SPREAD = BAND_HZ * SPREAD_MS // 1000
_NEAR = BAND_HZ * NEAR_MS // 1000
_DIFFERENCE = 4 * np.sin(np.linspace(0, np.pi, _FFT // 2 + 1) / 2) ** 2  # what np.diff does to the power of white noise


class EchoGuard:
    """One call's two directions, frame by frame; run it only while the line speaks."""

    def __init__(self) -> None:
        self._echoed_ms = 0
        self._powers: deque[float] = deque(maxlen=NOISE_MS // FRAME_MS)
        self._frames = 0
        self._path, self._unasked = EchoPath(_LAGS, _FFT), 0  # frames since a voice was heard
        self.reset()

    def reset(self) -> None:
        """Forget what sounded, not whether this call echoes: the line begins to speak."""
        self._heard, self._played = np.zeros(_HEARD), np.zeros(_PLAYED - EARLY // _STEP)
        self._upcoming: Pcm16 = np.zeros(EARLY, np.int16)
        self._is_echo: bool | None = False

    @property
    def is_echo(self) -> bool:
        """Of the last frame; compared only when asked: it costs 0.3 ms."""
        self._unasked = 0
        if self._is_echo is None:
            self._is_echo = self._compare()
        return self._is_echo

    def push(self, heard: Pcm16, played: Pcm16, upcoming: Pcm16) -> None:
        """Take the next 20 ms of both directions at 16 000 Hz, shape (320,); they sounded at the same moment.

        upcoming: what the line sounds next, shape (EARLY,), silence where it is not known.
        """
        narrow = _narrow(heard)
        self._powers.append(float(np.mean(narrow**2)))
        self._heard = np.concatenate((self._heard[_FRAME:], narrow))
        self._played = np.concatenate((self._played[_FRAME:], _narrow(played)))
        self._upcoming = upcoming
        self._is_echo = None
        self._frames += 1
        self._unasked += 1
        if self._unasked * FRAME_MS <= WINDOW_MS and self._frames % (LEARN_MS // FRAME_MS) == 0:
            self._path.learn(*self._compared())

    def _compare(self) -> bool:
        if np.abs(self._heard).mean() < QUIET or np.abs(self._played).mean() < QUIET:
            return False
        noise = min(*self._powers, NOISE_RMS**2)
        heard, played = self._compared()
        one, two = _explained(heard, played, noise)
        known = self._echoed_ms >= KNOWN_MS
        step_ms = FRAME_MS if two >= KNOWN_ECHO else -FRAME_MS
        self._echoed_ms = min(max(0, self._echoed_ms + step_ms), SURE_MS)
        return one >= ECHO or (known and two >= KNOWN_ECHO) or self._foretold(heard, played, noise) >= FORETOLD

    def _compared(self) -> tuple[Signal, Spectrum]:
        """What is heard, and the spectrum of what was played; as differences, in which high frequencies count too."""
        played = np.concatenate((self._played, _narrow(self._upcoming)))
        return np.diff(self._heard), np.fft.rfft(np.diff(played), _FFT)

    def _foretold(self, heard: Signal, played: Spectrum, noise: float) -> float:
        """Share of the newest sound that what the learned path explains, at most 1."""
        left = self._path.left(heard, played)
        noise_energy = noise * 2 * _NEWEST
        energy, unexplained = (float(np.sum(sound[-_NEWEST:] ** 2)) for sound in (heard, left))
        return 1 - max(unexplained - noise_energy, 0.0) / max(energy - noise_energy, energy * LEAST)


def _narrow(frame: Pcm16) -> Signal:
    narrow: Signal = frame.reshape(-1, _STEP).mean(axis=1)
    return narrow


def _explained(heard: Signal, played_spectrum: Spectrum, noise: float) -> tuple[float, float]:
    """Share of what is heard that what was played explains, 0..1: by one delay, and by two that are near each other.

    noise: mean power of the line's noise, taken for white; it is left out.
    """
    heard_spectrum = np.fft.rfft(heard, _FFT)
    # Not by the heard: that would lift the echo out of bands the caller leaves free.
    weight = _whitening(played_spectrum, noise / _gain(heard_spectrum, played_spectrum, noise))
    heard_spectrum, played_spectrum = heard_spectrum * weight, played_spectrum * weight
    likeness = np.fft.irfft(played_spectrum * heard_spectrum.conj(), _FFT)[: _LAGS + 1]
    heard_energy = float(np.sum(np.abs(heard_spectrum) ** 2)) * 2 / _FFT  # by Parseval
    noise_energy = noise * _HEARD * float(np.mean(_DIFFERENCE * weight**2))
    heard_energy = max(heard_energy - noise_energy, heard_energy * LEAST)
    sums = np.concatenate(([0.0], np.cumsum(np.fft.irfft(played_spectrum, _FFT) ** 2)))
    played_energy = sums[_HEARD : _HEARD + _LAGS + 1] - sums[: _LAGS + 1]  # of the piece at each lag
    alike = likeness**2 / np.maximum(played_energy, 0.1 * played_energy.max())
    together = np.convolve(alike, np.ones(_SPREAD), "same")
    at = int(together.argmax())
    one = float(together[at])
    near = slice(max(0, at - _NEAR), at + _NEAR + 1)
    together[max(0, at - _SPREAD) : at + _SPREAD + 1] = 0.0
    two = one + float(together[near].max())
    return min(1.0, one / heard_energy), min(1.0, two / heard_energy)


def _gain(heard: Spectrum, played: Spectrum, noise: float) -> float:
    """Power of what is heard, without the noise, over that of what was played; never so little that noise is all."""
    heard_power, played_power = (float(np.mean(np.abs(one) ** 2)) for one in (heard, played))
    noise_power = 2 * noise * _HEARD
    return max(heard_power - noise_power, noise_power / 100, 1.0) / _HEARD / max(played_power / _PLAYED, 1.0)


def _whitening(spectrum: Spectrum, noise: float) -> Signal:
    """noise: mean power of the line's noise, as loud beside what was played as it is beside its echo."""
    power = np.abs(spectrum) ** 2
    smooth = np.convolve(power, np.ones(33) / 33, "same")
    weight: Signal = 1 / np.sqrt(smooth + smooth.mean() * FLOOR + noise * _PLAYED * _DIFFERENCE)
    return weight
