"""What was read once must tell what reading everything anew tells, whatever happened in between."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, event, insert

from tests.review.test_reports import MARCH, MONDAY, NINE, WORDS, Calling
from voice.archive.archive import Archive
from voice.archive.retention import Clocks, Retention
from voice.archive.tables import Destructions, Figures
from voice.review.reports import Report, Reports
from voice.review.sample import LATELY_DAYS, Names, Sample, Wanted, lately
from voice.review.tallies import Tallies

NOW = NINE + timedelta(2)
KEPT_FOR_EVER = Clocks(0, 0, 0)


@pytest.fixture
def archive(database: str, tmp_path: Path) -> Iterator[Archive]:
    archive = Archive.open(database, tmp_path / "sound", now=lambda: NOW)
    yield archive
    archive.close()


@pytest.fixture
def calling(archive: Archive) -> Calling:
    return Calling(archive)


@pytest.fixture
def tallies(archive: Archive, calling: Calling) -> Tallies:
    """One that has read two calls of known callers."""
    calling(caller="a", asked=["a.ask"])
    calling(caller="b", after_h=1, line="2", intent="hours")
    tallies = Tallies(archive.engine)
    assert told(tallies, archive) == (2, {"a.ask": 1})
    return tallies


@pytest.fixture
def reads(archive: Archive) -> list[str]:
    """The statements that read calls or questions."""
    said: list[str] = []

    def note(_c: object, _u: object, statement: str, *_: object) -> None:
        if "JOIN figures" in statement or "FROM steps" in statement:
            said.append(statement)

    event.listen(archive.engine, "before_cursor_execute", note)
    return said


def told(tallies: Tallies, archive: Archive, wanted: Wanted = MARCH) -> tuple[int, dict[str, int]]:
    """How many calls and how often each question was asked; the same when everything is read anew."""
    kept, fresh = tallies.sample(wanted, NOW), Tallies(archive.engine).sample(wanted, NOW)
    assert as_rows(kept) == as_rows(fresh)
    asked = tallies.asked(wanted)
    assert asked == Tallies(archive.engine).asked(wanted)
    return len(kept), {step: one.times for step, one in asked.items()}


def as_rows(sample: Sample) -> list[tuple[str, ...]]:
    columns = [getattr(sample, field.name) for field in fields(sample)]
    told = [[one.values[code] for code in one.codes] if isinstance(one, Names) else one.tolist() for one in columns]
    return sorted(tuple(map(str, row)) for row in zip(*told, strict=True))


def test_a_call_that_finished_since_is_there(archive: Archive, calling: Calling, tallies: Tallies) -> None:
    calling(caller="a", after_h=2, intent="new", language="en", waited_ms=7)
    assert told(tallies, archive)[0] == 3
    assert tallies.sample(MARCH, NOW).again.sum() == 1
    calling(caller="c", after_h=500)  # not of this period
    assert told(tallies, archive)[0] == 3
    assert told(tallies, archive, Wanted(MONDAY, MONDAY + timedelta(30)))[0] == 4


def test_its_questions_are_added_to_those_that_were_counted(
    archive: Archive, calling: Calling, tallies: Tallies
) -> None:
    for number in (1, 2):
        calling(after_h=number, asked=["a.ask", f"b.{number}", "a.ask"])
        assert told(tallies, archive)[1]["a.ask"] == 1 + 2 * number
        assert told(tallies, archive)[1][f"b.{number}"] == 1
    assert told(tallies, archive, Wanted(MARCH.since, MARCH.until, "2")) == (1, {}), "the other line"


def test_an_erased_caller_is_nobody_at_once(archive: Archive, calling: Calling, tallies: Tallies) -> None:
    call_id = calling(caller="a", after_h=2)
    assert tallies.sample(MARCH, NOW).again.sum() == 1
    archive.keys.make(call_id)
    Retention(archive, KEPT_FOR_EVER).erase_calls([call_id], by="admin", reason="asked for")
    assert told(tallies, archive)[0] == 3
    sample = tallies.sample(MARCH, NOW)
    assert (sample.again.sum(), sample.known.sum()) == (0, 2)


def test_figures_that_another_process_destroys_are_gone_at_once(
    archive: Archive, calling: Calling, tallies: Tallies, database: str, tmp_path: Path
) -> None:
    call_id = calling()
    assert told(tallies, archive)[0] == 3
    other = Archive.open(database, tmp_path / "sound", now=lambda: NOW)
    Retention(other, KEPT_FOR_EVER)._destroy("figures", [call_id], by="retention", reason="its time is over")
    other.close()
    assert told(tallies, archive)[0] == 2


def test_what_is_destroyed_is_read_anew_and_nothing_else(
    archive: Archive, calling: Calling, tallies: Tallies, reads: list[str]
) -> None:
    """Retention destroys something every day: the calls of a year are not read again for it."""
    calls = [calling(caller="a", after_h=2), calling(caller="a", after_h=3)]
    assert tallies.sample(MARCH, NOW).again.sum() == 2
    retention = Retention(archive, KEPT_FOR_EVER)
    reads.clear()
    retention._destroy("sound", calls, by="retention", reason="its time is over")
    assert tallies.sample(MARCH, NOW).again.sum() == 2
    assert reads == []
    for what in ("text", "figures"):  # both before anybody asks
        retention._destroy(what, calls[:1], by="retention", reason="its time is over")
    tallies.sample(MARCH, NOW)
    assert len(reads) == 1 and "calls.id IN (" in reads[0]
    assert told(tallies, archive)[0] == 3
    assert tallies.sample(MARCH, NOW).again.sum() == 1


def test_a_destruction_that_shows_later_with_a_smaller_number_is_not_missed(
    archive: Archive, calling: Calling, tallies: Tallies
) -> None:
    call_id = calling()
    destroyed = {"by": "", "reason": "", "what": "figures", "subject": "", "method": "", "at": NOW}
    with archive.writing() as connection:
        connection.execute(insert(Destructions).values(id=9, calls=[], **destroyed))
    assert told(tallies, archive)[0] == 3
    with archive.writing() as connection:
        connection.execute(insert(Destructions).values(id=8, calls=[call_id], **destroyed))
        connection.execute(delete(Figures).where(Figures.call == call_id))
    assert told(tallies, archive)[0] == 2


def test_what_is_read_ahead_need_not_be_read_for_who_asks(archive: Archive, calling: Calling, reads: list[str]) -> None:
    calling(asked=["a.ask"])
    reports = Reports(archive)
    reports.read_ahead()
    assert reads
    reads.clear()
    for days in LATELY_DAYS:
        report = reports.of(lately(days), WORDS)
        for sheet in ("totals", "by_day", "by_step"):
            report.sheet(sheet)
    assert reads == []


def test_an_earlier_period_reaches_further_back(archive: Archive, calling: Calling, tallies: Tallies) -> None:
    longer = Wanted(MONDAY - timedelta(120), MARCH.until)
    calling(caller="b", after_h=-24 * 100)
    assert told(tallies, archive)[0] == 2
    assert told(tallies, archive, longer)[0] == 3
    calling(after_h=-24 * 90)
    assert told(tallies, archive, longer)[0] == 4
    assert told(tallies, archive)[0] == 2


def test_a_smaller_number_that_shows_later_is_not_missed(archive: Archive, calling: Calling, tallies: Tallies) -> None:
    """Two processes tend calls of one PostgreSQL: the first to take a number may be the last to commit."""
    calling(n=9, asked=["a.ask"])
    assert told(tallies, archive) == (3, {"a.ask": 2})
    calling(n=8, asked=["a.ask"])
    assert told(tallies, archive) == (4, {"a.ask": 3})


def test_reports_tell_the_same_of_what_was_read_before(archive: Archive, calling: Calling, tallies: Tallies) -> None:
    calling(caller="a", after_h=3, asked=["b.ask"])
    for sheet in ("totals", "by_line", "by_intent", "by_step", "by_group"):
        assert Report(archive, MARCH, WORDS, kept=tallies).sheet(sheet) == Report(archive, MARCH, WORDS).sheet(sheet)
