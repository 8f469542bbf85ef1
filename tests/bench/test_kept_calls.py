"""Calls that the archive is measured with are found, listed and counted as real ones are, on both databases."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import archive as measured
from kept_calls import DAYS, Layer, People
from sqlalchemy import func, select

from tests.conftest import ROOT
from tests.databases import database, postgresql  # noqa: F401  fixtures
from voice.archive.archive import Archive
from voice.archive.index import Index
from voice.archive.tables import Events
from voice.dialog.script import load_script
from voice.review.finding import Finding
from voice.review.reports import Reports, Words
from voice.review.sample import Wanted
from voice.review.search import Search
from voice.settings import Settings

CALLS, WRITTEN = 40, 2


def test_laid_calls_are_as_recorded_ones(database: str, tmp_path: Path) -> None:  # noqa: F811
    archive = Archive.open(database, tmp_path / "sound")
    script = load_script(ROOT / "prompts" / "ru", Settings.from_env().learning)
    people = People(script, seed=1)
    _, written = measured.writing(archive, people, WRITTEN)
    Layer(archive, people, script, written[0]).to(CALLS)
    finding = Finding(archive, Index(archive))
    page = finding.find(Search(text=measured.common(people)))
    assert page.count == CALLS and {one.call for one in page.calls[:WRITTEN]} == set(written)
    assert all(any(piece.found for said in one.sayings for piece in said.pieces) for one in page.calls)
    today = date.today()
    report = Reports(archive).of(Wanted(today - timedelta(DAYS + 1), today), Words({}, {}, {}, {}))
    assert len(report.sample) == CALLS and report.unmeasured == 0
    assert sum(len(one.requests) for one in report.problems) == WRITTEN
    with archive.engine.connect() as connection:
        rows = {row[0]: row[1] for row in connection.execute(select(Events.call, func.count()).group_by(Events.call))}
    assert len(rows) == CALLS and len(set(rows.values()) - {rows[written[1]]}) <= 1
    measured.writing(archive, people, 1)  # numbers go on behind those that were laid
    assert finding.find(Search(text=measured.common(people))).count == CALLS + 1
    archive.close()
