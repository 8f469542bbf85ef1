from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import func, insert, select

from voice.archive import afterwards
from voice.archive.archive import Archive
from voice.archive.records import Record
from voice.archive.retention import Clocks, Retention
from voice.archive.tables import Calls, Events, Figures, Subjects, Utterances
from voice.errors import KeyDestroyed, RecordingFailed
from voice.events import AnyEvent, Asked, CallStarted, Final, LookedUp, Understood, Word
from voice.line import HEARING_HZ

PHONE, SNILS, APPEAL = "79161234567", "11223344595", "12345678"
SECRET = "моя фамилия неповторимова"
START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Clock:
    now: datetime = START

    def pass_days(self, days: float) -> None:
        self.now += timedelta(days=days)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def kept(database: str, tmp_path: Path, clock: Clock) -> Iterator[Archive]:
    archive = Archive.open(database, tmp_path / "sound", now=lambda: clock.now)
    yield archive
    archive.close()


@pytest.fixture
def retention(kept: Archive) -> Retention:
    return Retention(kept, Clocks(sound_days=30, text_days=100, figures_days=300))


def call(archive: Archive, number: int, caller: str = PHONE) -> str:
    call_id = f"{number:032x}"
    recorder = archive.begin(call_id, "1001", caller, "browser")
    word = Word(text="неповторимова", start_ms=900, end_ms=1_400, confidence=0.98)
    slots = {"kind": "snils", "state": "COMPLETE", "value": SNILS}
    story: list[AnyEvent] = [
        CallStarted(at_ms=0, line="1001", caller=caller, transport="browser"),
        Asked(at_ms=0, asked=1, step="snils"),
        Final(at_ms=2_000, utterance=1, text=SECRET, words=(word,)),
        Understood(at_ms=2_000, source="speech", text=SECRET, intent="answer", slots=slots),
        LookedUp(at_ms=3_000, name="new_appeal", facts={"number": APPEAL}),
    ]
    for one in story:
        recorder.event(one)
    recorder.hear(np.ones(HEARING_HZ, np.int16))
    recorder.seal("caller")
    with archive.writing() as connection:
        afterwards.keep(connection, archive.keys, archive.seal_of(call_id), whole(archive, call_id))
        connection.execute(insert(Figures).values(call=call_id, **NUMBERS))
        archive.tie(connection, call_id)
    return call_id


NUMBERS = {
    column.name: {"INTEGER": 0, "BOOLEAN": False, "DOUBLE": 0.0, "JSON": []}.get(str(column.type), "")
    for column in Figures.__table__.columns
    if column.name != "call"
}


def whole(archive: Archive, call_id: str) -> Record:
    record = archive.call(call_id)
    assert record is not None
    return record


def count(archive: Archive, table: type) -> int:
    with archive.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_sound_words_and_figures_go_each_by_its_own_clock(kept: Archive, retention: Retention, clock: Clock) -> None:
    call_id = call(kept, 1)
    assert retention.tick() == 0 and kept.sound_bytes(call_id)
    clock.pass_days(31)
    assert retention.tick() == 1 and retention.tick() == 0
    assert kept.sound_bytes(call_id) is None and whole(kept, call_id).utterances[0].text == SECRET
    assert whole(kept, call_id).call.sound_erased_at == clock.now and kept.faults(call_id) == []
    clock.pass_days(70)
    assert retention.tick() == 1
    left = whole(kept, call_id)
    assert (left.utterances, left.events, left.call.caller, left.call.first_words) == ((), (), "", "")
    assert left.call.text_erased_at == clock.now and count(kept, Figures) == 1
    assert kept.faults(call_id) == []
    clock.pass_days(200)
    assert retention.tick() == 1 and count(kept, Figures) == 0
    assert [(one.what, one.by, one.calls) for one in retention.destructions()] == [
        ("figures", "retention", (call_id,)),
        ("text", "retention", (call_id,)),
        ("sound", "retention", (call_id,)),
    ]
    assert [one.what for one in retention.destructions(limit=2, before=3)] == ["text", "sound"]


