"""A real server and a real Chromium."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import numpy as np
import pytest
import soundfile
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from tests.web.served import served
from tests.web.signed import PASSWORD
from tests.web.small_line import SmallLine, tone
from voice.review.rights import RIGHTS
from voice.settings import ROOT
from voice.web.call_socket import WS_MAX_SIZE

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]
READY_S = 60
TONES = """\
title: Звонят тоны
turns:
- {from_ms: 0, to_ms: 1000, says: Ля.}
- {when: at_once, wait_ms: 300, key: '7'}
- {when: at_once, wait_ms: 300, text: Номер 45}
- {when: at_once, wait_ms: 300, from_ms: 1000, to_ms: 1400, says: Ре.}
- {when: at_once, wait_ms: 300, hang_up: 'true'}
room: {from_ms: 1400, to_ms: 1900}
"""


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    if CHROMIUM is None:
        pytest.skip("no `chromium` on PATH: install Debian's package chromium to run the browser tests")
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture
def chromium(playwright: Playwright) -> Iterator[Callable[..., Browser]]:
    """chromium(*flags) -> Browser; a flag may name the microphone's file."""
    with ExitStack() as open_browsers:

        def launch(*flags: str) -> Browser:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, *flags])
            open_browsers.callback(browser.close)
            return browser

        yield launch


@pytest.fixture
def complaints() -> Iterator[Callable[[Page], Page]]:
    """Watch a page: an error of its scripts or its policy fails the test."""
    found: list[str] = []

    def watch(page: Page) -> Page:
        page.on("pageerror", lambda error: found.append(str(error)))
        page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
        return page

    yield watch
    assert not found, found


@pytest.fixture
def small_line() -> SmallLine:
    return SmallLine()


@pytest.fixture
def small_host(small_line: SmallLine, tmp_path: Path) -> Iterator[str]:
    voices = [tone(8_000, 1_000), tone(8_000, 400, hz=600), tone(8_000, 500, hz=200) // 16]
    soundfile.write(tmp_path / "tones.flac", np.concatenate(voices), 8_000)
    (tmp_path / "tones.expect.yaml").write_text(TONES, encoding="utf-8")
    soundfile.write(tmp_path / "undescribed.flac", tone(8_000, 1_500), 8_000)
    (tmp_path / "broken.flac").write_bytes(b"fLaC")
    (tmp_path / "broken.expect.yaml").write_text("title: Испорченная\nturns: [{key: '1'}]\n", encoding="utf-8")
    with served(small_line.app(tmp_path), ws_max_size=WS_MAX_SIZE) as host:
        yield host


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """host:port of `python server.py` as a user starts it, with data of its own and somebody of every role."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = tmp_path_factory.mktemp("data")
    env = {**os.environ, "LINIYA_DATA": str(data), "LINIYA_PORT": str(port)}
    for role in RIGHTS:
        add = [sys.executable, "-c", "from voice.cli import main; main()", "people", "add", role, "--role", role]
        subprocess.run(add, cwd=ROOT, env=env, input=PASSWORD.encode(), check=True, stdout=subprocess.DEVNULL)
    log = data / "server.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "server.py")],
            cwd=ROOT,
            env=env,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    host = f"127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + READY_S
        while not _answers(host):
            assert process.poll() is None and time.monotonic() < deadline, log.read_text(errors="replace")
            time.sleep(0.1)
        yield host
    finally:
        process.terminate()
        process.wait(20)


def sign_in(page: Page, host: str, login: str = "senior") -> None:
    """By keyboard, as people do; it ends on the archive's first page."""
    page.goto(f"http://{host}/sign-in")
    expect(page.get_by_label("Логин")).to_be_focused()
    page.keyboard.type(login)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Архив звонков")).to_be_visible()


def _answers(host: str) -> bool:
    try:
        return httpx.get(f"http://{host}/").status_code == 200
    except httpx.TransportError:
        return False
