"""The line is down, full, or dies in the middle of a call: the caller is served all the same."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import numpy as np
import pytest

from tests.telephony.bed import PASSWORD, Asterisk, LineProcess, MediaPath
from tests.telephony.evening import busy
from tests.telephony.lines import Lines
from tests.telephony.phone import FRAME, RATE_HZ, Packet, Phone, phone
from tests.telephony.sentences import hears_speech, until
from voice.asr.catalogue import locate
from voice.asr.vosk import VoskRecogniser
from voice.audio.resample import convert
from voice.line import FRAME_MS, HEARING_HZ, Pcm16
from voice.settings import Settings

NUMBER = "88005553535"
CALLER_HZ, PERSON_HZ = 500, 900
MENU = "помощник"  # a word that only Asterisk's own menu says


@pytest.fixture(scope="module")
def recogniser() -> VoskRecogniser:
    return VoskRecogniser(locate(Settings.from_env()))


@asynccontextmanager
async def saying(telephone: Phone, hz: int) -> AsyncIterator[None]:
    """It hums a tone while the block runs; 0: it sends silence."""

    async def hum() -> None:
        for at in count(step=FRAME):
            telephone.say((6_000 * np.sin(2 * np.pi * hz * (np.arange(FRAME) + at) / RATE_HZ)).astype(np.int16))
            await asyncio.sleep(FRAME_MS / 1000)

    humming = asyncio.create_task(hum())
    try:
        yield
    finally:
        humming.cancel()


def in_order(packets: list[Packet]) -> Pcm16:
    """The packets as they came: where a call changes hands, the senders' clocks do not go on."""
    return np.concatenate([np.zeros(0, np.int16), *(packet.pcm for packet in packets)])


def hears(telephone: Phone, hz: int) -> bool:
    """Is the last half second mostly this tone?"""
    sound = in_order(telephone.received[-25:]).astype(np.float64)
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    return len(sound) > RATE_HZ // 4 and abs(float(spectrum.argmax()) * RATE_HZ / len(sound) - hz) < 20


async def words_of(telephone: Phone, recogniser: VoskRecogniser, seconds: float) -> str:
    """What the telephone hears from now on."""
    at = len(telephone.received)
    await asyncio.sleep(seconds)
    stream = recogniser.open()
    stream.feed(convert(in_order(telephone.received[at:]), RATE_HZ, HEARING_HZ))
    text = stream.finish().text
    stream.close()
    return text


def on_the_telephone(asterisk: Asterisk, talk: Callable[[Phone, Phone], Coroutine[Any, Any, None]]) -> float:
    """A caller, and a person who is signed in at the queues; returns how late the machine was meanwhile, ms."""

    async def whole() -> float:
        async with (
            phone(asterisk.exchange, number="person1", host="127.0.0.2") as person,
            phone(asterisk.exchange, number="+79160000001") as caller,
            busy() as late_ms,
        ):
            await person.sign_in(PASSWORD)
            await talk(caller, person)
        return max(late_ms, default=0.0)

    return asyncio.run(whole())


@pytest.fixture(scope="module")
def line(path: MediaPath, lines: Lines) -> LineProcess:
    """The tests below follow each other: it serves, it dies, it is dead."""
    return lines.usual()


def test_who_asks_for_a_person_gets_one_of_his_line_and_both_hear_each_other(
    asterisk: Asterisk, line: LineProcess
) -> None:
    async def talk(caller: Phone, person: Phone) -> None:
        await caller.call("+78005553536")
        async with saying(caller, 0):
            await until(lambda: hears_speech(caller))
            await caller.press("0")
            await person.answer()
        async with saying(caller, CALLER_HZ), saying(person, PERSON_HZ):
            await until(lambda: hears(caller, PERSON_HZ) and hears(person, CALLER_HZ))

    on_the_telephone(asterisk, talk)
    assert "Queue(" in asterisk.told() and "liniya-legal" in asterisk.told()


def test_a_line_that_dies_in_the_middle_of_a_call_leaves_the_caller_to_the_menu(
    asterisk: Asterisk, line: LineProcess, recogniser: VoskRecogniser
) -> None:
    async def talk(caller: Phone, person: Phone) -> None:
        await caller.call(NUMBER)
        async with saying(caller, 0):
            await until(lambda: hears_speech(caller))
            line.stop(signal.SIGKILL)
            assert MENU in await words_of(caller, recogniser, 10)
            assert not caller.ended.is_set()

    on_the_telephone(asterisk, talk)


def test_a_line_that_is_down_leaves_the_caller_to_the_menu_and_its_keys(
    asterisk: Asterisk, line: LineProcess, recogniser: VoskRecogniser
) -> None:
    line.stop(signal.SIGKILL)

    async def talk(caller: Phone, person: Phone) -> None:
        await caller.call(NUMBER)
        async with saying(caller, CALLER_HZ), saying(person, PERSON_HZ):
            assert MENU in await words_of(caller, recogniser, 8)
            await caller.press("4")
            await person.answer()
            await until(lambda: hears(caller, PERSON_HZ) and hears(person, CALLER_HZ))

    on_the_telephone(asterisk, talk)
    assert "liniya-signature" in asterisk.told()


def test_a_full_line_takes_no_call_and_serves_the_one_it_has(
    asterisk: Asterisk, lines: Lines, recogniser: VoskRecogniser
) -> None:
    lines.start(max_calls=1)

    async def talk(caller: Phone, person: Phone) -> None:
        async with phone(asterisk.exchange, number="+79160000002") as first:
            await first.call(NUMBER)
            async with saying(first, 0), saying(caller, 0):
                await until(lambda: hears_speech(first))
                await caller.call(NUMBER)
                assert MENU in await words_of(caller, recogniser, 8)
                assert not first.ended.is_set()
                served = len(first.received)
                await first.press("#")
                await until(lambda: len(first.received) > served + 50)

    on_the_telephone(asterisk, talk)
