"""A Twilio number's calls over a real server: what it asks, the stream it opens, and what comes next."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urljoin, urlsplit
from uuid import UUID, uuid4
from xml.etree import ElementTree as xml

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.telephony.bed import until
from tests.transports.test_twilio_wire import CONNECTED, media, start
from tests.web.served import served
from tests.web.small_board import LINES, SmallBoard, app_of
from tests.web.small_line import LINE, tone
from voice.audio.g711 import ulaw_decode, ulaw_encode
from voice.events import HungUp
from voice.line import CallRequest
from voice.web import twilio_calls
from voice.web.call_socket import WS_MAX_SIZE
from voice.web.tokens import Token

SECRET = "a-secret-of-the-test"
PEOPLE = "+74951234567"


@pytest.fixture
def board() -> SmallBoard:
    return SmallBoard()


@contextmanager
def answering(board: SmallBoard, *, people: str = PEOPLE) -> Iterator[str]:
    routes = twilio_calls.router(board, lines=LINES, token=Token(SECRET), people=people)
    with served(app_of(routes), ws_max_size=WS_MAX_SIZE) as host:
        yield host


@pytest.fixture
def host(board: SmallBoard) -> Iterator[str]:
    with answering(board) as host:
        yield host


def asked(url: str, **form: str) -> xml.Element:
    answer = httpx.post(url, data=form, trust_env=False)
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("application/xml")
    response = xml.fromstring(answer.content)
    assert response.tag == "Response"
    return response


def tags(response: xml.Element) -> list[str]:
    return [verb.tag for verb in response]


@contextmanager
def streamed(url: str, **parameters: str) -> Iterator[ClientConnection]:
    """What Twilio does with a <Stream>; a test has no certificate, so ws takes the place of wss."""
    place = urlsplit(url)
    assert place.scheme == "wss"
    with connect(f"ws://{place.netloc}{place.path}", compression=None, proxy=None) as client:
        client.send(json.dumps(CONNECTED))
        client.send(json.dumps(start(customParameters=parameters)))
        yield client


def told(client: ClientConnection, event: str) -> dict[str, dict[str, str]]:
    """The next message of this kind; marks are given back, as if all had sounded."""
    while True:
        message = json.loads(client.recv(timeout=5))
        if message["event"] == "mark":
            client.send(json.dumps({"event": "mark", "mark": message["mark"]}))
        if message["event"] == event:
            return dict(message)


def key(client: ClientConnection, digit: str) -> None:
    client.send(json.dumps({"event": "dtmf", "dtmf": {"track": "inbound_track", "digit": digit}}))


def closed(client: ClientConnection) -> int | None:
    with pytest.raises(ConnectionClosed):
        while True:
            told(client, "nothing")
    return client.close_code


def test_a_number_is_called_and_the_caller_is_promised_a_person(host: str, board: SmallBoard) -> None:
    url = f"http://{host}/twilio/{SECRET}/answer"
    response = asked(url, To="+78005553535", From="+79161234567", CallSid="CA1")
    assert tags(response) == ["Connect", "Redirect"]
    stream = response.find("Connect/Stream")
    assert stream is not None
    parameters = {given.attrib["name"]: given.attrib["value"] for given in stream}
    with streamed(stream.attrib["url"], **parameters) as client:
        greeting = b64decode(told(client, "media")["media"]["payload"])
        assert ulaw_decode(greeting).tolist() == ulaw_decode(ulaw_encode(tone(8_000, 300))).tolist()
        spoken = ulaw_encode(tone(8_000, 20, hz=300))
        client.send(json.dumps(media(spoken)))
        assert b64decode(told(client, "media")["media"]["payload"]) == spoken, "the echo"
        key(client, "2")
        told(client, "clear")
        key(client, "4")
        assert closed(client) == 1000
    request = board.requests[0]
    assert request == CallRequest(line=LINE, caller="+79161234567", transport="twilio", call_id=request.call_id)
    dial = asked(urljoin(url, response[1].text)).find("Dial")
    assert dial is not None and dial.text == PEOPLE


def test_a_conversation_that_is_over_is_hung_up(host: str, board: SmallBoard) -> None:
    url = f"http://{host}/twilio/{SECRET}/answer"
    response = asked(url, To=LINE, From="anonymous")
    stream = response.find("Connect/Stream")
    assert stream is not None
    with streamed(stream.attrib["url"], call=stream[0].attrib["value"]) as client:
        key(client, "3")
        assert closed(client) == 1000
    assert board.requests[0].caller == ""
    assert tags(asked(urljoin(url, response[1].text))) == ["Hangup"]


@contextmanager
def handed_over(host: str) -> Iterator[tuple[str, str]]:
    """A caller whom the people's telephone is dialled for: what Twilio asks afterwards, and his call."""
    url = f"http://{host}/twilio/{SECRET}/answer"
    response = asked(url, To=LINE, From="+79161234567")
    stream = response.find("Connect/Stream")
    assert stream is not None
    call = stream[0].attrib["value"]
    with streamed(stream.attrib["url"], call=call) as client:
        key(client, "5")
        assert closed(client) == 1000
    dial = asked(urljoin(url, response[1].text)).find("Dial")
    assert dial is not None and dial.text == PEOPLE
    yield urljoin(url, dial.attrib["action"]), call


