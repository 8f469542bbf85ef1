"""Reports in Chromium: by keyboard, without barriers, in light and dark, on a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from fastapi.staticfiles import StaticFiles
from playwright.sync_api import Browser, Page, expect

from bench.made_calls import fill
from tests.conftest import ROOT
from tests.web.served import served
from tests.web.signed import TEMPLATES, guarded, person_of
from voice.archive.archive import Archive
from voice.dialog.script import load_script
from voice.review.reports import Reports
from voice.settings import Settings
from voice.web.call_socket import WS_MAX_SIZE
from voice.web.guard import COOKIE
from voice.web.headers import PageHeaders
from voice.web.report_pages import names, router

CALLS, DAYS = 600, 20
PAGES = ("/reports", "/reports/quality", "/reports/recognition", "/reports/unmatched")
SIZES = {"desktop": (1280, 900), "phone": (375, 740)}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Where the reports are served, and the secret of an auditor who is signed in."""
    folder: Path = tmp_path_factory.mktemp("reports")
    script = load_script(ROOT / "prompts" / "ru", Settings.from_env().learning)
    archive = Archive.open(f"sqlite:///{folder / 'archive.db'}", folder / "sound")
    fill(archive, script, CALLS, days=DAYS)
    app, guard = guarded(archive)
    app.add_middleware(PageHeaders)
    app.include_router(router(Reports(archive), TEMPLATES, lambda: names(script), guard))
    app.mount("/static", StaticFiles(directory=ROOT / "voice" / "web" / "static"))
    with served(app, ws_max_size=WS_MAX_SIZE) as host:
        yield host, guard.sessions.begin(person_of(archive, "auditor"))
    archive.close()


@pytest.fixture
def visit(
    site: tuple[str, str], chromium: Callable[..., Browser], complaints: Callable[[Page], Page]
) -> Callable[..., Page]:
    host, secret = site

    def open_page(path: str, size: str = "desktop", colours: str = "light") -> Page:
        width, height = SIZES[size]
        context = chromium().new_context(
            viewport={"width": width, "height": height},
            color_scheme=colours,  # type: ignore[arg-type]
            locale="ru-RU",
        )
        context.add_cookies([{"name": COOKIE, "value": secret, "url": f"http://{host}"}])
        page = complaints(context.new_page())
        page.goto(f"http://{host}{path}")
        return page

    return open_page


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("size", "colours"), [("desktop", "light"), ("desktop", "dark"), ("phone", "light")])
def test_axe_finds_nothing_and_nothing_sticks_out(
    visit: Callable[..., Page], path: str, size: str, colours: str
) -> None:
    page = visit(path, size, colours)
    for folded in page.locator("details > summary").all():
        folded.click()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_period_is_chosen_and_its_table_is_fetched_by_keyboard(visit: Callable[..., Page]) -> None:
    page = visit("/reports")
    calls = page.locator(".tile .figure").first
    expect(calls).to_have_text(str(CALLS))
    page.get_by_role("link", name="7 дней").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="7 дней")).to_have_attribute("aria-current", "true")
    assert 0 < int(calls.inner_text()) < CALLS
    with page.expect_download() as fetched:
        page.get_by_role("link", name="CSV: По линиям").focus()
        page.keyboard.press("Enter")
    assert fetched.value.suggested_filename.startswith("liniya_by_line_")
    page.get_by_role("combobox", name="Линия").select_option("88005553538")
    page.get_by_role("button", name="Показать").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="Линия")).to_have_value("88005553538")
    page.get_by_role("link", name="Качество").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Отчёты: качество")
    expect(page.get_by_role("combobox", name="Линия")).to_have_value("88005553538")


def test_a_plot_is_one_picture_with_a_name_and_a_table_beside_it(visit: Callable[..., Page]) -> None:
    page = visit("/reports")
    picture = page.get_by_role("img", name="Когда звонят")
    expect(picture).to_be_visible()
    section = page.get_by_role("region", name="Когда звонят", exact=True)
    section.locator("summary").click()
    expect(section.get_by_role("table").get_by_role("row")).to_have_count(8)
