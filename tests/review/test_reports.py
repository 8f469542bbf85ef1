"""Reports: small archives counted by hand, and laws over any archive."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from voice.archive.archive import Archive
from voice.archive.tables import Calls, Corrections, Figures, Finished, Steps, Traces
from voice.events import Final, HungUp, SpeechStarted
from voice.review import plots, reports
from voice.review.aftercare import Aftercare
from voice.review.report_texts import report_texts
from voice.review.reports import SHEETS, Report, Words
from voice.review.sample import Names, Sample, Wanted, local_times, repeats
from voice.review.sheets import Share, Sheet, Spread, as_csv

MONDAY = date(2026, 3, 2)
NINE = datetime(2026, 3, 2, 9).astimezone()
WHOLE = Wanted(MONDAY, MONDAY + timedelta(40))
MARCH = Wanted(MONDAY, MONDAY + timedelta(6))
WORDS = Words({"1": "Первая"}, {"status": "Статус"}, {"a.ask": "Что?"}, report_texts().codes)
USUAL: dict[str, Any] = {
    "intent": "status", "intents": [], "outcome": "solved", "language": "ru", "turns": 4, "words": 8, "no_match": 1,
    "longest_no_match": 1, "no_input": 0, "barge_ins": 0, "repeats": 0, "longest_silence_ms": 0, "operator": False,
    "asked_operator": False, "noise": "", "complaint": False, "risk": 0.0, "reasons": [], "solved_ms": 60_000,
}  # fmt: skip


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    archive = Archive.open(f"sqlite:///{tmp_path / 'a.db'}", tmp_path / "sound", now=lambda: NINE + timedelta(30))
    yield archive
    archive.close()


class Calling:
    """Puts calls into an archive."""

    def __init__(self, archive: Archive) -> None:
        self.archive, self.count = archive, 0

    def __call__(
        self, *, after_h: float = 0, line: str = "1", caller: str = "", asked: Sequence[str] = (), **figures: Any
    ) -> str:
        """asked: questions, none of which was understood at first. n: the call's number in the feed."""
        number = {"n": figures.pop("n")} if "n" in figures else {}
        call_id, self.count = f"{self.count:032x}", self.count + 1
        call = {
            "id": call_id, "line": line, "caller": b"", "caller_token": caller, "transport": "browser",
            "language": "ru", "version": "", "owner": "", "started_at": NINE + timedelta(hours=after_h), "reason": "",
            "ended_by": "caller", "state": "complete", "flaws": "", "sound": "", "sound_lost_ms": 0,
        }  # fmt: skip
        with self.archive.engine.begin() as connection:
            connection.execute(insert(Calls).values(call))
            if figures.pop("measured", True):
                connection.execute(insert(Figures).values({**USUAL, **figures, "call": call_id}))
                for n, step in enumerate(asked, 1):
                    counted = {"n": n, "step": step, "no_match": 1, "no_input": 0, "repeats": 0}
                    connection.execute(insert(Steps).values(call=call_id, asked_ms=0, left_ms=1, intent="", **counted))
                connection.execute(insert(Finished).values(call=call_id, at=NINE, **number))
        return call_id

    def add(self, table: Any, **row: Any) -> None:
        with self.archive.engine.begin() as connection:
            connection.execute(insert(table).values(row))


@pytest.fixture
def calling(archive: Archive) -> Calling:
    return Calling(archive)


def report(archive: Archive, wanted: Wanted = MARCH) -> Report:
    return Report(archive, wanted, WORDS)


def rows(sheet: Sheet) -> list[dict[str, Any]]:
    return [dict(zip(sheet.columns, row, strict=True)) for row in sheet.rows]


def test_what_the_calls_of_a_week_came_to(archive: Archive, calling: Calling) -> None:
    for n in range(6):
        calling(after_h=n, solved_ms=10_000 * (n + 1))
    calling(outcome="registered", solved_ms=None)
    calling(outcome="transferred", solved_ms=None, asked_operator=True)
    calling(outcome="abandoned", solved_ms=None)
    calling(outcome="failed", solved_ms=None)
    (told,) = rows(report(archive).sheet("totals"))
    assert told["calls"] == 10
    assert told["solved"] == Share(6, 10)
    assert told["solved_in"] == Spread(35.0, 57.5, 6)
    assert (told["registered"], told["transferred"], told["lost"]) == (Share(1, 10), Share(1, 10), Share(2, 10))
    assert told["asked"] == Share(1, 10)


