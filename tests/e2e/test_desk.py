"""The reviewers' desk in Chromium: hearing, correcting, marking, judging, by mouse and by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.e2e.test_barriers import RULES, WIDE
from tests.web.desk_house import STORY, desk_app, record, said
from tests.web.served import served
from tests.web.signed import person_of
from voice.archive.archive import Archive
from voice.events import SayStarted
from voice.review.sessions import Sessions
from voice.web.guard import COOKIE

Watch = Callable[[Page], Page]
Launch = Callable[..., Browser]


@dataclass
class House:
    archive: Archive
    host: str
    call: str
    browser: Browser

    def page(self, role: str = "reviewer", call: str = "", **context: object) -> Page:
        secret = Sessions(self.archive.engine).begin(person_of(self.archive, role))
        inside = self.browser.new_context(**context)  # type: ignore[arg-type]
        inside.add_cookies([{"name": COOKIE, "value": secret, "url": f"http://{self.host}"}])
        page = inside.new_page()
        page.goto(f"http://{self.host}/archive/{call or self.call}")
        return page


@pytest.fixture
def house(chromium: Launch, tmp_path: Path) -> Iterator[House]:
    archive = Archive.open(f"sqlite:///{tmp_path / 'a.db'}", tmp_path / "sound")
    with served(desk_app(archive), ws_max_size=1 << 16) as host:
        yield House(archive, host, record(archive), chromium("--autoplay-policy=no-user-gesture-required"))
    archive.close()


def word(page: Page, text: str) -> object:
    return page.locator("#talk .w", has_text=re.compile(f"^{re.escape(text)}$"))


def at_s(page: Page) -> float:
    return float(page.evaluate("document.getElementById('player').currentTime"))


def until(page: Page, condition: str, timeout_ms: int = 15_000) -> None:
    """The page's policy lets nobody evaluate strings, so Playwright's own waiting for one does not work."""
    for _ in range(timeout_ms // 20):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(20)
    raise AssertionError(f"it never came to {condition}")


def pauses(page: Page) -> None:
    until(page, "player.paused")


def plays(page: Page) -> None:
    until(page, "!player.paused && player.currentTime > 0")


def test_a_word_is_heard_with_two_seconds_around_it(house: House, complaints: Watch) -> None:
    page = complaints(house.page())
    expect(page.locator("#wave")).to_have_attribute("data-ready", re.compile(r"\d"))
    word(page, "снился").click()  # type: ignore[attr-defined]
    plays(page)
    assert 9.4 <= at_s(page) <= 10.5, "two seconds before 11.5 s"
    expect(page.locator("#talk .w.lit", has_text="снился")).to_be_visible()
    pauses(page)
    assert at_s(page) == pytest.approx(13.95, abs=0.15), "two seconds after 11.95 s"
    expect(page.locator("#clock")).to_have_text("0:13")


def test_a_stretch_is_repeated_slower_or_faster_as_long_as_one_wants(house: House, complaints: Watch) -> None:
    page = complaints(house.page())
    page.locator("#u4").focus()
    page.keyboard.press("l")
    page.keyboard.press(".")
    page.keyboard.press(".")
    expect(page.get_by_label("×1,5")).to_be_checked()
    page.keyboard.press("h")
    plays(page)
    assert page.evaluate("player.playbackRate") == 1.5
    until(page, "player.currentTime > 11.5")
    until(page, "player.currentTime < 10.6")
    assert not page.evaluate("player.paused"), "it began again by itself"
    page.keyboard.press(" ")
    pauses(page)


def test_unsure_words_are_reached_by_a_key_and_told_without_colour(house: House, complaints: Watch) -> None:
    page = complaints(house.page())
    page.locator("#u1").focus()
    for expected in ("пенсия", "его", "снился"):
        page.keyboard.press("n")
        expect(page.locator("#talk .w:focus")).to_have_text(expected)
    lines = page.locator("#talk .w:focus").evaluate("word => getComputedStyle(word).textDecorationStyle")
    assert lines == "wavy"
    page.keyboard.press("n")
    expect(page.get_by_role("status").last).to_have_text("Больше неуверенных слов нет.")
    page.keyboard.press("Shift+n")
    expect(page.locator("#talk .w:focus")).to_have_text("его")


def test_what_was_misheard_is_corrected_by_keyboard_alone(house: House, complaints: Watch) -> None:
    page = complaints(house.page())
    expect(page.locator("#wave")).to_have_attribute("data-ready", re.compile(r"\d"))
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('#talk > li')"):
            break
    for _ in range(3):
        page.keyboard.press("j")
    expect(page.locator("#u4")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Как было сказано на самом деле")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#u4")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("не помню его СНИЛС")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#u4 .words")).to_have_text("не помню его СНИЛС")
    expect(page.locator("#u4")).to_be_focused()
    expect(page.locator("#u4")).to_contain_text("Услышано: не помню его снился")
    page.locator("#history summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#history")).to_contain_text("исправлено высказывание 4: «не помню его СНИЛС»")
    word(page, "СНИЛС").click()  # type: ignore[attr-defined]
    plays(page)
    assert 9.4 <= at_s(page) <= 10.5, "a corrected word sounds where the misheard one did"


def test_words_are_marked_by_hand_and_fall_silent_at_once(house: House, complaints: Watch) -> None:
    page = complaints(house.page())
    wave = page.locator("#wave")
    expect(wave).to_have_attribute("data-ready", "1")
    page.locator("#u4").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#talk .w:focus")).to_have_text("помню")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("m")
    expect(page.get_by_text("«помню его»")).to_be_visible()
    page.get_by_role("button", name="адрес").press("Enter")
    expect(page.locator("#u4 .words")).to_have_text("не [АДРЕС] снился")
    expect(wave).to_have_attribute("data-ready", "2")
    page.get_by_role("button", name="Снять отметку «адрес»").click()
    expect(page.locator("#u4 .words")).to_have_text("не помню его снился")


def test_a_remark_stands_at_the_moment_one_looks_at(house: House, complaints: Watch) -> None:
    page = complaints(house.page())
    page.locator("#u4").focus()
    page.keyboard.press("r")
    expect(page.get_by_label("Замечание к моменту 0:09")).to_be_focused()
    page.keyboard.insert_text("не понял слово СНИЛС")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".remarks")).to_contain_text("не понял слово СНИЛС")
    page.locator(".remarks button").click()
    plays(page)
    assert 9.5 < at_s(page) < 11.5


def judge(page: Page, polite: str) -> None:
    for question in page.locator("#review fieldset").all():
        is_polite = "вежливо" in question.inner_text()
        question.get_by_label(polite if is_polite else "Да", exact=True).check()
    page.get_by_label("Заметка").fill("о вежливости")
    page.get_by_role("button", name="Закончить оценку").click()


def test_two_reviewers_judge_blind_and_then_see_each_other(house: House, complaints: Watch) -> None:
    first = house.page("reviewer")  # a judgement that is not whole is a complaint of its console
    first.get_by_role("button", name="Закончить оценку").click()
    expect(first.get_by_role("alert")).to_contain_text("Ответьте на все вопросы")
    judge(first, "Да")
    expect(first.locator("#review")).to_contain_text("Второй проверяющий этот звонок ещё не оценил")
    second = complaints(house.page("senior"))
    expect(second.locator("#review")).to_contain_text("Его ответы откроются")
    expect(second.locator("body")).not_to_contain_text("Reviewer")
    judge(second, "Нет")
    table = second.get_by_role("table").first
    expect(table).to_contain_text("Reviewer")
    expect(table.locator(".differs")).to_have_count(1)
    expect(table.locator(".differs")).to_contain_text("вежливо")
    second.goto(f"http://{house.host}/reviews/agreement")
    expect(second.get_by_text("Звонков, которые оценили двое: 1")).to_be_visible()


def test_a_running_call_grows_by_itself_and_is_heard_when_it_is_over(house: House, complaints: Watch) -> None:
    recorder = house.archive.begin("e" * 32, "88005553535", "", "browser")
    recorder.event(STORY[0])
    page = complaints(house.page(call="e" * 32))
    expect(page.get_by_text("страница дополняется сама")).to_be_visible()
    expect(page.locator("#talk > li")).to_have_count(1)
    for event in [*said(1, "где моя пенсия", 3_000), SayStarted(at_ms=6_000, say=2, text="Пенсия.")]:
        recorder.event(event)
    expect(page.locator("#talk > li")).to_have_count(3, timeout=10_000)
    expect(page.locator("#u2 .words")).to_have_text("где моя пенсия")
    recorder.seal("caller")
    expect(page.get_by_text("Звука у этого звонка нет")).to_be_visible(timeout=10_000)


def test_all_keys_are_told(house: House, complaints: Watch) -> None:
    page = complaints(house.page())
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Клавиши")
    expect(dialog).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_axe_finds_nothing_in_any_state(house: House, colours: str) -> None:
    def check(page: Page, state: str) -> None:
        found = Axe().run(page, options=RULES)
        assert found.violations_count == 0, f"{state}: {found.generate_report()}"

    page = house.page("senior", color_scheme=colours)
    expect(page.locator("#wave")).to_have_attribute("data-ready", re.compile(r"\d"))
    for summary in page.locator("summary").all():
        summary.click()
    check(page, "open")
    page.locator("#u4").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("m")
    check(page, "marking")
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    check(page, "correcting")
    page.keyboard.insert_text(" да")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#u4")).to_contain_text("Услышано")
    check(page, "corrected")
    word(page, "пенсия").click()  # type: ignore[attr-defined]
    expect(page.locator(".w.lit").first).to_be_visible()
    check(page, "lit")
    page.get_by_role("button", name="Закончить оценку").click()
    expect(page.get_by_role("alert")).to_be_visible()
    check(page, "unanswered")
    page.keyboard.press("Escape")
    page.locator("#show-keys").click()
    check(page, "keys")
    page.keyboard.press("Escape")
    judge(page, "Да")
    expect(page.locator(".judged")).to_be_visible()
    check(page, "judged")
    check(house.page("auditor", color_scheme=colours), "auditor")
    agreement = house.page("senior", color_scheme=colours)
    agreement.goto(f"http://{house.host}/reviews/agreement")
    check(agreement, "agreement")


@pytest.mark.parametrize(("width", "height"), [(640, 360), (390, 844), (320, 256)])
def test_nothing_is_cut_off_on_a_phone_and_at_200_percent(house: House, width: int, height: int) -> None:
    page = house.page("senior", viewport={"width": width, "height": height})
    expect(page.locator("#wave")).to_have_attribute("data-ready", re.compile(r"\d"))
    for summary in page.locator("summary").all():
        summary.click()
    page.locator("#u4").focus()
    page.keyboard.press("e")
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.evaluate(WIDE)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.evaluate(WIDE)
