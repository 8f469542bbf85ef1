from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from tests.databases import database, postgresql  # noqa: F401  fixtures
from tests.web.small_line import tone
from voice.archive.archive import Archive
from voice.events import Final, SayDone, SayStarted, SpeechEnded, SpeechStarted, Word

HEARD = "меня зовут иван петров статус снился"
WORDS = tuple(
    Word(text=text, start_ms=2_000 + 400 * at, end_ms=2_350 + 400 * at, confidence=0.9)
    for at, text in enumerate(HEARD.split())
)


@pytest.fixture
def archive(database: str, tmp_path: Path) -> Iterator[Archive]:  # noqa: F811
    archive = Archive.open(database, tmp_path / "sound")
    yield archive
    archive.close()


@pytest.fixture
def call(archive: Archive) -> str:
    """Utterance 1 is the line's, utterance 2 the caller's HEARD. Both sides sound all the time, each by its tone."""
    call_id = uuid4().hex
    recorder = archive.begin(call_id, "1001", "79161234567", "browser")
    for event in (
        SayStarted(at_ms=0, say=1, text="Здравствуйте. Чем помочь?"),
        SayDone(at_ms=1_500, say=1, heard_ms=1_500),
        SpeechStarted(at_ms=1_900, utterance=1),
        SpeechEnded(at_ms=4_400, utterance=1),
        Final(at_ms=4_500, utterance=1, text=HEARD, words=WORDS),
    ):
        recorder.event(event)
    recorder.spoke(0, tone(16_000, 6_000, hz=600))
    recorder.hear(tone(16_000, 6_000))
    recorder.seal("caller")
    return call_id


class Clock:
    """A wall clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **time: float) -> None:
        self.now += timedelta(**time)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def engine(archive: Archive) -> Engine:
    return archive.engine
