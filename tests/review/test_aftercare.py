import pytest
from sqlalchemy import select, update

from voice.archive.archive import Archive
from voice.archive.tables import Calls, Figures, Finished, Masks, Steps, Utterances
from voice.events import AnyEvent, Asked, CallStarted, Final, SayStarted, Understood
from voice.review.aftercare import Aftercare

SNILS = "сто двенадцать двести тридцать три четыреста сорок пять девяносто пять"
SLOTS = {"kind": "snils", "state": "COMPLETE", "value": "11223344595"}


def call(archive: Archive, number: int, *, seal: bool = True) -> str:
    recorder = archive.begin(f"{number:032x}", "1001", "79161234567", "browser")
    story: list[AnyEvent] = [
        CallStarted(at_ms=0, line="1001", caller="79161234567", transport="browser"),
        Asked(at_ms=0, asked=1, step="payouts.snils", wants="snils", digits=True),
        SayStarted(at_ms=0, say=1, text="Разговор записывается. Назовите СНИЛС."),
        Final(at_ms=2_000, utterance=1, text=SNILS),
        Understood(at_ms=2_000, source="speech", text=SNILS, intent="answer", slots=SLOTS),
    ]
    for one in story:
        recorder.event(one)
    if seal:
        recorder.seal("caller")
    return recorder.call_id


def rows(archive: Archive, table: type) -> list[str]:
    with archive.engine.connect() as connection:
        return [row.call for row in connection.execute(select(table.__table__))]  # type: ignore[attr-defined]


def test_every_ended_call_is_tended_once(archive: Archive) -> None:
    ended, running = [call(archive, 1), call(archive, 2)], call(archive, 3, seal=False)
    aftercare = Aftercare(archive)
    assert aftercare.tend() == 2 and aftercare.tend() == 0
    assert rows(archive, Finished) == rows(archive, Figures) == rows(archive, Steps) == ended
    assert rows(archive, Masks) == ended
    assert running not in rows(archive, Figures)
    tended = archive.call(ended[0])
    assert tended is not None and tended.call.cared_at is not None
    assert tended.call.notice.startswith("Разговор записывается.")
    assert archive.faults(ended[0]) == []


def test_doing_it_again_changes_nothing_but_what_the_rules_found(archive: Archive) -> None:
    call_id = call(archive, 1)
    Aftercare(archive).tend()
    with archive.writing() as connection:
        connection.execute(update(Masks).values(by="olga", kind="name"))
        connection.execute(update(Calls).values(cared_at=None))
    Aftercare(archive).tend()
    with archive.engine.connect() as connection:
        marked = connection.execute(select(Masks.n, Masks.by, Masks.kind).order_by(Masks.n)).all()
    assert [tuple(row) for row in marked] == [(1, "olga", "name"), (2, "", "snils")]
    assert rows(archive, Finished) == [call_id] and archive.faults(call_id) == []


def test_a_damaged_call_hinders_no_other(archive: Archive, caplog: pytest.LogCaptureFixture) -> None:
    damaged, whole = call(archive, 1), call(archive, 2)
    with archive.engine.begin() as connection:
        connection.execute(update(Utterances).where(Utterances.call == damaged).values(sealed=b"broken"))
    aftercare = Aftercare(archive)
    assert aftercare.tend() == 1 and aftercare.tend() == 0
    assert rows(archive, Finished) == [whole]
    assert damaged in caplog.text and "двенадцать" not in caplog.text
