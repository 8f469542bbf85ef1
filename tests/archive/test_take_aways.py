from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from voice.archive.archive import Archive
from voice.errors import RecordingFailed

ID = "a" * 32


class Clock:
    now = datetime(2026, 3, 1, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def archive(tmp_path: Path, clock: Clock) -> Archive:
    archive = Archive.open(f"sqlite:///{tmp_path / 'a.db'}", tmp_path / "sound", now=clock)
    archive.begin(ID, "1001", "", "browser").seal("caller")
    return archive


def kept(tmp_path: Path) -> list[str]:
    with create_engine(f"sqlite:///{tmp_path / 'a.db'}").connect() as raw:
        return [row[0] for row in raw.execute(text("SELECT key_sha256 FROM take_aways"))]


def test_a_secret_opens_its_call_until_its_time_is_over(archive: Archive, clock: Clock, tmp_path: Path) -> None:
    key = archive.give_away(ID, 30)
    found = archive.given_away(key)
    assert found and found[0].call.id == ID and found[1] == clock.now + timedelta(days=30)
    assert archive.given_away(key[:-1]) is None and archive.given_away("") is None and archive.given_away(ID) is None
    assert key not in kept(tmp_path), "who reads the database cannot open it"
    clock.now += timedelta(days=30)
    assert archive.given_away(key) is None
    other = archive.give_away(ID, 30)
    assert other != key and len(kept(tmp_path)) == 1, "the old one is deleted"


def test_a_call_that_is_not_there_has_no_secret(archive: Archive) -> None:
    with pytest.raises(RecordingFailed):
        archive.give_away("b" * 32, 30)


@pytest.mark.parametrize("key", ["\ud800", "x" * 10_000, "'; DROP TABLE take_aways; --"])
def test_a_strange_secret_is_no_failure(archive: Archive, key: str) -> None:
    assert archive.given_away(key) is None
