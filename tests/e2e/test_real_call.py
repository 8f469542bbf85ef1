"""A whole call as its caller has it: Chromium, the real server, the real model. The reply is listened to."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.captions.web_vtt import read_web_vtt
from tests.e2e.conftest import sign_in
from tests.web.signed import PASSWORD
from voice.asr.catalogue import locate
from voice.asr.vosk import VoskRecogniser
from voice.audio import files
from voice.audio.pcm import silence
from voice.audio.resample import convert
from voice.line import HEARING_HZ, Pcm16
from voice.settings import Settings
from voice.transports.recorded import read_turns

SETTINGS = Settings.from_env()
MIC_HZ = 48_000
GREETING_MS = 12_000  # the notice and the question are over by then


@pytest.fixture(scope="module")
def recogniser() -> VoskRecogniser:
    return VoskRecogniser(locate(SETTINGS))


@pytest.fixture(scope="module")
def phrase() -> tuple[Pcm16, int]:
    """What a caller who needs one phrase only says first, and its rate."""
    path = SETTINGS.fixtures / "documents_abroad.flac"
    first = read_turns(path).turns[0]
    sound, rate_hz = files.read(path)
    return sound[first.from_ms * rate_hz // 1000 : first.to_ms * rate_hz // 1000], rate_hz


def words(text: str) -> list[str]:
    return re.findall(r"[а-я]+", text.lower().replace("ё", "е"))


def share_heard(said: list[str], heard: list[str]) -> float:
    return sum(word in heard for word in said) / len(said)


def listen(recogniser: VoskRecogniser, pcm: Pcm16, rate_hz: int) -> list[str]:
    stream = recogniser.open()
    heard = convert(pcm, rate_hz, HEARING_HZ)
    for at in range(0, len(heard), HEARING_HZ // 10):
        stream.feed(heard[at : at + HEARING_HZ // 10])
    text = stream.finish().text
    stream.close()
    return words(text)


def test_a_spoken_call_is_captioned_answered_and_kept(
    chromium: Callable[..., Browser],
    complaints: Callable[[Page], Page],
    server: str,
    phrase: tuple[Pcm16, int],
    recogniser: VoskRecogniser,
    tmp_path: Path,
) -> None:
    spoken, rate_hz = phrase
    microphone = tmp_path / "microphone.wav"
    listens = silence(GREETING_MS, MIC_HZ)
    said_once = [listens, convert(spoken, rate_hz, MIC_HZ), silence(60_000, MIC_HZ)]
    files.write(microphone, np.concatenate(said_once), MIC_HZ)
    browser = chromium(f"--use-file-for-fake-audio-capture={microphone}%noloop")
    page = complaints(browser.new_page())
    page.goto(f"http://{server}/?tap=1")
    page.get_by_role("button", name="Позвонить", exact=True).click()
    own = page.locator(".cue-by-caller.cue-speech:not(.cue-growing) p")
    expect(own.first).to_be_visible(timeout=GREETING_MS + len(spoken) * 1000 / rate_hz + 10_000)
    replies = page.locator(".cue-by-line")
    expect(replies.filter(has_text="Для загранпаспорта нужны")).to_be_visible(timeout=10_000)
    page.wait_for_timeout(6_000)  # a reply takes its time to be spoken
    played = page.evaluate("window.liniyaTap.pieces.flatMap((piece) => [...piece])")
    rate_hz_played = page.evaluate("window.liniyaTap.rateHz")
    said = words(" ".join(replies.locator(".cue-stable").all_text_contents()))
    own_words = words(" ".join(own.all_text_contents()))
    heard = listen(recogniser, (np.clip(played, -1, 1) * 32_767).astype(np.int16), rate_hz_played)
    assert share_heard(heard, said) > 0.6, f"played {heard}, captions {said}"
    assert own_words and share_heard(own_words, listen(recogniser, spoken, rate_hz)) >= 0.5
    if page.get_by_role("button", name="Завершить звонок").is_visible():
        page.get_by_role("button", name="Завершить звонок").click()
    record = page.get_by_role("link", name="Открыть запись звонка")
    expect(record).to_be_visible()
    open_record(page, server)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Звонок")
    assert share_heard(own_words, words(page.locator("#talk").inner_text())) > 0.9


def test_a_recorded_caller_calls_to_the_end_and_is_read_on_another_device(
    chromium: Callable[..., Browser], complaints: Callable[[Page], Page], server: str
) -> None:
    browser = chromium()
    page = complaints(browser.new_page())
    page.goto(f"http://{server}/")
    expect(page.locator("#recording")).to_have_value("status_triples")
    page.get_by_role("button", name="Позвонить записью").click()
    expect(page.locator("#call")).to_have_attribute("data-state", "live")
    expect(page.locator("[data-address]")).to_have_text(f"{server}/c")
    device = complaints(browser.new_context(viewport={"width": 360, "height": 740}).new_page())
    pin = page.locator("[data-pin]").inner_text()
    read_by_pin(device, page.locator("[data-address]").inner_text(), pin)
    expect(page.locator("#call")).to_have_attribute("data-state", "over", timeout=120_000)
    log, read = page.locator("[data-log]"), device.locator("[data-log]")
    expect(device.get_by_text("Разговор завершён")).to_be_visible()
    dialogue = log.inner_text()
    assert read.inner_text() == dialogue, "both devices read the same"
    assert_status_was_told(
        log.locator(".cue-by-caller").all_inner_texts(), log.locator(".cue-by-line").all_inner_texts()
    )
    assert "Всего доброго" in dialogue
    open_record(page, server)
    expect(page.locator(".call-facts")).to_contain_text("завершила линия")
    kept = page.locator("#talk")
    assert_status_was_told(kept.locator(".caller").all_inner_texts(), kept.locator(".line").all_inner_texts())
    assert_the_player_shows_captions(page)
    device.get_by_role("link", name="Сохранить разговор").click()
    expect(device.get_by_text("Номер 123 456 78 90.")).to_be_visible()
    said = device.locator(".said dd").all_inner_texts()
    assert any("Решение будет до" in text for text in said)
    late = browser.new_page()
    late.goto(f"http://{server}/c")
    late.get_by_label("Код звонка").fill(pin)
    late.keyboard.press("Enter")
    expect(late.get_by_role("alert")).to_contain_text("код больше не действует")


def open_record(page: Page, server: str) -> None:
    """The link that the call page shows leads a stranger to the sign-in, and a reviewer to the call."""
    path = page.get_by_role("link", name="Открыть запись звонка").get_attribute("href")
    page.goto(f"http://{server}{path}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Вход для сотрудников")
    page.get_by_label("Логин").fill("senior")
    page.get_by_label("Пароль").fill(PASSWORD)
    page.keyboard.press("Enter")


def read_by_pin(page: Page, address: str, pin: str) -> None:
    page.goto(f"http://{address}")
    page.get_by_label("Код звонка").fill(pin)
    page.get_by_role("button", name="Читать").click()
    expect(page.locator(".cue-by-line").first).to_be_visible()


def assert_the_player_shows_captions(page: Page) -> None:
    """Chromium reads every cue of the file, and shows each in its time."""
    found = page.locator("audio").evaluate(
        """player => new Promise((resolve) => {
          const track = player.querySelector("track");
          const tell = () => resolve([player.duration, track.track.mode,
            [...track.track.cues].map(({ startTime, endTime, text }) => [startTime, endTime, text])]);
          const read = () => track.readyState === 2 && player.readyState && track.track.mode === "hidden";
          const look = () => read() ? tell() : setTimeout(look, 50);
          look();
        })"""
    )
    duration_s, mode, cues = found
    assert duration_s > 20 and mode == "hidden", "read by the browser, drawn by the page"
    file = read_web_vtt(page.request.get(f"{page.url}/captions.vtt").text())
    assert [text for _, _, text in cues] == [f"<v {cue.speaker}>{cue.text}</v>" for cue in file]
    assert all(0 <= start_s < end_s and start_s < duration_s for start_s, end_s, _ in cues)
    asked = next(cue for cue in file if "Назовите номер" in cue.text)
    page.locator("audio").evaluate("(player, at_s) => { player.currentTime = at_s }", asked.start_ms / 1000 + 0.1)
    expect(page.locator("#player-captions")).to_contain_text(f"Линия: {asked.text}")
    page.locator("audio").evaluate("player => { player.currentTime = 0.01 }")
    expect(page.locator("#player-captions")).not_to_contain_text(asked.text)


def assert_status_was_told(caller: list[str], line: list[str]) -> None:
    assert any("статус" in said.lower() for said in caller), caller
    assert any("123 456 789 0. Верно?" in said for said in line), line
    assert any("Решение будет до" in said for said in line), line


def without_microphone(page: Page, host: str) -> Page:
    page.add_init_script(
        "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotFoundError'))"
    )
    page.goto(f"http://{host}/")
    page.get_by_role("button", name="Позвонить", exact=True).click()
    page.get_by_role("button", name="Продолжить без микрофона").click()
    expect(page.locator("#call")).to_have_attribute("data-state", "live")
    return page


def test_a_whole_call_by_typing_only(
    chromium: Callable[..., Browser], complaints: Callable[[Page], Page], server: str
) -> None:
    page = complaints(chromium().new_page())
    without_microphone(page, server)
    replies = page.locator(".cue-by-line")
    for text, reply in (
        ("Где моё заявление?", "Напишите номер заявления"),
        ("123-456 78 90", "Решение будет до"),
        ("Нет, спасибо", "Всего доброго"),
    ):
        page.get_by_label("Ответ текстом").fill(text)
        page.keyboard.press("Enter")
        expect(page.locator(".cue-typed").last).to_contain_text(text)
        expect(replies.filter(has_text=reply)).to_be_visible(timeout=20_000)
    expect(page.locator("#call")).to_have_attribute("data-state", "over", timeout=20_000)
    expect(page.locator("#answers")).to_be_hidden()


def test_a_whole_call_by_buttons_only_from_another_device(
    chromium: Callable[..., Browser], complaints: Callable[[Page], Page], server: str
) -> None:
    browser = chromium()
    page = without_microphone(complaints(browser.new_page()), server)
    second = complaints(browser.new_context(viewport={"width": 360, "height": 740}).new_page())
    second.goto(f"http://{server}{page.locator('#other-device').get_attribute('href')}")
    replies = page.locator(".cue-by-line")
    for button, reply in (
        ("Какие нужны документы", "Какая услуга вас интересует"),
        ("Загранпаспорт", "Для загранпаспорта нужны"),
        ("Нет, спасибо", "Всего доброго"),
    ):
        second.locator("#answers").get_by_role("button", name=button, exact=True).click(timeout=20_000)
        expect(replies.filter(has_text=reply)).to_be_visible(timeout=20_000)
    expect(page.locator("#call")).to_have_attribute("data-state", "over", timeout=20_000)
    expect(second.locator("#reading")).to_have_attribute("data-captions-state", "ended")


def test_a_chat_is_a_call_of_the_archive(
    chromium: Callable[..., Browser], complaints: Callable[[Page], Page], server: str
) -> None:
    page = complaints(chromium().new_page())
    page.goto(f"http://{server}/chat")
    page.get_by_label("электронная подпись").check()
    page.get_by_role("button", name="Начать разговор").click()
    page.locator("#answers").get_by_role("button", name="Срок закончился").click()
    expect(page.locator(".cue-by-line", has_text="не продлевают")).to_be_visible()
    page.locator("#answers").get_by_role("button", name="Нет, спасибо", exact=True).click()
    expect(page.get_by_role("link", name="Сохранить разговор")).to_be_visible()
    sign_in(page, server)
    record = page.locator("main a[href^='/archive/']").filter(has_text="Срок закончился").first
    for _ in range(40):  # it is findable a moment after its end
        if record.count():
            break
        page.wait_for_timeout(500)
        page.reload()
    record.click()
    expect(page.locator(".call-facts")).to_contain_text("переписка")
    expect(page.locator(".call-facts")).to_contain_text("завершила линия")
    expect(page.get_by_text("Звука у этого звонка нет.")).to_be_visible()
    expect(page.locator("#talk .caller").first).to_contain_text("Срок закончился")
    expect(page.locator("#talk .caller").first).to_contain_text("кнопка")