def test_the_period_ends_with_its_last_day_and_the_line_is_the_only_one(archive: Archive, calling: Calling) -> None:
    midnight_h = 24 * 7 - 9
    calling(after_h=midnight_h - 0.01)
    calling(after_h=midnight_h)
    calling(after_h=-9.01)
    calling(line="2")
    assert len(report(archive).sample) == 2
    assert len(report(archive, replace(MARCH, line="2")).sample) == 1


def test_calls_that_are_not_measured_are_told_of(archive: Archive, calling: Calling) -> None:
    calling()
    calling(measured=False)
    assert (len(report(archive).sample), report(archive).unmeasured) == (1, 1)


def test_a_repeat_is_the_same_caller_within_a_day_on_any_line(archive: Archive, calling: Calling) -> None:
    calling(caller="a")
    calling(caller="a", after_h=23.9, line="2")
    calling(caller="a", after_h=60)
    calling(caller="b", after_h=1)
    calling(after_h=2)
    calling(after_h=2.5)
    (told,) = rows(report(archive).sheet("totals"))
    assert told["again"] == Share(1, 4), "without a number nobody is known"
    assert told["first"] == Share(2, 3), "the first call of a was followed by another"


def test_a_call_before_the_period_counts_as_the_one_that_is_repeated(archive: Archive, calling: Calling) -> None:
    calling(caller="a", after_h=-10)
    calling(caller="a", after_h=1)
    (told,) = rows(report(archive).sheet("totals"))
    assert (told["calls"], told["again"]) == (1, Share(1, 1))


def test_the_last_day_is_not_judged_before_it_is_over(archive: Archive, calling: Calling) -> None:
    calling(caller="a", after_h=30 * 24 - 1)
    calling(caller="b", after_h=28 * 24)
    whole = Wanted(MONDAY, MONDAY + timedelta(40))
    (told,) = rows(report(archive, whole).sheet("totals"))
    assert told["first"] == Share(1, 1)


def test_a_person_who_answered_resolves_and_one_who_did_not_does_not(archive: Archive, calling: Calling) -> None:
    calling(caller="a", outcome="transferred", operator=True)
    calling(caller="b", outcome="transferred", operator=False)
    (told,) = rows(report(archive).sheet("totals"))
    assert told["first"] == Share(1, 2)


def test_hours_and_weekdays_are_those_of_this_machines_clock(archive: Archive, calling: Calling) -> None:
    calling()
    calling(after_h=24 + 3)
    table = report(archive).sheet("by_hour").rows
    assert (table[0][0], table[0][1 + 9], table[1][1 + 12]) == ("Пн", 1, 1)
    assert sum(sum(row[1:]) for row in table) == 2  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("days", "columns", "second"), [(7, 7, "03.03.2026"), (70, 10, "09.03.2026"), (700, 23, "01.04.2026")]
)
def test_a_long_period_is_shown_by_weeks_or_months(
    archive: Archive, calling: Calling, days: int, columns: int, second: str
) -> None:
    calling()
    calling(after_h=(days - 1) * 24)
    told = rows(report(archive, Wanted(MONDAY, MONDAY + timedelta(days - 1))).sheet("by_day"))
    assert (len(told), told[1]["since"]) == (columns, second)
    assert (told[0]["calls"], told[-1]["calls"]) == (1, 1)


def test_topics_stand_in_the_order_of_their_calls_and_by_their_names(archive: Archive, calling: Calling) -> None:
    for intent in ("", "other", "other", "status", "status", "status"):
        calling(intent=intent)
    told = rows(report(archive).sheet("by_intent"))
    assert [(row["intent"], row["calls"]) for row in told] == [("Статус", 3), ("other", 2), ("темы не было", 1)]


