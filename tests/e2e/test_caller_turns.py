"""The page's recorded caller and the server's keep the same turns, to the frame."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page

from voice.clock import run_in_virtual_time
from voice.line import FRAME_MS, Pressed, Sound
from voice.transports.recorded import CallerTurn, RecordedCaller, RecordedLine

RATE_HZ = 8_000
PLAYS_HZ = 8_000
TURNS = (
    CallerTurn("line_silent", 600, 0, 900),
    CallerTurn("line_speaks", 1_200, 900, 1_500),
    CallerTurn("at_once", 300, key="5"),
    CallerTurn("line_silent", 900, key="6"),
    CallerTurn("line_speaks", 0, 1_500, 1_800),
    CallerTurn("line_silent", 0, key="8"),
    CallerTurn("line_silent", 2_400, key="7"),
)
LONGEST_MS = 180_000
ON_THE_PAGE = """async ([turns, stretches, frame, longest]) => {
  const { CallerTurns } = await import("/static/caller_turns.js");
  const caller = new CallerTurns(turns);
  caller.idleMs = -frame; // a page counts a piece when it is over, the line when it begins
  const edges = stretches.map((_, n) => stretches.slice(0, n + 1).reduce((a, b) => a + b));
  const deeds = [];
  for (let at = 0; at < longest; at += frame) {
    const passed = edges.filter((edge) => edge <= at).length;
    const turn = caller.tick(frame, passed % 2 === 1 && passed < edges.length);
    if (turn) deeds.push(at);
    if (turn?.hang_up) break;
  }
  return deeds;
}"""


def deeds_of_the_recorded_line(stretches_ms: list[int]) -> list[int]:
    """When it begins to speak, presses and hangs up, ms."""
    sound = np.concatenate([np.full(RATE_HZ * ms // 1000, n, np.int16) for n, ms in ((1, 900), (2, 600), (3, 300))])
    line = RecordedLine(RecordedCaller(sound, RATE_HZ, "", TURNS, np.zeros(0, np.int16)), plays_hz=PLAYS_HZ)
    deeds: list[int] = []

    async def hear() -> None:
        at_ms, voice = 0, 0
        async for item in line.inbound():
            if isinstance(item, Pressed):
                deeds.append(at_ms)
            elif isinstance(item, Sound):
                if item.pcm[0] and item.pcm[0] != voice:
                    voice = int(item.pcm[0])
                    deeds.append(at_ms)
                at_ms += FRAME_MS
                if at_ms == LONGEST_MS:  # long enough to compare
                    return
        deeds.append(at_ms)

    async def speak() -> None:
        await asyncio.sleep(-FRAME_MS / 2000 + stretches_ms[0] / 1000)  # between two frames
        for n, ms in enumerate(stretches_ms[1:]):
            if n % 2 == 0:
                await line.play(np.zeros(PLAYS_HZ * ms // 1000, np.int16))
            await asyncio.sleep(ms / 1000)

    async def call() -> None:
        await asyncio.gather(hear(), speak())

    with ThreadPoolExecutor(1) as thread:  # Playwright holds this thread's event loop
        thread.submit(run_in_virtual_time, call).result()
    return deeds


@pytest.fixture
def rules_page(chromium: Callable[..., Browser], small_host: str) -> Page:
    page = chromium().new_page()
    page.goto(f"http://{small_host}/")
    return page


@given(st.lists(st.integers(1, 900).map(lambda frames: frames * FRAME_MS), min_size=2, max_size=8))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_same_turns_at_the_same_moments(rules_page: Page, stretches_ms: list[int]) -> None:
    """The line is silent and speaks by turns, for `stretches_ms` each."""
    told = [[asdict(turn) for turn in TURNS], stretches_ms, FRAME_MS, LONGEST_MS]
    deeds = rules_page.evaluate(ON_THE_PAGE, told)
    expected = deeds_of_the_recorded_line(stretches_ms)
    assert deeds == expected