def test_nobody_answers_and_the_caller_comes_back(host: str, board: SmallBoard) -> None:
    with handed_over(host) as (dialled, call):
        back = asked(dialled, CallStatus="in-progress", DialCallStatus="no-answer")
        assert tags(back) == ["Connect", "Redirect"]
        stream = back.find("Connect/Stream")
        assert stream is not None and stream[0].attrib["value"] == call
        with streamed(stream.attrib["url"], call=call) as client:
            told(client, "media")
            key(client, "3")
            assert closed(client) == 1000
        assert tags(asked(urljoin(dialled, back[1].text))) == ["Hangup"]
    assert len(board.requests) == board.ended == 1, "it is one call"


@pytest.mark.parametrize(
    "status",
    [
        {"CallStatus": "in-progress", "DialCallStatus": "completed"},
        {"CallStatus": "completed", "DialCallStatus": "no-answer"},
    ],
)
def test_a_talk_that_took_place_or_a_caller_who_is_gone_ends_the_call(
    host: str, board: SmallBoard, status: dict[str, str]
) -> None:
    with handed_over(host) as (dialled, call):
        assert tags(asked(dialled, **status)) == ["Hangup"]
        until(lambda: board.ended == 1 and not board.announced.away.target(UUID(call)), 5)
        assert tags(asked(dialled, **status)) == ["Hangup"], "asked twice"


@pytest.mark.parametrize(
    ("ended", "people", "verb"),
    [
        (None, PEOPLE, "Dial"),
        (HungUp(at_ms=0, by="error", reason="engine"), PEOPLE, "Dial"),
        (HungUp(at_ms=0, by="line", reason="transfer:operator"), "", "Hangup"),
        (HungUp(at_ms=0, by="line", reason="goodbye"), PEOPLE, "Hangup"),
    ],
)
def test_what_comes_next(board: SmallBoard, ended: HungUp | None, people: str, verb: str) -> None:
    call = uuid4()
    if ended:
        board.announced.follow(call)(ended)
    with answering(board, people=people) as host:
        assert tags(asked(f"http://{host}/twilio/{SECRET}/next/{call}")) == [verb]


@pytest.mark.parametrize(("people", "verb", "reason"), [(PEOPLE, "Dial", None), ("", "Reject", "busy")])
def test_a_full_line_sends_the_caller_to_people_or_says_that_it_is_busy(
    board: SmallBoard, people: str, verb: str, reason: str | None
) -> None:
    board.full = True
    with answering(board, people=people) as host:
        (said,) = asked(f"http://{host}/twilio/{SECRET}/answer", To=LINE)
    assert (said.tag, said.get("reason")) == (verb, reason)


def test_an_unknown_number_is_rejected_and_a_flood_is_not_read(host: str) -> None:
    url = f"http://{host}/twilio/{SECRET}/answer"
    assert tags(asked(url, To="112")) == ["Reject"]
    assert httpx.post(url, data={"To": "1" * 20_000}, trust_env=False).status_code == 413


def test_own_twiml_may_name_the_call_itself(host: str, board: SmallBoard) -> None:
    with streamed(f"wss://{host}/twilio/{SECRET}/stream", line="+78005553536", caller="+7900") as client:
        told(client, "media")
        client.send(json.dumps({"event": "stop"}))
        assert closed(client) == 1000
    assert (board.requests[0].line, board.requests[0].caller) == ("88005553536", "+7900")


@pytest.mark.parametrize("parameters", [{"call": str(uuid4())}, {"call": "x"}, {"line": "112"}, {}])
def test_a_stream_of_nobodys_call_is_closed(host: str, board: SmallBoard, parameters: dict[str, str]) -> None:
    with streamed(f"wss://{host}/twilio/{SECRET}/stream", **parameters) as client:
        assert closed(client) == 1008
    assert not board.requests


def test_without_the_secret_nothing_is_found(host: str, board: SmallBoard) -> None:
    for path in ("answer", f"next/{uuid4()}"):
        assert httpx.post(f"http://{host}/twilio/guess/{path}", data={"To": LINE}, trust_env=False).status_code == 404
    with pytest.raises(InvalidStatus), streamed(f"wss://{host}/twilio/guess/stream", line=LINE):
        pass
    assert not board.requests
