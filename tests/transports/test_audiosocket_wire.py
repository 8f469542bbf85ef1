"""AudioSocket's bytes, without a socket."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from voice.errors import BadAudio, BadMessage, CallerFault
from voice.line import Pcm16, Pressed
from voice.transports import audiosocket_wire as wire

CALL = UUID("12345678-1234-4678-9234-567812345678")
NAME = wire.frame(wire.ID, CALL.bytes)
CAPTURED = Path(__file__).parent / "captured"  # 120 ms of a tone, the key 5 and silence, from Asterisk 22.10.1

payloads = st.binary(max_size=400)
sounds = st.tuples(st.sampled_from(sorted(wire.RATES_HZ)), payloads.map(lambda data: data[: len(data) // 2 * 2]))
keys = st.tuples(st.just(wire.KEY), st.sampled_from("0123456789*#").map(str.encode))
others = st.tuples(st.sampled_from([0x02, 0x04, 0x0F, 0x19, wire.ERROR]), payloads)
frames = st.lists(st.one_of(sounds, keys, others), max_size=8)
cuts = st.lists(st.integers(1, 50), min_size=1, max_size=40)


def pieces(data: bytes, lengths: list[int]) -> Iterable[bytes]:
    """`data` cut to pieces of these lengths, over and over."""
    at = turn = 0
    while at < len(data):
        yield data[at : (at := at + lengths[turn % len(lengths)])]
        turn += 1


def told(stream: Iterable[bytes]) -> list[object]:
    """Everything a decoder makes of a stream, sound as numbers, and the fault that ends it."""
    decoder, heard = wire.Decoder(), list[object]()
    try:
        for piece in stream:
            for one in decoder.push(piece):
                heard.append((one.rate_hz, one.pcm.tolist()) if isinstance(one, wire.RatedSound) else one)
    except CallerFault as fault:
        heard.append((type(fault), str(fault)))
    return heard


def test_a_call_as_asterisk_sends_it() -> None:
    pcm: Pcm16 = np.arange(-80, 80, dtype=np.int16)
    stream = NAME + wire.sound_frame(pcm, 8_000) + wire.frame(wire.KEY, b"5") + wire.sound_frame(pcm, 16_000)
    assert told([stream]) == [wire.Named(CALL), (8_000, pcm.tolist()), Pressed("5"), (16_000, pcm.tolist())]


def test_the_bytes_are_those_of_the_protocol() -> None:
    assert NAME[:3] == b"\x01\x00\x10" and len(NAME) == 19
    assert wire.sound_frame(np.array([1, -2], np.int16), 8_000) == b"\x10\x00\x04\x01\x00\xfe\xff"
    assert wire.sound_frame(np.zeros(320, np.int16), 16_000)[:3] == b"\x12\x02\x80"
    assert wire.END_FRAME == b"\0\0\0"


@given(frames=frames, lengths=cuts, rubbish=st.binary(max_size=30))
@example(frames=[(0x10, b"\1\2")], lengths=[1], rubbish=b"")
def test_how_the_stream_is_cut_changes_nothing(
    frames: list[tuple[int, bytes]], lengths: list[int], rubbish: bytes
) -> None:
    stream = NAME + b"".join(wire.frame(*one) for one in frames) + rubbish
    assert told(pieces(stream, lengths)) == told([stream])


@given(frames=frames)
def test_every_frame_that_means_something_is_told_once_and_nothing_else(frames: list[tuple[int, bytes]]) -> None:
    stream = NAME + b"".join(wire.frame(*one) for one in frames)
    meant = [kind for kind, _ in frames if kind in wire.RATES_HZ or kind == wire.KEY]
    assert len(told([stream])) == 1 + len(meant)


@given(rate_hz=st.sampled_from(sorted(wire.KINDS)), samples=st.lists(st.integers(-32_768, 32_767), max_size=2_000))
def test_sound_goes_there_and_back(rate_hz: int, samples: list[int]) -> None:
    assert told([NAME, wire.sound_frame(np.array(samples, np.int16), rate_hz)])[1:] == [(rate_hz, samples)]


@given(rubbish=st.binary(max_size=300), named=st.booleans(), lengths=cuts)
def test_rubbish_is_passed_over_or_refused_never_an_accident(rubbish: bytes, named: bool, lengths: list[int]) -> None:
    told(pieces(NAME * named + rubbish, lengths))


@pytest.mark.parametrize(
    ("stream", "fault"),
    [
        (b"GET / HTTP/1.1\r\n", BadMessage),
        (wire.frame(0x10, b"\0\0"), BadMessage),
        (wire.frame(wire.ID, CALL.bytes[:15]), BadMessage),
        (wire.END_FRAME, BadMessage),
        (NAME + NAME, BadMessage),
        (NAME + wire.frame(wire.ID, b"12345"), BadMessage),
        (NAME + wire.frame(0x10, b"\0\0\0"), BadAudio),
    ],
)
def test_what_breaks_the_rules_is_refused(stream: bytes, fault: type[CallerFault]) -> None:
    kind, _ = told([stream])[-1]  # type: ignore[misc]
    assert kind is fault


@pytest.mark.parametrize("key", [b"A", b"", b"12", b"\xff"])
def test_a_key_no_telephone_has_is_passed_over(key: bytes) -> None:
    assert told([NAME + wire.frame(wire.KEY, key) + wire.frame(wire.KEY, b"#")])[1:] == [Pressed("#")]


def test_a_huge_length_is_waited_for_and_no_more_than_that() -> None:
    decoder = wire.Decoder()
    assert len(list(decoder.push(NAME + b"\x10\xff\xfe"))) == 1
    assert list(decoder.push(bytes(0xFFFE - 1))) == []
    assert len(list(decoder.push(b"\0" + wire.frame(wire.KEY, b"1")))) == 2


@pytest.mark.parametrize("name", ["audiosocket_8khz", "audiosocket_16khz"])
def test_what_asterisk_22_really_sent_is_understood_and_goes_back_to_the_same_bytes(name: str) -> None:
    captured = (CAPTURED / f"{name}.bin").read_bytes()
    again = b""
    for one in wire.Decoder().push(captured):
        match one:
            case wire.Named(call):
                again += wire.frame(wire.ID, call.bytes)
            case wire.RatedSound(pcm, rate_hz):
                again += wire.sound_frame(pcm, rate_hz)
            case Pressed(digit):
                assert digit == "5"
                again += wire.frame(wire.KEY, digit.encode())
    assert again == captured
