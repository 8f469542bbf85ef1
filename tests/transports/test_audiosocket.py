"""AudioSocketLine between a stream of bytes and a writer that keeps what is written and when, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from voice.clock import VirtualTimeLoop, run_in_virtual_time
from voice.errors import BadAudio, CallerFault
from voice.line import Inbound, Pcm16, Pressed, Sound
from voice.transports import audiosocket_wire as wire
from voice.transports.audiosocket import TAIL_FRAMES, AudioSocketLine, Incoming

NAME = wire.frame(wire.ID, UUID("12345678-1234-4678-9234-567812345678").bytes)
RATE_HZ = 8_000
FRAME = 160


class Writer:
    """An asyncio.StreamWriter that keeps every write and the time of it; `unread`: bytes the far end has not taken."""

    def __init__(self) -> None:
        self.written: list[tuple[float, bytes]] = []
        self.unread = 0
        self.aborted = self.closed = False
        self.transport = self

    def write(self, data: bytes) -> None:
        assert not self.closed, "written after the end"
        self.written.append((asyncio.get_running_loop().time(), data))

    def get_write_buffer_size(self) -> int:
        return self.unread

    def abort(self) -> None:
        self.aborted = self.closed = True

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    async def wait_closed(self) -> None:
        return None


class Call:
    def __init__(self) -> None:
        self.stream = asyncio.StreamReader()
        self.stream.feed_data(NAME)
        self.writer = Writer()
        self.line: AudioSocketLine

    @property
    def sent(self) -> list[int]:
        """A sample from the middle of every frame of sound."""
        frames = (data for _, data in self.writer.written if data[0] == 0x10)
        return [int.from_bytes(data[203:205], "little", signed=True) for data in frames]

    def frames(self, *values: int) -> None:
        """Asterisk sends a frame of each value."""
        for value in values:
            self.stream.feed_data(wire.sound_frame(frame(value), RATE_HZ))

    async def heard(self) -> list[Inbound]:
        return [item async for item in self.line.inbound()]


def frame(value: int, samples: int = FRAME) -> Pcm16:
    return np.full(samples, value, np.int16)


def on_call(talk: Callable[[Call], Coroutine[Any, Any, None]]) -> Call:
    """Run `talk` on a line in virtual time and hang up."""

    async def whole() -> Call:
        call = Call()
        incoming = Incoming(call.stream)
        assert isinstance(await incoming.next(), wire.Named)
        call.line = AudioSocketLine(incoming, call.writer, RATE_HZ)  # type: ignore[arg-type]
        async with call.line:
            await talk(call)
        return call

    call: Call = run_in_virtual_time(whole)
    return call


def test_sound_goes_out_from_beginning_to_end_a_whole_frame_a_write_on_the_clock() -> None:
    async def talk(call: Call) -> None:
        await asyncio.sleep(0.2)
        await call.line.play(frame(7))
        await call.line.play(frame(8))
        await asyncio.sleep(0.2)

    call = on_call(talk)
    assert call.sent[11:15] == [0, 7, 8, 0] or call.sent[12:16] == [0, 7, 8, 0]
    *sound, last = call.writer.written
    assert last[1] == wire.END_FRAME
    assert {len(data) for _, data in sound} == {323}
    times = np.array([at_s for at_s, _ in sound])
    assert np.abs(times[2:] - 0.02 * np.arange(len(times) - 2)).max() < 1e-6, "two frames early"


def test_what_waits_is_said_before_the_end_and_silence_after_it() -> None:
    async def talk(call: Call) -> None:
        for value in (1, 2, 3):
            await call.line.play(frame(value))

    call = on_call(talk)
    assert call.sent == [1, 2, 3] + [0] * TAIL_FRAMES
    assert call.writer.written[-1][1] == wire.END_FRAME and call.writer.closed


def test_half_a_frame_is_filled_up_and_not_lost() -> None:
    async def talk(call: Call) -> None:
        await call.line.play(frame(5, 100))

    call = on_call(talk)
    first = np.frombuffer(call.writer.written[0][1][3:], "<i2")
    assert first[40:].tolist() == [5] * 60 + [0] * 60


def test_what_is_taken_back_does_not_sound() -> None:
    async def talk(call: Call) -> None:
        for value in range(1, 9):
            await call.line.play(frame(value))
        await asyncio.sleep(0.03)
        await call.line.clear()
        await call.line.play(frame(9))
        await asyncio.sleep(0.1)

    call = on_call(talk)
    assert [value for value in call.sent if value] == [1, 2, 3, 4, 9]


def test_a_word_that_is_cut_short_does_not_click() -> None:
    async def talk(call: Call) -> None:
        for _ in range(8):
            await call.line.play(frame(9_000))
        await asyncio.sleep(0.05)
        await call.line.clear()
        await asyncio.sleep(0.05)
        await call.line.play(frame(-9_000))
        await asyncio.sleep(0.1)

    sound = np.concatenate([np.frombuffer(data[3:], "<i2") for _, data in on_call(talk).writer.written])
    assert sound.max() == 9_000 and sound.min() == -9_000
    assert np.abs(np.diff(sound.astype(np.int32))).max() <= 9_000 / 30


@pytest.mark.parametrize(("stall_ms", "at_once"), [(0, 1), (20, 1), (40, 2), (60, 3), (80, 4), (120, 6), (5_000, 4)])
def test_after_a_delay_the_missed_frames_come_at_once_but_at_most_60_ms_ahead(stall_ms: int, at_once: int) -> None:
    async def talk(call: Call) -> None:
        await asyncio.sleep(0.105)
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualTimeLoop)
        loop.now_s += stall_ms / 1000
        await asyncio.sleep(0.2)

    times = [round(at_s, 3) for at_s, _ in on_call(talk).writer.written]
    assert times.count(0.0) == 3
    assert max(times.count(at_s) for at_s in times if at_s) == at_once


def test_the_caller_is_heard_with_his_keys_in_order_until_he_hangs_up() -> None:
    async def talk(call: Call) -> None:
        call.frames(1, 2)
        call.stream.feed_data(wire.frame(wire.KEY, b"5"))
        call.frames(3)
        call.stream.feed_eof()
        heard = await call.heard()
        assert [item.pcm[0] if isinstance(item, Sound) else item for item in heard] == [1, 2, Pressed("5"), 3]

    call = on_call(talk)
    assert wire.END_FRAME not in [data for _, data in call.writer.written], "nobody is there to be told"


def test_a_telephone_that_sends_nothing_in_silence_is_heard_as_silence_in_real_time() -> None:
    async def talk(call: Call) -> None:
        async def asterisk() -> None:
            call.frames(1)
            await asyncio.sleep(3.0)
            call.frames(2)
            call.stream.feed_eof()

        sending = asyncio.create_task(asterisk())
        heard = await call.heard()
        await sending
        sound = np.concatenate([item.pcm for item in heard if isinstance(item, Sound)])
        assert len(sound) / RATE_HZ == pytest.approx(3.0, abs=0.15)
        assert sound[0] == 1 and sound[-1] == 2 and not sound[FRAME:-FRAME].any()

    on_call(talk)


def test_uneven_sound_is_not_taken_for_silence() -> None:
    async def talk(call: Call) -> None:
        async def asterisk() -> None:
            for value in range(1, 101):
                await asyncio.sleep(0.09 if value % 5 == 0 else 0.0025)  # bursts of 100 ms
                call.frames(value)
            call.stream.feed_eof()

        sending = asyncio.create_task(asterisk())
        heard = await call.heard()
        await sending
        assert [int(item.pcm[0]) for item in heard if isinstance(item, Sound)] == list(range(1, 101))

    on_call(talk)


def test_a_codec_that_changes_in_the_middle_is_heard_at_the_lines_rate() -> None:
    async def talk(call: Call) -> None:
        for _ in range(10):
            call.stream.feed_data(wire.sound_frame(frame(100, 320), 16_000))
        call.frames(1)
        call.stream.feed_eof()
        sound = np.concatenate([item.pcm for item in await call.heard() if isinstance(item, Sound)])
        assert len(sound) == pytest.approx(11 * FRAME, abs=160)

    on_call(talk)


@pytest.mark.parametrize("end", [wire.END_FRAME, b""])
def test_the_end_is_said_or_the_socket_is_closed(end: bytes) -> None:
    async def talk(call: Call) -> None:
        call.frames(1)
        call.stream.feed_data(end)
        call.stream.feed_eof()
        assert len(await call.heard()) == 1

    on_call(talk)


def test_a_connection_that_breaks_is_a_caller_who_hung_up() -> None:
    async def talk(call: Call) -> None:
        call.frames(1)
        call.stream.set_exception(ConnectionResetError())
        await call.heard()

    on_call(talk)


def test_a_broken_frame_ends_the_call_after_all_that_came_before() -> None:
    async def talk(call: Call) -> None:
        call.frames(1)
        call.stream.feed_data(b"\x10\x00\x01\x00")
        heard: list[Inbound] = []
        with pytest.raises(BadAudio):
            async for item in call.line.inbound():
                heard.append(item)
        assert len(heard) == 1

    on_call(talk)


def test_an_asterisk_that_reads_no_more_is_given_up() -> None:
    async def talk(call: Call) -> None:
        call.writer.unread = 323 * 51
        await asyncio.sleep(0.1)

    assert on_call(talk).writer.aborted


def test_closing_twice_is_closing_once() -> None:
    async def talk(call: Call) -> None:
        await call.line.close("goodbye")
        await call.line.close("again")

    call = on_call(talk)
    assert [data for _, data in call.writer.written].count(wire.END_FRAME) == 1


@pytest.mark.parametrize(("kind_hz", "told"), [(8_000, 8_000), (16_000, 16_000), (48_000, 48_000), (0, 8_000)])
def test_the_first_sound_says_the_rate(kind_hz: int, told: int) -> None:
    async def whole() -> None:
        stream = asyncio.StreamReader()
        stream.feed_data(NAME + wire.frame(wire.KEY, b"1"))
        if kind_hz:
            stream.feed_data(wire.sound_frame(frame(1), kind_hz))
        incoming = Incoming(stream)
        await incoming.next()
        assert await incoming.rate_hz() == told
        assert await incoming.next() == Pressed("1"), "nothing is lost by looking"

    run_in_virtual_time(whole)


def test_rubbish_is_refused() -> None:
    async def whole() -> None:
        stream = asyncio.StreamReader()
        stream.feed_data(b"GET / HTTP/1.1\r\n\r\n")
        with pytest.raises(CallerFault):
            await Incoming(stream).next()

    run_in_virtual_time(whole)
