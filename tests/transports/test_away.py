"""A call over one leg after another: the line's own, two that listen while a person talks, the line's own again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import numpy as np
import pytest

from voice.clock import run_in_virtual_time
from voice.errors import CallerFault
from voice.line import FRAME_MS, Back, Drops, HandsOver, Inbound, Joined, Pcm16, PersonSound, Pressed, Sound
from voice.transports import away
from voice.transports.away import Away, ExchangedLine
from voice.transports.inbox import Inbox


class Leg:
    """A sound path whose far end is a queue; closing it ends it, as an exchange does."""

    ahead_ms = 100

    def __init__(self, rate_hz: int = 8_000) -> None:
        self.hears_hz = self.plays_hz = rate_hz
        self.told: asyncio.Queue[Inbound | None] = asyncio.Queue()
        self.played: list[Pcm16] = []
        self.closed: list[str] = []
        self.cleared = 0

    async def inbound(self) -> AsyncIterator[Inbound]:
        while (item := await self.told.get()) is not None:
            yield item

    async def play(self, pcm: Pcm16) -> None:
        self.played.append(pcm)

    async def clear(self) -> int | None:
        self.cleared += 1
        return None

    async def close(self, reason: str = "") -> None:
        self.closed.append(reason)
        self.told.put_nowait(None)


def tone(level: int, samples: int = 160) -> Pcm16:
    return np.full(samples, level, np.int16)


class Reader:
    """Reads a line to its end; silence that fills holes is not kept."""

    def __init__(self, line: ExchangedLine) -> None:
        self.line, self.heard, self.silent_ms = line, list[Inbound](), 0
        self.done = False

    async def run(self) -> None:
        async for item in self.line.inbound():
            if isinstance(item, Sound) and not item.pcm.any():
                self.silent_ms += len(item.pcm) * 1000 // self.line.hears_hz
            else:
                self.heard.append(item)
        self.done = True

    def of(self, kind: type) -> list[Any]:
        return [item for item in self.heard if isinstance(item, kind)]


@asynccontextmanager
async def reading(line: ExchangedLine) -> AsyncIterator[Reader]:
    reader = Reader(line)
    task = asyncio.create_task(reader.run())
    yield reader
    task.cancel()
    await asyncio.wait([task])


def virtually(talk: Callable[[], Coroutine[Any, Any, None]]) -> None:
    run_in_virtual_time(talk)


def test_a_caller_who_hangs_up_ends_the_line() -> None:
    async def talk() -> None:
        leg = Leg()
        line = ExchangedLine(leg)
        assert isinstance(line, HandsOver)
        async with reading(line) as reader:
            leg.told.put_nowait(Pressed("5"))
            leg.told.put_nowait(None)
            await asyncio.sleep(0.01)
        assert reader.done and reader.heard == [Pressed("5")]

    virtually(talk)


def test_time_goes_on_while_the_caller_waits_for_a_person() -> None:
    async def talk() -> None:
        leg = Leg()
        line = ExchangedLine(leg)
        async with reading(line) as reader:
            await line.hand_over("operator")
            await line.play(tone(1))
            await asyncio.sleep(10)
        assert leg.closed == ["transfer:operator"] and leg.played == [], "nobody hears what is said meanwhile"
        assert not reader.done and reader.silent_ms == pytest.approx(10_000, abs=200)

    virtually(talk)


def test_both_sides_are_heard_and_only_the_person_hears_the_line() -> None:
    async def talk() -> None:
        line, caller, person = ExchangedLine(Leg(8_000)), Leg(8_000), Leg(16_000)
        async with reading(line) as reader, asyncio.TaskGroup() as legs:
            await line.hand_over("operator")
            legs.create_task(line.overhear(caller, "caller"))
            legs.create_task(line.overhear(person, "person"))
            await asyncio.sleep(0.01)
            caller.told.put_nowait(Sound(tone(7)))
            person.told.put_nowait(Sound(tone(9, 3_200)))
            await line.play(tone(5, 1_600))
            await asyncio.sleep(0.05)
            line.end()
        assert reader.done
        assert len(reader.of(Joined)) == 1
        assert [item.pcm[0] for item in reader.of(Sound)] == [7]
        assert sum(len(item.pcm) for item in reader.of(PersonSound)) == pytest.approx(1_600, abs=160), "8 000 Hz"
        assert caller.played == [] and sum(map(len, person.played)) == pytest.approx(3_200, abs=320), "16 000 Hz"

    virtually(talk)


def test_a_caller_comes_back_and_may_be_handed_over_once_more() -> None:
    async def talk() -> None:
        line, again = ExchangedLine(Leg()), Leg()
        async with reading(line) as reader, asyncio.TaskGroup() as legs:
            await line.hand_over("operator")
            await asyncio.sleep(1)
            back = legs.create_task(line.come_back(again))
            await asyncio.sleep(0.01)
            again.told.put_nowait(Pressed("1"))
            await line.play(tone(3))
            await asyncio.sleep(0.01)
            assert reader.heard == [Back(), Pressed("1")] and len(again.played) == 1
            await line.hand_over("senior")
            await asyncio.wait_for(back, 1)
            assert again.closed == ["transfer:senior"] and not reader.done
            line.end()

    virtually(talk)


def test_a_leg_is_not_released_before_its_last_word_has_sounded() -> None:
    class Slow(Leg):
        async def close(self, reason: str = "") -> None:
            await asyncio.sleep(0.2)
            await super().close(reason)

    async def talk() -> None:
        line, again = ExchangedLine(Leg()), Slow()
        async with reading(line), asyncio.TaskGroup() as legs:
            await line.hand_over("operator")
            back = legs.create_task(line.come_back(again))
            await asyncio.sleep(0.01)
            closing = legs.create_task(line.close("goodbye"))
            await asyncio.sleep(0.1)
            assert not back.done()
            await closing
            await back
            assert again.closed == ["goodbye"]

    virtually(talk)


def test_a_second_sound_of_the_same_call_is_refused() -> None:
    async def talk() -> None:
        line = ExchangedLine(Leg())
        for path in (line.come_back, lambda leg: line.overhear(leg, "person")):
            with pytest.raises(CallerFault):
                await path(Leg())

    virtually(talk)


@pytest.mark.parametrize(("listened", "within_s"), [(False, away.UNHEARD_S), (True, away.LOST_S)])
def test_a_call_that_the_exchange_forgets_ends_by_itself(listened: bool, within_s: float) -> None:
    async def talk() -> None:
        line = ExchangedLine(Leg())
        async with reading(line) as reader:
            await line.hand_over("operator")
            if listened:
                leg = Leg()
                leg.told.put_nowait(None)
                await line.overhear(leg, "caller")
            await asyncio.sleep(within_s - 1)
            assert not reader.done
            await asyncio.sleep(2)
            assert reader.done

    virtually(talk)


def test_sound_of_a_talk_that_nobody_read_in_time_is_counted() -> None:
    class Lossy(Leg):
        dropped_ms = 40

    async def talk() -> None:
        line, caller = ExchangedLine(Lossy()), Lossy()
        assert isinstance(line, Drops) and line.dropped_ms == 40
        await line.hand_over("operator")
        hearing = asyncio.create_task(line.overhear(caller, "caller"))
        for _ in range(3):
            caller.told.put_nowait(Sound(tone(7, 8_000)))
        await asyncio.sleep(0.01)
        assert line.dropped_ms == 40 + 40 + 1_000
        line.end()
        await hearing

    virtually(talk)


@pytest.mark.parametrize("hole_s", [0.1, 0.2], ids=["audiosocket", "websocket"])
def test_a_telephone_that_sends_nothing_in_silence_does_not_make_the_clock_of_a_talk_run_ahead(hole_s: float) -> None:
    class Unbroken(Leg):
        """As real legs are: it fills its holes itself."""

        def __init__(self) -> None:
            super().__init__()
            self.inbox = Inbox(self.hears_hz)

        def inbound(self) -> AsyncIterator[Inbound]:
            return self.inbox.unbroken(hole_s=hole_s, fill_ms=FRAME_MS)

    async def talk() -> None:
        line, caller = ExchangedLine(Leg()), Unbroken()
        async with reading(line) as reader:
            await line.hand_over("operator")
            hearing = asyncio.create_task(line.overhear(caller, "caller"))
            await asyncio.sleep(1)
            before_ms, sent_ms = reader.silent_ms, 0
            for _ in range(10):
                for _ in range(25):
                    caller.inbox.put(Sound(tone(7)))
                    sent_ms += FRAME_MS
                    await asyncio.sleep(FRAME_MS / 1000)
                await asyncio.sleep(0.5)
            line.end()
            await hearing
        assert len(reader.of(Sound)) * FRAME_MS == sent_ms
        ahead_ms = reader.silent_ms - before_ms - 5_000
        assert 0 <= ahead_ms <= 12 * FRAME_MS, "at most the frame by which the leg itself is ahead after each pause"

    virtually(talk)


def test_legs_find_their_call_while_it_is_away() -> None:
    async def talk() -> None:
        calls, call, ear = Away(), uuid4(), uuid4()
        line = calls.begin(call, Leg())
        assert call not in calls and not calls.expect(ear, call, "person") and not calls.end(call)
        async with reading(line) as reader:
            assert calls.waiting == 0
            await line.hand_over("legal")
            assert calls.target(call) == "legal" and call in calls and calls.waiting == 1
            assert calls.expect(ear, call, "person") and ear in calls and uuid4() not in calls
            leg = Leg()
            carrying = asyncio.create_task(calls.carry(ear, leg))
            await asyncio.sleep(0.01)
            assert ear not in calls, "a leg comes once"
            assert calls.waiting == 0, "he is heard"
            assert calls.end(call)
            await carrying
            assert reader.done and reader.of(Joined)
        calls.forget(call)
        with pytest.raises(CallerFault):
            await calls.carry(call, Leg())

    virtually(talk)
