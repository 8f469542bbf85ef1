"""Media Streams: the messages of Twilio's documentation, and laws over everything that could come."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.audio.g711 import ulaw_decode, ulaw_encode
from voice.errors import CallerFault
from voice.line import DIGITS, Pressed, Sound
from voice.transports.dialect import MarkPassed, Other, Stopped
from voice.transports.twilio_wire import Codec, Start

STREAM = "MZXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX"
CONNECTED = {"event": "connected", "protocol": "Call", "version": "1.0.0"}
FORMAT = {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}


def start(**changed: Any) -> dict[str, Any]:
    inner = {
        "accountSid": "ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX",
        "streamSid": STREAM,
        "callSid": "CAXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX",
        "tracks": ["inbound"],
        "mediaFormat": FORMAT,
        "customParameters": {"call": "77"},
    }
    return {"event": "start", "sequenceNumber": "1", "start": {**inner, **changed}, "streamSid": STREAM}


def media(sound: bytes, **changed: Any) -> dict[str, Any]:
    inner = {"track": "inbound", "chunk": "1", "timestamp": "5", "payload": b64encode(sound).decode(), **changed}
    return {"event": "media", "sequenceNumber": "3", "media": inner, "streamSid": STREAM}


def started() -> Codec:
    codec = Codec()
    codec.receive(json.dumps(start()))
    return codec


def test_a_documented_call() -> None:
    codec = Codec()
    assert codec.receive(json.dumps(CONNECTED)) == Other("connected") and not codec.begun
    assert codec.receive(json.dumps(start())) == Start(STREAM, "CAXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX", {"call": "77"})
    assert codec.begun
    heard = codec.receive(json.dumps(media(b"\xff\x00\x80")))
    assert isinstance(heard, Sound) and heard.pcm.tolist() == [0, -32_124, 32_124]
    for told, meant in [
        ({"event": "dtmf", "dtmf": {"track": "inbound_track", "digit": "5"}}, Pressed("5")),
        ({"event": "dtmf", "dtmf": {"track": "inbound_track", "digit": "A"}}, Other("dtmf")),
        ({"event": "mark", "mark": {"name": "m1"}}, MarkPassed("m1")),
        (media(b"\xff", track="outbound"), Other("media")),
        ({"event": "stop", "stop": {"callSid": "CA"}}, Stopped()),
        ({"event": "of-next-year"}, Other("of-next-year")),
    ]:
        assert codec.receive(json.dumps(told)) == meant


@given(st.lists(st.integers(-32_768, 32_767), min_size=1, max_size=400), st.text(max_size=20))
def test_what_is_told_carries_the_stream_and_comes_back_as_it_was(samples: list[int], name: str) -> None:
    codec = started()
    pcm = np.array(samples, np.int16)
    (message,) = codec.sound(pcm)
    told = json.loads(message)
    assert (told["event"], told["streamSid"]) == ("media", STREAM)
    heard = codec.receive(json.dumps({"event": "media", "media": told["media"]}))
    assert isinstance(heard, Sound) and heard.pcm.tolist() == ulaw_decode(ulaw_encode(pcm)).tolist()
    assert codec.receive(codec.mark(name)) == MarkPassed(name)
    assert json.loads(codec.mark(name))["streamSid"] == STREAM
    assert json.loads(codec.clear()) == {"event": "clear", "streamSid": STREAM}


NAMES = ["event", "start", "media", "dtmf", "mark", "stop", "payload", "digit", "name", "streamSid", "callSid", "track"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(NAMES),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES) | st.text(), inner, max_size=6),
    max_leaves=12,
)


@given(st.lists(JSON.map(json.dumps) | st.text() | st.binary(max_size=9), max_size=5), st.booleans())
def test_whatever_comes_is_an_event_or_a_fault_with_a_code(messages: list[str | bytes], begun: bool) -> None:
    codec = started() if begun else Codec()
    for message in messages:
        try:
            told = codec.receive(message)
        except CallerFault as error:
            assert error.code != "bad_caller"
        else:
            assert not isinstance(told, Pressed) or told.digit in DIGITS


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (b"\xff", "unknown_message"),
        ("x" * 300_000, "too_big"),
        ("[" * 100_000, "not_json"),
        (json.dumps(media(b"\xff")), "start_expected"),
        (json.dumps(start(mediaFormat={**FORMAT, "sampleRate": 16_000})), "bad_format"),
        (json.dumps(start(customParameters=[])), "bad_field"),
        (json.dumps(start(callSid=None)), "bad_field"),
    ],
)
def test_what_cannot_begin_a_call(message: str | bytes, code: str) -> None:
    with pytest.raises(CallerFault) as caught:
        Codec().receive(message)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("told", "code"),
    [(start(), "second_start"), (media(b"", payload="не звук"), "bad_field"), (media(b"", payload="A"), "bad_field")],
)
def test_a_rule_broken_in_a_call(told: dict[str, Any], code: str) -> None:
    with pytest.raises(CallerFault) as caught:
        started().receive(json.dumps(told))
    assert caught.value.code == code
