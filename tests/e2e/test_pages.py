"""The pages in Chromium, on a small line without a model."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import groupby

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e.network import Network
from tests.web.small_line import GREETING, SmallLine
from voice.events import Partial, SayStarted
from voice.line import Pressed, Sound, Writes, Wrote


@pytest.fixture
def network(small_host: str) -> Iterator[Network]:
    network = Network(small_host)
    yield network
    network.close()


Watch = Callable[[Page], Page]
Launch = Callable[..., Browser]


def live(page: Page, host: str, query: str = "") -> Page:
    page.goto(f"http://{host}/{query}")
    page.get_by_role("button", name="Позвонить", exact=True).click()
    expect(page.locator("#call")).to_have_attribute("data-state", "live")
    expect(page.get_by_text(GREETING).first).to_be_visible()
    return page


def tapped(page: Page) -> np.ndarray:
    """All that the playback worklet gave out."""
    return np.array(page.evaluate("window.liniyaTap.pieces.flatMap((piece) => [...piece])"), dtype=np.float32)


def test_a_call_by_voice_keys_and_text(
    chromium: Launch, complaints: Watch, small_host: str, small_line: SmallLine
) -> None:
    page = live(complaints(chromium().new_page()), small_host, "?tap=1")
    page.wait_for_timeout(600)
    page.keyboard.press("7")
    page.get_by_role("button", name="Звёздочка").click()
    page.get_by_label("Ответ текстом").fill("Номер 45-12")
    page.keyboard.press("Enter")
    for text in ("Нажато: 7", "Нажато: *", "Номер 45-12"):
        expect(page.locator("[data-log]").get_by_text(text)).to_be_visible()
    page.get_by_label("Ответ текстом").press("5")  # typed into the field: not a key of the call
    played = tapped(page)
    page.get_by_role("button", name="Завершить звонок").click()
    expect(page.locator("#call")).to_have_attribute("data-state", "over")
    expect(page.get_by_text("Звонок завершён.", exact=True).first).to_be_visible()
    expect(page.get_by_role("link", name="Открыть запись звонка")).to_have_attribute(
        "href", re.compile(r"^/archive/[0-9a-f]{32}$")
    )
    expect(page.get_by_role("button", name="Позвонить снова")).to_be_visible()
    told = [item for item in small_line.heard if not isinstance(item, Sound | Writes)]
    assert told == [Pressed("7"), Pressed("*"), Wrote("Номер 45-12")]
    heard = np.concatenate([item.pcm for item in small_line.heard if isinstance(item, Sound)])
    assert np.abs(heard).max() > 1_000, "the fake microphone beeps"
    sounded = played[np.flatnonzero(np.abs(played) > 1e-4)[0] :][: int(0.3 * 24_000)]
    assert np.abs(np.fft.rfft(sounded)).argmax() == pytest.approx(440 * 0.3, abs=1), "the greeting's tone, at its pitch"
    assert np.abs(np.diff(played)).max() < 2 * np.pi * 440 / 24_000 * 8_000 / 32_768 * 1.1, "a click is a jump"


def test_who_calls_before_the_recordings_are_there_stays_in_his_call(
    chromium: Launch, complaints: Watch, small_host: str
) -> None:
    page = complaints(chromium().new_page())
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/fixtures.json", hold)
    live(page, small_host)
    held[0].continue_()
    expect(page.locator("#recording option").first).to_be_attached()
    page.wait_for_timeout(100)
    expect(page.locator("#call")).to_have_attribute("data-state", "live")
    expect(page.get_by_role("button", name="Завершить звонок")).to_be_visible()


def test_interrupting_silences_the_line_at_once(
    chromium: Launch, complaints: Watch, small_host: str, small_line: SmallLine
) -> None:
    page = complaints(chromium().new_page())
    page.goto(f"http://{small_host}/?tap=1")
    result = page.evaluate(
        """async () => {
          const { Speaker } = await import("/static/speaker.js");
          const speaker = await Speaker.open({ tap: true });
          const tone = Int16Array.from({ length: 48000 }, (_, i) => 8000 * Math.sin((2 * Math.PI * 440 * i) / 24000));
          speaker.play(tone);
          await new Promise((resolve) => setTimeout(resolve, 500));
          speaker.clear();
          await new Promise((resolve) => setTimeout(resolve, 300));
          await speaker.close();
          return window.liniyaTap.pieces.map((piece) => [...piece]);
        }"""
    )
    quanta = [np.array(piece) for piece in result]
    loud = [bool(np.abs(piece).max() > 1e-3) for piece in quanta]
    assert [value for value, _ in groupby(loud)] == [False, True, False], "one stretch of sound, cut once"
    played_ms = sum(loud) * 128 / 24
    assert 200 < played_ms < 1_500, "cut, not played to its end"
    flat = np.concatenate(quanta)
    assert np.abs(np.diff(flat)).max() < 2 * np.pi * 440 / 24_000 * 8_000 / 32_768 * 1.5, "a click is a jump"


def test_words_grow_in_place_and_a_reader_is_not_thrown_forward(
    chromium: Launch, complaints: Watch, small_host: str, small_line: SmallLine
) -> None:
    page = live(complaints(chromium().new_page()), small_host)
    captions = small_line.hub.get(_key(page))
    assert captions is not None
    page.keyboard.press("1")
    growing = page.locator(".cue-growing")
    expect(growing).to_have_text("ВыГде моё заявление")
    announcer = page.locator("[data-announcer]")
    expect(announcer).not_to_contain_text("заявление")
    left = growing.bounding_box()
    page.keyboard.press("4")
    final = page.locator(".cue-speech")
    expect(final).to_have_text("ВыГде моё заявление на паспорт?")
    assert left is not None and final.bounding_box()["x"] == left["x"], "what was read stays where it was"  # type: ignore[index]
    expect(announcer).to_contain_text("Вы: Где моё заявление на паспорт?")
    for say in range(2, 30):
        captions.publish(SayStarted(at_ms=0, say=say, text=f"Строка {say}."))
    expect(page.get_by_text("Строка 29.").first).to_be_in_viewport()
    log = page.locator("[data-log]")
    log.evaluate("log => { log.scrollTop = 0 }")
    log.evaluate("() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))")
    captions.publish(Partial(at_ms=0, utterance=9, stable="я", rest="читаю"))
    newer = page.get_by_role("button", name="К последнему, новых: 1")
    expect(newer).to_be_visible()
    assert log.evaluate("log => log.scrollTop") == 0
    newer.click()
    expect(page.get_by_text("Я читаю")).to_be_in_viewport()


def test_a_second_device_reads_along_and_loses_nothing_at_a_cut(
    chromium: Launch, complaints: Watch, small_host: str, small_line: SmallLine, network: Network
) -> None:
    browser = chromium()
    page = live(complaints(browser.new_page()), small_host)
    captions = small_line.hub.get(_key(page))
    assert captions is not None
    second = browser.new_context().new_page()
    second.goto(f"http://{network.host}/calls/{_key(page)}")
    expect(second.get_by_text(GREETING).first).to_be_visible()
    network.cut()
    expect(second.locator("#reading")).to_have_attribute("data-captions-state", "reconnecting")
    page.keyboard.press("7")
    expect(page.locator("[data-log]").get_by_text("Нажато: 7")).to_be_visible()
    network.mend()
    expect(second.locator("[data-log]").get_by_text("Нажато: 7")).to_be_visible(timeout=15_000)
    assert second.locator(".cue").count() == 2
    page.keyboard.press("3")
    expect(second.locator("#reading")).to_have_attribute("data-captions-state", "ended")


def test_a_recording_without_a_description_is_played_straight_through(
    chromium: Launch, complaints: Watch, small_host: str, small_line: SmallLine
) -> None:
    page = complaints(chromium().new_page())
    page.goto(f"http://{small_host}/")
    page.locator("#recording").select_option(label="undescribed")
    page.get_by_role("button", name="Позвонить записью").click()
    expect(page.locator("#call")).to_have_attribute("data-state", "live")
    page.wait_for_timeout(3_000)
    page.get_by_role("button", name="Завершить звонок").click()
    expect(page.locator("#call")).to_have_attribute("data-state", "over")
    heard = sound_of(small_line)
    loud = np.flatnonzero(np.abs(heard) > 500)
    assert (loud[-1] - loud[0]) / 16_000 == pytest.approx(1.5, abs=0.05), "the whole recording, at its own pace"
    assert pitch(heard[loud[0] + 4_000 : loud[0] + 20_000]) == pytest.approx(440, abs=2)


def test_a_recorded_caller_takes_turns(
    chromium: Launch, complaints: Watch, small_host: str, small_line: SmallLine
) -> None:
    page = complaints(chromium().new_page())
    page.goto(f"http://{small_host}/")
    page.locator("#recording").select_option(label="Звонят тоны")
    expect(page.locator("#recording-hint")).to_have_text("Начнёт так: «Ля.»")
    page.get_by_role("button", name="Позвонить записью").click()
    for text in ("Нажато: 7", "Номер 45"):
        expect(page.locator("[data-log]").get_by_text(text)).to_be_visible()
    expect(page.locator("#call")).to_have_attribute("data-state", "over")  # the caller hangs up
    told = [item for item in small_line.heard if not isinstance(item, Sound)]
    assert told == [Pressed("7"), Wrote("Номер 45")]
    heard = sound_of(small_line)
    loud = np.flatnonzero(np.abs(heard) > 2_000)
    pause = int(np.diff(loud).argmax())
    first, second = loud[: pause + 1], loud[pause + 1 :]
    assert first[0] / 16_000 > 0.6, "the caller lets the line speak first"
    assert (first[-1] - first[0]) / 16_000 == pytest.approx(1.0, abs=0.05)
    assert (second[-1] - second[0]) / 16_000 == pytest.approx(0.4, abs=0.05)
    assert (second[0] - first[-1]) / 16_000 == pytest.approx(0.9, abs=0.15), "three waits of 300 ms"
    assert pitch(heard[first[0] : first[-1]]) == pytest.approx(440, abs=2)
    assert pitch(heard[second[0] : second[-1]]) == pytest.approx(600, abs=3)
    between = heard[first[-1] + 800 : second[0] - 800]
    assert pitch(between) == pytest.approx(200, abs=3) and np.abs(between).max() < 1_000, "the room goes on"


@pytest.mark.parametrize(
    ("do", "text"),
    [
        ("busy", "Сейчас все линии заняты"),
        ("refused", "Браузер не дал доступ к микрофону"),
        ("absent", "Микрофон не найден"),
        ("broken", "Браузер не смог прочитать эту запись"),
        ("gone", "Такой записи нет"),
    ],
)
def test_what_goes_wrong_is_said_plainly(
    chromium: Launch, small_host: str, small_line: SmallLine, do: str, text: str
) -> None:
    page = chromium().new_page()
    page.goto(f"http://{small_host}/")
    expect(page.locator("#recorded")).to_be_visible()
    small_line.busy = do == "busy"
    if do in {"refused", "absent"}:
        name = {"refused": "NotAllowedError", "absent": "NotFoundError"}[do]
        page.evaluate(
            "name => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', name)) }", name
        )
    if do in {"broken", "gone"}:
        page.locator("#recording").select_option("broken")
        if do == "gone":
            page.evaluate("document.getElementById('recording').selectedOptions[0].value = 'nobody'")
        page.get_by_role("button", name="Позвонить записью").click()
    else:
        page.get_by_role("button", name="Позвонить", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text(text)
    expect(page.locator("#call")).to_have_attribute("data-state", "idle")
    if do == "refused":
        page.get_by_role("button", name="Продолжить без микрофона").click()
        expect(page.locator("#call")).to_have_attribute("data-state", "live")


def test_a_lost_connection_is_told_and_the_record_is_offered(
    chromium: Launch, small_host: str, small_line: SmallLine
) -> None:
    page = live(chromium().new_page(), small_host)
    page.keyboard.press("0")  # the line fails
    expect(page.get_by_role("alert")).to_contain_text("На линии произошла ошибка")
    expect(page.get_by_role("link", name="Открыть запись звонка")).to_be_visible()


@pytest.mark.parametrize(("width", "height"), [(390, 844), (640, 400), (320, 480)])
def test_nothing_is_cut_off_on_a_phone_or_at_200_percent(
    chromium: Launch, small_host: str, width: int, height: int
) -> None:
    page = chromium().new_page(viewport={"width": width, "height": height})
    live(page, small_host)
    page.keyboard.press("1")
    expect(page.locator(".cue-growing")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="Завершить звонок").click()
    expect(page.locator("#call")).to_have_attribute("data-state", "over")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def sound_of(line: SmallLine) -> np.ndarray:
    """All that the line heard."""
    return np.concatenate([item.pcm for item in line.heard if isinstance(item, Sound)]).astype(np.float64)


def pitch(pcm: np.ndarray) -> float:
    """Hz of the loudest tone, at the caller's 16 kHz."""
    return float(np.abs(np.fft.rfft(pcm)).argmax()) * 16_000 / len(pcm)


def _key(page: Page) -> str:
    href = page.locator("#other-device").get_attribute("href")
    assert href is not None
    return href.removeprefix("/calls/")
