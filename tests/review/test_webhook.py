from __future__ import annotations

import hmac
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from uuid import uuid4

import pytest
from sqlalchemy import insert

from voice.archive.archive import Archive
from voice.archive.tables import Finished
from voice.errors import SetupError
from voice.review.webhook import AT_ONCE, NotDelivered, Webhook

SECRET = "shared by both sides"


class Receiver:
    """A real server that takes messages, or answers with another status."""

    def __init__(self) -> None:
        self.status = 204
        self.came: list[tuple[bytes, dict[str, str]]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.came.append((body, dict(self.headers)))
                self.send_response(outer.status)
                self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/calls?from=line"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def told(self) -> list[int]:
        return [one["n"] for body, _ in self.came for one in json.loads(body)["calls"]]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.server.shutdown()
    receiver.server.server_close()


def finish(archive: Archive, calls: int) -> None:
    for _ in range(calls):
        call_id = uuid4().hex
        archive.begin(call_id, "1001", "", "browser").seal("caller")
        with archive.writing() as connection:
            connection.execute(insert(Finished).values(call=call_id, at=archive.now()))


def test_calls_are_told_once_and_signed(archive: Archive, receiver: Receiver) -> None:
    finish(archive, 3)
    webhook = Webhook(archive, receiver.address, SECRET)
    assert webhook.deliver() == 3 and webhook.deliver() == 0
    ((body, headers),) = receiver.came
    expected = hmac.new(SECRET.encode(), headers["X-Liniya-Time"].encode() + b"." + body, "sha256").hexdigest()
    assert headers["X-Liniya-Signature"] == f"sha256={expected}" and headers["Content-Type"] == "application/json"
    finish(archive, 1)
    assert Webhook(archive, receiver.address, SECRET).deliver() == 1, "after a restart it goes on where it was"
    assert receiver.told() == [1, 2, 3, 4]


@pytest.mark.parametrize("status", [500, 404, 302])
def test_what_is_not_taken_is_told_again_and_only_there(archive: Archive, receiver: Receiver, status: int) -> None:
    finish(archive, 2)
    webhook = Webhook(archive, receiver.address, SECRET)
    receiver.status = status
    for _ in range(2):
        with pytest.raises(NotDelivered, match=str(status)):
            webhook.deliver()
    assert receiver.told() == [1, 2, 1, 2], "no redirection is followed"
    receiver.status = 200
    assert webhook.deliver() == 2 and webhook.deliver() == 0


def test_an_address_that_is_away_misses_none(archive: Archive, receiver: Receiver) -> None:
    finish(archive, 1)
    with pytest.raises(NotDelivered):
        Webhook(archive, "http://127.0.0.1:1/", SECRET).deliver()
    assert Webhook(archive, receiver.address, SECRET).deliver() == 1


def test_many_calls_are_told_in_several_messages(archive: Archive, receiver: Receiver) -> None:
    finish(archive, AT_ONCE + 5)
    webhook = Webhook(archive, receiver.address, SECRET)
    assert [webhook.deliver(), webhook.deliver(), webhook.deliver()] == [AT_ONCE, 5, 0]
    assert receiver.told() == list(range(1, AT_ONCE + 6))


@pytest.mark.parametrize(("address", "secret"), [("ftp://x/", SECRET), ("x", SECRET), ("http://x/", "")])
def test_what_cannot_be_is_told_at_the_start(archive: Archive, address: str, secret: str) -> None:
    with pytest.raises(SetupError):
        Webhook(archive, address, secret)
