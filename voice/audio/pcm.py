"""Samples: mono int16, shape (n,)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from voice.errors import BadAudio
from voice.line import Pcm16

FULL_SCALE = 32768.0
QUIETEST_DBFS = -96.0  # what digital silence measures: one step of 16 bits is louder


def from_bytes(data: bytes) -> Pcm16:
    """Little-endian 16-bit samples to an array. Raises BadAudio for half a sample."""
    if len(data) % 2:
        raise BadAudio(f"16-bit sound cannot have an odd number of bytes ({len(data)})")
    return np.frombuffer(data, dtype="<i2").astype(np.int16, copy=False)


def to_bytes(pcm: Pcm16) -> bytes:
    """The inverse of `from_bytes`."""
    return pcm.astype("<i2", copy=False).tobytes()


def rms_dbfs(pcm: Pcm16) -> float:
    """Loudness of a piece, dB under full scale; nothing and digital silence give QUIETEST_DBFS."""
    if not pcm.size:
        return QUIETEST_DBFS
    samples = pcm.astype(np.float64)
    power = float(np.dot(samples, samples)) / samples.size / FULL_SCALE**2
    return max(QUIETEST_DBFS, 10 * float(np.log10(power))) if power else QUIETEST_DBFS


def gain(pcm: Pcm16, db: float) -> Pcm16:
    """Louder (positive) or softer (negative); what would not fit is clipped."""
    return to_int16(pcm.astype(np.float64) * 10 ** (db / 20))


def to_int16(samples: npt.NDArray[np.floating]) -> Pcm16:
    """Round and clip any numbers in int16's scale."""
    clipped: Pcm16 = np.clip(np.rint(samples), -32768, 32767).astype(np.int16)
    return clipped


def silence(ms: int, rate_hz: int) -> Pcm16:
    return np.zeros(ms * rate_hz // 1000, dtype=np.int16)
