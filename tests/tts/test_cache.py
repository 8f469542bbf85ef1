import asyncio
import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tts.conftest import whole
from voice.errors import EngineFailed
from voice.tts.cache import CachedVoice, SoundCache


class CountingVoice:
    """A voice whose sound is its text, and which counts how often it is asked."""

    name, rate_hz = "counting", 8_000

    def __init__(self) -> None:
        self.said: list[str] = []
        self.fails = False

    async def speak(self, text, *, pace=1.0):
        self.said.append(text)
        yield np.frombuffer((text * 100).encode("utf-16-le"), np.int16)
        if self.fails:
            raise EngineFailed("planted")
        yield np.arange(50, dtype=np.int16)


def cached(voice, directory, **more):
    return CachedVoice(voice, SoundCache(directory, **more), version="1")


def test_what_was_said_once_is_the_same_bytes_without_the_engine(tmp_path):
    voice = CountingVoice()
    first = asyncio.run(whole(cached(voice, tmp_path).speak("да")))
    second = asyncio.run(whole(cached(voice, tmp_path).speak("да")))
    assert first.tobytes() == second.tobytes() and voice.said == ["да"]


@pytest.mark.parametrize(
    "other", [("нет", 1.0, "1"), ("да", 0.8, "1"), ("да", 1.0, "2")], ids=["text", "pace", "version"]
)
def test_another_text_pace_or_version_is_another_sound(tmp_path, other):
    voice, (text, pace, version) = CountingVoice(), other
    asyncio.run(whole(cached(voice, tmp_path).speak("да")))
    asyncio.run(whole(CachedVoice(voice, SoundCache(tmp_path), version=version).speak(text, pace=pace)))
    assert len(voice.said) == 2


@given(st.data())
def test_a_spoilt_entry_is_made_anew(tmp_path_factory, data):
    directory = tmp_path_factory.mktemp("cache")
    voice = CountingVoice()
    good = asyncio.run(whole(cached(voice, directory).speak("да")))
    (entry,) = directory.glob("*.pcm")
    whole_entry = entry.read_bytes()
    if data.draw(st.booleans()):
        spoilt = whole_entry[: data.draw(st.integers(0, len(whole_entry) - 1))]
    else:
        at = data.draw(st.integers(0, len(whole_entry) - 1))
        spoilt = whole_entry[:at] + bytes([whole_entry[at] ^ 0x40]) + whole_entry[at + 1 :]
    entry.write_bytes(spoilt)
    again = asyncio.run(whole(cached(voice, directory).speak("да")))
    assert again.tobytes() == good.tobytes() and voice.said == ["да", "да"]
    assert entry.read_bytes() == whole_entry


def test_a_disk_that_takes_nothing_does_not_break_speech(tmp_path):
    (tmp_path / "file").write_text("not a directory")
    voice = CountingVoice()
    for _ in range(2):
        assert len(asyncio.run(whole(cached(voice, tmp_path / "file").speak("да")))) == 250
    assert len(voice.said) == 2


def test_a_phrase_that_failed_or_was_cut_off_is_not_kept(tmp_path):
    voice = CountingVoice()
    voice.fails = True
    with pytest.raises(EngineFailed):
        asyncio.run(whole(cached(voice, tmp_path).speak("да")))

    async def cut_off():
        voice.fails = False
        pieces = cached(voice, tmp_path).speak("да")
        await anext(pieces)
        await pieces.aclose()

    asyncio.run(cut_off())
    assert list(tmp_path.iterdir()) == []


def test_sound_comes_while_the_cache_is_filled(tmp_path):
    async def first_piece():
        pieces = cached(CountingVoice(), tmp_path).speak("да")
        piece = await anext(pieces)
        assert not list(tmp_path.iterdir())
        await pieces.aclose()
        return piece

    assert len(asyncio.run(first_piece())) == 200


def test_the_least_recently_used_goes_first(tmp_path):
    cache, sound = SoundCache(tmp_path, limit_bytes=2_500), np.zeros(500, np.int16)
    for key in ("a", "b"):
        assert cache.store(key, 8_000, sound)
    for age_s, entry in enumerate(sorted(tmp_path.iterdir(), key=lambda path: path.stat().st_mtime_ns, reverse=True)):
        os.utime(entry, (1_000_000 - age_s, 1_000_000 - age_s))
    assert cache.load("a", 8_000) is not None
    cache.store("c", 8_000, sound)
    assert [cache.has(key) for key in "abc"] == [True, False, True]


def test_prerender_makes_what_is_missing_in_the_background(tmp_path):
    voice, background = CountingVoice(), CountingVoice()
    speaker = CachedVoice(voice, SoundCache(tmp_path), version="1", background=background)

    async def body():
        assert await speaker.prerender(["да", "нет"]) == 2
        assert await speaker.prerender(["да", "нет", "ещё"]) == 1
        await whole(speaker.speak("нет"))

    asyncio.run(body())
    assert (background.said, voice.said) == (["да", "нет", "ещё"], [])


def test_prerender_goes_on_after_a_failure(tmp_path):
    voice = CountingVoice()
    voice.fails = True
    assert asyncio.run(cached(voice, tmp_path).prerender(["да", "нет"])) == 0
    assert voice.said == ["да", "нет"]
