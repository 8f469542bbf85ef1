"""ExchangeLine in virtual time, against a queue that plays, flushes and hangs up as Asterisk's does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from tests.transports.chan_websocket_far_end import event, media_start
from tests.transports.far_end import Wire, run
from voice.errors import CallerFault, LineBusy
from voice.line import Inbound, Pcm16, Pressed, Sound
from voice.transports.chan_websocket_wire import Codec
from voice.transports.exchange_line import ExchangeLine
from voice.transports.socket_port import SocketGone

FRAME = np.full(320, 7, dtype=np.int16)
TICK_S = 0.02
FULL, FREE = 900, 800
JOIN = 80  # samples of 5 ms, in which sound begins and ends


class Asterisk(Wire):
    """Its channel, after MEDIA_START: a queue from which one frame a tick is heard."""

    def __init__(self) -> None:
        super().__init__()
        self.queue: list[bytes | str] = []
        self.heard: list[tuple[float, bytes]] = []
        self.did: list[str] = []
        self.full = False

    @property
    def frames(self) -> int:
        return sum(isinstance(item, bytes) for item in self.queue)

    async def send(self, message: str | bytes) -> None:
        await super().send(message)
        if isinstance(message, bytes):
            self.queue.append(message)
            if not self.full and self.frames >= FULL:
                self._tell_full(True)
            return
        told = json.loads(message)
        match told["command"]:
            case "MARK_MEDIA":
                self.queue.append(told["correlation_id"])
                return
            case "FLUSH_MEDIA":
                self.queue.clear()
            case "HANGUP":
                self.to_line.put_nowait(1000)
        self.did.append(told["command"])

    async def play(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(TICK_S)
            if self.full and self.frames < FREE:
                self._tell_full(False)
            while self.queue and isinstance(self.queue[0], str):
                self.told("MEDIA_MARK_PROCESSED", correlation_id=self.queue.pop(0))
            if self.queue:
                self.heard.append((loop.time(), self.queue.pop(0)))  # type: ignore[arg-type]

    def told(self, name: str, **fields: object) -> None:
        self.to_line.put_nowait(event(name, as_json=True, **fields))

    def _tell_full(self, full: bool) -> None:
        self.full = full
        self.told("MEDIA_XOFF" if full else "MEDIA_XON")

    @contextmanager
    def playing(self) -> Iterator[None]:
        task = asyncio.get_running_loop().create_task(self.play())
        try:
            yield
        finally:
            task.cancel()


def line_on(asterisk: Wire) -> ExchangeLine:
    codec = Codec()
    codec.receive(media_start(as_json=True))
    return ExchangeLine(asterisk, codec)


def spoken(asterisk: Asterisk) -> Pcm16:
    return np.frombuffer(b"".join(frame for _, frame in asterisk.heard), dtype=np.int16)


async def all_of(line: ExchangeLine) -> list[Inbound]:
    return [item async for item in line.inbound()]


def test_a_call_is_answered_once_when_it_runs() -> None:
    async def call() -> None:
        asterisk = Asterisk()
        with asterisk.playing():
            async with line_on(asterisk) as line:
                assert asterisk.did == []
                asterisk.tell(b"\1\0" * 320)
                asterisk.told("DTMF_END", digit="5")
                asterisk.told("DTMF_END", digit="A")
                asterisk.tell(1000)
                await line.play(FRAME)
                sound, *rest = await all_of(line)
            assert isinstance(sound, Sound) and sound.pcm.tolist() == [1] * 320 and rest == [Pressed("5")]
            assert asterisk.did == ["ANSWER"], "he is gone: nobody is there to be hung up on"

    run(call())


def test_a_call_that_is_refused_was_never_answered() -> None:
    async def call() -> None:
        asterisk = Asterisk()
        with pytest.raises(LineBusy):
            async with line_on(asterisk):
                raise LineBusy("full")
        assert asterisk.did == ["HANGUP"] and asterisk.code == 1011

    run(call())


def test_it_hangs_up_when_the_last_prompt_has_sounded_whole() -> None:
    async def call() -> None:
        asterisk = Asterisk()
        with asterisk.playing():
            async with line_on(asterisk) as line:
                for _ in range(33):
                    await line.play(FRAME)
                await line.play(FRAME[:100])
                await line.close("goodbye")
                await line.close("again")
                last_s = asyncio.get_running_loop().time()
        heard = spoken(asterisk)
        assert (heard[JOIN : 33 * 320 + 100] == 7).all() and not heard[33 * 320 + 100 + JOIN :].any()
        assert len(heard) == 34 * 320 + 1_600, "the last frame is filled up, and 100 ms of silence follow"
        assert asterisk.did == ["ANSWER", "HANGUP"] and asterisk.code == 1000
        assert 0 <= last_s - asterisk.heard[-1][0] <= 2 * TICK_S

    run(call())


def test_a_far_end_that_says_nothing_of_its_marks_is_hung_up_on_a_second_later() -> None:
    async def call() -> None:
        asterisk = Asterisk()
        async with line_on(asterisk) as line:
            await line.play(FRAME)
            await line.close()
        assert asterisk.did == ["ANSWER", "HANGUP"]
        assert 1 <= asyncio.get_running_loop().time() <= 1.2

    run(call())


@pytest.mark.parametrize("how", [1000, 1006])
def test_a_caller_who_hangs_up_while_the_last_prompt_sounds_ends_the_waiting(how: int) -> None:
    async def call() -> None:
        asterisk = Asterisk()
        async with line_on(asterisk) as line:
            await line.play(np.tile(FRAME, 20))
            asterisk.tell(how)
            await line.close()
            assert asyncio.get_running_loop().time() < 0.1

    run(call())


@pytest.mark.parametrize("after_ms", [0, 30, 130, 290, 600])
def test_clear_is_silence_at_once_and_says_what_was_not_heard(after_ms: int) -> None:
    async def call() -> None:
        asterisk = Asterisk()
        with asterisk.playing():
            async with line_on(asterisk) as line:
                for _ in range(20):
                    await line.play(FRAME)
                await asyncio.sleep(after_ms / 1000)
                unheard = await line.clear()
                sounded = len(spoken(asterisk))
                await asyncio.sleep(0.1)
                assert unheard == 20 * 320 - sounded
                fading = spoken(asterisk)[sounded:]
                assert len(fading) == (320 if sounded and unheard else 0), "one frame, in which the word fades away"
                assert np.abs(np.diff(spoken(asterisk))).max(initial=0) <= 1 and not fading[JOIN:].any()
                await line.play(FRAME * 2)
                await asyncio.sleep(0.1)
                again = spoken(asterisk)[sounded + len(fading) :]
                assert len(again) == 320 and (again[JOIN:] == 14).all()
                asterisk.tell(1000)
                await all_of(line)

    run(call())


def test_a_full_queue_is_waited_for_and_what_waited_is_not_said_after_a_clear() -> None:
    async def call() -> None:
        asterisk = Asterisk()
        loop = asyncio.get_running_loop()
        with asterisk.playing():
            async with line_on(asterisk) as line:
                for _ in range(FULL):
                    await line.play(FRAME)
                await asyncio.sleep(0)
                began_s = loop.time()
                await line.play(FRAME)
                assert loop.time() - began_s == pytest.approx((FULL - FREE) * TICK_S, abs=3 * TICK_S)
                asterisk.told("MEDIA_XOFF")
                await asyncio.sleep(0)
                waiting = asyncio.get_running_loop().create_task(line.play(FRAME * 3))
                await asyncio.sleep(0.1)
                assert not waiting.done()
                await line.clear()
                await waiting
                await asyncio.sleep(0.1)
                assert 21 not in spoken(asterisk)
                asterisk.tell(1000)
                await all_of(line)

    run(call())


def test_a_queue_that_stays_full_ends_the_call() -> None:
    async def call() -> None:
        asterisk = Asterisk()
        with pytest.raises(CallerFault) as caught:
            async with line_on(asterisk) as line:
                asterisk.told("MEDIA_XOFF")
                await asyncio.sleep(0)
                await line.play(FRAME)
                await all_of(line)
        assert caught.value.code == "not_reading"
        assert asyncio.get_running_loop().time() == pytest.approx(5, abs=0.1)
        assert asterisk.did[-1] == "HANGUP" and asterisk.code == 1008

    run(call())


def test_a_telephone_that_suppresses_silence_is_heard_to_fall_silent() -> None:
    async def call() -> None:
        asterisk = Asterisk()
        loop = asyncio.get_running_loop()
        async with line_on(asterisk) as line:
            asterisk.tell(FRAME.tobytes())
            heard = 0
            async for item in line.inbound():
                assert isinstance(item, Sound)
                heard += item.pcm.size
                assert heard <= (loop.time() + TICK_S) * 16_000 + 1
                if loop.time() > 3:
                    break
            assert heard == pytest.approx(3 * 16_000, abs=0.1 * 16_000)
            asterisk.tell(SocketGone(1000).code)

    run(call())


@pytest.mark.parametrize(
    ("message", "code"), [(b"\0", "odd_bytes"), ("{", "not_json"), (media_start(as_json=True), "second_start")]
)
def test_a_broken_rule_ends_the_call_after_all_that_came_before(message: str | bytes, code: str) -> None:
    async def call() -> None:
        asterisk = Asterisk()
        asterisk.told("DTMF_END", digit="1")
        asterisk.to_line.put_nowait(message)
        heard: list[Inbound] = []
        with pytest.raises(CallerFault) as caught:
            async with line_on(asterisk) as line:
                async for item in line.inbound():
                    heard.append(item)
        assert heard == [Pressed("1")] and caught.value.code == code
        assert asterisk.did == ["ANSWER", "HANGUP"] and asterisk.code == 1008

    run(call())
