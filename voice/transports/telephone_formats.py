"""The sound of a telephone leg as bytes, by the names Asterisk gives its formats."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from voice.audio.g711 import alaw_decode, alaw_encode, ulaw_decode, ulaw_encode
from voice.audio.pcm import from_bytes, to_bytes
from voice.line import Pcm16


@dataclass(frozen=True, slots=True)
class Format:
    """`decode` takes whole samples."""

    rate_hz: int
    sample_bytes: int
    decode: Callable[[bytes], Pcm16]
    encode: Callable[[Pcm16], bytes]


_LINEAR_HZ = {f"slin{khz}": khz * 1_000 for khz in (12, 16, 24, 32, 48, 96, 192)} | {"slin": 8_000, "slin44": 44_100}
FORMATS: dict[str, Format] = {
    "ulaw": Format(8_000, 1, ulaw_decode, ulaw_encode),
    "alaw": Format(8_000, 1, alaw_decode, alaw_encode),
    # Of the machine's byte order; every machine Asterisk is packaged for and this line runs on is little-endian.
    **{name: Format(rate_hz, 2, from_bytes, to_bytes) for name, rate_hz in _LINEAR_HZ.items()},
}
