"""The sound of a synthesiser made ready for a line: no silence before it, one loudness."""

from __future__ import annotations

import numpy as np

from voice.line import Pcm16

AUDIBLE = 328  # -40 dBFS: below it a telephone carries nothing that a person hears
LEAD_MS = 15  # kept before the first audible sample, so that its onset is not clicked off
KNEE, CEILING = 0.5, 10 ** (-3 / 20)  # of full scale: linear below the knee, never above -3 dBFS


class Opening:
    """Takes the silence off the beginning of one utterance; how the sound is cut changes nothing."""

    def __init__(self, rate_hz: int) -> None:
        self._keep = rate_hz * LEAD_MS // 1000
        self._held = np.zeros(0, np.int16)
        self._open = False

    def push(self, pcm: Pcm16) -> Pcm16:
        """Return what may be played of all that came so far; empty while nothing audible has come."""
        if self._open:
            return pcm
        joined = np.concatenate((self._held, pcm))
        audible = np.flatnonzero(np.abs(joined.astype(np.int32)) > AUDIBLE)
        if not audible.size:
            self._held = joined[-self._keep :]
            return joined[:0]
        self._open, self._held = True, joined[:0]
        return joined[max(0, int(audible[0]) - self._keep) :]


def level(pcm: Pcm16, gain_db: float) -> Pcm16:
    """Amplify by `gain_db` and bend what would pass -3 dBFS back below it, sample by sample."""
    loud = pcm.astype(np.float32) * (10 ** (gain_db / 20) / 32768)
    over = np.abs(loud) - KNEE
    room = CEILING - KNEE
    bent = np.sign(loud) * (KNEE + room * np.tanh(np.maximum(over, 0) / room))
    return np.asarray(np.where(over > 0, bent, loud) * 32767, np.int16)
