"""Calls of chan_websocket over a real server and a real client that speaks as Asterisk does."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import numpy as np
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.transports.chan_websocket_far_end import event, media_start
from tests.web.served import served
from tests.web.small_board import LINES, SmallBoard, app_of
from tests.web.small_line import LINE, tone
from voice.line import CallRequest, Pressed
from voice.web import asterisk_socket
from voice.web.call_socket import WS_MAX_SIZE
from voice.web.tokens import Token

SECRET = "a-secret-of-the-test"


@pytest.fixture
def board() -> SmallBoard:
    return SmallBoard()


@pytest.fixture
def host(board: SmallBoard) -> Iterator[str]:
    app = app_of(asterisk_socket.router(board, lines=LINES, token=Token(SECRET)))
    with served(app, ws_max_size=WS_MAX_SIZE) as host:
        yield host


@contextmanager
def dialled(host: str, query: str, *, token: str = SECRET) -> Iterator[ClientConnection]:
    url = f"ws://{host}/asterisk?token={token}&{query}"
    with connect(url, subprotocols=[Subprotocol("media")], compression=None, proxy=None) as client:
        yield client


def told(client: ClientConnection) -> str:
    """The next command that is no mark; marks come back at once, as if all had sounded."""
    while True:
        message = client.recv(timeout=5)
        if isinstance(message, bytes):
            continue
        command = json.loads(message)
        if command["command"] != "MARK_MEDIA":
            return str(command["command"])
        client.send(event("MEDIA_MARK_PROCESSED", as_json=True, correlation_id=command["correlation_id"]))


def closed(client: ClientConnection) -> int | None:
    with pytest.raises(ConnectionClosed):
        while True:
            client.recv(timeout=5)
    return client.close_code


def key(client: ClientConnection, digit: str) -> None:
    client.send(event("DTMF_END", as_json=True, digit=digit))


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_call_that_names_itself(host: str, board: SmallBoard) -> None:
    with dialled(host, "line=%2B7(800)5553535&caller=%2B79161234567") as client:
        assert client.subprotocol == "media"
        client.send(media_start(as_json=True))
        assert told(client) == "ANSWER"
        while isinstance(greeting := client.recv(timeout=5), str):
            assert json.loads(greeting)["command"] == "MARK_MEDIA"
        assert greeting == tone(16_000, 300).tobytes()
        spoken = tone(16_000, 20, hz=300).tobytes()
        client.send(spoken)
        until(lambda: any(isinstance(item.pcm, np.ndarray) for item in board.heard if not isinstance(item, Pressed)))
        key(client, "7")
        key(client, "2")
        assert told(client) == "FLUSH_MEDIA"
        key(client, "3")
        assert told(client) == "HANGUP"
        assert closed(client) == 1000
    request = board.requests[0]
    assert request == CallRequest(line=LINE, caller="+79161234567", transport="chan_websocket", call_id=request.call_id)
    assert UUID(request.call_id).version == 4 and Pressed("7") in board.heard
    assert len(board.announced) == 0, "no place is kept for it any more"


def test_an_announced_call_in_plain_text_and_how_it_ended(host: str, board: SmallBoard) -> None:
    call = uuid4()
    board.announced.announce(call, line=LINE, caller="123")
    with dialled(host, f"call={call}") as client:
        client.send(media_start(as_json=False, form="alaw", frame_bytes=160))
        assert client.recv(timeout=5) == "ANSWER"
        client.send(event("DTMF_END", as_json=False, digit="4"))
        while (message := client.recv(timeout=5)) != "HANGUP":
            if isinstance(message, str) and message.startswith("MARK_MEDIA "):
                client.send(f"MEDIA_MARK_PROCESSED {message.partition(' ')[2]}")
    assert board.requests == [CallRequest(line=LINE, caller="123", transport="chan_websocket", call_id=call.hex)]
    ended = board.announced.ended(call)
    assert ended and (ended.by, ended.reason) == ("line", "transfer:operator")
    with pytest.raises(InvalidStatus), dialled(host, f"call={call}"):
        pass


def test_two_calls_of_one_moment_are_told_apart_by_their_channels_variables(host: str, board: SmallBoard) -> None:
    mine, other = uuid4(), uuid4()
    for call, caller in ((mine, "1"), (other, "2")):
        board.announced.announce(call, line=LINE, caller=caller)
    with dialled(host, f"call={other}") as client:
        client.send(media_start(as_json=True, __LINIYA_CALL=str(mine)))
        assert told(client) == "ANSWER"
        key(client, "3")
        assert told(client) == "HANGUP"
    assert [request.caller for request in board.requests] == ["1"] and other in board.announced


@pytest.mark.parametrize(
    ("query", "token", "status"),
    [
        (f"line={LINE}", "wrong", 403),
        (f"line={LINE}", "", 403),
        (f"line={LINE}", "%ED%A0%80", 403),
        ("line=112", SECRET, 404),
        ("caller=1", SECRET, 404),
        ("call=5f0c1f6e-3c5d-4c3b-9d53-0a9c8a1f7b11", SECRET, 404),
        ("call=77", SECRET, 404),
    ],
)
def test_a_handshake_that_is_refused(host: str, board: SmallBoard, query: str, token: str, status: int) -> None:
    with pytest.raises(InvalidStatus) as caught, dialled(host, query, token=token):
        pass
    assert caught.value.response.status_code == status and not board.requests


def test_without_a_token_in_the_settings_nobody_is_let_in(board: SmallBoard) -> None:
    app = app_of(asterisk_socket.router(board, lines=LINES, token=Token("")))
    with (
        served(app, ws_max_size=WS_MAX_SIZE) as host,
        pytest.raises(InvalidStatus) as caught,
        dialled(host, f"line={LINE}", token=""),
    ):
        pass
    assert caught.value.response.status_code == 403


def test_a_full_line_refuses_before_it_answers(host: str, board: SmallBoard) -> None:
    board.full = True
    with pytest.raises(InvalidStatus) as caught, dialled(host, f"line={LINE}"):
        pass
    assert caught.value.response.status_code == 503


def test_a_line_that_fills_up_between_handshake_and_sound_hangs_up_unanswered(host: str, board: SmallBoard) -> None:
    with dialled(host, f"line={LINE}") as client:
        board.full = True
        client.send(media_start(as_json=True))
        assert told(client) == "HANGUP"
        closed(client)


@pytest.mark.parametrize("first", [b"\0\0", "{", media_start(as_json=True, form="opus"), "BYE"])
def test_what_begins_no_call_is_hung_up_on(host: str, board: SmallBoard, first: str | bytes) -> None:
    with dialled(host, f"line={LINE}") as client:
        client.send(first)
        if first == "BYE":  # an event of no interest: MEDIA_START may still come
            client.send(b"\0\0")
        assert closed(client) == 1008
    assert not board.requests


def test_our_own_failure_ends_its_own_call_only(host: str, board: SmallBoard) -> None:
    with dialled(host, f"line={LINE}") as bad, dialled(host, f"line={LINE}") as good:
        for client in (bad, good):
            client.send(media_start(as_json=True))
            assert told(client) == "ANSWER"
        key(bad, "0")
        assert told(bad) == "HANGUP"
        key(good, "3")
        assert told(good) == "HANGUP"


def test_an_asterisk_that_vanishes_ends_its_call(host: str, board: SmallBoard) -> None:
    with dialled(host, f"line={LINE}") as client:
        client.send(media_start(as_json=True))
        assert told(client) == "ANSWER"
        client.socket.close()
        until(lambda: board.ended == 1)
