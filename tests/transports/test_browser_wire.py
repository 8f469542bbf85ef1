"""The browser's messages, without a socket."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.errors import BadAudio, BadMessage, CallerFault
from voice.line import Pressed, Sound, Wrote
from voice.transports.browser_wire import CLOSE_CODES, LONGEST_MESSAGE, Codec, HangUp, Heard, Start

LINE = "88005553535"


def started() -> Codec:
    codec = Codec({LINE}, default_line=LINE)
    codec.receive(json.dumps({"type": "start", "rate_hz": 48_000}))
    return codec


def refused(codec: Codec, message: str | bytes | dict[str, object]) -> CallerFault:
    with pytest.raises(CallerFault) as caught:
        codec.receive(json.dumps(message) if isinstance(message, dict) else message)
    assert caught.value.code in CLOSE_CODES
    return caught.value


def test_a_start_is_read_and_what_it_leaves_out_is_usual() -> None:
    message = '{"type": "start", "rate_hz": 44100, "line": "88005553535", "play_hz": 16000, "new": "ignored"}'
    codec = Codec({LINE}, default_line=LINE)
    assert codec.receive(message) == Start(rate_hz=44_100, line=LINE, play_hz=16_000)
    codec = Codec({LINE}, default_line=LINE)
    assert codec.receive('{"type": "start", "rate_hz": 8000}') == Start(rate_hz=8_000, line=LINE, play_hz=24_000)


@pytest.mark.parametrize("rate", [7_999, 192_001, 0, -1, 48_000.0, "48000", True, None])
@pytest.mark.parametrize("name", ["rate_hz", "play_hz"])
def test_a_wrong_rate_is_refused(name: str, rate: object) -> None:
    error = refused(
        Codec({LINE}, default_line=LINE), {"type": "start", "rate_hz": 48_000, "play_hz": 24_000, name: rate}
    )
    assert isinstance(error, BadAudio) and error.code == "bad_rate" and name in str(error)


@pytest.mark.parametrize("line", ["112", "", 5, None, ["x"], {"a": 1}])
def test_an_unknown_line_is_refused(line: object) -> None:
    start = {"type": "start", "rate_hz": 8_000, "line": line}
    assert refused(Codec([LINE], default_line=LINE), start).code == "unknown_line"
    assert refused(Codec({LINE}, default_line=LINE), start).code == "unknown_line"


@pytest.mark.parametrize("message", [b"\0\0", '{"type": "key", "digit": "1"}', '{"type": "hangup"}', "{}"])
def test_nothing_may_come_before_start(message: str | bytes) -> None:
    assert refused(Codec({LINE}, default_line=LINE), message).code == "start_expected"


def test_a_second_start_is_refused() -> None:
    assert refused(started(), {"type": "start", "rate_hz": 48_000}).code == "second_start"


def test_odd_bytes_are_no_sound() -> None:
    error = refused(started(), b"\0\0\0")
    assert isinstance(error, BadAudio) and error.code == "odd_bytes" and "3 bytes" in str(error)


@pytest.mark.parametrize("message", ["привет", "", "[1]", '"start"', "null", "[" * 100_000, "{", '{"type": NaN, }'])
def test_text_where_sound_is_due_is_no_json_object(message: str) -> None:
    assert refused(started(), message).code == "not_json"


@pytest.mark.parametrize("kind", ["dance", None, 1, ["key"]])
def test_an_unknown_message_is_refused(kind: object) -> None:
    error = refused(started(), {"type": kind})
    assert isinstance(error, BadMessage) and error.code == "unknown_message"


@pytest.mark.parametrize(
    "message",
    [
        {"type": "key"},
        {"type": "key", "digit": "11"},
        {"type": "key", "digit": ""},
        {"type": "key", "digit": 1},
        {"type": "key", "digit": "٣"},
        {"type": "text"},
        {"type": "text", "text": ""},
        {"type": "text", "text": " \n\x00 "},
        {"type": "text", "text": "\ud800"},
        {"type": "text", "text": "я" * 1_001},
        {"type": "heard", "ms": -1},
        {"type": "heard", "ms": "1"},
    ],
)
def test_a_field_that_cannot_be_is_refused(message: dict[str, object]) -> None:
    assert refused(started(), message).code == "bad_field"


@pytest.mark.parametrize("message", [b"\0" * (LONGEST_MESSAGE + 2), "x" * (LONGEST_MESSAGE + 1)])
def test_a_huge_message_is_refused_unread(message: str | bytes) -> None:
    assert refused(started(), message).code == "too_big"


def test_keys_texts_and_the_end() -> None:
    codec = started()
    assert [codec.receive(json.dumps({"type": "key", "digit": digit})) for digit in "0*#"] == [
        Pressed("0"),
        Pressed("*"),
        Pressed("#"),
    ]
    assert codec.receive('{"type": "text", "text": " Где моё\\n\\u0000заявление? "}') == Wrote("Где моё заявление?")
    assert codec.receive('{"type": "heard", "ms": 120}') == Heard(120)
    assert codec.receive('{"type": "hangup"}') == HangUp()


@given(samples=st.lists(st.integers(-32_768, 32_767), max_size=300), cut=st.integers(1, 60))
def test_how_the_sound_is_cut_changes_nothing(samples: list[int], cut: int) -> None:
    data = np.array(samples, dtype="<i2").tobytes()
    codec = started()
    pieces = [codec.receive(data[at : at + 2 * cut]) for at in range(0, len(data), 2 * cut)]
    assert [int(sample) for piece in pieces if isinstance(piece, Sound) for sample in piece.pcm] == samples
    assert all(isinstance(piece, Sound) and piece.pcm.dtype == np.int16 for piece in pieces)


@given(message=st.one_of(st.text(), st.binary(), st.recursive(st.none() | st.integers() | st.text(), st.lists)))
def test_whatever_comes_is_read_or_refused_with_a_known_code(message: object) -> None:
    codec = started()
    try:
        codec.receive(message if isinstance(message, str | bytes) else json.dumps(message))
    except CallerFault as error:
        assert error.code in CLOSE_CODES
