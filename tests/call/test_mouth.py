"""The mouth alone, in virtual time: how loud it is, and what it says was heard."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import numpy as np
import pytest

from voice.audio.pcm import ROOF, gain, rms_dbfs
from voice.call.mouth import Mouth
from voice.call.replies import Replies
from voice.clock import run_in_virtual_time
from voice.dialog.actions import Say
from voice.events import AnyEvent, Interrupted, SayDone
from voice.line import Pcm16
from voice.transports.recorded import RecordedCaller, RecordedLine

RATE_HZ = 16_000
ROOM = np.zeros(0, np.int16)
SECONDS = np.arange(RATE_HZ) / RATE_HZ
TONE = (np.sin(2 * np.pi * 220 * SECONDS) * SECONDS * 23_000).astype(np.int16)


class ToneVoice:
    """Says a tone of a second whose loudness swells to -3 dBFS, in pieces."""

    name, rate_hz = "tone", RATE_HZ

    async def speak(self, text: str, *, pace: float = 1.0) -> AsyncGenerator[Pcm16, None]:
        for at in range(0, RATE_HZ, 3_000):
            yield TONE[at : at + 3_000]


def spoken(gain_db: float, pause_after_s: float = 0.0) -> tuple[Pcm16, list[AnyEvent]]:
    """What the line hears of one saying, and what the mouth says of it."""
    events: list[AnyEvent] = []
    line = RecordedLine(RecordedCaller(np.zeros(RATE_HZ, np.int16), RATE_HZ, "", (), ROOM), plays_hz=RATE_HZ)

    async def talk() -> None:
        mouth = Mouth(
            line=line,
            voice=ToneVoice(),
            publish=events.append,
            now_ms=lambda: 0,
            sounded=lambda pcm: None,
            replies=Replies(lambda stages: None),
        )

        async def listen() -> None:
            async for _ in line.inbound():
                pass

        tasks = [asyncio.create_task(mouth.run()), asyncio.create_task(listen())]
        mouth.say(Say(1, "", gain_db=gain_db))
        if pause_after_s:
            await asyncio.sleep(pause_after_s)
            await mouth.pause()
        await asyncio.sleep(2)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)

    run_in_virtual_time(talk)
    return line.reply, events


def test_usual_loudness_changes_no_sample() -> None:
    assert np.array_equal(spoken(0.0)[0][-RATE_HZ:], TONE)


@pytest.mark.parametrize("db", [-6.0, 3.0, 6.0, 12.0])
def test_louder_and_softer_without_clipping(db: float) -> None:
    usual, changed = spoken(0.0)[0], spoken(db)[0]
    assert np.abs(changed.astype(int)).max() <= ROOF
    soft = slice(0, RATE_HZ // 10)  # where the tone is low enough for any of these
    assert np.allclose(changed[soft], gain(usual[soft], db), atol=2)
    assert np.sign(rms_dbfs(changed) - rms_dbfs(usual)) == np.sign(db)


def test_what_was_heard_when_it_was_paused() -> None:
    interrupted = [event for event in spoken(6.0, pause_after_s=0.5)[1] if isinstance(event, Interrupted)]
    assert [event.heard_ms for event in interrupted] == [pytest.approx(500, abs=40)]


def test_what_was_heard_in_all() -> None:
    done = [event for event in spoken(6.0)[1] if isinstance(event, SayDone)]
    assert [event.heard_ms for event in done] == [1_000]
