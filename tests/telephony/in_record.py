"""Whether what was said stands whole, and in its place, in a record's sound."""

from __future__ import annotations

import numpy as np

from voice.audio.pcm import rms_dbfs
from voice.line import FRAME_MS, HEARING_HZ, Pcm16

FRAME = HEARING_HZ * FRAME_MS // 1000
SOUNDING_DBFS, FALLEN_DB = -40.0, 20.0  # a frame that sounded there, and how much softer it is here when it is missing
NEAR = HEARING_HZ  # samples: what moved farther was lost
PIECE = HEARING_HZ // 5  # looked for by itself,
SHIFT = HEARING_HZ // 10  # for a sound that stops a moment goes on a moment later


def place(record: Pcm16, said: Pcm16) -> int:
    """Sample of `record` where `said` fits best; both 16 000 Hz."""
    size = 1 << (len(record) + len(said)).bit_length()
    spectrum = np.fft.rfft(record.astype(np.float64), size) * np.fft.rfft(said.astype(np.float64), size).conj()
    return int(np.fft.irfft(spectrum, size)[: max(1, len(record) - len(said) + 1)].argmax())


def missing_ms(record: Pcm16, said: Pcm16, at: int) -> tuple[float, float]:
    """(how much of `said` is silence in `record`, how far it is from sample `at` there)."""
    begin = max(0, at - NEAR)
    found = begin + place(_piece(record, begin, at + len(said) + NEAR), said)
    missing = 0
    for first in range(0, len(said), PIECE):
        piece = said[first : first + PIECE]
        around = _piece(record, found + first - SHIFT, found + first + len(piece) + SHIFT)
        here = around[place(around, piece) :]
        for frame in range(0, len(piece) - FRAME + 1, FRAME):
            if (dbfs := rms_dbfs(piece[frame : frame + FRAME])) > SOUNDING_DBFS:
                missing += rms_dbfs(here[frame : frame + FRAME]) < dbfs - FALLEN_DB
    return float(missing * FRAME_MS), (found - at) * 1000 / HEARING_HZ


def _piece(record: Pcm16, begin: int, end: int) -> Pcm16:
    """Silence where the record has nothing."""
    inside = record[max(0, begin) : max(0, end)]
    return np.pad(inside, (max(0, min(end, 0) - begin), max(0, end - max(0, begin) - len(inside))))
