"""Every page of the product in every state that looks different, searched by axe for what keeps people out."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, FloatRect, Locator, Page, Playwright, expect
from pypdf import PdfReader

import voice.web
from tests.e2e.conftest import CHROMIUM, FLAGS, sign_in

TEMPLATES = Path(voice.web.__file__).parent / "templates"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
COLOURS: tuple[Literal["light", "dark"], ...] = ("light", "dark")
ENLARGED = ((640, 360), (320, 256))  # what is left of a screen at 200 and at 400 %
REPLY_MS = 40_000  # the notice is heard out first, on a busy machine
STATUS = {
    "узнать статус заявления": "Напишите номер",
    "1234567890": "Решение будет до",
}
HELP = {"помощь": "Напишите своими словами"}


@dataclass(frozen=True)
class Visited:
    """A whole typed call on the real server, and where its pages are."""

    host: str
    context: BrowserContext
    reader: str  # path of its captions
    record: str
    take_away: str


def talk(page: Page, turns: dict[str, str]) -> None:
    """Type each text and wait for what the line says to it."""
    for text, reply in turns.items():
        page.get_by_label("Ответ текстом").fill(text)
        page.keyboard.press("Enter")
        expect(page.locator(".cue-by-line", has_text=reply)).to_be_visible(timeout=REPLY_MS)


def dial_without_microphone(page: Page, host: str) -> None:
    page.add_init_script(
        "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotFoundError'))"
    )
    page.goto(f"http://{host}/")
    page.get_by_role("button", name="Позвонить", exact=True).click()
    page.get_by_role("button", name="Продолжить без микрофона").click()
    expect(page.locator("#call")).to_have_attribute("data-state", "live")


@pytest.fixture(scope="module")
def visited(playwright: Playwright, server: str) -> Iterator[Visited]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    dial_without_microphone(page, server)
    reader = page.locator("#other-device").get_attribute("href")
    talk(page, STATUS)
    page.get_by_role("button", name="Завершить звонок").click()
    kept = page.get_by_role("link", name="Сохранить разговор")
    expect(kept).to_be_visible()
    record, take_away = (page.locator(css).get_attribute("href") for css in ("#archive-link", "[data-take-away] a"))
    page.close()
    assert reader and record and take_away
    page = context.new_page()
    sign_in(page, server)
    page.close()
    yield Visited(server, context, reader, record, take_away)
    browser.close()


def call_page(visited: Visited, page: Page) -> Iterator[str]:
    page.goto(f"http://{visited.host}/")
    expect(page.locator("#recorded")).to_be_visible()
    yield "before"
    dial_without_microphone(page, visited.host)
    talk(page, HELP)
    yield "live"
    page.get_by_role("button", name="Завершить звонок").click()
    expect(page.get_by_role("link", name="Сохранить разговор")).to_be_visible()
    yield "over"


def entry(visited: Visited, page: Page) -> Iterator[str]:
    page.goto(f"http://{visited.host}/c")
    yield "form"
    page.get_by_label("Код звонка").fill("12")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    yield "wrong"


def reader(visited: Visited, page: Page) -> Iterator[str]:
    line = visited.context.new_page()
    dial_without_microphone(line, visited.host)
    talk(line, HELP)
    page.goto(f"http://{visited.host}{line.locator('#other-device').get_attribute('href')}")
    expect(page.locator(".cue-by-caller")).to_be_visible()
    yield "live"
    page.locator("#look summary").click()
    yield "with its settings open"
    for look in ("тёмные", "Высокий контраст", "светлые"):
        page.get_by_label(look).check()
        yield look
    page.get_by_label("Только две строки").check()
    page.keyboard.press("Escape")
    yield "two lines"
    line.get_by_role("button", name="Завершить звонок").click()
    expect(page.get_by_text("Разговор завершён")).to_be_visible()
    yield "ended"
    line.close()
    page.evaluate("localStorage.clear()")
    page.goto(f"http://{visited.host}/calls/nobody")
    yield "unknown"


def chat_start(visited: Visited, page: Page) -> Iterator[str]:
    page.goto(f"http://{visited.host}/chat")
    yield "lines"
    page.goto(f"http://{visited.host}/chat/nobody")
    expect(page.get_by_role("alert")).to_be_visible()
    yield "forgotten"


def chat(visited: Visited, page: Page) -> Iterator[str]:
    page.goto(f"http://{visited.host}/chat")
    page.get_by_role("button", name="Начать разговор").click()
    talk(page, {"узнать статус заявления": "Напишите номер"})
    yield "live"
    page.get_by_text("Набрать цифры кнопками").click()
    yield "with digits"
    page.get_by_role("button", name="Закончить").click()
    expect(page.get_by_role("link", name="Сохранить разговор")).to_be_visible()
    yield "over"


def archive(visited: Visited, page: Page) -> Iterator[str]:
    page.goto(f"http://{visited.host}/archive")
    yield "calls"


def call_desk(visited: Visited, page: Page) -> Iterator[str]:
    page.goto(f"http://{visited.host}{visited.record}")
    for summary in page.locator("summary").all():
        summary.click()
    yield "one call"  # its other states: test_desk.py


def agreement(visited: Visited, page: Page) -> Iterator[str]:
    page.goto(f"http://{visited.host}/reviews/agreement")
    yield "nobody judged yet"


def archive_missing(visited: Visited, page: Page) -> Iterator[str]:
    page.goto(f"http://{visited.host}/archive/nothing")
    yield "missing"


def take_away(visited: Visited, page: Page) -> Iterator[str]:
    page.goto(f"http://{visited.host}{visited.take_away}")
    expect(page.get_by_text("Номер 123 456 78 90.")).to_be_visible()
    yield "kept"
    page.emulate_media(media="print")
    yield "printed"
    page.emulate_media(media="screen")
    page.goto(f"http://{visited.host}/t/nothing")
    yield "missing"


def staff_sign_in(visited: Visited, page: Page) -> Iterator[str]:
    page.goto(f"http://{visited.host}/sign-in")
    yield "form"
    page.get_by_label("Логин").fill("nobody")
    page.get_by_label("Пароль").fill("not the password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("не подошёл")
    yield "wrong"


def setup(visited: Visited, page: Page) -> Iterator[str]:
    page.goto(f"http://{visited.host}/setup?key=guess")
    yield "over"


def account(visited: Visited, page: Page) -> Iterator[str]:
    page.goto(f"http://{visited.host}/account")
    yield "form"
    page.get_by_label("Нынешний пароль").fill("not the password")
    for field in page.get_by_label("Новый пароль").all():
        field.fill("a quite different password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Нынешний пароль не подошёл")
    yield "wrong"
    sign_in(page, visited.host)  # a right password: the wrong one is forgotten


def unmask(visited: Visited, page: Page) -> Iterator[str]:
    page.goto(f"http://{visited.host}{visited.record}/unmask")
    expect(page.get_by_label("Зачем это нужно")).to_be_focused()
    yield "form"
    page.locator("form.fields").evaluate("form => { form.noValidate = true }")
    page.get_by_role("button", name="Открыть на 15 минут").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Напишите причину")
    yield "wrong"


def people(visited: Visited, page: Page) -> Iterator[str]:
    sign_in(page, visited.host, "administrator")
    page.goto(f"http://{visited.host}/people")
    page.locator("summary").first.press("Enter")
    yield "everybody"
    page.get_by_label("Логин").fill("auditor")
    page.get_by_label("Имя").fill("Анна")
    page.get_by_label("Пароль", exact=True).fill("a quite different password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("уже занят")
    yield "taken"
    sign_in(page, visited.host)


def accesses(visited: Visited, page: Page) -> Iterator[str]:
    sign_in(page, visited.host, "auditor")
    page.get_by_role("link", name="Журнал").press("Enter")
    expect(page.get_by_role("row").nth(1)).to_contain_text("чтение журнала")
    yield "log"
    page.get_by_role("link", name="Проверить целость журнала").press("Enter")
    expect(page.get_by_text("Цепочка записей цела")).to_be_visible()
    yield "checked"
    sign_in(page, visited.host)


def find_calls(page: Page, kind: str, number: str) -> None:
    """Fill the form until the calls are found: a call is taken care of a moment after its end."""
    until_s = time.monotonic() + REPLY_MS / 1000
    while True:
        page.get_by_label("Что за номер").select_option(kind)
        page.get_by_label("Номер", exact=True).fill(number)
        page.get_by_label("Основание").fill("отзыв согласия")
        page.get_by_role("button", name="Найти звонки").press("Enter")
        told = page.get_by_role("alert").inner_text()
        if re.search("Найдено звонков: [1-9]", told):
            return
        assert time.monotonic() < until_s
        page.wait_for_timeout(500)
        if "Найдено" in told:  # in the back office, but no call yet
            page.get_by_role("link", name="Не уничтожать").press("Enter")


def at(path: str) -> Callable[[Visited, Page], Iterator[str]]:
    """A page that looks one way only; `{record}` in its address is the call's."""

    def look(visited: Visited, page: Page) -> Iterator[str]:
        page.goto(f"http://{visited.host}{path.format(record=visited.record)}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        yield path

    return look


def no_fixture(visited: Visited, page: Page) -> Iterator[str]:
    """Of a call in writing: there is no sound."""
    page.goto(f"http://{visited.host}/chat")
    page.get_by_label("электронная подпись").check()
    page.get_by_role("button", name="Начать разговор").click()
    page.locator("#answers").get_by_role("button", name="Получить подпись").click()
    expect(page.locator(".cue-by-line", has_text="Госключ")).to_be_visible(timeout=REPLY_MS)
    page.get_by_role("button", name="Закончить").click()
    expect(page.get_by_role("link", name="Сохранить разговор")).to_be_visible()
    page.goto(f"http://{visited.host}/archive")
    record = page.locator("main a[href^='/archive/']").filter(has_text="Получить подпись").first
    until_s = time.monotonic() + REPLY_MS / 1000
    while not record.count():  # it is findable a moment after its end
        assert time.monotonic() < until_s
        page.wait_for_timeout(500)
        page.reload()
    page.goto(f"http://{visited.host}{record.get_attribute('href')}/fixture.zip")
    yield "no sound"


def keeping(visited: Visited, page: Page) -> Iterator[str]:
    """Erases the calls of a chat that is only there for it."""
    sign_in(page, visited.host, "administrator")
    page.goto(f"http://{visited.host}{visited.record}")
    held = page.request.post(
        f"http://{visited.host}{visited.record}/hold",
        form={"reason": "запрос суда", "csrf": page.locator("meta[name=csrf]").get_attribute("content") or ""},
    )
    assert held.ok
    page.get_by_role("link", name="Хранение").press("Enter")
    expect(page.get_by_role("row", name="запрос суда")).to_be_visible()
    yield "with a hold"
    page.get_by_label("Что за номер").select_option("application")
    page.get_by_label("Номер", exact=True).fill("нет")
    page.get_by_label("Основание").fill("отзыв согласия")
    page.get_by_role("button", name="Найти звонки").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("нет цифр")
    yield "wrong"
    find_calls(page, "application", "1234567890")
    yield "asked again"
    page.get_by_role("button", name="Уничтожить").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("остались: 1")
    yield "erased but for the held"
    page.get_by_role("button", name="Снять").first.press("Enter")
    sign_in(page, visited.host)


def destruction(visited: Visited, page: Page) -> Iterator[str]:
    sign_in(page, visited.host, "administrator")
    page.goto(f"http://{visited.host}/chat")
    page.get_by_role("button", name="Начать разговор").click()
    talk(page, {"статус обращения": "номер", "87654321": "старшему специалисту"})
    talk(page, {"перезвоните мне": "номер телефона", "9161234599": "удобно", "утром": "Записать?"})
    talk(page, {"да, записать": "Записала", "оставить сообщение": "ообщение", "передайте привет": "Передать?"})
    talk(page, {"да, передать": "передала"})
    page.get_by_role("button", name="Закончить").click()
    expect(page.get_by_role("link", name="Сохранить разговор")).to_be_visible()
    page.goto(f"http://{visited.host}/keeping")
    find_calls(page, "appeal", "87654321")
    expect(page.get_by_role("alert")).to_contain_text("жалоба № 87654321")
    yield "entries found"
    page.get_by_role("button", name="Уничтожить").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("В учётной системе уничтожено записей: 2, осталось: 1.")
    page.get_by_role("button", name="Запросить сейчас").press("Enter")
    expect(page.get_by_role("row", name="жалоба № 87654321")).to_contain_text("хранится по закону до")
    yield "owed"
    page.locator("table a", has_text=":").first.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Акт об уничтожении")
    for entry in ("просьба перезвонить от", "сообщение от", "осталось: хранится по закону до"):
        expect(page.get_by_role("main")).to_contain_text(entry)
    yield "act"
    sign_in(page, visited.host)


def forbidden(visited: Visited, page: Page) -> Iterator[str]:
    page.goto(f"http://{visited.host}/account")
    page.locator("input[name=csrf]").first.evaluate("field => { field.value = 'stale' }")
    page.get_by_role("button", name="Выйти").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Страница устарела")
    yield "stale"
    page.goto(f"http://{visited.host}/people")
    expect(page.get_by_role("heading", level=1)).to_have_text("Нет доступа")
    yield "no right"


WIDE = """() => [...document.querySelectorAll("*")]
  .filter((one) => one.getBoundingClientRect().right > innerWidth)
  .map((one) => `${one.tagName}.${one.className}`)"""
PAGES: dict[str, Callable[[Visited, Page], Iterator[str]]] = {
    "call.html": call_page,
    "captions.html": reader,
    "captions_entry.html": entry,
    "chat.html": chat,
    "chat_start.html": chat_start,
    "archive.html": archive,
    "call_desk.html": call_desk,
    "agreement.html": agreement,
    "archive_missing.html": archive_missing,
    "take_away.html": take_away,
    "sign_in.html": staff_sign_in,
    "setup.html": setup,
    "account.html": account,
    "unmask.html": unmask,
    "people.html": people,
    "accesses.html": accesses,
    "keeping.html": keeping,
    "destruction.html": destruction,
    "forbidden.html": forbidden,
    "reports_calls.html": at("/reports"),
    "reports_quality.html": at("/reports/quality"),
    "reports_recognition.html": at("/reports/recognition"),
    "reports_unmatched.html": at("/reports/unmatched"),
    "proposals.html": at("/proposals"),
    "replay.html": at("{record}/replay"),
    "no_fixture.html": no_fixture,
}


def test_every_page_is_searched() -> None:
    based = {
        path.name: re.findall(r'{% extends "(.*)" %}', path.read_text("utf-8")) for path in TEMPLATES.glob("*.html")
    }
    bases = {base for found in based.values() for base in found}
    assert {name for name, found in based.items() if found} - bases == set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_nothing_keeps_people_out(visited: Visited, name: str) -> None:
    """axe in both colours, and nothing cut off when it is enlarged, in every state of one visit."""
    page = visited.context.new_page()
    usual = page.viewport_size
    assert usual
    for state in PAGES[name](visited, page):
        for colours in COLOURS:
            page.emulate_media(color_scheme=colours)
            found = Axe().run(page, options=RULES)
            assert found.violations_count == 0, f"{name}, {state}, {colours}: {found.generate_report()}"
        for width, height in ENLARGED:
            page.set_viewport_size({"width": width, "height": height})
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{name}, {state}: {page.evaluate(WIDE)}"
        page.set_viewport_size(usual)
    page.close()


@pytest.mark.parametrize("colours", COLOURS)
def test_axe_finds_nothing_in_the_reader_where_the_device_wants_more_contrast(
    visited: Visited, colours: Literal["light", "dark"]
) -> None:
    page = visited.context.new_page()
    page.emulate_media(color_scheme=colours, contrast="more")
    for state in reader(visited, page):
        found = Axe().run(page, options=RULES)
        assert found.violations_count == 0, f"{colours}, {state}: {found.generate_report()}"
    page.close()


CONTRAST = """async (png) => {
  const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob())
  const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d")
  canvas.drawImage(image, 0, 0)
  const { data } = canvas.getImageData(0, 0, image.width, image.height)
  const linear = (byte) => (byte <= 10 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4)
  let [darkest, lightest] = [1, 0]
  for (let at = 0; at < data.length; at += 4) {
    const [red, green, blue] = [0, 1, 2].map((part) => linear(data[at + part]))
    const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    darkest = Math.min(darkest, luminance)
    lightest = Math.max(lightest, luminance)
  }
  return (lightest + 0.05) / (darkest + 0.05)
}"""
LINE = "(words, name) => { words.className = name; return getComputedStyle(words).textDecorationLine }"
EDGE_PX = 6  # a border and what it stands on


@pytest.mark.parametrize("colours", COLOURS)
def test_forced_colours_leave_to_be_seen_what_colour_told(visited: Visited, colours: Literal["light", "dark"]) -> None:
    """Of the painted pixels: in forced colours axe sets the author's text on the device's ground, which nobody sees."""
    eye, line, page = (visited.context.new_page() for _ in range(3))

    def seen(part: Locator, *, edge: bool = False) -> float:
        """Contrast of the lightest and the darkest painted there, or at its lower edge."""
        part.scroll_into_view_if_needed()
        box = part.bounding_box()
        assert box
        left, top, width, height = box["x"], box["y"], box["width"], box["height"]
        if edge:
            left, top, width, height = left + width / 4, top + height - EDGE_PX, width / 2, EDGE_PX
        clip = FloatRect(x=left, y=top, width=width, height=height)
        png = part.page.screenshot(clip=clip, animations="disabled")
        return float(eye.evaluate(CONTRAST, base64.b64encode(png).decode()))

    for shown in (line, page):
        shown.emulate_media(color_scheme=colours, forced_colors="active")
    dial_without_microphone(line, visited.host)
    links = line.locator(".top nav a")
    seen_below = {link.get_attribute("aria-current"): seen(link, edge=True) for link in links.all()}
    assert seen_below["page"] >= 3 and seen_below[None] == 1, "the page one is on is told from the others"
    line.locator("#speaking").evaluate("told => { told.dataset.who = 'line' }")
    assert seen(line.locator("#speaking .bars")) >= 3, "somebody speaks"
    assert seen(line.get_by_role("button", name="Завершить звонок"), edge=True) >= 3, "a button looks like one"
    key = line.get_by_role("button", name="5", exact=True)
    grounds = []
    for pressed in ("remove", "add"):
        key.evaluate("(key, change) => key.classList[change]('pressed')", pressed)
        assert seen(key) >= 4.5
        grounds.append(key.evaluate("key => getComputedStyle(key).backgroundColor"))
    assert grounds[0] != grounds[1], "a key is pressed"

    path = line.locator("#other-device").get_attribute("href")
    page.goto(f"http://{visited.host}{path}")
    expect(page.locator(".cue-by-line").first).to_be_visible()
    page.locator("#look summary").click()
    for look in ("тёмные", "светлые", "Высокий контраст"):
        page.get_by_label(look).check()
        for part in (page.get_by_role("button", name="Пауза"), page.get_by_text("Размер текста", exact=True)):
            assert seen(part) >= 4.5, f"{look}: the device's colours stay"
    page.keyboard.press("Escape")
    page.evaluate("document.documentElement.dataset.contrast = ''")
    stable = page.locator(".cue-stable").first
    assert seen(stable) >= 4.5
    lines = [stable.evaluate(LINE, name) for name in ("cue-stable", "cue-rest")]
    assert lines == ["none", "underline"], "words that may still change are told from the others"
    for shown in (line, page, eye):
        shown.close()


def test_a_call_is_read_and_kept_by_keyboard_alone(visited: Visited, chromium: Callable[..., Browser]) -> None:
    line = visited.context.new_page()
    dial_without_microphone(line, visited.host)
    expect(line.locator("[data-pin]")).to_have_text(re.compile(r"(\d\d ){3}\d\d"))
    pin = line.locator("[data-pin]").inner_text()
    page = chromium().new_page()
    page.goto(f"http://{visited.host}/")
    follow(page, "Субтитры")
    expect(page.get_by_label("Код звонка")).to_be_focused()
    page.keyboard.type(pin)
    page.keyboard.press("Enter")
    expect(page.locator(".cue-by-line").first).to_be_visible()
    follow(page, "Пауза")
    expect(page.get_by_text("Слова не пропадут")).to_be_visible()
    page.keyboard.press("Enter")
    line.get_by_role("button", name="Завершить звонок").click()
    follow(page, "Сохранить разговор")
    expect(page.get_by_role("heading", name="Ваш разговор")).to_be_visible()
    with page.expect_download() as download:
        follow(page, "Текст")
    assert "Линия: " in download.value.path().read_text(encoding="utf-8")


def follow(page: Page, name: str) -> None:
    """Tab to what has this name, as a person without a mouse does, and press it."""
    expect(page.get_by_text(name, exact=True).first).to_be_visible()
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.textContent.trim()")
        if focused == name:
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none", "it is seen"
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"no way to {name!r} by keyboard")


def test_what_is_kept_is_printed_without_the_buttons_and_fetched_as_pdf(visited: Visited) -> None:
    page = visited.context.new_page()
    page.goto(f"http://{visited.host}{visited.take_away}")
    page.emulate_media(media="print")
    assert page.get_by_role("button", name="Печать").is_hidden()
    assert page.get_by_role("navigation").is_hidden()
    expect(page.get_by_text("Узнать статус заявления").first).to_be_visible()
    assert len(PdfReader(BytesIO(page.pdf())).pages) == 1
    page.emulate_media(media="screen")
    with page.expect_download() as download:
        page.get_by_role("link", name="PDF").click()
    (paper,) = PdfReader(download.value.path()).pages
    assert "Номер 123 456 78 90." in paper.extract_text()
    page.close()
