"""A whole call as its caller has it: Chromium, the real server, the real model. The reply is listened to."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

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
    record.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Звонок")
    assert share_heard(own_words, words(page.locator(".dialogue").inner_text())) > 0.9


def test_a_recorded_caller_calls_to_the_end_by_itself(
    chromium: Callable[..., Browser], complaints: Callable[[Page], Page], server: str
) -> None:
    page = complaints(chromium().new_page())
    page.goto(f"http://{server}/")
    expect(page.locator("#recording")).to_have_value("status_triples")
    page.get_by_role("button", name="Позвонить записью").click()
    expect(page.locator("#call")).to_have_attribute("data-state", "live")
    expect(page.locator("#call")).to_have_attribute("data-state", "over", timeout=120_000)
    log = page.locator("[data-log]")
    dialogue = log.inner_text()
    assert_status_was_told(
        log.locator(".cue-by-caller").all_inner_texts(), log.locator(".cue-by-line").all_inner_texts()
    )
    assert "Всего доброго" in dialogue
    page.get_by_role("link", name="Открыть запись звонка").click()
    expect(page.locator(".facts-list")).to_contain_text("завершила линия")
    kept = page.locator(".dialogue")
    assert_status_was_told(kept.locator(".caller").all_inner_texts(), kept.locator(".line").all_inner_texts())
    sounded_s = page.locator("video").evaluate(
        """player => new Promise((resolve) => {
          if (player.readyState) resolve(player.duration);
          else player.addEventListener("loadedmetadata", () => resolve(player.duration));
        })"""
    )
    assert sounded_s > 20


def assert_status_was_told(caller: list[str], line: list[str]) -> None:
    assert any("статус" in said.lower() for said in caller), caller
    assert any("123 456 789 0. Верно?" in said for said in line), line
    assert any("Решение будет до" in said for said in line), line


def test_a_call_by_text_only_is_understood(chromium: Callable[..., Browser], server: str) -> None:
    page = chromium().new_page()
    page.goto(f"http://{server}/")
    page.evaluate(
        """() => {
          const none = new DOMException("", "NotFoundError");
          navigator.mediaDevices.getUserMedia = () => Promise.reject(none);
        }"""
    )
    page.get_by_role("button", name="Позвонить", exact=True).click()
    page.get_by_role("button", name="Продолжить без микрофона").click()
    expect(page.locator(".cue-by-line").first).to_be_visible()
    said = page.locator(".cue-by-line").count()
    page.get_by_label("Ответ текстом").fill("повторите")
    page.keyboard.press("Enter")
    expect(page.locator(".cue-typed")).to_contain_text("повторите")
    expect(page.locator(".cue-by-line").nth(said)).to_be_visible(timeout=15_000)
