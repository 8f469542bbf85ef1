"""What Asterisk's chan_websocket and the line say to each other over one WebSocket, without the socket.

Source: Asterisk's channels/chan_websocket.c of 22.10.1 and what it was seen to send. Binary messages are sound of the
format that MEDIA_START names, both ways; text messages are control, in one of two dialects which Asterisk chooses:

             JSON, from 20.18, 22.8, 23.2: f(json)        plain text: what is spoken without it
    event    {"event": "DTMF_END", "digit": "5", ...}     DTMF_END digit:5 channel_id:1795393094.17
    command  {"command": "MARK_MEDIA", "correlation_id": "7"}                 MARK_MEDIA 7

From Asterisk: MEDIA_START first, once; DTMF_END; MEDIA_XOFF and MEDIA_XON around a queue of 900 and 800 frames;
MEDIA_MARK_PROCESSED when all sound before the mark has left the queue (a flush takes marks with it);
MEDIA_BUFFERING_COMPLETED; QUEUE_DRAINED; STATUS; ERROR. An event of a later version is passed over.
To Asterisk: Command. A text of more than 128 bytes is ignored there. FLUSH_MEDIA empties the queue, HANGUP does not
wait for it. Sound is queued in frames of `frame_bytes`; what does not fill one is thrown away.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np

from voice.line import DIGITS, Pcm16, Pressed, Sound
from voice.transports.dialect import Heard, MarkPassed, Other, QueueFull, Refused
from voice.transports.faults import fault
from voice.transports.json_fields import read_object, text_in, texts_in
from voice.transports.telephone_formats import FORMATS, Format

LONGEST_MESSAGE = 256 * 1024  # bytes; Asterisk's own are one frame, or MEDIA_START with its channel's variables
LONGEST_SOUND = 65_500  # bytes of one message that Asterisk takes


class Command(StrEnum):
    ANSWER = "ANSWER"
    HANGUP = "HANGUP"
    MARK = "MARK_MEDIA"
    FLUSH = "FLUSH_MEDIA"
    PAUSE = "PAUSE_MEDIA"
    CONTINUE = "CONTINUE_MEDIA"
    START_BUFFERING = "START_MEDIA_BUFFERING"
    STOP_BUFFERING = "STOP_MEDIA_BUFFERING"
    STATUS = "GET_STATUS"
    REPORT_DRAINED = "REPORT_QUEUE_DRAINED"


@dataclass(frozen=True, slots=True)
class MediaStart:
    """variables: of Asterisk's channel, without the underscores that hand them on; plain text has none."""

    connection: str
    channel: str
    format: Format
    frame_bytes: int  # 0: Asterisk passes sound through as it comes
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BufferingCompleted:
    mark: str


@dataclass(frozen=True, slots=True)
class QueueDrained: ...


@dataclass(frozen=True, slots=True)
class Status:
    """Frames wait in Asterisk's queue, 20 ms each."""

    queue_length: int
    queue_full: bool
    media_paused: bool


Told = MediaStart | BufferingCompleted | QueueDrained | Status | Heard


