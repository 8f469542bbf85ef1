"""Both dialects of chan_websocket: what Asterisk really sent, and laws over everything it could send."""

from __future__ import annotations

import json
import string
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transports.chan_websocket_far_end import command, event, media_start
from voice.errors import CallerFault
from voice.line import DIGITS, Pressed, Sound
from voice.transports import chan_websocket_wire as wire
from voice.transports.chan_websocket_wire import Codec, Command
from voice.transports.dialect import MarkPassed, Other, QueueFull, Refused
from voice.transports.telephone_formats import FORMATS

DIALECTS = pytest.mark.parametrize("as_json", [True, False], ids=["json", "plain-text"])
MARKS = st.text(string.ascii_letters + string.digits + "-", min_size=1, max_size=40)

# Written down from Asterisk 22.10.1, one call in each dialect.
CAPTURED_JSON = (
    '{"event":"MEDIA_START","connection_id":"probe","channel":"WebSocket/probe/0x7f71b4003320",'
    '"channel_id":"1795392995.2","format":"slin16","optimal_frame_size":640,"ptime":20,"channel_variables":'
    '{"DIALEDPEERNUMBER":"probe/c(slin16)nf(json)v(line=100,caller=anonymous)",'
    '"MEDIA_WEBSOCKET_CONNECTION_ID":"probe","MEDIA_WEBSOCKET_OPTIMAL_FRAME_SIZE":"640",'
    '"__LINIYA_LINE":"88005553535"}}',
    '{"event":"STATUS","channel_id":"1795392995.2","queue_length":49,"xon_level":800,"xoff_level":900,'
    '"queue_full":false,"bulk_media":false,"media_paused":false}',
    '{"event":"MEDIA_MARK_PROCESSED","channel_id":"1795392995.2","correlation_id":"m4"}',
    '{"event":"DTMF_END","channel_id":"1795392995.2","digit":"5"}',
    '{"event":"QUEUE_DRAINED","channel_id":"1795392995.2"}',
    '{"event":"MEDIA_XOFF","channel_id":"1795392995.2"}',
    '{"event":"MEDIA_XON","channel_id":"1795392995.2"}',
)
CAPTURED_TEXT = (
    "MEDIA_START connection_id:probe channel:WebSocket/probe/0x7f71b0003ba0 channel_id:1795393094.17 format:alaw "
    "optimal_frame_size:160 ptime:20",
    "STATUS channel_id:1795393094.17 queue_length:49 xon_level:800 xoff_level:900 queue_full:false bulk_media:false "
    "media_paused:false",
    "MEDIA_MARK_PROCESSED m4",
    "DTMF_END digit:5 channel_id:1795393094.17",
    "QUEUE_DRAINED",
    "MEDIA_XOFF",
    "MEDIA_XON",
)
AFTER_START = [
    wire.Status(queue_length=49, queue_full=False, media_paused=False),
    MarkPassed("m4"),
    Pressed("5"),
    wire.QueueDrained(),
    QueueFull(True),
    QueueFull(False),
]


def started(*, as_json: bool = True, form: str = "slin16", frame_bytes: int = 640) -> Codec:
    codec = Codec()
    codec.receive(media_start(as_json=as_json, form=form, frame_bytes=frame_bytes))
    return codec


@pytest.mark.parametrize(
    ("captured", "form", "frame_bytes"), [(CAPTURED_JSON, "slin16", 640), (CAPTURED_TEXT, "alaw", 160)]
)
def test_what_asterisk_really_sent(captured: tuple[str, ...], form: str, frame_bytes: int) -> None:
    codec = Codec()
    start, *rest = map(codec.receive, captured)
    assert isinstance(start, wire.MediaStart) and codec.start == start
    assert (start.format, start.frame_bytes, start.connection) == (FORMATS[form], frame_bytes, "probe")
    assert start.variables.get("LINIYA_LINE") == ("88005553535" if form == "slin16" else None)
    assert rest == AFTER_START


@DIALECTS
@given(
    told=st.sampled_from(["MARK", "BUFFERED", "KEY", "STATUS", "ERROR", "FULL", "FREE", "DRAINED"]),
    mark=MARKS,
    digit=st.sampled_from(sorted(DIGITS)),
    waiting=st.integers(0, 1_000),
    full=st.booleans(),
    paused=st.booleans(),
    why=st.text(string.ascii_letters + " :_", max_size=40),
)
def test_every_event_arrives_as_it_was_meant(
    as_json: bool, told: str, mark: str, digit: str, waiting: int, full: bool, paused: bool, why: str
) -> None:
    fields: dict[str, tuple[dict[str, Any], wire.Told]] = {
        "MARK": ({"name": "MEDIA_MARK_PROCESSED", "correlation_id": mark}, MarkPassed(mark)),
        "BUFFERED": ({"name": "MEDIA_BUFFERING_COMPLETED", "correlation_id": mark}, wire.BufferingCompleted(mark)),
        "KEY": ({"name": "DTMF_END", "digit": digit}, Pressed(digit)),
        "STATUS": (
            {"name": "STATUS", "queue_length": waiting, "queue_full": full, "media_paused": paused},
            wire.Status(waiting, full, paused),
        ),
        "ERROR": ({"name": "ERROR", "error_text": why.strip()}, Refused(why.strip())),
        "FULL": ({"name": "MEDIA_XOFF"}, QueueFull(True)),
        "FREE": ({"name": "MEDIA_XON"}, QueueFull(False)),
        "DRAINED": ({"name": "QUEUE_DRAINED"}, wire.QueueDrained()),
    }
    written, meant = fields[told]
    assert started(as_json=as_json).receive(event(as_json=as_json, **written)) == meant


