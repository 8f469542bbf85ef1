"""The captions page on a device of its own, opened by its PIN."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.network import Network
from tests.web.small_line import GREETING, SmallLine
from voice.captions.live import CallCaptions
from voice.captions.pins import shown_pin
from voice.events import Final, HungUp, Interrupted, OperatorSaid, Partial, SayDone, SayStarted, SpeechStarted

Watch = Callable[[Page], Page]
Launch = Callable[..., Browser]


@pytest.fixture
def call(small_line: SmallLine) -> CallCaptions:
    return small_line.hub.open("key")


def open_by_pin(page: Page, host: str, call: CallCaptions) -> Page:
    page.goto(f"http://{host}/c")
    expect(page.get_by_label("Код звонка")).to_be_focused()
    page.keyboard.type(shown_pin(call.pin))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Субтитры идут")).to_be_visible()
    return page


def say(call: CallCaptions, number: int, text: str = "") -> None:
    call.publish(SayStarted(at_ms=number * 1_000, say=number, text=text or f"Строка {number}."))
    call.publish(SayDone(at_ms=number * 1_000 + 900, say=number, heard_ms=900))


def test_both_sides_are_read_with_a_sign_of_who_speaks(
    chromium: Launch, complaints: Watch, small_host: str, call: CallCaptions
) -> None:
    page = open_by_pin(complaints(chromium().new_page()), small_host, call)
    call.publish(SayStarted(at_ms=0, say=1, text=GREETING))
    expect(page.get_by_text("Линия говорит")).to_be_visible()
    call.publish(SayDone(at_ms=900, say=1, heard_ms=900))
    call.publish(SpeechStarted(at_ms=1_000, utterance=1))
    call.publish(Partial(at_ms=1_100, utterance=1, stable="где моё", rest="заявление"))
    expect(page.get_by_text("Вы говорите")).to_be_visible()
    expect(page.locator(".cue-rest", has_text="заявление")).to_be_visible()
    call.publish(Final(at_ms=1_500, utterance=1, text="где моё заявление"))
    call.publish(OperatorSaid(at_ms=2_000, utterance=1, text="Слушаю вас."))
    expect(page.locator(".cue")).to_have_text(
        [f"Линия{GREETING}", "ВыГде моё заявление?", "ОператорСлушаю вас."], use_inner_text=False
    )
    call.publish(HungUp(at_ms=3_000, by="line"))
    call.close("secret")
    expect(page.get_by_role("link", name="Сохранить разговор")).to_have_attribute("href", "/t/secret")
    expect(page.get_by_text("Разговор завершён")).to_be_visible()
    expect(page.get_by_role("button", name="Пауза")).to_be_hidden()


def test_a_wrong_pin_is_told_and_may_be_mended(chromium: Launch, small_host: str, call: CallCaptions) -> None:
    page = chromium().new_page()
    page.goto(f"http://{small_host}/c")
    page.get_by_label("Код звонка").fill(f"{(int(call.pin) + 1) % 10**8:08d}")
    page.get_by_role("button", name="Читать").click()
    expect(page.get_by_role("alert")).to_contain_text("По этому коду разговора нет")
    expect(page.get_by_label("Код звонка")).to_be_focused()
    page.get_by_label("Код звонка").fill(call.pin)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Субтитры звонка")).to_be_visible()


def test_a_pause_holds_the_words_back_and_loses_none(
    chromium: Launch, complaints: Watch, small_host: str, call: CallCaptions
) -> None:
    page = open_by_pin(complaints(chromium().new_page()), small_host, call)
    say(call, 1)
    expect(page.locator(".cue")).to_have_count(1)
    page.get_by_role("button", name="Пауза").click()
    expect(page.get_by_text("Слова не пропадут")).to_be_visible()
    say(call, 2)
    call.publish(Partial(at_ms=1, utterance=1, stable="где", rest="моё"))
    call.publish(Interrupted(at_ms=2, say=1, heard_ms=10))
    call.publish(Final(at_ms=3, utterance=1, text="где моё заявление"))
    go_on = page.get_by_role("button", name="Дальше (2)")
    expect(go_on).to_be_visible()
    expect(page.locator(".cue")).to_have_count(1)
    expect(page.locator("[data-announcer]")).not_to_contain_text("заявление")
    go_on.click()
    expect(page.locator(".cue p")).to_have_text(["Строка 1.", "Строка 2.", "Где моё заявление?"])
    expect(page.locator(".cue-rest").first).to_have_text("Строка 1.")
    expect(page.locator("[data-announcer]")).to_contain_text("Где моё заявление?")


def test_who_scrolled_back_stays_and_is_told_how_much_is_new(
    chromium: Launch, complaints: Watch, small_host: str, call: CallCaptions
) -> None:
    page = open_by_pin(complaints(chromium().new_page(viewport={"width": 360, "height": 640})), small_host, call)
    for number in range(1, 20):
        say(call, number)
    expect(page.get_by_text("Строка 19.").first).to_be_in_viewport()
    log = page.locator("[data-log]")
    log.focus()
    page.keyboard.press("Home")
    while log.evaluate("log => log.scrollTop"):  # scrolling takes its time
        page.wait_for_timeout(50)
    at = page.get_by_text("Строка 2.", exact=True).first.bounding_box()
    for number in range(20, 23):
        say(call, number)
    call.publish(Partial(at_ms=1, utterance=1, stable="", rest="я"))
    call.publish(Partial(at_ms=2, utterance=1, stable="я", rest="читаю"))
    newer = page.get_by_role("button", name="К последнему, новых: 4")
    expect(newer).to_be_visible()
    assert page.get_by_text("Строка 2.", exact=True).first.bounding_box() == at
    newer.press("Enter")
    expect(page.get_by_text("Я читаю")).to_be_in_viewport()
    expect(page.get_by_role("button", name="К последнему")).to_be_hidden()


def test_a_connection_that_died_silently_is_noticed_and_nothing_is_missing_or_doubled(
    chromium: Launch, complaints: Watch, small_host: str, call: CallCaptions
) -> None:
    network = Network(small_host)
    page = complaints(chromium().new_page())
    page.clock.install()
    open_by_pin(page, network.host, call)
    say(call, 1)
    expect(page.locator(".cue")).to_have_count(1)
    network.stick()
    say(call, 2)
    page.clock.run_for(30_000)
    expect(page.locator(".cue")).to_have_count(1)
    with page.expect_request(lambda request: "/captions?since=" in request.url):
        page.clock.run_for(15_000)
    expect(page.locator(".cue p")).to_have_text(["Строка 1.", "Строка 2."])
    network.close()


def test_what_is_withdrawn_moves_nothing(
    chromium: Launch, complaints: Watch, small_host: str, call: CallCaptions
) -> None:
    page = open_by_pin(complaints(chromium().new_page()), small_host, call)
    call.publish(Partial(at_ms=1, utterance=1, stable="эхо", rest="линии"))
    say(call, 1)
    below = page.locator(".cue-say")
    expect(below).to_be_visible()
    at = below.bounding_box()
    call.publish(Final(at_ms=3, utterance=1, text="эхо линии", echo=True))
    expect(page.locator(".cue-speech")).to_be_hidden()
    assert below.bounding_box() == at


def test_the_look_is_chosen_by_keyboard_and_remembered(
    chromium: Launch, complaints: Watch, small_host: str, call: CallCaptions
) -> None:
    page = open_by_pin(complaints(chromium().new_page()), small_host, call)
    for number in range(1, 12):
        say(call, number)
    log = page.locator("[data-log]")
    size = "log => parseFloat(getComputedStyle(log).fontSize)"
    usual = log.evaluate(size)
    page.get_by_role("button", name="Пауза").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    bigger = page.get_by_role("button", name="Больше")
    bigger.press("Enter")
    bigger.press("Enter")
    expect(page.locator("#size-told")).to_have_text("Размер текста: 4")
    page.get_by_label("тёмные").press("Space")
    page.get_by_label("Высокий контраст").press("Space")
    page.get_by_label("Только две строки").press("Space")
    page.keyboard.press("Escape")
    expect(page.locator("#look summary")).to_be_focused()
    expect(page.get_by_label("тёмные")).to_be_hidden()
    page.reload()
    expect(page.locator(".cue")).to_have_count(11)
    assert log.evaluate(size) > 1.4 * usual
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(0, 0, 0)"
    lines = log.evaluate("log => log.clientHeight / parseFloat(getComputedStyle(log).lineHeight)")
    assert 2 <= lines < 3
    expect(page.get_by_text("Строка 11.").first).to_be_in_viewport()


@pytest.mark.parametrize(("width", "height"), [(360, 740), (640, 400), (320, 256)])
def test_nothing_is_cut_off_on_a_phone_or_at_200_percent(
    chromium: Launch, small_host: str, call: CallCaptions, width: int, height: int
) -> None:
    page = chromium().new_page(viewport={"width": width, "height": height})
    page.goto(f"http://{small_host}/c")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    open_by_pin(page, small_host, call)
    say(call, 1, "Здравствуйте! Это линия государственных услуг. Достопримечательность, электрокардиографический.")
    expect(page.locator(".cue")).to_be_visible()
    page.locator("#look summary").click()
    for _ in range(5):
        page.get_by_role("button", name="Больше").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    box = page.locator("#look-form").bounding_box()
    assert box and box["x"] >= 0 and box["x"] + box["width"] <= width


def test_nothing_moves_for_who_wants_no_motion(chromium: Launch, small_host: str, call: CallCaptions) -> None:
    page = open_by_pin(chromium().new_page(reduced_motion="reduce"), small_host, call)
    call.publish(SayStarted(at_ms=0, say=1, text=GREETING))
    expect(page.get_by_text("Линия говорит")).to_be_visible()
    assert page.evaluate("document.getAnimations().length") == 0


def test_the_first_view_is_small_enough_for_2g(chromium: Launch, small_host: str, call: CallCaptions) -> None:
    page = chromium().new_page()
    say(call, 1)
    got: list[int] = []
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.on("Network.loadingFinished", lambda done: got.append(round(done["encodedDataLength"])))  # with its head
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    open_by_pin(page, small_host, call)
    expect(page.locator(".cue")).to_be_visible()
    assert 10_000 < sum(got) <= 60_000, f"{sum(got)} bytes for the form and the captions"
    assert all(url.startswith(f"http://{small_host}/") for url in asked), "nothing from elsewhere"
