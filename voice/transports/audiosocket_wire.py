"""Asterisk's AudioSocket, without the socket: one TCP connection is one call, and Asterisk is the client.

A frame is one byte of kind, two of length (big endian) and that many bytes:

    0x00        end of the call; only the line says it, and Asterisk goes on in its dialplan
    0x01        who calls: a UUID as 16 bytes in RFC 4122 order; the first frame, once
    0x03        a pressed key as one ASCII byte, sent when it is let go
    0x10..0x18  sound, signed 16-bit little-endian mono PCM, both ways; the kind is the rate, see RATES_HZ
    0xff        an error of Asterisk's

Asterisk before 20.17, 21.12 and 22.7 knows sound of 8 000 Hz only. It hangs the call up when the line sends any other
kind than 0x00 and sound, or when the rest of a frame follows its beginning by more than 5 ms.
Source: Asterisk's res_audiosocket.c and the page AudioSocket of its documentation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from voice.audio.pcm import from_bytes, to_bytes
from voice.errors import BadMessage
from voice.line import DIGITS, Pcm16, Pressed

END, ID, KEY, ERROR = 0x00, 0x01, 0x03, 0xFF
RATES_HZ = {
    0x10: 8_000,
    0x11: 12_000,
    0x12: 16_000,
    0x13: 24_000,
    0x14: 32_000,
    0x15: 44_100,
    0x16: 48_000,
    0x17: 96_000,
    0x18: 192_000,
}
KINDS = {rate_hz: kind for kind, rate_hz in RATES_HZ.items()}
HEADER = 3
LONGEST_PAYLOAD = 0xFFFF


@dataclass(frozen=True, slots=True)
class Named:
    """Who calls, as the dialplan named it."""

    call: UUID


@dataclass(frozen=True, slots=True)
class RatedSound:
    pcm: Pcm16
    rate_hz: int


@dataclass(frozen=True, slots=True)
class Ended:
    """The far end says it is over. Asterisk only closes the socket, but other clients say so."""


Told = Named | RatedSound | Pressed | Ended


class Decoder:
    """What comes from Asterisk, in any cut. Kinds that are not known, and keys no telephone has, are passed over."""

    def __init__(self) -> None:
        self._rest = b""
        self._named = False

    def push(self, data: bytes) -> Iterator[Told]:
        """Yield what is whole by now. Raises BadMessage or BadAudio at the frame that breaks the rules."""
        self._rest += data
        while len(self._rest) >= HEADER:
            end = HEADER + int.from_bytes(self._rest[1:HEADER], "big")
            if not self._named and (self._rest[0] != ID or end != HEADER + 16):
                raise BadMessage("the first frame is no UUID")
            if len(self._rest) < end:
                return
            kind, payload, self._rest = self._rest[0], self._rest[HEADER:end], self._rest[end:]
            if (told := self._read(kind, payload)) is not None:
                yield told

    def _read(self, kind: int, payload: bytes) -> Told | None:
        if kind == ID:
            if self._named:
                raise BadMessage("a second UUID on one connection")
            self._named = True
            return Named(UUID(bytes=payload))
        if kind in RATES_HZ:
            return RatedSound(from_bytes(payload), RATES_HZ[kind])
        if kind == KEY and (digit := payload.decode("latin-1")) in DIGITS:
            return Pressed(digit)
        return Ended() if kind == END else None


def frame(kind: int, payload: bytes = b"") -> bytes:
    """One frame; the payload is at most LONGEST_PAYLOAD bytes. Raises OverflowError for a longer one."""
    return bytes([kind]) + len(payload).to_bytes(2, "big") + payload


def sound_frame(pcm: Pcm16, rate_hz: int) -> bytes:
    """One frame of sound. Raises KeyError for a rate that is not one of RATES_HZ."""
    return frame(KINDS[rate_hz], to_bytes(pcm))


END_FRAME = frame(END)