def test_waiting_is_told_apart_by_whether_it_was_in_vain(archive: Archive, calling: Calling) -> None:
    for n in range(5):
        calling(outcome="transferred", operator=True, waited_ms=1000 * (n + 1))
    calling(outcome="transferred", operator=False, waited_ms=90_000)
    calling(outcome="transferred")  # where nobody sees who answers
    (told,) = rows(report(archive).sheet("waiting"))
    assert (told["handed"], told["answered"], told["waited"]) == (6, Share(5, 6), Spread(3.0, 4.8, 5))
    assert told["gave_up"] == Spread(None, None, 1), "one is too few"


def test_a_question_is_counted_each_time_it_is_asked(archive: Archive, calling: Calling) -> None:
    call_id = calling()
    outside = calling(after_h=24 * 30)
    step = {"asked_ms": 0, "left_ms": 1, "intent": ""}
    calling.add(Steps, call=call_id, n=1, step="a.ask", no_match=2, no_input=0, repeats=0, **step)
    calling.add(Steps, call=call_id, n=2, step="a.ask", no_match=0, no_input=1, repeats=1, **step)
    calling.add(Steps, call=outside, n=1, step="a.ask", no_match=2, no_input=0, repeats=0, **step)
    (told,) = rows(report(archive).sheet("by_step"))
    assert (told["step"], told["question"], told["asked_times"]) == ("a.ask", "Что?", 2)
    assert (told["missed"], told["silent"], told["repeated"]) == (Share(1, 2), Share(1, 2), Share(1, 2))


def test_pauses_and_captions_are_those_of_the_replies(archive: Archive, calling: Calling) -> None:
    call_id = calling()
    for n in range(1, 6):
        stages = {"speech_end->endpoint": 100.0 * n, "endpoint->final": 20.0, "intent->first_sound_made": 30.0}
        if n > 1:
            stages["first_sound_made->first_sound_sent"] = 10.0
        calling.add(Traces, call=call_id, n=n, utterance=n, stages=stages, gap_ms=100.0 * n)
    (gaps,) = rows(report(archive).sheet("replies"))
    (delay,) = rows(report(archive).sheet("captions"))
    assert gaps == {"line": "Первая", "gap": Spread(300.0, 480.0, 5, "ms")}
    assert delay["after"] == Spread(320.0, 500.0, 5, "ms")
    assert delay["ahead"] == Spread(None, None, 4, "ms")


def test_callers_on_a_bad_line_are_compared_with_the_others(archive: Archive, calling: Calling) -> None:
    for _ in range(5):
        calling(no_match=0)
        calling(noise="noisy", no_match=2, outcome="transferred")
    told = {(row["group"], row["value"]): row for row in rows(report(archive).sheet("by_group"))}
    noisy, quiet = told["Слышимость", "шумно"], told["Слышимость", "хорошая"]
    assert (noisy["no_match"], quiet["no_match"]) == (Share(10, 20), Share(0, 20))
    assert (noisy["solved"], quiet["solved"]) == (Share(0, 5), Share(5, 5))


def test_nothing_is_told_where_there_were_no_calls(archive: Archive) -> None:
    for name in SHEETS:
        sheet = report(archive).sheet(name)
        for row in sheet.rows:
            assert all(cell.percent is None for cell in row if isinstance(cell, Share))
        as_csv(sheet, report_texts().columns, report_texts().parts)


def test_words_are_compared_with_what_a_reviewer_says(archive: Archive) -> None:
    call_id = "9" * 32
    recorder = archive.begin(call_id, "1", "", "browser")
    for n, text in enumerate(("где мой паспорт", "пять дней"), 1):
        recorder.event(SpeechStarted(at_ms=n * 1000, utterance=n))
        recorder.event(Final(at_ms=n * 1000 + 500, utterance=n, text=text, confidence=0.5))
    recorder.event(HungUp(at_ms=9000, by="caller"))
    recorder.seal("caller")
    Aftercare(archive).tend()
    assert not report(archive, WHOLE).sheet("word_errors").rows
    correction = {"utterance": 1, "by": "auditor", "at": archive.now()}
    sealed = archive.seal(call_id, "где мой новый паспорт", "corrections")
    with archive.engine.begin() as connection:
        connection.execute(insert(Corrections).values(call=call_id, sealed=sealed, **correction))
    told = rows(report(archive, WHOLE).sheet("word_errors"))
    assert told[0] == {
        "group": "Все", "value": "", "utterances": 1, "first_errors": Share(1, 4), "second_errors": Share(0, 0),
    }  # fmt: skip
    assert [(row["group"], row["value"], row["first_errors"]) for row in told[1:3]] == [
        ("Линия", "Первая", Share(1, 4)),
        ("Слышимость", "хорошая", Share(1, 4)),
    ]


