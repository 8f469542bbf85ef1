"""The pages of reports: who may see them, what their filter does, tables as files."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import insert

from tests.conftest import ROOT
from tests.review.test_reports import USUAL
from tests.web.signed import TEMPLATES, guarded, signed_client
from voice.archive.archive import Archive
from voice.archive.tables import Calls, Figures, Finished
from voice.dialog.script import load_script
from voice.review.reports import NEWEST, SHEETS, Reports
from voice.settings import Settings
from voice.web.report_pages import PAGES, names, router

TODAY = date.today()
NAMED = {"lines": {"1": "Первая <линия>"}, "topics": {"status": "Узнать статус"}, "questions": {}}


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    archive = Archive.open(f"sqlite:///{tmp_path / 'a.db'}", tmp_path / "sound")
    yield archive
    archive.close()


@pytest.fixture
def app(archive: Archive) -> FastAPI:
    app, guard = guarded(archive)
    app.include_router(router(Reports(archive), TEMPLATES, lambda: NAMED, guard))
    return app


@pytest.fixture
def client(app: FastAPI, archive: Archive) -> TestClient:
    return signed_client(app, archive, "auditor")


def put(archive: Archive, count: int, *, days_ago: int = 0, line: str = "1") -> None:
    at = datetime.now(UTC) - timedelta(days_ago)
    call = {
        "line": line, "caller": b"", "caller_token": "", "transport": "browser", "language": "ru", "version": "",
        "owner": "", "started_at": at, "ended_by": "caller", "reason": "", "state": "complete", "flaws": "",
        "sound": "", "sound_lost_ms": 0,
    }  # fmt: skip
    with archive.engine.begin() as connection:
        for n in range(count):
            call_id = f"{days_ago:04d}{line}{n:027d}"
            connection.execute(insert(Calls).values(id=call_id, **call))
            connection.execute(insert(Figures).values(call=call_id, **USUAL))
            connection.execute(insert(Finished).values(call=call_id, at=at))


def asked(client: TestClient, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.text.replace("&nbsp;", " ")


@pytest.mark.parametrize(
    ("role", "status"), [("reviewer", 403), ("senior", 200), ("auditor", 200), ("administrator", 403)]
)
@pytest.mark.parametrize("address", ["/reports", "/reports/quality", "/reports/by_line.csv"])
def test_reports_are_for_those_who_may_see_them(
    app: FastAPI, archive: Archive, role: str, status: int, address: str
) -> None:
    assert signed_client(app, archive, role).get(address).status_code == status
    assert TestClient(app, follow_redirects=False).get(address).status_code == 303


def test_an_archive_without_calls_says_so(client: TestClient) -> None:
    for address in ("/reports", "/reports/quality"):
        assert "За этот период звонков нет" in asked(client, address)
    assert "мало данных" in asked(client, "/reports")


def test_no_percentage_stands_without_its_calls(client: TestClient, archive: Archive) -> None:
    put(archive, 4)
    assert "100 %</b>" not in asked(client, "/reports"), "four calls are too few"
    put(archive, 1, days_ago=1)
    told = asked(client, "/reports")
    assert "<b>100 %</b> <small>5 из 5</small>" in told
    assert "<b>1:00</b> <small>p95 1:00, n = 5</small>" in told


def test_names_are_texts_and_not_html(client: TestClient, archive: Archive) -> None:
    put(archive, 1)
    told = asked(client, "/reports")
    assert "Первая <линия>" not in told
    assert "Первая &lt;линия&gt;" in told


def test_the_filter_takes_a_period_and_a_line_and_keeps_them(client: TestClient, archive: Archive) -> None:
    put(archive, 2, days_ago=3)
    put(archive, 1, line="2")
    query = f"since={TODAY - timedelta(4)}&until={TODAY - timedelta(2)}&line=1"
    told = asked(client, f"/reports?{query}")
    assert '<dd class="figure">2</dd>' in told
    assert f'value="{TODAY - timedelta(4)}"' in told and '<option value="1" selected>' in told
    assert f"/reports/by_line.csv?{query}".replace("&", "&amp;") in told
    assert '<dd class="figure">1</dd>' in asked(client, "/reports?line=2")


@pytest.mark.parametrize("query", ["since=gestern&until=", "since=2026-13-01", "until=9999-99-99"])
def test_what_is_no_day_is_the_usual_period(client: TestClient, archive: Archive, query: str) -> None:
    put(archive, 1, days_ago=2)
    assert '<dd class="figure">1</dd>' in asked(client, f"/reports?{query}")


@pytest.mark.parametrize("query", ["since=0001-01-01", "until=9999-12-31", "since=9999-12-31&until=0001-01-01"])
def test_the_ends_of_the_calendar_break_nothing(client: TestClient, query: str) -> None:
    assert client.get(f"/reports?{query}").status_code == 200


@pytest.mark.parametrize("name", sorted(SHEETS))
def test_every_table_is_a_file_for_excel(client: TestClient, archive: Archive, name: str) -> None:
    put(archive, 1)
    response = client.get(f"/reports/{name}.csv?since={TODAY}&until={TODAY}")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"] == f'attachment; filename="liniya_{name}_{TODAY}_{TODAY}.csv"'
    table = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";"))
    assert len({len(row) for row in table}) == 1


def test_the_page_of_word_errors_says_how_many_calls_it_counts(client: TestClient) -> None:
    assert f"По последним {NEWEST['word_errors'][0]} звонкам" in asked(client, "/reports/recognition")


def test_there_is_no_other_table(client: TestClient) -> None:
    assert client.get("/reports/calls.csv").status_code == 404


def test_every_sheet_stands_on_a_page() -> None:
    assert {name for page in PAGES.values() for name in page} == SHEETS.keys()


def test_lines_topics_and_questions_are_called_as_the_flows_call_them() -> None:
    named = names(load_script(ROOT / "prompts" / "ru", Settings.from_env().learning))
    assert named["topics"]["application_status"] == "Узнать статус заявления"
    assert named["questions"]["status.number"].startswith("Узнаем статус")
    assert "88005553535" in named["lines"]
