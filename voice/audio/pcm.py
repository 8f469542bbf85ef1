"""Samples: mono int16, shape (n,)."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt

from voice.errors import BadAudio
from voice.line import Pcm16

FULL_SCALE = 32768.0
KNEE, ROOF = 20_000.0, 32_000.0  # of a limited sound: rounded off from here on, and never over this
JOIN_MS = 5
QUIETEST_DBFS = -96.0  # what digital silence measures: one step of 16 bits is louder

Samples = TypeVar("Samples", bound=np.generic)


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


def limited_gain(pcm: Pcm16, db: float) -> Pcm16:
    """As `gain`, but what would come near full scale is rounded off instead of clipped. Sample by sample: however a
    sound is cut in pieces, it gives the same samples."""
    if db <= 0.0:
        return gain(pcm, db)
    louder = pcm.astype(np.float64) * 10 ** (db / 20)
    over = np.maximum(np.abs(louder) - KNEE, 0.0)
    rounded = np.minimum(np.abs(louder), KNEE) + (ROOF - KNEE) * np.tanh(over / (ROOF - KNEE))
    return to_int16(np.copysign(rounded, louder))


def joined(pcm: Pcm16, last_sample: int, rate_hz: int) -> Pcm16:
    """`pcm` as it goes on from `last_sample` without a step: the difference fades within JOIN_MS."""
    fading = min(len(pcm), rate_hz * JOIN_MS // 1000)
    if not fading:
        return pcm
    made = pcm.astype(np.float64)
    made[:fading] += (last_sample - made[0]) * np.linspace(1.0, 0.0, fading, endpoint=False)
    return to_int16(made)


def to_int16(samples: npt.NDArray[np.floating]) -> Pcm16:
    """Round and clip any numbers in int16's scale."""
    clipped: Pcm16 = np.clip(np.rint(samples), -32768, 32767).astype(np.int16)
    return clipped


def cut(sound: npt.NDArray[Samples], rate_hz: int, from_ms: int = 0, to_ms: int | None = None) -> npt.NDArray[Samples]:
    """The piece between two times, as much of it as there is; to_ms None: to the end. Samples of any kind."""
    return sound[from_ms * rate_hz // 1000 : None if to_ms is None else to_ms * rate_hz // 1000]


def silence(ms: int, rate_hz: int) -> Pcm16:
    return np.zeros(ms * rate_hz // 1000, dtype=np.int16)
