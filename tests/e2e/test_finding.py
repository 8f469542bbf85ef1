"""Finding calls in Chromium: by mouse, by keyboard alone, without scripts, while calls come and go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.e2e.test_barriers import RULES, WIDE
from tests.fakes.archived import LINE, archived
from tests.web.desk_house import desk_app
from tests.web.served import served
from tests.web.signed import person_of
from voice.archive.archive import Archive
from voice.review.sessions import Sessions
from voice.web.guard import COOKIE

HELLO = ("line", "Здравствуйте! Это линия помощи. Скажите, что вы хотите узнать.")
CALLS = (
    ([("caller", "хочу узнать статус моего заявления на загранпаспорт")], {"intent": "application_status"}),
    ([("caller", "когда мне придёт пенсия")] * 3, {"intent": "pension", "no_match": 3, "confidence": 0.55}),
    ([("caller", "мой снилс 112 233 445 95 проверьте выплату")], {"intent": "payouts"}),
    ([("caller", "соедините с оператором"), ("operator", "слушаю вас, какой у вас вопрос")], {}),
    ([("caller", "где узнать про статусы заявлений")], {"intent": "application_status", "confidence": 0.7}),
)
TOPICS = {"application_status": "Статус заявления", "pension": "Пенсии", "payouts": "Выплаты и пособия"}


@dataclass
class House:
    archive: Archive
    host: str
    browser: Browser
    calls: list[str]

    def page(self, path: str = "/archive", **context: object) -> Page:
        secret = Sessions(self.archive.engine).begin(person_of(self.archive, "reviewer"))
        inside = self.browser.new_context(**context)  # type: ignore[arg-type]
        inside.add_cookies([{"name": COOKIE, "value": secret, "url": f"http://{self.host}"}])
        page = inside.new_page()
        page.goto(f"http://{self.host}{path}")
        return page


@pytest.fixture
def house(chromium: Callable[..., Browser], tmp_path: Path) -> Iterator[House]:
    archive = Archive.open(f"sqlite:///{tmp_path / 'a.db'}", tmp_path / "sound")
    calls = [archived(archive, HELLO, *said, **told) for said, told in CALLS]  # type: ignore[arg-type]
    app = desk_app(archive, lines=lambda: {LINE: "Для граждан"}, topics=lambda: TOPICS)
    with served(app, ws_max_size=1 << 16) as host:
        yield House(archive, host, chromium(), calls)
    archive.close()


def cards(page: Page) -> list[str]:
    hrefs = page.locator("ol.calls a").evaluate_all("links => links.map((link) => link.getAttribute('href'))")
    return [href.rpartition("/")[2] for href in hrefs]


def press_until(page: Page, key: str, condition: str) -> None:
    for _ in range(60):
        page.keyboard.press(key)
        if page.evaluate(condition):
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none", "it is seen"
            return
    raise AssertionError(f"no way to {condition} by keyboard")


def test_a_call_is_found_kept_and_opened_by_keyboard_alone(house: House, complaints: Callable[[Page], Page]) -> None:
    page = complaints(house.page())
    press_until(page, "Tab", "document.activeElement.name === 'text'")
    page.keyboard.type("статус заявления")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Найдено: 2")).to_be_visible()
    assert cards(page) == [house.calls[4], house.calls[0]]
    assert page.locator("mark").all_inner_texts() == ["статусы", "заявлений", "статус", "заявления"]
    assert "side" not in page.url, "fields that ask for nothing are not in the address"
    press_until(page, "Tab", "document.activeElement.textContent.trim().startsWith('Условия')")
    page.keyboard.press("Enter")
    press_until(page, "Tab", "document.activeElement.name === 'most_percent'")
    page.keyboard.type("80")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Найдено: 1")).to_be_visible()
    assert cards(page) == [house.calls[4]]
    press_until(page, "Tab", "document.activeElement.textContent.trim() === 'Мои поиски'")
    page.keyboard.press("Enter")
    press_until(page, "Tab", "document.activeElement.name === 'name'")
    page.keyboard.type("Статус, неуверенно")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Статус, неуверенно")).to_be_visible()
    page.goto(f"http://{house.host}/archive")
    press_until(page, "Tab", "document.activeElement.textContent.trim() === 'Статус, неуверенно'")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Найдено: 1")).to_be_visible()
    press_until(page, "Tab", "document.activeElement.className === 'card'")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("#desk")).to_have_attribute("data-call", house.calls[4])


def test_the_queue_tells_in_russian_why_a_call_comes_first(house: House, complaints: Callable[[Page], Page]) -> None:
    page = complaints(house.page())
    page.get_by_role("link", name="Очередь по риску").click()
    expect(page.get_by_role("heading", name="Кого проверить сначала")).to_be_visible()
    first = page.locator("ol.calls li").first
    expect(first).to_contain_text("Не понят несколько раз подряд: 3")
    expect(first).to_contain_text("когда мне придёт пенсия")
    assert cards(page)[0] == house.calls[1]


def test_calls_that_run_come_and_go_and_nobody_loses_his_place(
    house: House, complaints: Callable[[Page], Page]
) -> None:
    first = house.archive.begin("a" * 32, LINE, "", "browser")
    page = complaints(house.page())
    link = page.locator(f'#running a[href="/archive/{"a" * 32}"]')
    link.focus()
    second = house.archive.begin("b" * 32, LINE, "", "chat")
    expect(page.locator("#running li")).to_have_count(2, timeout=10_000)
    expect(link).to_be_focused()
    first.seal("caller")
    expect(link).to_contain_text("обрабатывается", timeout=10_000)
    expect(link).to_be_focused()
    page.get_by_label("Что было сказано").fill("пенс")
    second.seal("caller")
    expect(page.locator("#running")).not_to_contain_text("идёт сейчас", timeout=10_000)
    expect(page.get_by_label("Что было сказано")).to_be_focused()
    expect(page.get_by_label("Что было сказано")).to_have_value("пенс")


def test_without_scripts_everything_is_found_as_well(house: House) -> None:
    page = house.page(java_script_enabled=False)
    page.get_by_label("Что было сказано").fill("оператор")
    page.get_by_label("Кто сказал").select_option("caller")
    page.get_by_text("Условия").click()
    page.get_by_label("Говорил с человеком").select_option("yes")
    page.get_by_role("button", name="Найти").click()
    expect(page.get_by_text("Найдено: 1")).to_be_visible()
    expect(page.locator("ol.calls li")).to_contain_text("соедините с оператором")
    page.get_by_role("link", name="Показать все").click()
    expect(page.locator("ol.calls li")).to_have_count(len(CALLS))


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize(
    "path", ["/archive?text=статус&intent=application_status", "/archive/queue", "/archive?text=1"]
)
def test_axe_finds_nothing_and_nothing_is_cut_off(house: House, path: str, colours: str) -> None:
    house.archive.begin("a" * 32, LINE, "", "browser")
    page = house.page(path, color_scheme=colours)
    page.get_by_text("Мои поиски").click()
    found = Axe().run(page, options=RULES)
    assert found.violations_count == 0, found.generate_report()
    for width in (1280, 640, 390, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, page.evaluate(WIDE)
