"""Calls are found by what was said and by what they were, on both databases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, update

from tests.fakes.archived import LINE, archived, record, story
from tests.review.conftest import Clock
from voice.archive.archive import Archive
from voice.archive.index import Index
from voice.archive.retention import Clocks, Retention
from voice.archive.tables import Calls, Findables, MaskedTexts
from voice.review.aftercare import Aftercare
from voice.review.corrections import Corrections
from voice.review.finding import COUNTED, Finding, Saying
from voice.review.marks import Marks
from voice.review.search import Search
from voice.review.tables import Reviews

STATUS = ("caller", "хочу узнать статус моего заявления")
PENSION = ("caller", "когда мне придёт пенсия")
HELLO = ("line", "Здравствуйте! Назовите номер заявления.")


@pytest.fixture
def archive(database: str, tmp_path: Path, clock: Clock) -> Iterator[Archive]:
    archive = Archive.open(database, tmp_path / "sound", now=clock)
    yield archive
    archive.close()


@pytest.fixture
def finding(archive: Archive) -> Finding:
    return Finding(archive, Index(archive))


def calls(finding: Finding, **sent: str) -> list[str]:
    return [one.call for one in finding.find(Search.of(sent)).calls]


def marked(saying: Saying) -> list[str]:
    return [piece.text for piece in saying.pieces if piece.found]


def whole(saying: Saying) -> str:
    return "".join(piece.text for piece in saying.pieces)


def test_words_are_found_in_any_form_and_marked(archive: Archive, finding: Finding) -> None:
    status = archived(archive, HELLO, STATUS)
    archived(archive, HELLO, PENSION)
    page = finding.find(Search(text="заявлениями статусы"))
    assert [one.call for one in page.calls] == [status] and (page.count, page.uncounted) == (1, False)
    caller, line = page.calls[0].sayings
    assert (caller.side, whole(caller), marked(caller)) == ("caller", STATUS[1], ["статус", "заявления"])
    assert (line.side, marked(line)) == ("line", ["заявления"])


def test_without_words_the_first_saying_of_the_caller_is_shown(archive: Archive, finding: Finding) -> None:
    archived(archive, HELLO, PENSION, STATUS)
    (call,) = finding.find(Search()).calls
    assert [(saying.side, whole(saying), marked(saying)) for saying in call.sayings] == [(*PENSION, [])]


def test_nobodys_number_is_shown_or_found(archive: Archive, finding: Finding) -> None:
    archived(archive, ("caller", "мой снилс 112 233 445 95 проверьте"), ("caller", "112 233 445 95"))
    (call,) = finding.find(Search(text="снилс")).calls
    assert "[СНИЛС]" in whole(call.sayings[0]) and not any(letter.isdigit() for letter in whole(call.sayings[0]))
    for asked in ("112", "95", "11223344595", "112 233 445 95"):
        assert calls(finding, text=asked) == []


def test_a_long_saying_is_shown_around_what_was_found(archive: Archive, finding: Finding) -> None:
    around = " ".join(["мы ждём уже очень давно"] * 30)
    archived(archive, ("caller", f"{around} пенсию и пособие {around}"))
    (call,) = finding.find(Search(text="пособия")).calls
    shown = whole(call.sayings[0])
    assert shown.startswith("… ") and shown.endswith(" …") and len(shown) < 260
    assert marked(call.sayings[0]) == ["пособие"] and "пенсию и пособие мы" in shown


@pytest.fixture
def kinds(archive: Archive, clock: Clock) -> dict[str, str]:
    """A day apart from each other."""
    made = {}
    for name, said, told in (
        ("plain", [STATUS], {"intent": "application_status"}),
        ("doubtful", [PENSION], {"confidence": 0.4, "intent": "pension"}),
        ("lost", [PENSION, STATUS, STATUS, STATUS], {"no_match": 4}),
        ("person", [STATUS, ("operator", "слушаю вас")], {"line": "88005553536"}),
    ):
        made[name] = archived(archive, HELLO, *said, **told)  # type: ignore[arg-type]
        clock.passes(days=1)
    with archive.writing() as connection:
        connection.execute(
            update(Findables).where(Findables.call == made["plain"]).values(state="incomplete", language="en")
        )
        done = {"checklist": "1", "answers": {}, "sealed": b"", "begun_at": archive.now(), "person": "anna"}
        connection.execute(Reviews.__table__.insert().values(call=made["lost"], done_at=archive.now(), **done))
        connection.execute(Reviews.__table__.insert().values(call=made["plain"], done_at=None, **done))
    return made


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({}, "person lost doubtful plain"),
        ({"line": "88005553536"}, "person"),
        ({"intent": "pension"}, "doubtful"),
        ({"outcome": "abandoned"}, "person lost doubtful plain"),
        ({"outcome": "solved"}, ""),
        ({"language": "en"}, "plain"),
        ({"state": "incomplete"}, "plain"),
        ({"state": "complete"}, "person lost doubtful"),
        ({"operator": "yes"}, "person"),
        ({"operator": "no"}, "lost doubtful plain"),
        ({"reviewed": "yes"}, "lost"),
        ({"reviewed": "no"}, "person doubtful plain"),
        ({"most_percent": "50"}, "doubtful"),
        ({"least_percent": "90"}, "person lost plain"),
        ({"since": "2026-03-02", "until": "2026-03-03"}, "lost doubtful"),
        ({"until": "2026-03-01"}, "plain"),
        ({"shortest_s": "9"}, "lost"),
        ({"longest_s": "6"}, "doubtful plain"),
        ({"text": "статус", "operator": "no", "line": LINE}, "lost plain"),
        ({"text": "пенсия -статус"}, "doubtful"),
        ({"text": "слушать", "side": "operator"}, "person"),
        ({"text": "слушать", "side": "caller"}, ""),
        ({"by": "risk", "operator": "no"}, "lost doubtful plain"),
    ],
)
def test_filters_are_joined_with_the_words(
    finding: Finding, kinds: dict[str, str], sent: dict[str, str], expected: str
) -> None:
    assert calls(finding, **sent) == [kinds[name] for name in expected.split()]


def test_the_queue_says_why(finding: Finding, kinds: dict[str, str]) -> None:
    first, *_ = finding.find(Search(by="risk")).calls
    assert first.call == kinds["lost"] and first.risk > 0.3 and first.reviewed
    assert [reason["code"] for reason in first.reasons][:1] == ["no_match_run"]


@pytest.mark.parametrize("by", ["time", "risk"])
def test_pages_show_each_call_once_while_others_come(archive: Archive, finding: Finding, clock: Clock, by: str) -> None:
    """Calls of one moment and of one risk, too; a call that comes meanwhile moves nothing."""
    made = []
    for number in range(7):
        made.append(archived(archive, STATUS))
        clock.passes(minutes=number % 2)
    search, seen, after = Search(by=by), [], ""
    while True:
        page = finding.find(search, after=after, limit=3)
        seen += [one.call for one in page.calls]
        assert page.count >= 7
        if not (after := page.more):
            break
        clock.passes(minutes=1)
        archived(archive, STATUS)
    assert seen == made[::-1]


@pytest.mark.parametrize("after", ["nothing", "", "====", "0", "\ud800", "ÿ", "dGltZSAyMDI2", "x" * 5_000])
def test_a_strange_mark_shows_the_first_page(archive: Archive, finding: Finding, after: str) -> None:
    call = archived(archive, STATUS)
    assert [one.call for one in finding.find(Search(), after=after).calls] == [call]


TEXTS = st.text(max_size=30) | st.sampled_from(
    ["yes", "risk", "2026-02-30", "-1", "nan", "1e999", "9999-12-31", '"', "-"]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(Search.__dataclass_fields__)), TEXTS))
def test_whatever_is_sent_is_a_search(finding: Finding, sent: dict[str, str]) -> None:
    search = Search.of(sent)
    assert Search.of(search.sent()) == search
    finding.find(search)


def test_calls_that_run_or_wait_are_shown_apart(archive: Archive, finding: Finding, clock: Clock) -> None:
    waiting = record(archive, story([STATUS]))
    clock.passes(minutes=1)
    archive.begin("b" * 32, LINE, "", "browser")
    assert [(one.call, one.running) for one in finding.unfinished()] == [("b" * 32, True), (waiting, False)]
    assert calls(finding) == []
    Aftercare(archive).tend()
    assert [one.call for one in finding.unfinished()] == ["b" * 32] and calls(finding) == [waiting]


def test_what_was_corrected_is_found_as_it_was_corrected(archive: Archive, finding: Finding) -> None:
    call = archived(archive, STATUS)
    assert Corrections(archive).correct(call, 1, "anna", "хочу узнать статус заведения у Полины")
    assert calls(finding, text="заявление") == [] and calls(finding, text="заведение") == [call]
    assert whole(finding.find(Search()).calls[0].sayings[0]) == "хочу узнать статус заведения у [ИМЯ]"
    assert calls(finding, text="полина") == []


def test_what_is_marked_by_hand_is_found_no_more(archive: Archive, finding: Finding) -> None:
    call = archived(archive, STATUS)
    marks, begins = Marks(archive), STATUS[1].index("статус")
    marks.add(call, 1, begins, begins + len("статус"), "name", "anna")
    assert calls(finding, text="статус") == [] and calls(finding, text="заявление") == [call]
    marks.remove(call, max(mark.n for mark in marks.of(call)), "anna")
    assert calls(finding, text="статус") == [call]


def test_a_call_whose_words_are_destroyed_is_listed_without_them(
    archive: Archive, finding: Finding, clock: Clock
) -> None:
    call = archived(archive, STATUS)
    clock.passes(days=50)
    retention = Retention(archive, Clocks(sound_days=10, text_days=20, figures_days=100))
    retention.tick()
    (shown,) = finding.find(Search()).calls
    assert (shown.call, shown.sayings, shown.risk > 0) == (call, (), True)
    assert calls(finding, text="статус") == []
    clock.passes(days=60)
    retention.tick()
    assert calls(finding) == []


def test_a_destroyed_key_or_a_damaged_text_hides_no_other_call(
    archive: Archive, finding: Finding, clock: Clock
) -> None:
    whole_one, gone, damaged = (archived(archive, STATUS) for _ in range(3))
    archive.keys.destroy(gone)
    with archive.writing() as connection:
        connection.execute(update(MaskedTexts).where(MaskedTexts.call == damaged).values(sealed=b"x"))
    shown = {one.call: len(one.sayings) for one in finding.find(Search(text="статус")).calls}
    assert shown == {whole_one: 1, gone: 0, damaged: 0}


def test_a_count_ends_where_nobody_reads_on(archive: Archive, finding: Finding) -> None:
    call = archived(archive, STATUS)
    with archive.writing() as connection:
        row = connection.execute(Findables.__table__.select()).one()._mapping
        calls_row = connection.execute(Calls.__table__.select()).one()._mapping
        for number in range(COUNTED):
            connection.execute(Calls.__table__.insert().values(**{**calls_row, "id": f"{number:032x}", "head": b""}))
            values = {**row, "call": f"{number:032x}", "n": number + 10_000}
            connection.execute(Findables.__table__.insert().values(**values))
    page = finding.find(Search())
    assert (page.count, page.uncounted, len(page.calls)) == (COUNTED, True, 50)
    assert finding.find(Search(text="статус")).calls[0].call == call


def test_one_page_asks_the_database_a_few_questions(archive: Archive, finding: Finding) -> None:
    for _ in range(20):
        archived(archive, STATUS)
    asked: list[str] = []
    event.listen(archive.engine, "before_cursor_execute", lambda _c, _u, statement, *_: asked.append(statement))
    finding.find(Search(text="статус"))
    assert len([one for one in asked if one.lstrip().upper().startswith("SELECT")]) <= 6


def test_lines_and_intents_are_told_once_each_in_order(archive: Archive, finding: Finding) -> None:
    assert finding.lines() == () and finding.intents() == ()
    for line, intent in (("2", "pension"), ("1", "status"), ("2", ""), ("1", "status"), ("3", "appeal")):
        archived(archive, STATUS, line=line, intent=intent)
    assert finding.lines() == ("1", "2", "3")
    assert finding.intents() == ("appeal", "pension", "status")


def test_a_page_reads_no_table_from_end_to_end(archive: Archive, finding: Finding) -> None:
    """Whether the database reads rows one after another, or by an index, is its plan, which it tells."""
    asked: list[tuple[str, Any]] = []
    archived(archive, STATUS)
    event.listen(archive.engine, "before_cursor_execute", lambda _c, _u, said, values, *_: asked.append((said, values)))
    finding.lines(), finding.intents(), finding.unfinished(), finding.find(Search(text="статус", reviewed="no"))
    Aftercare(archive).tend()
    archive.recover()
    statements = [(said, values) for said, values in asked if said.lstrip().startswith(("SELECT", "WITH"))]
    assert len(statements) >= 9
    postgresql = archive.engine.dialect.name == "postgresql"
    with archive.engine.connect() as connection:
        if postgresql:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # of so few rows it would read them all
        for said, values in statements:
            explained = f"{'EXPLAIN' if postgresql else 'EXPLAIN QUERY PLAN'} {said}"
            plan = "\n".join(str(row) for row in connection.exec_driver_sql(explained, values))
            assert not re.search(r"Seq Scan on (?!found)|SCAN (calls|findables|reviews|figures)(?! USING)", plan), plan


def test_days_are_those_of_the_clock_on_the_wall(archive: Archive, finding: Finding, clock: Clock) -> None:
    clock.now = datetime(2026, 5, 5).astimezone() - timedelta(minutes=1)
    late = archived(archive, STATUS)
    clock.passes(minutes=2)
    early = archived(archive, STATUS)
    assert calls(finding, since="2026-05-05") == [early] and calls(finding, until="2026-05-04") == [late]
