"""An erasure while the back office is away, in Chromium by keys alone; the application and the back office are real."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import READY_S, sign_in
from tests.e2e.test_barriers import RULES, WIDE
from tests.web.served import served
from tests.web.signed import person_of
from voice.app import create_app
from voice.archive.archive import Archive
from voice.desk.backoffice import EmbeddedOffice
from voice.events import CallStarted, Typed
from voice.review.aftercare import Aftercare
from voice.settings import Settings
from voice.web.call_socket import WS_MAX_SIZE

CALL = f"{1:032x}"
PHONE = "79161234567"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return replace(Settings.from_env(), data=tmp_path, database="", keys="")


@pytest.fixture
def host(settings: Settings) -> Iterator[str]:
    archive = Archive.of(settings)
    person_of(archive, "administrator")
    recorder = archive.begin(CALL, "1001", PHONE, "chat")
    recorder.event(CallStarted(at_ms=0, line="1001", caller=PHONE, transport="chat"))
    recorder.event(Typed(at_ms=900, text="слова"))
    recorder.seal("caller")
    Aftercare(archive).tend()
    EmbeddedOffice.of(settings).register("voice_message", {"text": "передайте привет"}, CALL)
    with served(create_app(settings), ws_max_size=WS_MAX_SIZE, ready_s=READY_S) as host:
        yield host
    archive.close()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).press("Enter")


def is_open_to_all(page: Page) -> None:
    assert Axe().run(page, options=RULES).violations_count == 0
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320, page.evaluate(WIDE)
    page.set_viewport_size({"width": 1280, "height": 720})


def test_a_back_office_that_is_away_is_told_listed_and_asked_again(
    host: str, settings: Settings, chromium: Callable[..., Browser], complaints: Callable[[Page], Page]
) -> None:
    page = complaints(chromium().new_page())
    sign_in(page, host, "administrator")
    with closing(sqlite3.connect(settings.data / "backoffice.db")) as away:
        away.execute("BEGIN EXCLUSIVE")
        page.goto(f"http://{host}/keeping")
        page.get_by_label("Номер", exact=True).fill("8 916 123-45-67")
        page.get_by_label("Основание").fill("отзыв согласия")
        press(page, "Найти звонки")
        expect(page.get_by_role("alert")).to_contain_text("Учётная система сейчас не отвечает")
        is_open_to_all(page)
        press(page, "Уничтожить")
        expect(page.get_by_role("status")).to_contain_text("Уничтожено звонков: 1. Учётная система не ответила")
        expect(page.get_by_role("row", name="Система не ответила")).to_contain_text("№ 1")
        is_open_to_all(page)
        page.get_by_role("link", name="№ 1").press("Enter")
        expect(page.get_by_role("main")).to_contain_text("Система не ответила: записанное в ней")
        is_open_to_all(page)
        away.execute("ROLLBACK")
    page.goto(f"http://{host}/keeping")
    press(page, "Запросить сейчас")
    expect(page.get_by_role("status")).to_contain_text("Долгов за ней больше нет")
    page.locator("table a", has_text=":").first.press("Enter")
    expect(page.get_by_role("main")).to_contain_text(f"сообщение от {page.locator('dd').first.inner_text()[:10]}")
    expect(page.get_by_role("main")).to_contain_text(CALL)
    is_open_to_all(page)
    page.get_by_role("link", name="акт № 1").press("Enter")
    expect(page.get_by_role("main")).to_contain_text("Дополнено актом № 2")
    is_open_to_all(page)
    assert "привет".encode() not in (settings.data / "backoffice.db").read_bytes()
