from __future__ import annotations

import threading

import pytest
from sqlalchemy import delete, select, update

from tests.review.conftest import Clock
from voice.archive.archive import Archive
from voice.review.accesses import Accesses, Wanted
from voice.review.people import Person
from voice.review.tables import Accesses as Rows

ANNA = Person(id="1", login="anna", name="Анна", role="senior")
BORIS = Person(id="2", login="boris", name="Борис", role="reviewer")


@pytest.fixture
def log(archive: Archive, clock: Clock) -> Accesses:
    archive.now = clock
    return Accesses(archive)


def fill(log: Accesses, rows: int = 5) -> None:
    for number in range(rows):
        log.add(ANNA if number % 2 else BORIS, "read", call=f"{number:032x}", detail={"page": "/archive/{call_id}"})


def test_a_log_as_it_was_written_has_no_faults(log: Accesses) -> None:
    assert log.faults() == []
    fill(log)
    assert log.faults() == []


@pytest.mark.parametrize(
    "changed",
    [{"person": "boris"}, {"deed": "search"}, {"call": ""}, {"reason": "x"}, {"role": "auditor"}, {"detail": {}}],
)
def test_any_change_of_a_row_shows(log: Accesses, archive: Archive, changed: dict[str, object]) -> None:
    fill(log)
    with archive.writing() as connection:
        connection.execute(update(Rows).where(Rows.n == 2).values(**changed))
    assert log.faults() == ["2 was changed"]


def test_a_moved_time_shows(log: Accesses, archive: Archive, clock: Clock) -> None:
    fill(log)
    clock.passes(seconds=1)
    with archive.writing() as connection:
        connection.execute(update(Rows).where(Rows.n == 4).values(at=clock.now))
    assert log.faults() == ["4 was changed"]


def test_a_row_taken_away_shows_wherever_it_stood(log: Accesses, archive: Archive) -> None:
    fill(log)
    with archive.writing() as connection:
        connection.execute(delete(Rows).where(Rows.n == 3))
    assert log.faults() == ["3 to 3 are missing", "4 was changed"]
    with archive.writing() as connection:
        connection.execute(delete(Rows).where(Rows.n >= 3))
    assert log.faults() == ["3 to 5 were cut off"]


def test_a_log_written_anew_without_the_last_rows_shows(log: Accesses, archive: Archive) -> None:
    fill(log)
    with archive.writing() as connection:
        connection.execute(delete(Rows).where(Rows.n == 5))
        connection.execute(update(Rows).where(Rows.n == 4).values(link="0" * 64))
    assert log.faults() == ["4 was changed", "5 to 5 were cut off"]


def test_those_who_write_at_once_are_written_one_after_another(log: Accesses, archive: Archive) -> None:
    writing = [threading.Thread(target=fill, args=(log, 10)) for _ in range(6)]
    for one in writing:
        one.start()
    for one in writing:
        one.join()
    with archive.engine.connect() as connection:
        numbers = connection.execute(select(Rows.n).order_by(Rows.n)).scalars().all()
    assert numbers == list(range(1, 61)) and log.faults() == []


def test_unmasking_is_for_one_person_one_call_and_a_quarter_of_an_hour(log: Accesses, clock: Clock) -> None:
    log.add(ANNA, "unmask", call="a", reason="жалоба")
    until = log.unmasked_until(ANNA, "a")
    assert until and (until - clock.now).total_seconds() == 900
    assert log.unmasked_until(ANNA, "b") is None and log.unmasked_until(BORIS, "a") is None
    clock.passes(minutes=15)
    assert log.unmasked_until(ANNA, "a") is None


def test_a_refused_unmasking_unmasks_nothing(log: Accesses) -> None:
    log.add(BORIS, "refused", call="a", detail={"deed": "unmask"})
    assert log.unmasked_until(BORIS, "a") is None


def test_the_log_is_read_from_its_end_in_pages_and_narrowed(log: Accesses, clock: Clock) -> None:
    fill(log, 5)
    clock.passes(hours=1)
    fill(log, 2)
    page = log.find(Wanted(), limit=3)
    assert [one.n for one in page] == [7, 6, 5]
    assert [one.n for one in log.find(Wanted(), limit=3, before=5)] == [4, 3, 2]
    assert [one.n for one in log.find(Wanted(person=" Anna"), limit=9)] == [7, 4, 2]
    assert [one.n for one in log.find(Wanted(call=f"{1:032x}"), limit=9)] == [7, 2]
    assert [one.n for one in log.find(Wanted(since=clock.now), limit=9)] == [7, 6]
    assert [one.n for one in log.find(Wanted(until=clock.now, deed="read"), limit=2)] == [5, 4]
    assert log.find(Wanted(deed="export"), limit=9) == ()
