"""What waits for its reader, and silence where sound is missing."""

from __future__ import annotations

import asyncio
import socket
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transports.far_end import run
from voice.errors import CallerFault
from voice.line import Pressed, Sound
from voice.transports.inbox import Inbox


@given(sizes=st.lists(st.integers(0, 30_000), max_size=12), keys=st.integers(0, 5))
def test_waiting_sound_is_bounded_its_newest_stays_and_what_goes_is_counted(sizes: list[int], keys: int) -> None:
    async def fill() -> None:
        inbox = Inbox(8_000, limit_ms=2_000)
        came = np.arange(sum(sizes)) % 30_000 + 1
        for piece in np.split(came.astype(np.int16), np.cumsum(sizes)[:-1] if sizes else []):
            inbox.put(Sound(piece))
        for _ in range(keys):
            inbox.put(Pressed("1"))
        inbox.end()
        left: list[int] = []
        pressed = 0
        while (item := await inbox.get()) is not None:
            if isinstance(item, Sound):
                left.extend(item.pcm.tolist())
            else:
                pressed += 1
        assert pressed == keys
        assert left == came[max(0, len(came) - 16_000) :].tolist()
        assert inbox.dropped_ms == (len(came) - len(left)) // 8

    run(fill())


def test_a_flood_of_keys_is_refused() -> None:
    async def fill() -> None:
        inbox = Inbox(8_000, limit_controls=3)
        for _ in range(3):
            inbox.put(Pressed("1"))
        with pytest.raises(CallerFault) as caught:
            inbox.put(Pressed("1"))
        assert caught.value.code == "flood"
        await inbox.get()
        inbox.put(Pressed("1"))

    run(fill())


@settings(deadline=None)
@given(gaps_ms=st.lists(st.integers(0, 3_000), max_size=8))
def test_the_clock_of_the_sound_keeps_up_with_real_time_whatever_is_missing(gaps_ms: list[int]) -> None:
    async def call() -> None:
        inbox = Inbox(8_000)
        loop = asyncio.get_running_loop()

        async def talk() -> None:
            for gap_ms in gaps_ms:
                await asyncio.sleep(gap_ms / 1000)
                inbox.put(Sound(np.ones(160, np.int16)))
            await asyncio.sleep(1)
            inbox.end()

        heard = 0
        async with asyncio.TaskGroup() as group:
            group.create_task(talk())
            async for item in inbox.unbroken(hole_s=0.2, fill_ms=20):
                assert isinstance(item, Sound)
                heard += item.pcm.size // 8
                assert heard <= loop.time() * 1000 + 20 * len(gaps_ms) + 1
        assert heard >= loop.time() * 1000 - 200 * (len(gaps_ms) + 1)

    run(call())


@pytest.mark.parametrize("brings", [True, False])
def test_what_came_while_all_stood_still_is_no_hole(brings: bool) -> None:
    """A program that stops for longer than a hole finds its deadline and the sound at the same time."""

    async def call() -> list[int]:
        inbox, loop = Inbox(8_000), asyncio.get_running_loop()
        reader, writer = await asyncio.open_connection(sock=ours)

        async def read() -> None:
            while piece := await reader.read(1_600):
                inbox.put(Sound(np.frombuffer(piece, np.int16)))
            inbox.end()

        reading = loop.create_task(read())
        heard: list[int] = []
        loop.call_later(0.05, stand_still)
        async for item in inbox.unbroken(hole_s=0.1, fill_ms=20):
            assert isinstance(item, Sound)
            heard.extend(item.pcm.tolist())
        await reading
        writer.close()
        return heard

    def stand_still() -> None:
        if brings:
            theirs.sendall(np.ones(2_400, np.int16).tobytes())
        time.sleep(0.3)
        asyncio.get_running_loop().call_later(0.05, theirs.close)

    ours, theirs = socket.socketpair()
    heard = asyncio.run(call())
    assert (heard == [1] * 2_400) if brings else (len(heard) >= 2_400 and not any(heard))
