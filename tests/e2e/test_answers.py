"""Answers without speech in Chromium: the chat with the real flows, the call and its captions on a small line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.network import Network
from tests.web.chat_house import ChatHouse
from tests.web.served import served
from tests.web.small_line import SmallLine
from voice.dialog.script import Script
from voice.events import Typed
from voice.line import Chose, Writes, Wrote

Watch = Callable[[Page], Page]
Launch = Callable[..., Browser]
PHONE = {"width": 360, "height": 740}


@pytest.fixture
def house(script: Script, tmp_path: Path) -> ChatHouse:
    return ChatHouse(script, tmp_path)


@pytest.fixture
def network(house: ChatHouse) -> Iterator[Network]:
    with served(house.app(), ws_max_size=1 << 20) as host:
        network = Network(host)
        yield network
        network.close()


def begin(page: Page, host: str) -> Page:
    page.goto(f"http://{host}/chat")
    page.get_by_role("button", name="Начать разговор").click()
    expect(last_said(page)).to_have_text("Чем вам помочь?")
    return page


def last_said(page: Page) -> Locator:
    return page.locator(".cue-by-line p").last


def button(page: Page, name: str) -> Locator:
    return page.locator("#answers").get_by_role("button", name=name, exact=True)


def write(page: Page, text: str) -> None:
    page.get_by_label("Ответ текстом").fill(text)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Ответ текстом")).to_have_value("")


def test_a_whole_chat_by_buttons_and_the_keyboard_alone(chromium: Launch, complaints: Watch, network: Network) -> None:
    page = complaints(chromium().new_page(viewport=PHONE))
    page.goto(f"http://{network.host}/chat")
    page.get_by_role("radio").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(last_said(page)).to_have_text("Чем вам помочь?")

    def press(name: str) -> None:
        for _ in range(40):
            if page.evaluate("document.activeElement.textContent.trim().replace(/^[0-9*#]/, '')") == name:
                break
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")

    press("Какие нужны документы")
    expect(last_said(page)).to_have_text("Документы. Какая услуга вас интересует?")
    assert page.evaluate("document.activeElement.matches('[data-choices]')"), "the button is gone, its place is not"
    press("Загранпаспорт")
    expect(last_said(page)).to_have_text("Чем ещё помочь?")
    press("Нет, спасибо")
    expect(page.locator("#chat-state")).to_have_text("Разговор завершён")
    expect(page.get_by_role("link", name="Начать новый разговор")).to_be_visible()
    expect(page.locator("#answers")).to_be_hidden()
    said = page.locator(".cue-by-caller p").all_inner_texts()
    assert said == ["Какие нужны документы", "Загранпаспорт", "Нет, спасибо"]


def test_a_number_by_the_buttons_with_digits(chromium: Launch, complaints: Watch, network: Network) -> None:
    page = begin(complaints(chromium().new_page(viewport=PHONE)), network.host)
    expect(page.locator("[data-pad]")).to_be_hidden()
    button(page, "Статус заявления").click()
    page.get_by_text("Набрать цифры кнопками").click()
    expect(last_said(page)).to_be_in_viewport(ratio=1)
    for digit in "12345678909":
        page.get_by_role("group", name="Цифры").get_by_role("button", name=digit, exact=True).click()
    page.get_by_role("button", name="Стереть").click()
    page.get_by_role("button", name="Отправить").click()
    expect(page.locator(".cue-by-line", has_text="Замена паспорта")).to_be_visible()


def test_a_whole_chat_by_typing_alone_goes_on_after_a_reload(
    chromium: Launch, complaints: Watch, network: Network
) -> None:
    page = begin(complaints(chromium().new_page()), network.host)
    write(page, "где моё заявление")
    expect(last_said(page)).to_contain_text("Напишите номер")
    page.reload()
    expect(last_said(page)).to_contain_text("Напишите номер")
    expect(page.locator("#typed-hint")).to_have_text("Номер, 10 цифр")
    assert page.locator(".cue").count() == 4
    write(page, "№ 123-456 78 90")
    expect(page.locator(".cue-by-line", has_text="Замена паспорта")).to_be_visible()
    write(page, "спасибо, больше ничего")
    expect(page.locator("#chat-state")).to_have_text("Разговор завершён")
    page.reload()
    expect(page.locator("#chat-state")).to_have_text("Разговор завершён")
    assert page.get_by_text("123-456 78 90").count() >= 1


def test_a_cut_loses_no_answer_and_gives_none_twice(chromium: Launch, network: Network, house: ChatHouse) -> None:
    page = begin(chromium().new_page(), network.host)
    network.cut()
    expect(page.locator("#chat-state")).to_contain_text("Связь прервалась")
    page.get_by_label("Ответ текстом").fill("какие нужны документы")
    page.keyboard.press("Enter")
    expect(page.locator("[data-unsent]")).to_contain_text("отправится")
    network.mend()
    expect(last_said(page)).to_have_text("Документы. Какая услуга вас интересует?", timeout=15_000)
    expect(page.locator("[data-unsent]")).to_be_hidden()
    texts = [event.text for event in house.recorders[0].events if isinstance(event, Typed)]
    assert texts == ["какие нужны документы"] and page.locator(".cue-by-caller").count() == 1


def test_what_is_said_is_announced_politely_and_so_is_what_may_be_answered(chromium: Launch, network: Network) -> None:
    page = begin(chromium().new_page(), network.host)
    write(page, "помощь")
    expect(page.locator("[data-announcer]")).to_contain_text("Линия: Напишите своими словами")
    told = page.locator("[data-told]")
    expect(told).to_have_text(re.compile(r"^Можно ответить: Статус заявления, .*, Другие вопросы\.$"))
    for region in (told, page.locator("[data-announcer]")):
        assert region.get_attribute("aria-live") == "polite"
    expect(page.get_by_role("log")).to_be_visible()
    expect(page.get_by_role("group", name="Варианты ответа").get_by_role("button")).to_have_count(4)
    expect(page.get_by_role("group", name="Доступно всегда").get_by_role("button")).to_have_count(4)


@pytest.mark.parametrize(("width", "height"), [(360, 740), (640, 400), (320, 480), (1280, 800)])
def test_nothing_is_cut_off_on_a_phone_or_at_200_percent(
    chromium: Launch, network: Network, width: int, height: int
) -> None:
    page = chromium().new_page(viewport={"width": width, "height": height})
    page.goto(f"http://{network.host}/chat")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    begin(page, network.host)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for name in ("Другие вопросы", "Оператор", "Помощь"):
        button(page, name).scroll_into_view_if_needed()
        expect(button(page, name)).to_be_in_viewport(ratio=1)
    assert page.locator(".log-frame").bounding_box()["height"] >= 90, "words have room"  # type: ignore[index]


def live(page: Page, host: str) -> Page:
    page.goto(f"http://{host}/")
    page.get_by_role("button", name="Позвонить", exact=True).click()
    expect(page.locator("#call")).to_have_attribute("data-state", "live")
    return page


def test_a_call_is_answered_by_buttons_on_its_own_page_and_beside_it(
    chromium: Launch, complaints: Watch, small_host: str, small_line: SmallLine
) -> None:
    browser = chromium()
    page = live(complaints(browser.new_page(viewport=PHONE)), small_host)
    button(page, "Статус заявления").click()
    expect(page.locator(".cue-typed")).to_have_text("ВыСтатус заявления")
    second = complaints(browser.new_context().new_page())
    second.goto(f"http://{small_host}{page.locator('#other-device').get_attribute('href')}")
    button(second, "Оператор").click()
    expect(page.locator(".cue-typed").last).to_have_text("ВыОператор")
    write(second, "Я пишу с компьютера")
    expect(page.get_by_text("Я пишу с компьютера").first).to_be_visible()
    done = [item for item in small_line.heard if isinstance(item, Chose | Wrote)]
    assert done == [Chose(1, "1"), Chose(1, "operator"), Wrote("Я пишу с компьютера")]


def test_the_line_knows_that_somebody_types(chromium: Launch, small_host: str, small_line: SmallLine) -> None:
    page = live(chromium().new_page(), small_host)
    page.get_by_label("Ответ текстом").press_sequentially("долго думаю", delay=40)
    page.wait_for_timeout(300)
    assert [item for item in small_line.heard if isinstance(item, Writes)] == [Writes("")], "once, and not what"


def test_a_person_reads_what_is_typed_while_it_is_typed(
    chromium: Launch, complaints: Watch, small_host: str, small_line: SmallLine
) -> None:
    browser = chromium()
    page = live(complaints(browser.new_page()), small_host)
    second = browser.new_context().new_page()
    second.goto(f"http://{small_host}{page.locator('#other-device').get_attribute('href')}")
    page.get_by_role("button", name="9", exact=True).click()
    expect(page.locator("#answers [data-choices]")).to_be_hidden()
    text = "Меня не слышно, поэтому пишу вам"
    page.get_by_label("Ответ текстом").press_sequentially(text, delay=60)
    growing = [item.text for item in small_line.heard if isinstance(item, Writes)]
    assert len(growing) >= len(text) * 60 / 300 - 1, "at most 300 ms between two"
    assert all(text.startswith(part) for part in growing) and growing == sorted(set(growing), key=len)
    expect(second.locator(".cue-growing")).to_have_text(f"Вы{text}")
    page.keyboard.press("Enter")
    expect(second.locator(".cue-growing")).to_have_count(0)
    expect(second.locator(".cue-typed")).to_have_text(f"Вы{text}")
