from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.templating import Jinja2Templates
from fastapi.testclient import TestClient
from pypdf import PdfReader

import voice.web
from tests.captions.test_take_away import CALL, TOLD
from tests.captions.web_vtt import read_web_vtt
from voice.archive.archive import Archive
from voice.captions.labels import labels
from voice.web.take_away import router

ID = "a" * 32


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    now = datetime(2026, 11, 22, 9, tzinfo=UTC)
    archive = Archive.open(f"sqlite:///{tmp_path / 'a.db'}", tmp_path / "sound", now=lambda: now)
    recorder = archive.begin(ID, "88005553535", "", "browser")
    for event in CALL:
        recorder.event(event)
    recorder.seal("caller")
    yield archive
    archive.close()


@pytest.fixture
def client(archive: Archive) -> TestClient:
    app = FastAPI()
    templates = Jinja2Templates(Path(voice.web.__file__).parent / "templates")
    app.include_router(router(archive, templates, labels(), titles={"88005553535": "Госуслуги, общая линия"}))
    return TestClient(app)


def test_the_page_has_what_came_of_it_on_top(archive: Archive, client: TestClient) -> None:
    key = archive.give_away(ID, 30)
    page = client.get(f"/t/{key}")
    assert page.status_code == 200 and "Госуслуги, общая линия" in page.text and "22.12.2026" in page.text
    assert "<b>Номер 123 456 78 90.</b>" in page.text
    assert page.text.index(TOLD) < page.text.index("Что было сказано") < page.text.index("Узнать статус.")
    assert page.headers["cache-control"] == "no-store" and page.headers["x-robots-tag"] == "noindex"
    assert ID not in page.text, "the archive's number of the call is not told"


def test_text_and_captions_are_files(archive: Archive, client: TestClient) -> None:
    key = archive.give_away(ID, 30)
    text = client.get(f"/t/{key}/text")
    assert text.headers["content-type"] == "text/plain; charset=utf-8"
    assert text.text.startswith("Госуслуги, общая линия, 22.11.2026, ") and f"123 456 78 90: {TOLD}" in text.text
    captions = client.get(f"/t/{key}/captions.vtt")
    assert captions.headers["content-type"] == "text/vtt; charset=utf-8"
    assert read_web_vtt(captions.text)[1].text == "Узнать статус." and "Вы" in captions.text
    for file in (text, captions):
        assert file.headers["content-disposition"].startswith('attachment; filename="call-2026-11-22-')
        assert file.headers["cache-control"] == "no-store"


def test_the_pdf_is_the_same_in_the_same_order(archive: Archive, client: TestClient) -> None:
    answer = client.get(f"/t/{archive.give_away(ID, 30)}/take-away.pdf")
    assert answer.headers["content-type"] == "application/pdf" and answer.headers["cache-control"] == "no-store"
    assert re.fullmatch(r'attachment; filename="call-2026-11-22-\d{4}\.pdf"', answer.headers["content-disposition"])
    said = PdfReader(BytesIO(answer.content)).pages[0].extract_text()
    assert said.startswith("Ваш разговор\nГосуслуги, общая линия, 22.11.2026, ")
    assert said.index(f"Номер 123 456 78 90. {TOLD}") < said.index("Что было сказано") < said.index("Узнать статус.")
    assert ID.encode() not in answer.content


@pytest.mark.parametrize("path", ["", "/text", "/take-away.pdf", "/captions.vtt"])
def test_a_wrong_secret_opens_nothing(client: TestClient, path: str) -> None:
    for key in ("nobody", ID):
        answer = client.get(f"/t/{key}{path}")
        assert answer.status_code == 404 and "её срок истёк" in answer.text
