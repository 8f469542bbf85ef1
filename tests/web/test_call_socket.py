"""Calls over a real server and a real client, well-behaved and not."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.web.small_line import LINE, SmallLine, tone
from voice.line import Pressed, Sound, Wrote

START = {"type": "start", "rate_hz": 24_000, "line": LINE, "play_hz": 24_000}


@contextmanager
def place(host: str, **fields: object) -> Iterator[ClientConnection]:
    with connect(f"ws://{host}/ws/call", compression=None, proxy=None, max_size=None) as client:
        tell(client, {**START, **fields})
        yield client


def tell(client: ClientConnection, message: dict[str, object]) -> None:
    client.send(json.dumps(message))


def told(client: ClientConnection, kind: str) -> dict[str, str]:
    """The next control message, which must be of this kind; sound is passed over."""
    while isinstance(message := client.recv(timeout=5), bytes):
        continue
    answer: dict[str, str] = json.loads(message)
    assert answer["type"] == kind, answer
    return answer


def closed(client: ClientConnection) -> int:
    with pytest.raises(ConnectionClosed):
        while True:
            client.recv(timeout=5)
    assert client.close_code is not None
    return client.close_code


def until(true: Callable[[], bool], *, within_s: float = 10) -> None:
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline, f"it did not happen in {within_s} s"
        time.sleep(0.01)


def test_a_whole_call(host: str, line: SmallLine) -> None:
    with place(host) as client:
        hello = told(client, "call")
        assert len(hello["id"]) == 32 and re.fullmatch(r"/calls/[\w-]{22}/captions", hello["captions"])
        assert hello["play_hz"] == 24_000
        assert client.recv(timeout=5) == tone(24_000, 300).tobytes(), "the greeting"
        spoken = tone(24_000, 20, hz=300).tobytes()
        client.send(spoken)
        assert client.recv(timeout=5) == spoken, "the echo"
        tell(client, {"type": "key", "digit": "2"})
        told(client, "clear")
        tell(client, {"type": "text", "text": "да"})
        tell(client, {"type": "hangup"})
        assert told(client, "bye")["by"] == "caller"
        assert closed(client) == 1000
    assert [item for item in line.heard if not isinstance(item, Sound)] == [Pressed("2"), Wrote("да")]


def test_the_line_hangs_up(host: str) -> None:
    with place(host) as client:
        told(client, "call")
        tell(client, {"type": "key", "digit": "3"})
        assert told(client, "bye")["by"] == "line"
        assert closed(client) == 1000


@pytest.mark.parametrize(
    ("fields", "code", "close_code"),
    [
        ({"rate_hz": 4_000}, "bad_rate", 1008),
        ({"rate_hz": 500_000}, "bad_rate", 1008),
        ({"rate_hz": "48000"}, "bad_rate", 1008),
        ({"line": "112"}, "unknown_line", 1008),
        ({"type": "hello"}, "start_expected", 1008),
    ],
)
def test_a_call_that_cannot_start(host: str, line: SmallLine, fields: dict[str, object], code: str, close_code: int):
    with place(host, **fields) as client:
        error = told(client, "error")
        assert error["code"] == code and "А" <= error["message"][0] <= "Я"
        assert closed(client) == close_code
    assert not line.lines, "no call was made of it"


@pytest.mark.parametrize(
    ("message", "code", "close_code"),
    [
        (b"\0\0\0", "odd_bytes", 1007),
        ("текст вместо звука", "not_json", 1007),
        ('{"type": "dance"}', "unknown_message", 1003),
        (json.dumps(START), "second_start", 1008),
        (b"\0" * 600_000, "too_big", 1009),
    ],
)
def test_bad_input_ends_its_own_call_only(
    host: str, line: SmallLine, message: str | bytes, code: str, close_code: int
) -> None:
    with place(host) as good, place(host) as bad:
        told(good, "call")
        told(bad, "call")
        bad.send(message)
        assert told(bad, "error")["code"] == code
        assert closed(bad) == close_code
        tell(good, {"type": "key", "digit": "3"})
        told(good, "bye")
    until(lambda: line.ended == 2)


def test_ten_megabytes_at_once(host: str, line: SmallLine) -> None:
    with place(host) as bad:
        told(bad, "call")
        with pytest.raises(ConnectionClosed):
            bad.send(b"\0" * 10_000_000)
            closed(bad)
            raise ConnectionClosed(None, None)
        assert bad.close_code in (1009, 1006)  # the reason may be lost: the server hangs up while this still writes
    until(lambda: line.ended == 1)
    assert line.lines[0].fault.code == "too_big"  # type: ignore[attr-defined]


def test_a_busy_line_says_so(host: str, line: SmallLine) -> None:
    line.busy = True
    with place(host) as client:
        error = told(client, "error")
        assert error["code"] == "busy" and "заняты" in error["message"]
        assert closed(client) == 1013


def test_our_own_failure_is_not_a_riddle(host: str, line: SmallLine) -> None:
    with place(host) as client:
        told(client, "call")
        tell(client, {"type": "key", "digit": "0"})
        assert told(client, "error")["code"] == "internal"
        assert closed(client) == 1011


def test_a_browser_that_vanishes_ends_its_call(host: str, line: SmallLine) -> None:
    with place(host) as client:
        told(client, "call")
        client.socket.shutdown(socket.SHUT_RDWR)
        until(lambda: line.ended == 1)


def test_a_client_that_never_reads_ends_its_own_call(host: str, line: SmallLine) -> None:
    with place(host) as deaf, place(host) as good:
        told(deaf, "call")
        told(good, "call")
        piece = tone(24_000, 1_000).tobytes()
        until(lambda: line.ended == 1 or deaf.send(piece) is not None, within_s=60)  # each is echoed and not read
        tell(good, {"type": "key", "digit": "3"})
        told(good, "bye")
    assert [made.fault.code for made in line.lines if made.fault] == ["not_reading"]  # type: ignore[attr-defined]


def test_a_client_that_never_speaks_keeps_the_calls_clock_running(host: str, line: SmallLine) -> None:
    with place(host) as client:
        told(client, "call")
        until(lambda: sum(item.pcm.size for item in line.heard if isinstance(item, Sound)) > 24_000 * 0.4)
        tell(client, {"type": "hangup"})
        assert closed(client) == 1000


def test_a_page_of_another_site_may_not_call(host: str) -> None:
    with (
        pytest.raises(InvalidStatus) as caught,
        connect(f"ws://{host}/ws/call", origin="https://evil.example", proxy=None),
    ):
        pass
    assert caught.value.response.status_code == 403
    with connect(f"ws://{host}/ws/call", origin=f"http://{host}", proxy=None):
        pass


def test_the_captions_are_there_when_the_call_is_announced(host: str) -> None:
    for _ in range(5):
        with place(host) as client:
            url = f"http://{host}{told(client, 'call')['captions']}"
            with httpx.stream("GET", url) as stream:
                assert stream.status_code == 200
            tell(client, {"type": "hangup"})
