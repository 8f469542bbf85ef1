from pathlib import Path

from voice.archive.afterwards import Given, given, keep, legs, notice, steps
from voice.archive.archive import Archive
from voice.archive.records import Leg, Step
from voice.archive.subjects import numbers, token
from voice.archive.tables import Calls, Slots, Subjects
from voice.events import (
    AnyEvent,
    Asked,
    CallStarted,
    CameBack,
    HungUp,
    LookedUp,
    PersonCame,
    SayDone,
    SayStarted,
    TimerFired,
    Transferred,
    Understood,
)

SNILS = {"kind": "snils", "state": "COMPLETE", "value": "11223344595", "groups": "112 233 445 95"}
STORY: list[AnyEvent] = [
    CallStarted(at_ms=0, line="1001", caller="+7 916 123-45-67", transport="browser"),
    Asked(at_ms=0, asked=1, step="main.welcome"),
    SayStarted(at_ms=0, say=1, text="Разговор записывается."),
    SayDone(at_ms=2_000, say=1, heard_ms=1_980),
    Understood(at_ms=3_000, source="speech", text="мгм", intent=None),
    TimerFired(at_ms=9_000, name="silence"),
    Understood(at_ms=12_000, source="speech", text="пенсия", intent="pension"),
    Asked(at_ms=12_000, asked=2, step="payouts.snils", wants="snils", digits=True),
    Understood(at_ms=14_000, source="speech", text="что", intent="repeat"),
    Understood(at_ms=15_000, source="speech", text="сто", intent="answer", slots={"kind": "snils", "state": "SHORT"}),
    Understood(at_ms=16_000, source="speech", text="сто", intent="answer", slots=SNILS),
    Asked(at_ms=16_000, asked=3, step="payouts.snils"),
    Asked(at_ms=20_000, asked=4, step="main.more"),
    LookedUp(at_ms=21_000, name="new_appeal", facts={"number": "12345678"}),
    Transferred(at_ms=25_000, target="main"),
    PersonCame(at_ms=40_000),
    CameBack(at_ms=60_000),
    Transferred(at_ms=61_000, target="senior"),
    HungUp(at_ms=70_000, by="caller"),
]


def test_with_whom_the_caller_was() -> None:
    assert legs(STORY) == [
        Leg(side="line", target="", began_ms=0, ended_ms=25_000),
        Leg(side="waiting", target="main", began_ms=25_000, ended_ms=40_000),
        Leg(side="operator", target="main", began_ms=40_000, ended_ms=60_000),
        Leg(side="line", target="", began_ms=60_000, ended_ms=61_000),
        Leg(side="waiting", target="senior", began_ms=61_000, ended_ms=70_000),
    ]
    assert legs([]) == []


def test_how_each_question_went() -> None:
    assert steps(STORY) == [
        Step(step="main.welcome", asked_ms=0, left_ms=12_000, intent="pension", no_match=1, no_input=1),
        Step(step="payouts.snils", asked_ms=12_000, left_ms=20_000, intent="answer", repeats=1),
        Step(step="main.more", asked_ms=20_000, left_ms=70_000),
    ]


def test_what_was_given_and_whom_it_is_about(archive: Archive, call_id: str, tmp_path: Path) -> None:
    assert given(STORY) == [Given("payouts.snils", "snils", "11223344595")]
    recorder = archive.begin(call_id, "1001", "+7 916 123-45-67", "browser")
    for one in STORY:
        recorder.event(one)
    recorder.seal("caller")
    record = archive.call(call_id)
    assert record is not None
    assert set(numbers(record)) == {("phone", "9161234567"), ("snils", "11223344595"), ("appeal", "12345678")}
    assert notice(record) == ("Разговор записывается.", 1_980)
    for _ in range(2):  # it may be done again
        with archive.writing() as connection:
            keep(connection, archive.keys, archive.seal_of(call_id), record)
    with archive.engine.connect() as connection:
        kinds = {row.kind: row.token for row in connection.execute(Subjects.__table__.select())}
        (slot,) = connection.execute(Slots.__table__.select()).all()
        call = connection.execute(Calls.__table__.select()).one()
    assert set(kinds) == {"phone", "snils", "appeal"}
    assert kinds["phone"] == token(archive.keys, "phone", "8 (916) 123-45-67") == call.caller_token
    assert archive.open_sealed(call_id, slot.sealed, "slots/1") == "11223344595"
    assert (call.notice, call.notice_heard_ms) == ("Разговор записывается.", 1_980)
