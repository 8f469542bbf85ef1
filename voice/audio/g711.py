"""Telephone companding, ITU-T G.711: A-law (Europe, Russia) and mu-law (North America, Japan), one byte a sample.

Silence decodes to +8 (A-law) or 0 (mu-law): never test telephone sound for zeros.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from voice.line import Pcm16

Codes = npt.NDArray[np.uint8]

MU_BIAS = 33  # of 14-bit magnitudes: makes every segment begin at a power of two
MU_LOUDEST = 8158  # with the bias, the last value of the last segment


def _bit_length(magnitude: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    return np.frexp(magnitude.astype(np.float64))[1].astype(np.int32)


def _alaw_codes() -> Codes:
    value = np.arange(-32768, 32768, dtype=np.int32) >> 3
    magnitude = np.where(value < 0, ~value, value)
    segment = np.maximum(_bit_length(magnitude) - 5, 0)
    step = magnitude >> np.maximum(segment, 1) & 15
    return ((segment << 4 | step) ^ np.where(value < 0, 0x55, 0xD5)).astype(np.uint8)


def _alaw_samples() -> Pcm16:
    code = np.arange(256, dtype=np.int32) ^ 0x55
    segment, step = code >> 4 & 7, (code & 15) << 4
    magnitude = np.where(segment == 0, step + 8, (step + 0x108) << np.maximum(segment - 1, 0))
    return np.where(code & 0x80, magnitude, -magnitude).astype(np.int16)


def _ulaw_codes() -> Codes:
    value = np.arange(-32768, 32768, dtype=np.int32) >> 2
    magnitude = np.minimum(np.abs(value), MU_LOUDEST) + MU_BIAS
    segment = _bit_length(magnitude) - 6
    step = magnitude >> (segment + 1) & 15
    codes: Codes = ((segment << 4 | step) ^ np.where(value < 0, 0x7F, 0xFF)).astype(np.uint8)
    return codes


def _ulaw_samples() -> Pcm16:
    code = ~np.arange(256, dtype=np.int32) & 0xFF
    magnitude = (((code & 15) << 3) + 4 * MU_BIAS << (code >> 4 & 7)) - 4 * MU_BIAS
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)


_ALAW_CODES, _ALAW_SAMPLES = _alaw_codes(), _alaw_samples()
_ULAW_CODES, _ULAW_SAMPLES = _ulaw_codes(), _ulaw_samples()


def alaw_encode(pcm: Pcm16) -> bytes:
    return _ALAW_CODES[pcm.astype(np.int32) + 32768].tobytes()


def alaw_decode(data: bytes) -> Pcm16:
    return _ALAW_SAMPLES[np.frombuffer(data, dtype=np.uint8)]


def ulaw_encode(pcm: Pcm16) -> bytes:
    return _ULAW_CODES[pcm.astype(np.int32) + 32768].tobytes()


def ulaw_decode(data: bytes) -> Pcm16:
    return _ULAW_SAMPLES[np.frombuffer(data, dtype=np.uint8)]
