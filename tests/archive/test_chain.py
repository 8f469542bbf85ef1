"""Any change of what is kept shows: rows are changed behind the archive's back."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import delete, insert, text, update

from voice.archive.archive import Archive
from voice.archive.tables import Calls, Corrections, Events, Links, Utterances, Words
from voice.events import Final, SayStarted, SpeechStarted, Typed, Word
from voice.line import HEARING_HZ

ID = "c" * 32


@pytest.fixture
def kept(archive: Archive) -> Iterator[Archive]:
    recorder = archive.begin(ID, "1001", "79161234567", "browser")
    word = Word(text="статус", start_ms=900, end_ms=1_400, confidence=0.98)
    recorder.event(SayStarted(at_ms=0, say=1, text="Чем помочь?"))
    recorder.event(SpeechStarted(at_ms=900, utterance=1))
    recorder.event(Final(at_ms=2_000, utterance=1, text="статус", words=(word,)))
    recorder.event(Typed(at_ms=3_000, text="123"))
    recorder.trace({"gap": 600.0})
    recorder.hear(np.ones(2 * HEARING_HZ, np.int16))
    recorder.seal("caller")
    with archive.writing() as connection:
        archive.tie(connection, ID)
        values = {"call": ID, "utterance": 2, "by": "olga", "at": archive.now()}
        sealed = archive.seal(ID, "статус заявки", "corrections")
        row = connection.execute(insert(Corrections).values(**values, sealed=sealed)).inserted_primary_key[0]
        archive.link(connection, ID, "corrections", row)
    yield archive


def test_what_nobody_touched_is_whole(kept: Archive) -> None:
    assert kept.faults(ID) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (update(Events).where(Events.seq == 2).values(at_ms=901), ["events"]),
        (update(Events).where(Events.seq == 2).values(sealed=b"x"), ["events"]),
        (delete(Events).where(Events.seq == 4), ["head", "links"]),
        (delete(Events).where(Events.seq == 2), ["events", "head"]),
        (update(Utterances).where(Utterances.n == 1).values(heard_ms=1), ["record"]),
        (delete(Words), ["record"]),
        (update(Calls).values(ended_by="line"), ["record"]),
        (update(Corrections).values(by="ivan"), ["corrections"]),
        (delete(Corrections), ["corrections"]),
        (delete(Links).where(Links.what == "corrections"), ["head"]),
        (update(Links).where(Links.n == 1).values(digest=b"x"), ["links", "record"]),
        (update(Calls).values(head=b"x"), ["head"]),
    ],
)
def test_a_change_in_the_database_shows(kept: Archive, change: object, told: list[str]) -> None:
    with kept.engine.begin() as connection:
        connection.execute(text("PRAGMA foreign_keys = OFF")) if kept.engine.dialect.name == "sqlite" else None
        connection.execute(change)  # type: ignore[call-overload]
    assert sorted(kept.faults(ID)) == told


def test_a_change_of_the_sound_shows(kept: Archive, tmp_path: Path) -> None:
    (path,) = (tmp_path / "sound").rglob("*.sealed")
    path.write_bytes(path.read_bytes()[:-1])
    assert kept.faults(ID) == ["sound"]
    path.unlink()
    assert kept.faults(ID) == ["sound"]


def test_a_change_that_is_linked_is_none(kept: Archive) -> None:
    with kept.writing() as connection:
        connection.execute(update(Corrections).values(by="olga2"))
        kept.link(connection, ID, "corrections", 1)
    assert kept.faults(ID) == []