def test_what_is_destroyed_is_nowhere(kept: Archive, retention: Retention, tmp_path: Path) -> None:
    call_id, other = call(kept, 1), call(kept, 2, "79990000000")
    with kept.engine.connect() as connection:
        sealed = connection.execute(select(Utterances.sealed).where(Utterances.call == call_id)).scalar_one()
    copy = kept.open_sealed(call_id, kept.seal(call_id, SECRET, "x"), "x")
    erased = retention.erase("phone", "8 916 123-45-67", by="anna", reason="заявление")
    assert copy == SECRET and erased.calls == (call_id,)
    with pytest.raises(KeyDestroyed):
        kept.open_sealed(call_id, sealed, "utterances/1")
    left = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert sealed not in left and not list((tmp_path / "sound").rglob(f"{call_id}*"))
    assert not list((tmp_path / "keys").rglob(f"{call_id}*"))
    assert count(kept, Events) == 5 and whole(kept, other).utterances
    (record,) = retention.destructions()
    assert (record.what, record.by, record.reason, record.calls) == ("everything", "anna", "заявление", (call_id,))
    assert PHONE[1:] not in repr(record) and record.subject.startswith("phone:")


@pytest.mark.parametrize(("kind", "value"), [("snils", "112-233-445 95"), ("appeal", APPEAL), ("phone", PHONE)])
def test_calls_are_found_by_any_number_they_are_about(
    kept: Archive, retention: Retention, kind: str, value: str
) -> None:
    calls = {call(kept, 1), call(kept, 2)}
    assert set(retention.erase(kind, value, by="anna", reason="").calls) == calls
    assert retention.erase(kind, value, by="anna", reason="").calls == ()
    assert count(kept, Subjects) == 0


@pytest.mark.parametrize("value", ["", "нет цифр", "00000000000"])
def test_a_number_of_nobody_destroys_nothing(kept: Archive, retention: Retention, value: str) -> None:
    call(kept, 1, caller="")
    assert retention.erase("phone", value, by="anna", reason="") == retention.erase("inn", value, by="a", reason="")
    assert retention.destructions() == () and count(kept, Events) == 5


def test_what_is_under_a_hold_stays(kept: Archive, retention: Retention, clock: Clock) -> None:
    call_id, free = call(kept, 1), call(kept, 2)
    hold = retention.hold(call_id, by="anna", reason="запрос прокурора")
    assert [(one.call, one.by, one.reason) for one in retention.holds(call_id)] == [
        (call_id, "anna", "запрос прокурора")
    ]
    erased = retention.erase("phone", PHONE, by="anna", reason="")
    assert (erased.calls, erased.held) == ((free,), (call_id,))
    clock.pass_days(1_000)
    retention.tick()
    assert whole(kept, call_id).utterances and kept.sound_bytes(call_id) and kept.faults(call_id) == []
    assert retention.lift(hold, by="anna") and not retention.lift(hold, by="anna")
    assert retention.holds() == () and kept.faults(call_id) == []
    retention.tick()
    assert not whole(kept, call_id).utterances and kept.sound_bytes(call_id) is None


def test_for_ever_is_for_ever(kept: Archive, clock: Clock) -> None:
    call(kept, 1)
    clock.pass_days(10_000)
    assert Retention(kept, Clocks(0, 0, 0)).tick() == 0


def test_a_call_that_runs_is_not_touched(kept: Archive, retention: Retention, clock: Clock) -> None:
    kept.begin("a" * 32, "1001", PHONE, "browser")
    clock.pass_days(1_000)
    assert retention.tick() == 0 and retention.erase("phone", PHONE, by="anna", reason="").calls == ()


def test_a_destruction_that_was_cut_off_is_finished(
    kept: Archive, retention: Retention, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_id = call(kept, 1)

    def die(*_: object) -> bool:
        raise RecordingFailed("power cut")

    with monkeypatch.context() as patched:
        patched.setattr(kept.keys, "destroy", die)
        with pytest.raises(RecordingFailed):
            retention.erase("phone", PHONE, by="anna", reason="")
    assert kept.keys.has(call_id)
    retention.tick()
    assert not kept.keys.has(call_id) and kept.sound_bytes(call_id) is None


def test_many_calls_go_in_small_steps(kept: Archive, monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    monkeypatch.setattr("voice.archive.retention.AT_ONCE", 2)
    for number in range(5):
        call(kept, number)
    clock.pass_days(31)
    retention = Retention(kept, Clocks(30, 0, 0))
    assert retention.tick() == 5 and len(retention.destructions()) == 3


def test_a_caller_who_was_erased_is_not_known(kept: Archive, retention: Retention) -> None:
    call(kept, 1)
    assert kept.called_lately(PHONE, "1001") is True
    retention.erase("phone", PHONE, by="anna", reason="")
    assert kept.called_lately(PHONE, "1001") is False
    with kept.engine.connect() as connection:
        assert connection.execute(select(Calls.caller_token)).scalar() == ""
