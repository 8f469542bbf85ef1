"""The running application reads reports ahead, and lets callers go first."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest
from fastapi.testclient import TestClient

import voice.app
from voice.app import create_app
from voice.review.reports import Reports
from voice.settings import Settings

LINE = "88005553535"
PAUSE_S, PATIENCE_S = 0.1, 60.0


def test_it_is_read_when_no_call_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = Event()

    class Watched(Reports):
        def read_ahead(self) -> None:
            super().read_ahead()
            read.set()

    monkeypatch.setattr(voice.app, "Reports", Watched)
    for pause in ("CARE_S", "SELDOM_S"):
        monkeypatch.setattr(voice.app, pause, PAUSE_S)
    settings = replace(Settings.from_env(), data=tmp_path, database="", keys="")
    with TestClient(create_app(settings)) as client:
        assert read.wait(PATIENCE_S)
        with client.websocket_connect("/ws/call") as caller:
            caller.send_json({"type": "start", "rate_hz": 16_000, "line": LINE, "play_hz": 16_000})
            assert caller.receive_json()["type"] == "call"
            time.sleep(10 * PAUSE_S)  # what was being read is read by then
            read.clear()
            assert not read.wait(10 * PAUSE_S), "a caller is there"
        assert read.wait(PATIENCE_S)
