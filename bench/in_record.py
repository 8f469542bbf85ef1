"""Whether what was said stands whole, and in its place, in a record's sound."""

from __future__ import annotations

import numpy as np

from voice.audio.pcm import rms_dbfs
from voice.line import FRAME_MS, HEARING_HZ, Pcm16

FRAME = HEARING_HZ * FRAME_MS // 1000
SOUNDING_DBFS, FALLEN_DB = -40.0, 20.0  # a frame that sounded there, and how much softer it is here when it is missing
NEAR = HEARING_HZ  # samples: what moved farther was lost


def place(record: Pcm16, said: Pcm16) -> int:
    """Sample of `record` where `said` fits best; both 16 000 Hz."""
    size = 1 << (len(record) + len(said)).bit_length()
    spectrum = np.fft.rfft(record.astype(np.float64), size) * np.fft.rfft(said.astype(np.float64), size).conj()
    return int(np.fft.irfft(spectrum, size)[: max(1, len(record) - len(said) + 1)].argmax())


def missing_ms(record: Pcm16, said: Pcm16, at: int) -> tuple[float, float]:
    """(how much of `said` is silence in `record`, how far it is from sample `at` there)."""
    begin = max(0, at - NEAR)
    end = at + len(said) + NEAR
    around = np.pad(record[begin:end], (0, max(0, end - len(record))))
    found = place(around, said)
    here = around[found : found + len(said)]
    missing = 0
    for first in range(0, len(said) - FRAME + 1, FRAME):
        if (dbfs := rms_dbfs(said[first : first + FRAME])) > SOUNDING_DBFS:
            missing += rms_dbfs(here[first : first + FRAME]) < dbfs - FALLEN_DB
    return float(missing * FRAME_MS), (begin + found - at) * 1000 / HEARING_HZ
