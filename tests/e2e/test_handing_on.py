"""What seniors do with a kept call, in Chromium: find it, unmask it, learn from it; by mouse and by keyboard alone.

The application is the real one, its calls were made by the dialog as it is.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Download, Page, Playwright, expect

import voice.app
from tests.e2e.conftest import CHROMIUM, FLAGS, READY_S
from tests.e2e.test_barriers import RULES, WIDE
from tests.e2e.test_finding import press_until
from tests.web.served import served
from tests.web.signed import PASSWORD, person_of
from tests.web.told_calls import MISHEARD, REALLY, told_calls
from voice.app import create_app
from voice.archive.archive import Archive
from voice.desk.backoffice import EmbeddedOffice
from voice.dialog.script import Script
from voice.review.accesses import Accesses, Wanted
from voice.review.aftercare import Aftercare
from voice.review.corrections import Corrections
from voice.review.people import Staff
from voice.review.sessions import Sessions
from voice.settings import Learning, Settings
from voice.web.call_socket import WS_MAX_SIZE
from voice.web.guard import COOKIE

Watch = Callable[[Page], Page]
PATCH_MS = 120_000  # the patched flows learn anew before anybody gets the patch
REASON = "жалоба 4512, сверить имя"


@dataclass
class House:
    archive: Archive
    host: str
    browser: Browser
    calls: dict[str, str]

    def page(self, path: str, role: str = "senior", login: str = "", **context: object) -> Page:
        """login: of somebody of his own, who has not done anything yet."""
        person = Staff(self.archive.engine).add(login, login, role, PASSWORD) if login else None
        secret = Sessions(self.archive.engine).begin(person or person_of(self.archive, role))
        inside = self.browser.new_context(**context)  # type: ignore[arg-type]
        inside.add_cookies([{"name": COOKIE, "value": secret, "url": f"http://{self.host}"}])
        page = inside.new_page()
        page.goto(f"http://{self.host}{path}")
        return page


@pytest.fixture(scope="module")
def house(script: Script, playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    settings = replace(Settings.from_env(), data=tmp_path_factory.mktemp("data"), database="", keys="")
    archive = Archive.of(settings)
    calls = told_calls(archive, script, EmbeddedOffice(settings.data / "backoffice.db"))
    for name in ("misheard", "misheard again"):
        reading = archive.reading(calls[name], unmasked=True)
        assert reading is not None
        said = next(one.n for one in reading.utterances if one.text == MISHEARD)
        Corrections(archive).correct(calls[name], said, "anna", REALLY)
    aftercare = Aftercare(archive)
    while aftercare.tend():
        pass
    quickly = Learning(tmp_path_factory.mktemp("learned"))  # without vectors, and the same patch is learned once
    whole_patch = voice.app.patch
    patched = pytest.MonkeyPatch()
    patched.setattr(voice.app, "patch", lambda prompts, chosen, _: whole_patch(prompts, chosen, quickly))
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    with served(create_app(settings), ws_max_size=WS_MAX_SIZE, ready_s=READY_S) as host:
        yield House(archive, host, browser, calls)
    browser.close()
    patched.undo()
    archive.close()


def follow(page: Page, keyboard: bool, name: str) -> None:
    """A link or a button, by the beginning of its name."""
    if keyboard:
        press_until(page, "Tab", f"document.activeElement.textContent.trim().startsWith('{name}')")
        page.keyboard.press("Enter")
    else:
        page.locator("a, button", has_text=name).first.click()


def downloaded(page: Page, keyboard: bool, name: str) -> Download:
    page.set_default_timeout(PATCH_MS)
    with page.expect_download() as told:
        follow(page, keyboard, name)
    return told.value


BOTH = pytest.mark.parametrize("keyboard", [False, True], ids=["mouse", "keyboard"])


@BOTH
def test_a_call_is_found_and_unmasked_with_a_reason(house: House, complaints: Watch, keyboard: bool) -> None:
    call, login = house.calls["spoken"], "by_keyboard" if keyboard else "by_mouse"
    page = house.page("/archive", login=login)
    if keyboard:
        press_until(page, "Tab", "document.activeElement.name === 'text'")
        page.keyboard.type("живу перезвонили")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        press_until(page, "Tab", "document.activeElement.matches('ol.calls a.card:not(#running a)')")
        page.keyboard.press("Enter")
    else:
        page.get_by_label("Что было сказано").fill("живу перезвонили")
        page.get_by_role("button", name="Найти").click()
        page.locator("ol.calls a").click()
    expect(page.locator("#desk")).to_have_attribute("data-call", call)
    expect(page.locator("#talk")).to_contain_text("меня зовут [ИМЯ]")
    expect(page.locator("#talk")).not_to_contain_text("аристарх")
    follow(page, keyboard, "Показать, указав причину")
    reason = page.get_by_label("Зачем это нужно")
    expect(reason).to_be_focused()
    page.keyboard.type("жалоба")
    follow(page, keyboard, "Открыть на")
    expect(reason).to_be_focused()  # the browser says that it is too short
    assert page.url.endswith("/unmask")
    reason.press("Control+a")
    page.keyboard.type(REASON)
    follow(page, keyboard, "Открыть на")
    expect(page.locator("#talk")).to_contain_text("аристарх")
    expect(page.get_by_text("Вы видите личные данные звонившего до")).to_be_visible()
    (told,) = Accesses(house.archive).find(Wanted(deed="unmask", call=call), limit=1)
    assert (told.person, told.reason) == (login, REASON)
    other = complaints(house.page(f"/archive/{call}", role="reviewer"))
    expect(other.locator("#talk")).not_to_contain_text("аристарх")
    expect(other.get_by_role("link", name="Показать, указав причину")).to_have_count(0)


@BOTH
def test_corrections_become_a_patch(house: House, complaints: Watch, keyboard: bool) -> None:
    page = house.page("/archive")
    follow(page, keyboard, "Предложения")
    expect(page.get_by_role("heading", name="Предложения для фраз")).to_be_visible()
    with page.expect_navigation():
        follow(page, keyboard, "Скачать правку")
    expect(page.get_by_role("alert")).to_have_text("Отметьте хотя бы одно предложение.")
    if keyboard:
        press_until(page, "Tab", "document.activeElement.closest('li')?.textContent.includes('здвление')")
        page.keyboard.press("Space")
    else:
        page.get_by_label("«здвление»").check()
    expect(page.get_by_label("«здвление»")).to_be_checked()
    patch = Path(downloaded(page, keyboard, "Скачать правку").path()).read_text(encoding="utf-8")
    assert patch.startswith("--- a/prompts/ru/") and "\n+" in patch and "здвление" in patch
    follow(page, keyboard, "звонок 1")
    either = "|".join(house.calls[name] for name in ("misheard", "misheard again"))
    expect(page.locator("#desk")).to_have_attribute("data-call", re.compile(either))


@BOTH
def test_a_fixture_is_one_click(house: House, complaints: Watch, keyboard: bool) -> None:
    page = complaints(house.page(f"/archive/{house.calls['handed']}"))
    made = downloaded(page, keyboard, "пример для проверок")
    assert made.suggested_filename == f"call_{house.calls['handed'][:8]}.zip"
    with zipfile.ZipFile(io.BytesIO(Path(made.path()).read_bytes())) as packed:
        assert {name.rpartition(".")[2] for name in packed.namelist()} == {"flac", "yaml"}


@BOTH
def test_a_call_is_replayed_and_one_comes_back(house: House, complaints: Watch, keyboard: bool) -> None:
    page = complaints(house.page(f"/archive/{house.calls['handed']}"))
    follow(page, keyboard, "как пошёл бы теперь")
    expect(page.get_by_role("status")).to_have_text("Теперь звонок пошёл бы так же.")
    expect(page.get_by_role("row", name="Чем кончилось")).to_contain_text("transfer:operator")
    follow(page, keyboard, "← К звонку")
    expect(page.locator("#desk")).to_have_attribute("data-call", house.calls["handed"])


@BOTH
def test_how_reviewers_agree_is_found_beside_the_queue(house: House, complaints: Watch, keyboard: bool) -> None:
    page = complaints(house.page("/archive/queue"))
    follow(page, keyboard, "Согласие проверяющих")
    expect(page.get_by_role("heading", name="Согласие проверяющих")).to_be_visible()
    reviewer = house.page("/archive/queue", role="reviewer")
    expect(reviewer.get_by_role("link", name="Согласие проверяющих")).to_have_count(0)


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("path", ["unmask", "replay", "proposals"])
def test_axe_finds_nothing_and_nothing_is_cut_off(house: House, path: str, colours: str) -> None:
    address = "/proposals" if path == "proposals" else f"/archive/{house.calls['handed']}/{path}"
    page = house.page(address, color_scheme=colours)
    found = Axe().run(page, options=RULES)
    assert found.violations_count == 0, found.generate_report()
    for width in (1280, 640, 390, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, page.evaluate(WIDE)
