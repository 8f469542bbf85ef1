"""Twilio's Media Streams as the line speaks them, without the socket; other clouds speak the same.

Source: twilio.com/docs/voice/media-streams/websocket-messages, the bidirectional kind (<Connect><Stream>). All
messages are JSON texts; sound is mu-law of 8 000 Hz in base64, 20 ms a message.

From Twilio, in this order
    {"event": "connected", "protocol": "Call", "version": "1.0.0"}
    {"event": "start", "streamSid": "MZ...", "start": {"callSid": "CA...", "customParameters": {...},
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}}}
    {"event": "media", "media": {"track": "inbound", "payload": "..."}}
    {"event": "dtmf", "dtmf": {"digit": "5"}}
    {"event": "mark", "mark": {"name": "m1"}}      the sound before it was heard, or cleared
    {"event": "stop"}
To Twilio
    {"event": "media", "streamSid": "MZ...", "media": {"payload": "..."}}
    {"event": "mark", "streamSid": "MZ...", "mark": {"name": "m1"}}
    {"event": "clear", "streamSid": "MZ..."}
Closing the socket ends the stream; Twilio goes on with its own plan.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from voice.audio.g711 import ulaw_decode, ulaw_encode
from voice.line import DIGITS, Pcm16, Pressed, Sound
from voice.transports.dialect import Heard, MarkPassed, Other, Stopped
from voice.transports.faults import fault
from voice.transports.json_fields import object_in, read_object, text_in, texts_in

RATE_HZ = 8_000
MULAW = {"encoding": "audio/x-mulaw", "sampleRate": RATE_HZ, "channels": 1}
LONGEST_MESSAGE = 256 * 1024  # characters


@dataclass(frozen=True, slots=True)
class Start:
    """parameters: the <Parameter> elements of the <Stream>."""

    stream: str
    call: str
    parameters: Mapping[str, str]


class Codec:
    """voice.transports.dialect.Dialect of one stream."""

    rate_hz = RATE_HZ

    def __init__(self) -> None:
        self.start: Start | None = None

    @property
    def begun(self) -> bool:
        return self.start is not None

    def receive(self, message: str | bytes) -> Start | Heard:
        """Read one message. Raises CallerFault with a `code`."""
        if isinstance(message, bytes):
            raise fault("unknown_message", "a binary message")
        if len(message) > LONGEST_MESSAGE:
            raise fault("too_big", f"a message of {len(message)} (limit {LONGEST_MESSAGE})")
        told = read_object(message)
        name = text_in(told, "event")
        if name == "start":
            return self._start(told)
        if name in ("media", "dtmf", "mark") and self.start is None:
            raise fault("start_expected", f"{name} before start")
        match name:
            case "media":
                return _sound(object_in(told, "media"))
            case "dtmf":
                digit = text_in(object_in(told, "dtmf"), "digit")
                return Pressed(digit) if digit in DIGITS else Other(name)
            case "mark":
                return MarkPassed(text_in(object_in(told, "mark"), "name"))
            case "stop":
                return Stopped()
        return Other(name)

    def answer(self) -> list[str]:
        """A stream is answered by its being taken."""
        return []

    def sound(self, pcm: Pcm16) -> list[str]:
        return [self._dump("media", media={"payload": b64encode(ulaw_encode(pcm)).decode()})]

    def mark(self, name: str) -> str:
        return self._dump("mark", mark={"name": name})

    def clear(self) -> str:
        return self._dump("clear")

    def hang_up(self) -> list[str]:
        """The close of the socket says it."""
        return []

    def _start(self, told: Mapping[str, Any]) -> Start:
        if self.start is not None:
            raise fault("second_start", "a second start on one socket")
        inner = object_in(told, "start")
        if {**MULAW, **object_in(inner, "mediaFormat")} != MULAW:
            raise fault("bad_format", "sound that is no mu-law of 8000 Hz")
        self.start = Start(text_in(told, "streamSid"), text_in(inner, "callSid"), texts_in(inner, "customParameters"))
        return self.start

    def _dump(self, event: str, **fields: object) -> str:
        assert self.start is not None
        return json.dumps({"event": event, "streamSid": self.start.stream, **fields})


def _sound(media: Mapping[str, Any]) -> Sound | Other:
    if media.get("track", "inbound") != "inbound":
        return Other("media")
    try:
        return Sound(ulaw_decode(b64decode(text_in(media, "payload"), validate=True)))
    except ValueError:
        raise fault("bad_field", "payload must be base64") from None