@DIALECTS
@given(name=st.sampled_from(list(Command)), mark=MARKS)
def test_every_command_is_read_by_asterisk_as_it_was_meant(as_json: bool, name: Command, mark: str) -> None:
    codec = started(as_json=as_json)
    assert command(codec.command(name), as_json=as_json) == (name.value, "")
    assert command(codec.command(name, mark), as_json=as_json) == (name.value, mark)


NAMES = [
    "MEDIA_START", "DTMF_END", "MEDIA_XOFF", "STATUS", "ERROR", "MEDIA_MARK_PROCESSED", "event", "digit", "format",
    "optimal_frame_size", "queue_length", "channel_variables", "correlation_id", "error_text",
]  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from([*NAMES, *FORMATS]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES) | st.text(), inner, max_size=6),
    max_leaves=12,
)
PIECES = st.sampled_from([*NAMES, *FORMATS, ":", " ", "-1", "640", "9" * 5_000, "{", "}", '"', "\ud800", "٣"])


@given(
    messages=st.lists(
        JSON.map(json.dumps)
        | st.text()
        | st.lists(PIECES, max_size=12).map("".join)
        | st.binary(max_size=9)
        | st.just("[" * 100_000),
        max_size=5,
    ),
    begun=st.sampled_from([None, True, False]),
)
def test_whatever_comes_is_an_event_or_a_fault_with_a_code(messages: list[str | bytes], begun: bool | None) -> None:
    codec = Codec() if begun is None else started(as_json=begun)
    for message in messages:
        try:
            told = codec.receive(message)
        except CallerFault as error:
            assert error.code != "bad_caller"
        else:
            assert not isinstance(told, Pressed) or told.digit in DIGITS
            assert not isinstance(told, wire.MediaStart) or codec.start is told


@given(
    form=st.sampled_from(sorted(FORMATS)),
    ms=st.integers(1, 40),
    samples=st.lists(st.integers(-32_768, 32_767), max_size=2_000),
)
def test_sound_goes_out_in_whole_frames_and_nothing_of_it_is_lost(form: str, ms: int, samples: list[int]) -> None:
    spoken = FORMATS[form]
    frame_bytes = spoken.rate_hz * ms // 1000 * spoken.sample_bytes
    codec = started(form=form, frame_bytes=frame_bytes)
    messages = codec.sound(np.array(samples, np.int16))
    assert all(message and not len(message) % frame_bytes for message in messages)
    heard = [codec.receive(message) for message in messages]
    sound = np.concatenate([np.zeros(0, np.int16), *(item.pcm for item in heard if isinstance(item, Sound))])
    back = spoken.decode(spoken.encode(np.array(samples, np.int16)))
    assert sound[: len(samples)].tolist() == back.tolist()
    assert not np.abs(sound[len(samples) :]).max(initial=0) > 8, "filled up with silence"
    assert len(sound) - len(samples) < frame_bytes // spoken.sample_bytes


def test_a_long_sound_goes_out_in_messages_that_asterisk_takes() -> None:
    messages = started().sound(np.ones(200_000, np.int16))
    assert max(map(len, messages)) <= wire.LONGEST_SOUND and sum(map(len, messages)) == 400_000


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (b"\0\0", "start_expected"),
        (media_start(as_json=True, form="opus"), "bad_format"),
        (media_start(as_json=False, form="g722"), "bad_format"),
        (media_start(as_json=True, frame_bytes=641), "bad_field"),
        (media_start(as_json=True, frame_bytes=-640), "bad_field"),
        ('{"event": "MEDIA_START"}', "bad_field"),
        ('{"event"', "not_json"),
        ("", "bad_field"),
        ("x" * 300_000, "too_big"),
    ],
)
def test_what_cannot_begin_a_call(message: str | bytes, code: str) -> None:
    with pytest.raises(CallerFault) as caught:
        Codec().receive(message)
    assert caught.value.code == code


@DIALECTS
def test_one_socket_has_one_start_and_whole_samples(as_json: bool) -> None:
    codec = started(as_json=as_json)
    for message, code in [(media_start(as_json=as_json), "second_start"), (b"\0\0\0", "odd_bytes")]:
        with pytest.raises(CallerFault) as caught:
            codec.receive(message)
        assert caught.value.code == code


@DIALECTS
def test_what_a_later_asterisk_adds_is_passed_over(as_json: bool) -> None:
    codec = started(as_json=as_json)
    assert codec.receive(event("DTMF_END", as_json=as_json, digit="A")) == Other("DTMF_END")
    assert codec.receive(event("MEDIA_TURNED", as_json=as_json, degrees=90)) == Other("MEDIA_TURNED")
