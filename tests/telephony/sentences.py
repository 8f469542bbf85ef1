"""Sentences of recorded callers, said at any moment of a call."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.telephony.caller import at_a_telephone
from tests.telephony.evening import FIXTURES
from tests.telephony.phone import FRAME, Phone, silence
from voice.line import FRAME_MS, Pcm16


def first_words(name: str) -> Pcm16:
    """What the recorded caller of this name says first, 8 000 Hz."""
    caller = at_a_telephone(FIXTURES / f"{name}.flac")
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
