"""A kept call before the present flows, and as a fixture to download; for those who may."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI

from tests.web.signed import TEMPLATES, guarded, signed_client
from voice.archive.archive import Archive
from voice.review.course import Course
from voice.review.fixture import NoFixture
from voice.web import tryout_pages

WENT = Course(("main.welcome", "status.number"), ("application_status",), (), "goodbye", 1, False)
OTHERWISE = replace(WENT, steps=("main.welcome",), intents=("none",), ends="transfer:operator", transferred=True)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    archive = Archive.open(f"sqlite:///{tmp_path / 'archive.db'}", tmp_path / "sound")
    yield archive
    archive.close()


@pytest.fixture
def app(archive: Archive) -> FastAPI:
    app, guard = guarded(archive)

    async def fixture(call_id: str) -> tuple[str, bytes] | None:
        if call_id == "personal":
            raise NoFixture("all of it is masked")
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as files:
            files.writestr("call.flac", b"sound")
        return ("call", packed.getvalue()) if call_id == "one" else None

    known = {"one": (WENT, OTHERWISE), "same": (WENT, WENT)}
    app.include_router(tryout_pages.router(known.get, fixture, TEMPLATES, guard))
    return app


def test_what_goes_otherwise_now_is_marked(app: FastAPI, archive: Archive) -> None:
    client = signed_client(app, archive, "senior")
    page = client.get("/archive/one/replay").text
    assert "Теперь звонок пошёл бы иначе" in page and page.count('class="other"') == 4
    assert "<td>goodbye</td><td>transfer:operator</td>" in page
    assert "Теперь звонок пошёл бы так же" in client.get("/archive/same/replay").text
    assert client.get("/archive/none/replay").status_code == 404


def test_a_fixture_is_a_zip(app: FastAPI, archive: Archive) -> None:
    client = signed_client(app, archive, "senior")
    answer = client.get("/archive/one/fixture.zip")
    assert zipfile.ZipFile(io.BytesIO(answer.content)).namelist() == ["call.flac"]
    assert 'filename="call.zip"' in answer.headers["content-disposition"]
    refused = client.get("/archive/personal/fixture.zip")
    assert refused.status_code == 409 and "пример не получится" in refused.text
    assert client.get("/archive/none/fixture.zip").status_code == 404


@pytest.mark.parametrize("role", ["reviewer", "auditor", "administrator"])
@pytest.mark.parametrize("path", ["replay", "fixture.zip"])
def test_others_may_not(app: FastAPI, archive: Archive, role: str, path: str) -> None:
    assert signed_client(app, archive, role).get(f"/archive/one/{path}").status_code == 403
