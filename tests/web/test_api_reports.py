"""Reports for programs: what the pages tell, to those who may see it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, get_args

import pytest
from fastapi import FastAPI

from tests.web.test_api import V1, api_app, archive, logged, program  # noqa: F401  a fixture
from voice.archive.archive import Archive
from voice.review.reports import NEWEST, SHEETS, Report, Words
from voice.review.sample import Wanted
from voice.review.sheets import Share, Spread
from voice.web.api.figures import Name

TODAY = date.today()


@pytest.fixture
def app(archive: Archive) -> FastAPI:  # noqa: F811
    return api_app(archive)


def test_every_sheet_has_its_address() -> None:
    assert set(get_args(Name)) == SHEETS.keys()


def _told(cell: Any) -> Any:
    match cell:
        case Share():
            return {"part": cell.part, "of": cell.of, "percent": cell.percent}
        case Spread():
            return {"median": cell.median, "p95": cell.p95, "n": cell.n, "unit": cell.unit}
        case _:
            return cell


@pytest.mark.parametrize("name", sorted(SHEETS))
def test_a_table_tells_what_its_page_tells(app: FastAPI, archive: Archive, name: str) -> None:  # noqa: F811
    told = program(app, archive, "auditor").get(f"{V1}/reports/{name}")
    assert told.status_code == 200
    page = told.json()
    assert (page["since"], page["until"]) == (str(TODAY - timedelta(29)), str(TODAY))
    assert (page["newest"], page["newest_of"]) == NEWEST.get(name, (None, None))
    sheet = Report(archive, Wanted(TODAY - timedelta(29), TODAY), Words({}, {}, {}, {})).sheet(name)
    columns = [column for column in sheet.columns if column != "question"]
    assert [column["name"] for column in page["columns"]] == columns
    kept = [sheet.columns.index(column) for column in columns]
    assert page["rows"] == [{sheet.columns[at]: _told(row[at]) for at in kept} for row in sheet.rows]
    if name == "by_line":
        assert [(row["line"], row["calls"]) for row in page["rows"]] == [("88005553535", 3)]


def test_the_period_and_the_line_are_those_that_were_sent(app: FastAPI, archive: Archive) -> None:  # noqa: F811
    client = program(app, archive, "senior")

    def calls(**sent: Any) -> int:
        return int(client.get(f"{V1}/reports/totals", params=sent).json()["rows"][0]["calls"])

    yesterday = str(TODAY - timedelta(1))
    assert (calls(), calls(line="88005553535"), calls(line="1")) == (3, 3, 0)
    assert (calls(since=yesterday), calls(until=yesterday)) == (3, 0)
    assert calls(since="0001-01-01", until="9999-12-31") == 3, "the ends of the calendar break nothing"


@pytest.mark.parametrize(
    "address", ["calls", "totals?since=gestern", "totals?since=2026-03-02&until=2026-03-01", "totals?of=1"]
)
def test_what_means_nothing_is_refused(app: FastAPI, archive: Archive, address: str) -> None:  # noqa: F811
    told = program(app, archive, "auditor").get(f"{V1}/reports/{address}")
    assert (told.status_code, told.json()["code"]) == (422, "invalid")


def test_only_who_may_see_reports_gets_them_and_it_is_logged(app: FastAPI, archive: Archive) -> None:  # noqa: F811
    for role, status in (("reviewer", 403), ("administrator", 403), ("senior", 200), ("auditor", 200)):
        assert program(app, archive, role).get(f"{V1}/reports/by_step").status_code == status
    assert [person for person, _ in logged(archive, "report")] == ["program:of-senior", "program:of-auditor"]
    assert len(logged(archive, "refused")) == 2
