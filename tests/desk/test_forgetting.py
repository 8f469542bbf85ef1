import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from voice.desk.backoffice import EmbeddedOffice
from voice.desk.forgetting import TABLES
from voice.errors import EngineFailed
from voice.office import Entry, Wanted

TODAY = date(2026, 3, 1)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
A, B = "a" * 32, "b" * 32
PHONE = "9161234567"
SECRET = "неповторимые слова"
LATER = NOW + timedelta(hours=1)


def make(path: Path, today: date = TODAY, now: datetime = NOW) -> EmbeddedOffice:
    numbers = count(77_000_000)
    return EmbeddedOffice(path, today=lambda: today, now=lambda: now, draw=lambda: str(next(numbers)))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "office.db"


@pytest.fixture
def office(file: Path) -> EmbeddedOffice:
    return make(file)


def rows(file: Path) -> int:
    with sqlite3.connect(file) as connection:
        return sum(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES)


CALLBACK = Entry(kind="callback", id="1", filed="2026-03-01", call=A)
MESSAGE = Entry(kind="voice_message", id="1", filed="2026-03-01", call=A)
APPEAL = Entry(kind="new_appeal", id="77000000", filed="2026-03-01", call=A, kept="law", until="2031-03-01")


def write_all(office: EmbeddedOffice, call: str = A, phone: str = PHONE) -> None:
    office.register("new_appeal", {"problem": SECRET, "phone": phone}, call)
    office.register("callback", {"phone": phone, "when": "утром"}, call)
    office.register("voice_message", {"text": SECRET}, call)


def test_what_a_call_had_written_down_is_forgotten_but_for_what_the_law_keeps(
    office: EmbeddedOffice, file: Path
) -> None:
    before = rows(file)
    write_all(office)
    office.register("voice_message", {"text": "чужое"}, B)
    wanted = Wanted(until=LATER, calls=(A,))
    assert office.entries(wanted) == (CALLBACK, APPEAL, MESSAGE) and rows(file) == before + 4
    assert office.forget(wanted) == (CALLBACK, APPEAL, MESSAGE)
    assert office.entries(wanted) == office.forget(wanted) == (APPEAL,) and rows(file) == before + 2
    assert office.look_up("appeal_status", {"number": "77000000"}) is not None


def test_after_five_years_an_appeal_goes_too_and_leaves_nothing(office: EmbeddedOffice, file: Path) -> None:
    write_all(office)
    assert SECRET.encode() in file.read_bytes()
    wanted = Wanted(until=LATER, calls=(A,))
    assert [one.kept for one in make(file, date(2031, 2, 28)).forget(wanted)] == ["", "law", ""]
    (gone,) = make(file, date(2031, 3, 1)).forget(wanted)
    assert (gone.id, gone.kept, gone.until) == ("77000000", "", "")
    left = b"".join(path.read_bytes() for path in file.parent.iterdir())
    assert SECRET.encode() not in left and PHONE.encode() not in left


def test_an_appeal_of_a_leap_day_is_kept_for_five_whole_years(file: Path) -> None:
    make(file, date(2028, 2, 29)).register("complaint", {"reason": "x"}, A)
    (kept,) = make(file, date(2033, 2, 28)).entries(Wanted(until=LATER, calls=(A,)))
    assert (kept.kind, kept.kept, kept.until) == ("complaint", "law", "2033-03-01")


@pytest.mark.parametrize("phone", [PHONE, "8" + PHONE, "+7 916 123-45-67"])
def test_a_phone_finds_entries_however_it_was_written(office: EmbeddedOffice, phone: str) -> None:
    office.register("callback", {"phone": phone, "when": "утром"})
    office.register("callback", {"phone": "9990000000", "when": "утром"})
    found = office.forget(Wanted(until=LATER, kind="phone", number=PHONE))
    assert found == (replace(CALLBACK, call=""),)


def test_a_number_finds_its_appeal_only(office: EmbeddedOffice) -> None:
    write_all(office)
    wanted = Wanted(until=LATER, kind="appeal", number="77000000")
    assert office.entries(wanted) == (APPEAL,)
    for kind in ("snils", "inn", "passport", "application", "phone"):
        assert office.entries(replace(wanted, kind=kind)) == ()


def test_what_a_held_call_had_written_down_stays(office: EmbeddedOffice, file: Path) -> None:
    write_all(office)
    office.register("callback", {"phone": PHONE, "when": "днём"}, B)
    wanted = Wanted(until=LATER, kind="phone", number=PHONE, calls=(B,), held=(A,))
    kept = tuple(replace(one, kept="hold", until="") for one in (CALLBACK, APPEAL, MESSAGE))
    gone = replace(CALLBACK, id="2", call=B)
    assert set(office.forget(wanted)) == {*kept, gone} and set(office.forget(wanted)) == set(kept)


def test_what_was_written_down_after_the_request_is_not_meant(office: EmbeddedOffice, file: Path) -> None:
    write_all(office)
    wanted = Wanted(until=NOW - timedelta(microseconds=1), kind="phone", number=PHONE, calls=(A,))
    assert office.forget(wanted) == ()
    assert len(office.forget(replace(wanted, until=NOW))) == 3


@pytest.fixture
def older(file: Path) -> Iterator[Path]:
    """A file of the second version, which did not know what call had an entry written down."""
    make(file)
    with sqlite3.connect(file) as connection:
        for table in TABLES:
            connection.execute(f"ALTER TABLE {table} DROP COLUMN call")
            connection.execute(f"ALTER TABLE {table} DROP COLUMN at")
        connection.execute("INSERT INTO callbacks VALUES (?, 'утром', '2026-01-01')", (PHONE,))
        connection.execute("PRAGMA user_version = 2")
    yield file


def test_entries_of_an_older_program_are_found_by_their_numbers(older: Path) -> None:
    before = rows(older)
    office = make(older)
    assert rows(older) == before
    write_all(office, call=B)
    found = office.forget(Wanted(until=LATER, kind="phone", number=PHONE))
    assert [(one.kind, one.filed, one.call) for one in found] == [
        ("callback", "2026-01-01", ""),
        ("callback", "2026-03-01", B),
        ("new_appeal", "2026-03-01", B),
    ]


def test_an_office_that_is_locked_or_broken_destroys_nothing_and_says_so(office: EmbeddedOffice, file: Path) -> None:
    write_all(office)
    with sqlite3.connect(file) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        with pytest.raises(EngineFailed, match="locked"):
            office.forget(Wanted(until=LATER, calls=(A,)))
        connection.execute("ROLLBACK")
    assert len(office.entries(Wanted(until=LATER, calls=(A,)))) == 3
    file.write_bytes(b"not a database at all" * 500)
    with pytest.raises(EngineFailed, match="cannot be asked"):
        office.entries(Wanted(until=LATER, calls=(A,)))
