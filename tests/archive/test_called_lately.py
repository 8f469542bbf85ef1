"""Who has called before: asked before every call is answered."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from voice.archive.archive import LATELY, Archive

CALLER, LINE = "79161234567", "88005553535"


class Clock:
    now = datetime(2026, 3, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def archive(database: str, tmp_path: Path, clock: Clock) -> Iterator[Archive]:
    archive = Archive.open(database, tmp_path / "sound", now=clock)
    yield archive
    archive.close()


def call(archive: Archive, caller: str, *, line: str = LINE, whole: bool = True) -> None:
    recorder = archive.begin(uuid4().hex, line, caller, "file")
    if whole:
        recorder.seal("caller")


def test_who_has_never_called_is_not_known(archive: Archive) -> None:
    call(archive, "79990000000")
    assert not archive.called_lately(CALLER, LINE)


def test_a_whole_call_to_the_same_line_is_remembered_for_a_while(archive: Archive, clock: Clock) -> None:
    call(archive, CALLER)
    assert archive.called_lately(CALLER, LINE)
    assert not archive.called_lately(CALLER, "88005553536")
    clock.now += LATELY + timedelta(days=1)
    assert not archive.called_lately(CALLER, LINE)


def test_a_call_under_way_is_no_earlier_call(archive: Archive) -> None:
    call(archive, CALLER, whole=False)
    assert not archive.called_lately(CALLER, LINE)


def test_without_a_number_nobody_is_known(archive: Archive) -> None:
    call(archive, "")
    assert not archive.called_lately("", LINE)
