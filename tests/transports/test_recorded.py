"""When a recorded caller acts, in virtual time, against a line that speaks when it is told to."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voice.clock import run_in_virtual_time
from voice.line import FRAME_MS, Pressed, Sound
from voice.transports.recorded import GIVES_UP_MS, NO_REPLY_MS, WHENS, CallerTurn, RecordedCaller, RecordedLine

RATE_HZ = 8_000
SOUND = np.full(RATE_HZ, 1, np.int16)


def acts(turns: tuple[CallerTurn, ...], spoken: tuple[tuple[int, int], ...] = ()) -> tuple[list[int], int]:
    """When each key is pressed and when the caller hangs up, ms. spoken: (from, to) of the line's sayings, ms."""
    line = RecordedLine(RecordedCaller(SOUND, RATE_HZ, "", turns, np.zeros(0, np.int16)), plays_hz=RATE_HZ)
    pressed: list[int] = []
    at_ms = 0

    async def hear() -> None:
        nonlocal at_ms
        async for item in line.inbound():
            if isinstance(item, Pressed):
                pressed.append(at_ms)
            at_ms += FRAME_MS if isinstance(item, Sound) else 0

    async def speak() -> None:
        now_ms = -FRAME_MS // 2  # between two frames
        for from_ms, to_ms in spoken:
            await asyncio.sleep((from_ms - now_ms) / 1000)
            await line.play(np.zeros((to_ms - from_ms) * RATE_HZ // 1000, np.int16))
            now_ms = from_ms

    async def call() -> None:
        await asyncio.gather(hear(), speak())

    run_in_virtual_time(call)
    return pressed, at_ms


def key(when: str, wait_ms: int) -> CallerTurn:
    return CallerTurn(when, wait_ms, key="1")  # type: ignore[arg-type]


def test_a_caller_speaks_when_the_line_has_spoken_and_is_silent() -> None:
    assert acts((key("line_silent", 600),), ((1_000, 3_000),))[0] == [pytest.approx(3_600, abs=2 * FRAME_MS)]


def test_even_without_a_wait_he_lets_the_line_finish() -> None:
    assert acts((key("line_silent", 0),), ((1_000, 3_000),))[0] == [pytest.approx(3_000, abs=2 * FRAME_MS)]


@pytest.mark.parametrize("wait_ms", [0, 800])
def test_an_interruption_needs_a_line_that_speaks(wait_ms: int) -> None:
    at_ms = acts((key("line_speaks", wait_ms),), ((1_000, 3_000),))[0]
    assert at_ms == [pytest.approx(1_000 + wait_ms, abs=2 * FRAME_MS)]


@pytest.mark.parametrize("when", ["line_silent", "line_speaks"])
@pytest.mark.parametrize("wait_ms", [0, 800])
def test_a_line_that_never_speaks_is_not_waited_for_for_ever(when: str, wait_ms: int) -> None:
    assert acts((key(when, wait_ms),))[0] == [NO_REPLY_MS + wait_ms]


def test_who_lost_patience_does_not_interrupt() -> None:
    """The line's sayings are shorter than what he waits for: he goes on between them."""
    spoken = tuple((from_ms, from_ms + 1_500) for from_ms in range(1_000, 40_000, 2_000))
    at_ms = acts((key("line_speaks", 2_000),), spoken)[0][0]
    assert NO_REPLY_MS + 2_000 <= at_ms < NO_REPLY_MS + 4_000
    assert all(not from_ms + FRAME_MS <= at_ms < to_ms for from_ms, to_ms in spoken)


TURNS = st.lists(st.builds(key, st.sampled_from(WHENS), st.integers(0, 3_000)), max_size=4).map(tuple)


@given(TURNS, st.lists(st.integers(100, 5_000), max_size=6))
@settings(max_examples=40, deadline=None)
def test_every_caller_does_all_he_has_to_and_hangs_up(turns: tuple[CallerTurn, ...], edges_ms: list[int]) -> None:
    edges = np.cumsum(edges_ms).tolist()
    spoken = tuple(zip(edges[::2], edges[1::2], strict=False))
    pressed, ended_ms = acts(turns, spoken)
    assert len(pressed) == len(turns)
    assert ended_ms == (pressed[-1] if pressed else 0) + GIVES_UP_MS
    longest_ms = sum(NO_REPLY_MS + turn.wait_ms for turn in turns) + sum(edges_ms)
    assert not pressed or pressed[-1] <= longest_ms + 20 * FRAME_MS
