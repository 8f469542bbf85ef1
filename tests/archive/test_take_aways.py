from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

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
def archive(database: str, tmp_path: Path, clock: Clock) -> Iterator[Archive]:
    archive = Archive.open(database, tmp_path / "sound", now=clock)
    archive.begin(ID, "1001", "", "browser").seal("caller")
    yield archive
    archive.close()


def kept(archive: Archive) -> list[str]:
    with archive.engine.connect() as raw:
        return [row[0] for row in raw.execute(text("SELECT key_sha256 FROM take_aways"))]


def test_a_secret_opens_its_call_until_its_time_is_over(archive: Archive, clock: Clock) -> None:
    key = archive.give_away(ID, 30)
    found = archive.given_away(key)
    assert found and found[0].call.id == ID and found[1] == clock.now + timedelta(days=30)
    assert archive.given_away(key[:-1]) is None and archive.given_away("") is None and archive.given_away(ID) is None
    assert key not in kept(archive), "who reads the database cannot open it"
    clock.now += timedelta(days=30)
    assert archive.given_away(key) is None
    other = archive.give_away(ID, 30)
    assert other != key and len(kept(archive)) == 1, "the old one is deleted"


def test_a_call_that_is_not_there_has_no_secret(archive: Archive) -> None:
    with pytest.raises(RecordingFailed):
        archive.give_away("b" * 32, 30)


@pytest.mark.parametrize("key", ["\ud800", "x" * 10_000, "'; DROP TABLE take_aways; --"])
def test_a_strange_secret_is_no_failure(archive: Archive, key: str) -> None:
    assert archive.given_away(key) is None
