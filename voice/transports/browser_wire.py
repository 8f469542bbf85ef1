"""What a browser and the line say to each other over one WebSocket, without the socket.

From the browser
    text    {"type": "start", "rate_hz": 48000, "line": "88005553535", "play_hz": 24000}   first, once
    binary  the caller's sound: signed 16-bit little-endian mono PCM of `rate_hz`, any cut on whole samples
    text    {"type": "key", "digit": "1"}       one of 0-9 * #
    text    {"type": "text", "text": "..."}     what the caller typed
    text    {"type": "typing", "text": "..."}   what stands in his text field by now; "" tells only that he writes
    text    {"type": "choose", "asked": 3, "choice": "1"}   a button of the question with this number
    text    {"type": "heard", "ms": 1200}       optional: how much of the line's sound has really sounded
    text    {"type": "hangup"}
To the browser
    text    {"type": "call", "id": "...", "captions": "/calls/<key>/captions", "play_hz": 24000}   before any sound
    binary  the line's sound, the same form, of `play_hz`
    text    {"type": "clear"}                   forget all sound that has not sounded: the caller interrupts
    text    {"type": "bye", "by": "caller" | "line", "reason": "..."}
    text    {"type": "error", "code": "...", "message": "..."}   then the socket closes with CLOSE_CODES[code]
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from voice.line import DIGITS, Chose, Inbound, Pcm16, Pressed, Sound, Writes, Wrote
from voice.transports.faults import fault
from voice.transports.json_fields import read_object

RATES_HZ = range(8_000, 192_001)
PLAY_HZ = 24_000
LONGEST_MESSAGE = 256 * 1024  # bytes: over a second of sound at any rate
LONGEST_TEXT = 1_000  # characters

# RFC 6455, 7.4.1: 1003 a kind of data that is not taken, 1007 data that is not what its kind says, 1008 a rule of
# ours, 1009 too big, 1011 our own fault, 1013 try again later.
CLOSE_CODES = {
    "unknown_message": 1003,
    "not_json": 1007,
    "bad_field": 1007,
    "odd_bytes": 1007,
    "bad_rate": 1008,
    "start_expected": 1008,
    "start_timeout": 1008,
    "second_start": 1008,
    "unknown_line": 1008,
    "flood": 1008,
    "not_reading": 1008,
    "too_big": 1009,
    "internal": 1011,
    "busy": 1013,
}


@dataclass(frozen=True, slots=True)
class Start:
    rate_hz: int
    line: str
    play_hz: int


@dataclass(frozen=True, slots=True)
class HangUp: ...


@dataclass(frozen=True, slots=True)
class Heard:
    ms: int


class Codec:
    """The browser's messages of one call, one by one; it knows only whether the call has started."""

    def __init__(self, lines: Collection[str], *, default_line: str) -> None:
        self._lines, self._default_line = lines, default_line
        self._started = False

    def receive(self, message: str | bytes) -> Start | Inbound | HangUp | Heard:
        """Read one message. Raises CallerFault, whose `code` is one of CLOSE_CODES."""
        size = len(message)
        if size > LONGEST_MESSAGE:
            raise fault("too_big", f"a message of {size} (limit {LONGEST_MESSAGE})")
        if isinstance(message, bytes):
            return self._sound(message)
        told = read_object(message)
        kind = told.get("type")
        if kind == "start":
            return self._start(told)
        if not self._started:
            raise fault("start_expected", "a control message before start")
        if kind == "heard":
            return Heard(_whole(told, "ms", range(86_400_000)))
        return answer(told)

    def _sound(self, data: bytes) -> Sound:
        if not self._started:
            raise fault("start_expected", "sound before start")
        if len(data) % 2:
            raise fault("odd_bytes", f"{len(data)} bytes are no whole number of 16-bit samples")
        return Sound(np.frombuffer(data, dtype="<i2").astype(np.int16, copy=False))

    def _start(self, told: Mapping[str, Any]) -> Start:
        if self._started:
            raise fault("second_start", "a second start on one socket")
        line = told.get("line", self._default_line)
        if not isinstance(line, str) or line not in self._lines:
            raise fault("unknown_line", "no such line number")
        rate_hz = _whole(told, "rate_hz", RATES_HZ, code="bad_rate")
        play_hz = _whole({"play_hz": PLAY_HZ, **told}, "play_hz", RATES_HZ, code="bad_rate")
        self._started = True
        return Start(rate_hz=rate_hz, line=line, play_hz=play_hz)


def read_answer(message: str) -> Inbound | HangUp:
    """What a caller does beside his line, as one JSON object of the same form. Raises CallerFault."""
    return answer(read_object(message))


def answer(told: Mapping[str, Any]) -> Inbound | HangUp:
    match told.get("type"):
        case "key":
            return Pressed(_digit(told))
        case "text":
            return Wrote(_text(told))
        case "typing":
            return Writes(_line(told))
        case "choose":
            return Chose(_whole(told, "asked", range(1_000_000)), _line(told, "choice"))
        case "hangup":
            return HangUp()
    raise fault("unknown_message", "an unknown type of control message")


def call_message(call_id: str, captions: str, play_hz: int) -> str:
    return _dump(type="call", id=call_id, captions=captions, play_hz=play_hz)


def clear_message() -> str:
    return _dump(type="clear")


def bye_message(by: str, reason: str) -> str:
    return _dump(type="bye", by=by, reason=reason)


def error_message(code: str, message: str) -> str:
    return _dump(type="error", code=code, message=message)


def sound_message(pcm: Pcm16) -> bytes:
    return pcm.astype("<i2", copy=False).tobytes()


def _dump(**fields: object) -> str:
    return json.dumps(fields, ensure_ascii=False)


def _whole(told: Mapping[str, Any], name: str, limits: range, *, code: str = "bad_field") -> int:
    value = told.get(name)
    if type(value) is not int or value not in limits:  # bool is an int to isinstance
        raise fault(code, f"{name} must be a whole number {limits.start}..{limits.stop - 1}")
    return value


def _digit(told: Mapping[str, Any]) -> str:
    digit = told.get("digit")
    if not isinstance(digit, str) or digit not in DIGITS:
        raise fault("bad_field", "digit must be one of 0-9 * #")
    return digit


def _text(told: Mapping[str, Any]) -> str:
    line = _line(told)
    if not line:
        raise fault("bad_field", "text must not be empty")
    return line


def _line(told: Mapping[str, Any], name: str = "text") -> str:
    """One line of text; a lone surrogate or a control character would break whoever stores it."""
    text = told.get(name)
    if not isinstance(text, str) or len(text) > LONGEST_TEXT:
        raise fault("bad_field", f"{name} must be a string of at most {LONGEST_TEXT} characters")
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
