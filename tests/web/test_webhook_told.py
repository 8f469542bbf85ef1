"""The running application tells a real receiver of finished calls, whatever the receiver does, and over a restart."""

from __future__ import annotations

import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

import voice.app
from tests.fakes.archived import record, story
from voice.app import create_app
from voice.archive.archive import Archive
from voice.review import webhook
from voice.settings import Settings

SECRET = "shared by both sides"
CARE_S, TIMEOUT_S, PATIENCE_S = 0.1, 0.5, 60.0


class Receiver:
    """Answers with `status`; 0: it takes a message and never answers."""

    def __init__(self) -> None:
        self.status = 204
        self.at_s: list[float] = []
        self.taken: list[int] = []  # numbers of calls, of messages that were answered with 204
        self.signed: list[bool] = []
        self.over = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body, status = self.rfile.read(int(self.headers["Content-Length"])), outer.status
                told = hmac.digest(SECRET.encode(), self.headers["X-Liniya-Time"].encode() + b"." + body, "sha256")
                outer.signed.append(self.headers["X-Liniya-Signature"] == f"sha256={told.hex()}")
                if status == 204:
                    outer.taken += [one["n"] for one in json.loads(body)["calls"]]
                outer.at_s.append(time.monotonic())
                if not status:
                    outer.over.wait(PATIENCE_S)
                    return
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.over.set()
    receiver.server.shutdown()
    receiver.server.server_close()


def until(come: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not come():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.02)


def test_nothing_is_lost_whatever_the_receiver_does(
    receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voice.app, "CARE_S", CARE_S)
    monkeypatch.setattr(webhook, "TIMEOUT_S", TIMEOUT_S)
    settings = replace(
        Settings.from_env(),
        data=tmp_path,
        database="",
        keys="",
        webhook=receiver.address,
        webhook_secret=SECRET,
    )
    archive = Archive.of(settings)
    said = story([("caller", "узнать статус заявления")])
    receiver.status = 0
    calls = [record(archive, said) for _ in range(2)]
    with TestClient(create_app(settings)):
        until(lambda: len(receiver.at_s) >= 2)  # the first answer never came
        receiver.status = 503
        until(lambda: len(receiver.at_s) >= 6)
        calls.append(record(archive, said))
    gaps = [later - before for before, later in zip(receiver.at_s, receiver.at_s[1:], strict=False)]
    assert all(gap >= 2 * CARE_S * 2**nth for nth, gap in enumerate(gaps[:5])), f"ever more seldom: {gaps}"
    assert receiver.taken == []
    receiver.status = 204
    calls += [record(archive, said) for _ in range(2)]
    with TestClient(create_app(settings)):
        until(lambda: len(receiver.taken) >= len(calls))
        messages = len(receiver.at_s)
        time.sleep(10 * CARE_S)
        assert len(receiver.at_s) == messages, "what is told is told once"
    assert receiver.taken == sorted(set(receiver.taken)) and len(receiver.taken) == len(calls)
    assert all(receiver.signed)
    archive.close()