class Codec:
    """voice.transports.dialect.Dialect of one call; it knows the dialect and the format once MEDIA_START has come."""

    def __init__(self) -> None:
        self.start: MediaStart | None = None
        self._json = False

    @property
    def begun(self) -> bool:
        return self.start is not None

    @property
    def rate_hz(self) -> int:
        assert self.start is not None
        return self.start.format.rate_hz

    def receive(self, message: str | bytes) -> Told:
        """Read one message. Raises CallerFault with a `code`."""
        if len(message) > LONGEST_MESSAGE:
            raise fault("too_big", f"a message of {len(message)} (limit {LONGEST_MESSAGE})")
        if isinstance(message, bytes):
            return self._sound(message)
        if self.start is None:
            self._json = message.lstrip().startswith("{")
        name, fields = _from_json(message) if self._json else _from_text(message)
        if name == "MEDIA_START":
            if self.start is not None:
                raise fault("second_start", "a second MEDIA_START on one socket")
            self.start = _media_start(fields)
            return self.start
        return _event(name, fields)

    def command(self, command: Command, mark: str = "") -> str:
        """The text that tells Asterisk to do something; `mark` is a name of ours without spaces, which comes back."""
        if not self._json:
            return f"{command} {mark}".rstrip()
        return json.dumps({"command": command} | ({"correlation_id": mark} if mark else {}))

    def sound(self, pcm: Pcm16) -> list[bytes]:
        """Messages of whole frames; the last one is filled up with silence."""
        assert self.start is not None
        form, frame_bytes = self.start.format, self.start.frame_bytes or self.start.format.sample_bytes
        missing = -len(pcm) % (frame_bytes // form.sample_bytes)
        data = form.encode(np.concatenate([pcm, np.zeros(missing, np.int16)]) if missing else pcm)
        most = LONGEST_SOUND // frame_bytes * frame_bytes
        return [data[at : at + most] for at in range(0, len(data), most)]

    def answer(self) -> list[str]:
        return [self.command(Command.ANSWER)]

    def mark(self, name: str) -> str:
        return self.command(Command.MARK, name)

    def clear(self) -> str:
        return self.command(Command.FLUSH)

    def hang_up(self) -> list[str]:
        return [self.command(Command.HANGUP)]

    def _sound(self, data: bytes) -> Sound:
        if self.start is None:
            raise fault("start_expected", "sound before MEDIA_START")
        if len(data) % self.start.format.sample_bytes:
            raise fault("odd_bytes", f"{len(data)} bytes are no whole number of samples")
        return Sound(self.start.format.decode(data))


def _event(name: str, told: Mapping[str, Any]) -> Told:
    match name:
        case "DTMF_END":
            digit = text_in(told, "digit")
            return Pressed(digit) if digit in DIGITS else Other(name)
        case "MEDIA_MARK_PROCESSED":
            return MarkPassed(text_in(told, "correlation_id"))
        case "MEDIA_BUFFERING_COMPLETED":
            return BufferingCompleted(text_in(told, "correlation_id"))
        case "MEDIA_XOFF" | "MEDIA_XON":
            return QueueFull(name == "MEDIA_XOFF")
        case "QUEUE_DRAINED":
            return QueueDrained()
        case "STATUS":
            return Status(_whole(told, "queue_length"), _truth(told, "queue_full"), _truth(told, "media_paused"))
        case "ERROR":
            return Refused(text_in(told, "error_text"))
    return Other(name)


def _media_start(told: Mapping[str, Any]) -> MediaStart:
    name = text_in(told, "format")
    if name not in FORMATS:
        raise fault("bad_format", "a format this line does not speak: dial with c(slin16)")
    frame_bytes = _whole(told, "optimal_frame_size")
    if frame_bytes % FORMATS[name].sample_bytes or frame_bytes > LONGEST_SOUND:
        raise fault("bad_field", f"a frame of {frame_bytes} bytes")
    variables = texts_in(told, "channel_variables")
    return MediaStart(
        text_in(told, "connection_id"),
        text_in(told, "channel"),
        FORMATS[name],
        frame_bytes,
        {key.lstrip("_"): value for key, value in variables.items()},
    )


def _from_json(message: str) -> tuple[str, Mapping[str, Any]]:
    told = read_object(message)
    return text_in(told, "event"), told


def _from_text(message: str) -> tuple[str, Mapping[str, Any]]:
    """NAME, then a mark alone or key:value between spaces; the text of an ERROR comes last and may hold spaces."""
    name, _, rest = message.strip().partition(" ")
    if not name:
        raise fault("bad_field", "an empty text message")
    if name in ("MEDIA_MARK_PROCESSED", "MEDIA_BUFFERING_COMPLETED"):
        return name, {"correlation_id": rest}
    rest, _, why = rest.partition("error_text:")
    pairs = (pair.partition(":") for pair in rest.split(" "))
    return name, {key: value for key, _, value in pairs} | {"error_text": why}


def _whole(told: Mapping[str, Any], name: str) -> int:
    """A number of JSON, or its digits in plain text; 0..65535, more than any queue or frame has."""
    value = told.get(name)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= len("65535"):
        value = int(value)
    if type(value) is not int or value not in range(65_536):
        raise fault("bad_field", f"{name} must be a whole number 0..65535")
    return value


def _truth(told: Mapping[str, Any], name: str) -> bool:
    value = told.get(name)
    if value not in (True, False, "true", "false"):
        raise fault("bad_field", f"{name} must be true or false")
    return value in (True, "true")
