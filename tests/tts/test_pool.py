"""Real engines in real worker processes: what a caller hears when one dies, hangs or is interrupted."""

import asyncio
import os
import signal
import sys
import time
from contextlib import aclosing

import numpy as np
import pytest

from tests.tts.conftest import whole
from voice.clock import run_in_virtual_time
from voice.errors import EngineFailed, SetupError
from voice.tts.pool import Limits, Pool
from voice.tts.voices import PooledVoice, command

LONG = "Назовите, пожалуйста, номер вашего заявления по цифрам, он указан в письме и в личном кабинете. "


@pytest.fixture(params=["rhvoice", "espeak"])
def spec(request):
    return request.getfixturevalue(f"{request.param}_spec")


async def with_pool(spec, body, *, size=1, limits=None):
    pool = Pool(command(spec), size=size, limits=limits)
    await pool.start()
    try:
        return await body(pool, PooledVoice(spec.known, pool))
    finally:
        await pool.close()


def alike(spec, a, b) -> bool:
    """RHVoice repeats itself to the bit; espeak adds a little chance to every phrase."""
    if spec.known.engine == "rhvoice":
        return np.array_equal(a, b)
    return abs(len(a) - len(b)) < 0.01 * len(a)


def test_a_phrase_is_heard_and_is_always_the_same(spec):
    async def body(pool, voice):
        first, second = await whole(voice.speak(LONG)), await whole(voice.speak(LONG))
        assert len(first) > 3 * voice.rate_hz and alike(spec, first, second)
        assert np.abs(first[: voice.rate_hz // 50]).max() > 300  # sound within the first 20 ms
        assert len(await whole(voice.speak(LONG, pace=0.7))) > 1.2 * len(first)
        assert len(await whole(voice.speak("... !"))) == 0

    asyncio.run(with_pool(spec, body))


def test_the_level_suits_a_telephone(spec):
    async def body(pool, voice):
        sound = (await whole(voice.speak(LONG))) / 32768
        frames = sound[: len(sound) // 480 * 480].reshape(-1, 480)
        power = (frames**2).mean(axis=1)
        active_db = 10 * np.log10(power[power > 1e-4].mean())
        assert -23 < active_db < -17
        assert np.abs(sound).max() <= 10 ** (-3 / 20) + 0.001

    asyncio.run(with_pool(spec, body))


def test_a_worker_killed_in_a_phrase_fails_that_phrase_only(spec):
    async def body(pool, voice):
        (pid,) = pool.pids
        with pytest.raises(EngineFailed):
            async with aclosing(pool.say(LONG * 60, 1.0)) as pieces:  # one piece to the engine: it is at it for long
                await asyncio.sleep(0)
                task = asyncio.ensure_future(anext(pieces))
                await asyncio.sleep(0.05)
                os.kill(pid, signal.SIGKILL)
                await task
                async for _ in pieces:
                    pass
        assert len(await whole(voice.speak("да"))) > 2_000
        assert pid not in pool.pids

    asyncio.run(with_pool(spec, body))


def test_a_worker_that_hangs_is_killed_and_replaced(spec):
    async def body(pool, voice):
        (pid,) = pool.pids
        os.kill(pid, signal.SIGSTOP)
        started = time.monotonic()
        with pytest.raises(EngineFailed, match="silent"):
            await whole(voice.speak("да"))
        assert time.monotonic() - started < 2
        assert len(await whole(voice.speak("да"))) > 2_000
        assert pid not in pool.pids

    asyncio.run(with_pool(spec, body, limits=Limits(piece_ms=700)))


def test_eight_callers_at_once_hear_their_own_words(spec):
    texts = [f"Ваш номер {number}." for number in (1, 12, 123, 7, 70, 700, 99, 5)]

    async def body(pool, voice):
        alone = [await whole(voice.speak(text)) for text in texts]
        together = await asyncio.gather(*(whole(voice.speak(text)) for text in texts))
        assert all(alike(spec, a, b) for a, b in zip(alone, together, strict=True))

    asyncio.run(with_pool(spec, body, size=2))


def test_barge_in_frees_the_same_worker_at_once(rhvoice_spec):
    async def body(pool, voice):
        (pid,) = pool.pids
        async with aclosing(pool.say(LONG * 30, 1.0)) as pieces:
            await anext(pieces)
        started = time.monotonic()
        assert len(await whole(voice.speak("да"))) > 2_000
        assert time.monotonic() - started < 1  # the whole text would take much longer
        assert pool.pids == (pid,)

    asyncio.run(with_pool(rhvoice_spec, body))


def test_a_long_text_does_not_starve_a_short_one(espeak_spec):
    order = []

    async def body(pool, voice):
        async def say(name, text):
            await whole(voice.speak(text))
            order.append(name)

        await asyncio.gather(say("long", LONG * 8), say("short", "да"))

    asyncio.run(with_pool(espeak_spec, body))
    assert order == ["short", "long"]


def test_the_urgent_go_before_those_who_prepare(espeak_spec):
    order = []

    async def body(pool, voice):
        prepare = PooledVoice(espeak_spec.known, pool, urgent=False)

        async def say(name, speaker):
            await whole(speaker.speak("да"))
            order.append(name)

        await asyncio.gather(say("first", voice), say("prepare", prepare), say("caller", voice))

    asyncio.run(with_pool(espeak_spec, body))
    assert order == ["first", "caller", "prepare"]


def test_a_caller_who_leaves_the_queue_takes_no_worker_with_him(espeak_spec):
    async def body(pool, voice):
        busy = asyncio.ensure_future(whole(voice.speak(LONG)))
        await asyncio.sleep(0)
        waiting = asyncio.ensure_future(whole(voice.speak("нет")))
        await asyncio.sleep(0)
        waiting.cancel()
        await busy
        assert len(await whole(voice.speak("да"))) > 2_000

    asyncio.run(with_pool(espeak_spec, body))


def test_virtual_time_stands_still_while_a_worker_speaks_and_goes_on_after(spec):
    async def body(pool, voice):
        loop = asyncio.get_running_loop()
        before = loop.time()
        assert len(await whole(voice.speak(LONG))) > 3 * voice.rate_hz
        assert loop.time() == before
        await asyncio.sleep(3_600)
        assert loop.time() >= before + 3_600

    run_in_virtual_time(lambda: with_pool(spec, body))


def test_a_command_that_cannot_start_says_why(tmp_path):
    async def body():
        pool = Pool((sys.executable, "-c", "pass"), size=2)
        with pytest.raises(SetupError, match="does not start"):
            await pool.start()
        assert pool.pids == ()

    asyncio.run(body())


def test_a_closed_pool_leaves_no_process(espeak_spec):
    async def body():
        pool = Pool(command(espeak_spec), size=2)
        await pool.start()
        pids = pool.pids
        await pool.close()
        return pids

    for pid in asyncio.run(body()):
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
