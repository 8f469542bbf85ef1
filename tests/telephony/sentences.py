"""Sentences of recorded callers, said at any moment of a call, and what is waited for meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from tests.telephony.caller import at_a_telephone, loud
from tests.telephony.phone import FRAME, Phone, silence
from voice.line import FRAME_MS, Pcm16
from voice.settings import ROOT

SOON_S = 20.0


def first_words(name: str) -> Pcm16:
    """What the recorded caller of this name says first, 8 000 Hz."""
    caller = at_a_telephone(ROOT / "audio_fixtures" / f"{name}.flac")
    turn = next(turn for turn in caller.turns if turn.to_ms)
    return caller.sound[turn.from_ms * 8 : turn.to_ms * 8]


@asynccontextmanager
async def speaking(telephone: Phone, words: Pcm16) -> AsyncIterator[None]:
    """It says the words once, and is silent for the rest of the block."""

    async def talk() -> None:
        clock = asyncio.get_running_loop().time
        due_s, at = clock(), 0
        while True:
            piece = words[at : at + FRAME]
            telephone.say(piece if len(piece) == FRAME else silence())
            at, due_s = at + FRAME, due_s + FRAME_MS / 1000
            await asyncio.sleep(max(0.0, due_s - clock()))

    talking = asyncio.create_task(talk())
    try:
        yield
    finally:
        talking.cancel()


async def until(true: Callable[[], bool]) -> None:
    deadline_s = asyncio.get_running_loop().time() + SOON_S
    while not true():
        assert asyncio.get_running_loop().time() < deadline_s, f"not within {SOON_S} s"
        await asyncio.sleep(0.02)


def hears_speech(telephone: Phone) -> bool:
    return sum(loud(packet.pcm) for packet in telephone.received[-50:]) > 25


def quiet(telephone: Phone, seconds: float) -> bool:
    """Has it heard nothing for so long? Who waits for a person gets no packets at all where there is no music."""
    since_s = asyncio.get_running_loop().time() - seconds
    return not any(packet.at_s > since_s and loud(packet.pcm) for packet in telephone.received[-200:])
