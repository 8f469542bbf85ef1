"""The mouth alone, in virtual time: how loud it is, and what it says was heard."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import numpy as np
import pytest

from voice.audio.pcm import ROOF, gain, rms_dbfs
from voice.call.mouth import EARLY_S, Mouth
from voice.call.replies import Replies
from voice.clock import run_in_virtual_time
from voice.dialog.actions import Say
from voice.events import AnyEvent, Interrupted, SayDone, SayStarted
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
            sounds=lambda pcm, silent_ms: None,
            sounded=lambda pcm, silent_ms: None,
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


class EarlyLine(RecordedLine):
    ahead_ms = 400


def test_what_sounds_is_handed_on_as_it_sounds_to_the_end_of_each_saying() -> None:
    line = EarlyLine(RecordedCaller(np.zeros(RATE_HZ, np.int16), RATE_HZ, "", (), ROOM), plays_hz=8_000)
    sounded: list[tuple[float, int, float]] = []  # when it was handed on, how many ms, after how many of silence
    sounds: list[tuple[float, int]] = []  # the same a moment before
    began: list[float] = []

    async def talk() -> None:
        clock = asyncio.get_running_loop().time
        mouth = Mouth(
            line=line,
            voice=ToneVoice(),
            publish=lambda event: began.append(clock()) if isinstance(event, SayStarted) else None,
            now_ms=lambda: 0,
            sounds=lambda pcm, silent_ms: sounds.append((clock(), len(pcm) * 1000 // RATE_HZ)),
            sounded=lambda pcm, silent_ms: sounded.append((clock(), len(pcm) * 1000 // RATE_HZ, silent_ms)),
            replies=Replies(lambda stages: None),
        )

        async def listen() -> None:
            async for _ in line.inbound():
                mouth.settle()

        tasks = [asyncio.create_task(mouth.run()), asyncio.create_task(listen())]
        await asyncio.sleep(0.2)
        for _ in range(2):
            mouth.say(Say(1, ""))
            await asyncio.sleep(1.5)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)

    run_in_virtual_time(talk)
    assert [ms for _, ms in sounds] == [ms for _, ms, _ in sounded]
    early_ms = [(late_s - soon_s) * 1000 for (soon_s, _), (late_s, _, _) in zip(sounds, sounded, strict=True)]
    assert max(early_ms) == pytest.approx(EARLY_S * 1000, abs=20)
    at = [n for n, (_, _, silent_ms) in enumerate(sounded) if silent_ms > 1]
    assert len(at) == 2 and [sounded[n][2] for n in at] == [pytest.approx(200, abs=5), pytest.approx(500, abs=5)]
    for begins_s, saying in zip(began, (sounded[: at[1]], sounded[at[1] :]), strict=True):
        heard_ms = 0
        for handed_on_s, ms, _ in saying:
            heard_ms += ms
            late_ms = (handed_on_s - begins_s) * 1000 - heard_ms
            assert -1 <= late_ms <= 60, f"{ms} ms that had sounded by {heard_ms} ms came {late_ms:.0f} ms late"
        assert heard_ms == pytest.approx(1_000, abs=2)
