# ruff: noqa: F811  fixtures are imported
"""Erasure reaches what calls had written down in the back office: a real one, on both databases."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from tests.archive.test_retention import PHONE, SNILS, Clock, call, clock, kept, whole  # noqa: F401  fixtures
from voice.archive.archive import Archive
from voice.archive.retention import Clocks, Erased, Retention
from voice.archive.tables import Owed as Rows
from voice.desk.backoffice import EmbeddedOffice
from voice.errors import EngineFailed, RecordingFailed, SetupError
from voice.office import Entry, Wanted

A, B = f"{1:032x}", f"{2:032x}"
TEN_DIGITS = PHONE[1:]
ASKED = {"by": "anna", "reason": "отзыв согласия"}
FOR_EVER = Clocks(0, 0, 0)


@dataclass
class Desk:
    """A back office that can be taken away, on the clock of the archive."""

    file: Path
    clock: Clock
    away: str = ""

    def __call__(self) -> EmbeddedOffice:
        if self.away:
            raise SetupError(self.away)
        numbers = iter(["77000001", "77000002", "77000003"])
        demo = self.file.with_suffix(".toml")
        demo.parent.mkdir(exist_ok=True)
        demo.write_text("", encoding="utf-8")
        today, now = self.clock.now.date(), self.clock.now
        return EmbeddedOffice(self.file, demo, today=lambda: today, now=lambda: now, draw=lambda: next(numbers))

    def has(self, text: str) -> bool:
        return text.encode() in self.file.read_bytes()


@pytest.fixture
def desk(tmp_path: Path, clock: Clock) -> Desk:
    return Desk(tmp_path / "desk" / "office.db", clock)


@pytest.fixture
def retention(kept: Archive, desk: Desk) -> Retention:
    return Retention(kept, FOR_EVER, desk)


def registers(desk: Desk, call_id: str) -> None:
    office = desk()
    office.register("callback", {"phone": TEN_DIGITS, "when": "утром"}, call_id)
    office.register("voice_message", {"text": "перезвоните маме"}, call_id)


def erase_while_away(retention: Retention, desk: Desk) -> None:
    desk.away = "отключена"
    retention.erase("phone", PHONE, **ASKED)
    desk.away = ""


def told(entries: tuple[Entry, ...] | None) -> list[tuple[str, str, str]]:
    return [(one.kind, one.call, one.kept) for one in entries or ()]


@pytest.mark.parametrize(("kind", "value"), [("phone", "8 916 123-45-67"), ("snils", SNILS), ("appeal", "12345678")])
def test_what_calls_had_written_down_goes_with_them_and_the_record_names_it(
    kept: Archive,
    retention: Retention,
    desk: Desk,
    tmp_path: Path,
    kind: str,
    value: str,
) -> None:
    call_id, entries = call(kept, 1), [("callback", A, ""), ("voice_message", A, "")]
    registers(desk, call_id)
    assert told(retention.erasable(kind, value).entries) == entries and desk.has("маме")
    erased = retention.erase(kind, value, **ASKED)
    assert erased.calls == (A,) and told(erased.entries) == entries
    assert not desk.has("маме") and not desk.has(TEN_DIGITS)
    (record,) = retention.destructions()
    assert (record.what, record.office, record.completes, record.calls) == ("everything", "answered", None, (A,))
    assert told(record.entries) == entries and {one.id for one in record.entries} == {""}
    assert retention.owed() == () and [path.name for path in (tmp_path / "keys").rglob("*.key")] == ["master.key"]
    assert retention.erase(kind, value, **ASKED) == Erased((), ()) and len(retention.destructions()) == 1


def test_what_the_law_keeps_is_owed_until_its_day(
    kept: Archive,
    retention: Retention,
    desk: Desk,
    clock: Clock,
) -> None:
    desk().register("new_appeal", {"problem": "беда", "phone": TEN_DIGITS}, call(kept, 1))
    registers(desk, A)
    erased = retention.erase("phone", PHONE, **ASKED)
    assert told(erased.entries) == [("callback", A, ""), ("voice_message", A, ""), ("new_appeal", A, "law")]
    (owed,) = retention.owed()
    assert (owed.why, owed.destruction, owed.by, owed.reason) == ("kept", 1, "anna", "отзыв согласия")
    assert owed.due_at is not None and owed.due_at.date() == date(2031, 1, 1)
    assert [(one.id, one.until) for one in owed.entries] == [("77000001", "2031-01-01")]
    tried_at = owed.tried_at
    clock.pass_days(365)
    desk().register("callback", {"phone": TEN_DIGITS, "when": "вечером"}, B)  # he calls again
    clock.now = owed.due_at - timedelta(hours=1)
    retention.tick()
    assert retention.owed()[0].tried_at == tried_at and len(retention.destructions()) == 1
    clock.now = owed.due_at
    retention.tick()
    assert retention.owed() == () and desk().look_up("appeal_status", {"number": "77000001"}) is None
    assert desk.has("вечером")
    later, first = retention.destructions()
    assert (later.what, later.calls, later.completes, later.subject) == ("entries", (), first.id, first.subject)
    assert told(later.entries) == [("new_appeal", A, "")] and told(first.entries)[-1] == ("new_appeal", A, "law")
    assert retention.completed_by(first.id) == (later.id,) and retention.completed_by(later.id) == ()


def test_what_he_registers_after_he_asked_is_not_touched(
    kept: Archive,
    retention: Retention,
    desk: Desk,
    clock: Clock,
) -> None:
    registers(desk, call(kept, 1))
    erase_while_away(retention, desk)
    clock.pass_days(0.01)
    desk().register("callback", {"phone": TEN_DIGITS, "when": "вечером"}, B)
    retention.tick()
    assert desk.has("вечером") and not desk.has("утром") and not desk.has("маме")


def test_calls_are_erased_though_the_office_is_away_and_it_is_asked_until_it_answers(
    kept: Archive,
    retention: Retention,
    desk: Desk,
    database: str,
    tmp_path: Path,
    clock: Clock,
) -> None:
    registers(desk, call(kept, 1))
    desk.away = "отключена"
    assert retention.erasable("phone", PHONE).entries is None
    erased = retention.erase("phone", PHONE, **ASKED)
    assert (erased.calls, erased.entries) == ((A,), None) and whole(kept, A).utterances == ()
    assert [(one.office, one.entries) for one in retention.destructions()] == [("unreached", ())]
    (owed,) = retention.owed()
    assert (owed.why, owed.destruction, owed.due_at, owed.tried_at) == ("unreached", 1, None, clock.now)
    in_the_open = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path != desk.file)
    assert TEN_DIGITS.encode() not in in_the_open
    retention.tick()
    assert len(retention.owed()) == len(retention.destructions()) == 1, "it is still away"
    again = Archive.open(database, tmp_path / "sound", now=lambda: clock.now)
    restarted = Retention(again, FOR_EVER, desk)
    desk.away = ""
    restarted.tick()
    assert restarted.owed() == () and not desk.has("маме") and not desk.has(TEN_DIGITS)
    later, first = restarted.destructions()
    assert (first.office, later.office, later.completes) == ("unreached", "answered", first.id)
    assert told(later.entries) == [("callback", A, ""), ("voice_message", A, "")]
    again.close()


def test_an_office_that_has_nothing_completes_the_record_too(
    kept: Archive,
    retention: Retention,
    desk: Desk,
) -> None:
    call(kept, 1)
    erase_while_away(retention, desk)
    retention.ask_again()
    later, first = retention.destructions()
    assert (later.office, later.entries, later.completes) == ("answered", (), first.id) and retention.owed() == ()


def test_entries_outlive_their_calls_and_are_still_found_by_their_number(retention: Retention, desk: Desk) -> None:
    registers(desk, "")
    desk().register("complaint", {"reason": "беда"})
    assert told(retention.erase("phone", PHONE, **ASKED).entries) == [("callback", "", "")]
    (record,) = retention.destructions()
    assert (record.what, record.calls, record.office, record.completes) == ("entries", (), "answered", None)
    assert told(retention.erase("appeal", "77000001", **ASKED).entries) == [("complaint", "", "law")]
    (owed,) = retention.owed()
    assert owed.destruction is None and len(retention.destructions()) == 1, "nothing was destroyed"


def test_the_entries_of_a_held_call_are_asked_for_anew_with_it(
    kept: Archive,
    retention: Retention,
    desk: Desk,
) -> None:
    for call_id in (call(kept, 1), call(kept, 2)):
        registers(desk, call_id)
    hold = retention.hold(A, by="anna", reason="суд")
    erased = retention.erase("phone", PHONE, **ASKED)
    assert (erased.calls, erased.held) == ((B,), (A,)) and retention.owed() == ()
    assert {one.kept for one in erased.entries or () if one.call == A} == {"hold"} and desk.has("маме")
    assert {one.kept for one in retention.destructions()[0].entries if one.call == B} == {""}
    retention.lift(hold, by="anna")
    assert told(retention.erase("phone", PHONE, **ASKED).entries) == [("callback", A, ""), ("voice_message", A, "")]
    assert not desk.has("маме")


class LosesAnswers:
    """A real office behind a network that breaks after it has done its work."""

    def __init__(self, office: EmbeddedOffice) -> None:
        self.office, self.entries = office, office.entries

    def forget(self, wanted: Wanted) -> tuple[Entry, ...]:
        self.office.forget(wanted)
        raise EngineFailed("no answer")


def test_an_answer_that_was_lost_leaves_no_entry_out_of_the_record(kept: Archive, desk: Desk) -> None:
    registers(desk, call(kept, 1))
    assert Retention(kept, FOR_EVER, lambda: LosesAnswers(desk())).erase("phone", PHONE, **ASKED).entries is None
    assert not desk.has("маме")
    retention = Retention(kept, FOR_EVER, desk)
    retention.tick()
    assert told(retention.destructions()[0].entries) == [("callback", A, ""), ("voice_message", A, "")]
    assert retention.owed() == ()


@pytest.mark.parametrize("law_keeps_one", [False, True])
def test_what_two_processes_ask_at_once_is_recorded_once(
    kept: Archive, retention: Retention, desk: Desk, law_keeps_one: bool
) -> None:
    registers(desk, call(kept, 1))
    if law_keeps_one:
        desk().register("complaint", {"reason": "беда"}, A)
    erase_while_away(retention, desk)

    class Slow:
        """While it is asked, the other process asks and is answered."""

        entries: Callable[[Wanted], tuple[Entry, ...]] = desk().entries

        def forget(self, wanted: Wanted) -> tuple[Entry, ...]:
            retention.ask_again()
            return desk().forget(wanted)

    Retention(kept, FOR_EVER, Slow).ask_again()
    later, first = retention.destructions()
    destroyed = [one for one in told(later.entries) if not one[2]]
    assert destroyed == [("callback", A, ""), ("voice_message", A, "")] and first.entries == ()
    assert [told(one.entries) for one in retention.owed()] == [[("complaint", A, "law")]] * law_keeps_one


def test_a_process_that_dies_between_calls_and_office_leaves_the_rest_for_the_next_look(
    kept: Archive,
    retention: Retention,
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    registers(desk, call(kept, 1))

    def die(*_: object) -> bool:
        raise RecordingFailed("power cut")

    with monkeypatch.context() as patched:
        patched.setattr(kept.keys, "destroy", die)
        with pytest.raises(RecordingFailed):
            retention.erase("phone", PHONE, **ASKED)
    assert [(one.office, one.entries) for one in retention.destructions()] == [("unreached", ())] and desk.has("маме")
    retention.tick()
    (record,) = retention.destructions()
    assert (record.office, told(record.entries)) == ("answered", [("callback", A, ""), ("voice_message", A, "")])
    assert not kept.keys.has(A) and not desk.has("маме") and retention.owed() == ()


def test_what_cannot_be_read_any_more_stops_nothing_else(
    kept: Archive,
    retention: Retention,
    desk: Desk,
) -> None:
    registers(desk, call(kept, 1))
    desk.away = "отключена"
    for kind, value in (("inn", "770123456703"), ("phone", PHONE)):
        retention.erase(kind, value, **ASKED)
    with kept.writing() as connection:
        connection.execute(update(Rows).where(Rows.id == 1).values(sealed=b"changed"))
    desk.away = ""
    retention.tick()
    assert [one.id for one in retention.owed()] == [1] and not desk.has("маме")
    with kept.engine.connect() as connection:
        assert connection.execute(select(Rows.tries)).scalars().all() == [1]


@pytest.mark.parametrize("value", ["", "нет цифр"])
def test_a_number_of_nobody_asks_nobody(retention: Retention, desk: Desk, value: str) -> None:
    registers(desk, A)
    desk.away = "отключена"
    assert retention.erasable("phone", value) == retention.erase("phone", value, **ASKED) == Erased((), ())
    assert retention.owed() == () and retention.destructions() == ()


def test_calls_chosen_one_by_one_take_their_entries_along(
    kept: Archive,
    retention: Retention,
    desk: Desk,
) -> None:
    for call_id in (call(kept, 1), call(kept, 2)):
        registers(desk, call_id)
    assert {one.call for one in retention.erase_calls([A], **ASKED).entries or ()} == {A}
    assert {one.call for one in retention.erasable("phone", PHONE).entries or ()} == {B}


def test_an_office_of_others_that_keeps_without_a_day_is_asked_at_every_look(
    kept: Archive,
    desk: Desk,
) -> None:
    class UnderInvestigation(LosesAnswers):
        """Its own hold, which the archive knows nothing of."""

        def forget(self, wanted: Wanted) -> tuple[Entry, ...]:
            return tuple(replace(one, kept="hold") for one in self.office.entries(wanted))

    registers(desk, call(kept, 1))
    Retention(kept, FOR_EVER, lambda: UnderInvestigation(desk())).erase("phone", PHONE, **ASKED)
    retention = Retention(kept, FOR_EVER, desk)
    (owed,) = retention.owed()
    assert (owed.why, owed.due_at) == ("kept", None) and told(owed.entries)[0] == ("callback", A, "hold")
    retention.tick()
    assert retention.owed() == () and not desk.has("маме")
    assert told(retention.destructions()[0].entries) == [("callback", A, ""), ("voice_message", A, "")]
