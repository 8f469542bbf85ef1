"""BrowserLine over a socket made of two queues, in virtual time."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from tests.transports.far_end import Wire, run
from voice.errors import CallerFault, LineBusy
from voice.line import Inbound, Line, Pressed, Sound, Wrote
from voice.transports.browser import BrowserLine, receive_start
from voice.transports.browser_wire import CLOSE_CODES, Codec, Start

LINE = "88005553535"
TEXTS = dict.fromkeys(CLOSE_CODES, "Русский текст.")


def line_on(wire: Wire) -> BrowserLine:
    codec = Codec({LINE}, default_line=LINE)
    start = codec.receive('{"type": "start", "rate_hz": 8000}')
    assert isinstance(start, Start)
    return BrowserLine(wire, codec, start, call_id="c1", captions="/calls/c1/captions", texts=TEXTS)


async def all_of(line: Line) -> list[Inbound]:
    return [item async for item in line.inbound()]


def pcm(*samples: int) -> bytes:
    return np.array(samples, dtype="<i2").tobytes()


def test_a_call_from_hello_to_the_callers_goodbye() -> None:
    async def call() -> None:
        wire = Wire()
        wire.tell(pcm(1, -2), {"type": "key", "digit": "5"}, {"type": "text", "text": "да"}, {"type": "hangup"})
        async with line_on(wire) as line:
            await line.play(np.array([7, -8], dtype=np.int16))
            sound, *rest = await all_of(line)
            await line.clear()
        assert isinstance(sound, Sound) and sound.pcm.tolist() == [1, -2]
        assert rest == [Pressed("5"), Wrote("да")]
        hello = {"type": "call", "id": "c1", "captions": "/calls/c1/captions", "play_hz": 24_000}
        assert wire.sent == [hello, pcm(7, -8), {"type": "clear"}, {"type": "bye", "by": "caller", "reason": ""}]
        assert wire.code == 1000

    run(call())


def test_the_line_may_hang_up_and_closing_twice_is_closing_once() -> None:
    async def call() -> None:
        wire = Wire()
        async with line_on(wire) as line:
            await line.close("done")
            await line.close("again")
            await line.play(np.ones(3, dtype=np.int16))
            assert await all_of(line) == []
        assert wire.sent == [{"type": "bye", "by": "line", "reason": "done"}] and wire.code == 1000

    run(call())


def test_a_socket_that_breaks_is_a_caller_who_hung_up() -> None:
    async def call() -> None:
        wire = Wire()
        wire.tell(pcm(1), 1006)
        async with line_on(wire) as line:
            assert len(await all_of(line)) == 1
            assert line.fault is None

    run(call())


@pytest.mark.parametrize(
    ("message", "code"),
    [(b"\0", "odd_bytes"), ({"type": "dance"}, "unknown_message"), ({"type": "start", "rate_hz": 1}, "second_start")],
)
def test_a_broken_rule_is_told_and_ends_the_call_after_all_that_came_before(message: object, code: str) -> None:
    async def call() -> None:
        wire = Wire()
        wire.tell({"type": "key", "digit": "1"}, message)  # type: ignore[arg-type]
        heard: list[Inbound] = []
        with pytest.raises(CallerFault) as caught:
            async with line_on(wire) as line:
                async for item in line.inbound():
                    heard.append(item)
        assert heard == [Pressed("1")] and caught.value.code == code
        assert wire.sent[-1] == {"type": "error", "code": code, "message": "Русский текст."}
        assert wire.code == CLOSE_CODES[code]

    run(call())


def test_a_server_limit_is_a_message_too_big() -> None:
    async def call() -> None:
        wire = Wire()
        wire.tell(1009)
        with pytest.raises(CallerFault, match="limit") as caught:
            async with line_on(wire) as line:
                await all_of(line)
        assert caught.value.code == "too_big"

    run(call())


def test_a_full_line_says_so_and_makes_no_call() -> None:
    async def call() -> None:
        wire = Wire()
        with pytest.raises(LineBusy):
            async with line_on(wire):
                raise LineBusy("full")
        assert wire.sent == [{"type": "error", "code": "busy", "message": "Русский текст."}] and wire.code == 1013

    run(call())


def test_our_own_failure_is_told_without_its_reason() -> None:
    async def call() -> None:
        wire = Wire()
        with pytest.raises(ZeroDivisionError):
            async with line_on(wire):
                raise ZeroDivisionError
        assert wire.sent == [{"type": "error", "code": "internal", "message": "Русский текст."}] and wire.code == 1011

    run(call())


def test_a_browser_that_never_reads_ends_its_call_in_five_seconds() -> None:
    async def call() -> None:
        wire = Wire()
        loop = asyncio.get_running_loop()
        with pytest.raises(CallerFault) as caught:
            async with line_on(wire) as line:
                wire.stuck = True
                await line.play(np.ones(3, dtype=np.int16))
                assert loop.time() == pytest.approx(5, abs=0.01)
                await line.play(np.ones(3, dtype=np.int16))
                await all_of(line)
        assert caught.value.code == "not_reading"
        assert loop.time() < 6.1, "what comes after must not wait again"

    run(call())


def test_a_browser_that_sends_no_sound_hears_time_go_on_as_silence() -> None:
    async def call() -> None:
        wire = Wire()
        loop = asyncio.get_running_loop()
        samples = 0
        async with line_on(wire) as line:
            async for item in line.inbound():
                assert isinstance(item, Sound) and not item.pcm.any()
                samples += item.pcm.size
                if loop.time() >= 61:
                    break
        assert samples == pytest.approx(61 * 8_000, abs=8_000 * 0.25)

    run(call())


def test_sound_in_time_gets_no_silence_between() -> None:
    async def call() -> None:
        wire = Wire()

        async def talk() -> None:
            for _ in range(20):
                await asyncio.sleep(0.9)
                wire.tell(pcm(1) * 7_200)
            wire.tell({"type": "hangup"})

        async with line_on(wire) as line, asyncio.TaskGroup() as group:
            group.create_task(talk())
            heard = await all_of(line)
        assert all(isinstance(item, Sound) and item.pcm.all() for item in heard) and len(heard) == 20

    run(call())


def test_one_that_never_starts_is_refused_after_its_time() -> None:
    async def call() -> None:
        with pytest.raises(CallerFault) as caught:
            await receive_start(Wire(), Codec({LINE}, default_line=LINE))
        assert caught.value.code == "start_timeout"
        assert asyncio.get_running_loop().time() == pytest.approx(10, abs=0.01)

    run(call())


def test_every_error_closes_with_a_code_that_may_be_sent() -> None:
    assert all(1000 <= code <= 1014 and code not in {1004, 1005, 1006} for code in CLOSE_CODES.values())
