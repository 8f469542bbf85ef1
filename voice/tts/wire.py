"""Frames between the pool and a worker process: kind, request id, payload."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

HEADER = struct.Struct("<IBI")  # length of the payload in bytes, kind, request id
PACE = struct.Struct("<d")
LONGEST = 64 << 20  # a length beyond this is not a frame of ours


class Kind(IntEnum):
    SPEAK = 1  # pool -> worker: pace, then the text in UTF-8
    CANCEL = 2  # pool -> worker: forget this request and all before it
    READY = 3  # worker -> pool: warm, with the engine's version
    AUDIO = 4  # worker -> pool: int16 little-endian samples
    DONE = 5  # worker -> pool: the request is over, cancelled or not
    FAILED = 6  # worker -> pool: the reason in UTF-8; id 0 means the worker cannot start


@dataclass(frozen=True, slots=True)
class Frame:
    kind: Kind
    request: int
    payload: bytes = b""

    def pack(self) -> bytes:
        return HEADER.pack(len(self.payload), self.kind, self.request) + self.payload


def speak(request: int, text: str, pace: float) -> bytes:
    return Frame(Kind.SPEAK, request, PACE.pack(pace) + text.encode()).pack()


def unpack_speak(payload: bytes) -> tuple[float, str]:
    """Pace and text of a SPEAK frame."""
    return PACE.unpack_from(payload)[0], payload[PACE.size :].decode()


def unpack_header(header: bytes) -> tuple[int, Kind, int]:
    """Length, kind and request id. Raises ValueError for bytes that are no header."""
    length, kind, request = HEADER.unpack(header)
    if length > LONGEST:
        raise ValueError(f"a frame of {length} bytes")
    return length, Kind(kind), request