def test_word_errors_are_of_the_newest_calls_only(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cap of 2 stands for the real one: it is the same query."""
    for n, text in enumerate(("раз", "два три", "три четыре пять"), 1):
        call_id, begun = f"{n:032x}", NINE + timedelta(days=n)
        monkeypatch.setattr(archive, "now", lambda begun=begun: begun)
        recorder = archive.begin(call_id, "1", "", "browser")
        recorder.event(SpeechStarted(at_ms=1000, utterance=1))
        recorder.event(Final(at_ms=1500, utterance=1, text=text, confidence=0.5))
        recorder.event(HungUp(at_ms=9000, by="caller"))
        recorder.seal("caller")
        Aftercare(archive).tend()
        correction = {"utterance": 1, "by": "auditor", "at": archive.now()}
        sealed = archive.seal(call_id, text, "corrections")
        with archive.engine.begin() as connection:
            connection.execute(insert(Corrections).values(call=call_id, sealed=sealed, **correction))
    assert rows(report(archive, WHOLE).sheet("word_errors"))[0]["first_errors"] == Share(0, 6)
    monkeypatch.setattr(reports, "NEWEST_CHECKED", 2)
    assert rows(report(archive, WHOLE).sheet("word_errors"))[0]["first_errors"] == Share(0, 5), "the first call is not"


@pytest.mark.parametrize("zone", ["UTC", "Europe/Moscow", "Asia/Kathmandu", "America/New_York", "Australia/Lord_Howe"])
def test_local_times_are_those_of_the_clock_even_when_it_is_put_forward(
    zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    begins_s = int(datetime(2014, 1, 1, tzinfo=UTC).timestamp())  # Moscow's clock was put back for good in this year
    moments = np.arange(begins_s, begins_s + 370 * 86_400, 7 * 60 + 1, dtype=np.int64)
    try:
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        told = zip(*(column.tolist() for column in local_times(moments)), strict=True)
        local = [datetime.fromtimestamp(second) for second in moments.tolist()]
        assert list(told) == [(one.toordinal(), one.weekday(), one.hour) for one in local]
    finally:
        monkeypatch.undo()
        time.tzset()


# --- laws -------------------------------------------------------------------------------------------------------------


@st.composite
def samples(draw: st.DrawFn) -> Sample:
    n = draw(st.integers(0, 40))

    def column(*values: Any) -> list[Any]:
        return draw(st.lists(st.sampled_from(values), min_size=n, max_size=n))

    started_s = np.array(draw(st.lists(st.integers(0, 7 * 86_399), min_size=n, max_size=n)), np.int64)
    known, again, called_back = repeats(np.array(column(0, 1, 2, 3), np.int64), started_s)
    return Sample(
        started_s=started_s + int(MARCH.begins.timestamp()),
        line=Names.of(column("1", "2")),
        transport=Names.of(column("browser", "chat")),
        intent=Names.of(column("", "status", "hours")),
        outcome=Names.of(column("solved", "registered", "transferred", "abandoned", "failed")),
        language=Names.of(column("ru", "en")),
        noise=Names.of(column("", "noisy")),
        turns=np.array(column(0, 3), np.int64),
        no_match=np.zeros(n, np.int64),
        operator=np.array(column(True, False), np.bool_),
        asked_operator=np.array(column(True, False), np.bool_),
        waited_ms=np.array(column(np.nan, 100.0), np.float64),
        solved_ms=np.array(column(np.nan, 100.0), np.float64),
        known=known,
        again=again,
        called_back=called_back,
        settled=np.array(column(True, False), np.bool_),
    )


def total(cells: Sequence[Any]) -> Any:
    if cells and isinstance(cells[0], Share):
        return Share(sum(cell.part for cell in cells), sum(cell.of for cell in cells))
    return sum(cells)


@settings(deadline=None)
@given(samples())
def test_any_grouping_adds_up_to_the_whole(sample: Sample) -> None:
    (whole,) = rows(reports.totals(sample))
    for sheet in (reports.by_line(sample, WORDS), reports.by_intent(sample, WORDS)):
        for name in ("calls", "solved", "registered", "transferred", "lost", "again"):
            assert not sheet.rows or total(sheet.column(name)) == whole[name], name
    assert sum(reports.by_day(sample, MARCH).column("calls")) == len(sample)  # type: ignore[arg-type]
    assert sum(sum(row[1:]) for row in reports.by_hour(sample, WORDS).rows) == len(sample)  # type: ignore[arg-type]
    groups = rows(reports.by_group(sample, WORDS))
    assert sum(row["calls"] for row in groups) == 4 * len(sample)
    ends = [whole[name].part for name in ("solved", "registered", "transferred", "lost")]
    assert sum(ends) == len(sample)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 300_000)), max_size=30))
def test_a_repeat_is_what_a_search_for_it_finds(calls: list[tuple[int, int]]) -> None:
    calls = sorted(calls, key=lambda call: call[1])
    _, again, called_back = repeats(*(np.array([call[side] for call in calls], np.int64) for side in (0, 1)))
    for n, (who, at) in enumerate(calls):
        before = any(one == who and at - then < 86_400 for one, then in calls[:n])
        after = any(one == who and then - at < 86_400 for one, then in calls[n + 1 :])
        assert (again[n], called_back[n]) == ((before, after) if who else (False, False))


# --- tables and plots -------------------------------------------------------------------------------------------------


def test_excel_reads_a_table_by_a_double_click() -> None:
    sheet = Sheet("by_line", ("line", "calls", "solved", "solved_in"), (
        ("=1+1;", 1234, Share(2, 8), Spread(61.25, 120.0, 8)),
        ("Вторая", 3, Share(1, 3), Spread(None, None, 3)),
    ))  # fmt: skip
    told = as_csv(sheet, report_texts().columns, report_texts().parts)
    assert told.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(told.decode("utf-8-sig")), delimiter=";")) == [
        ["Линия", "Звонков", "Решено роботом, %", "Решено роботом, число", "Решено роботом, из",
         "Время до решения, медиана, с", "Время до решения, p95, с", "Время до решения, n"],
        ["'=1+1;", "1234", "25,0", "2", "8", "61,2", "120,0", "8"],
        ["Вторая", "3", "", "1", "3", "", "", "3"],
    ]  # fmt: skip


def test_every_sheet_and_column_has_its_words(archive: Archive, calling: Calling) -> None:
    texts = report_texts()
    call_id = calling(outcome="transferred", operator=True, waited_ms=1)
    calling.add(Traces, call=call_id, n=1, utterance=1, stages={}, gap_ms=1.0)
    for name in SHEETS:
        sheet = report(archive).sheet(name)
        assert texts.sheets[name]["title"]
        hours = set(map(str, range(24)))
        assert set(sheet.columns) - hours <= texts.columns.keys(), name
    assert texts.definitions.keys() <= texts.columns.keys()


NUMBERS = st.lists(st.integers(0, 10**9), max_size=40)


@given(NUMBERS, st.text("<>&\"'аб ", max_size=8))
def test_a_plot_is_sound_xml_with_its_title_and_inside_its_frame(values: list[int], label: str) -> None:
    labels = [label] * len(values)
    percents = [None if value % 3 == 0 else float(value % 101) for value in values]
    for drawn in (
        plots.columns("p", label, label, labels, values),
        plots.line("p", label, label, labels, percents),
        plots.bars("p", label, label, [(label, value, "") for value in values], max(values, default=0)),
        plots.heat("p", label, label, [(label, values)], labels),
    ):
        root = ElementTree.fromstring(drawn)
        title, told = list(root)[:2]
        assert root.attrib["aria-labelledby"].split() == [title.attrib["id"], told.attrib["id"]]
        assert root.attrib["role"] == "img"
        _, _, width, height = map(float, root.attrib["viewBox"].split())
        for box in root.iter("rect"):
            x, y, wide, high = (float(box.attrib[name]) for name in ("x", "y", "width", "height"))
            assert min(x, y, wide, high) >= 0 and x + wide <= width + 0.1 and y + high <= height + 0.1
