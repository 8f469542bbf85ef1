"""Which voices this machine has, which one speaks, and how to open it."""

from __future__ import annotations

import importlib.metadata
import json
import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from voice.errors import VoiceMissing
from voice.line import Pcm16
from voice.settings import Settings
from voice.tts.cache import CachedVoice, SoundCache
from voice.tts.catalogue import KNOWN, Known
from voice.tts.fetch import STAMP, fetch
from voice.tts.pool import Pool
from voice.tts.reading import READINGS
from voice.tts.rhvoice import Home, system_wide, unpacked
from voice.tts.sentences import split
from voice.tts.worker import Spec

__all__ = ["OpenVoice", "VoiceSpec", "available_voices", "choose", "fetch", "installed", "open_voice"]

SENTENCE_PAUSE_MS = 200  # between two sentences of one text, beside the little silence each ends with
SOUND_VERSION = "1"  # raise it when the way sound is made here changes


@dataclass(frozen=True, slots=True)
class VoiceSpec:
    """One voice that can speak on this machine."""

    known: Known
    home: Home | None
    version: str

    @property
    def name(self) -> str:
        return self.known.name


def _directory(models: Path) -> Path:
    return models / "voices" / "rhvoice"


def installed(models: Path) -> str | None:
    """The version of RHVoice that `fetch` brought, None when it did not."""
    stamp = _directory(models) / STAMP
    if not unpacked(_directory(models)) or not stamp.is_file():
        return None
    return str(json.loads(stamp.read_text(encoding="utf-8"))["version"])


def available_voices(models: Path, language: str = "ru") -> tuple[VoiceSpec, ...]:
    """Every voice that can speak it here, the best first. espeak comes with the package and is always there."""
    home = unpacked(_directory(models)) or system_wide()
    on_disk = home.voices() if home else ()
    version = installed(models) or "system"
    return tuple(
        VoiceSpec(known, home, version)
        if known.engine == "rhvoice"
        else VoiceSpec(known, None, importlib.metadata.version("espeakng-loader"))
        for known in KNOWN
        if known.language == language and (known.engine == "espeak" or known.name in on_disk)
    )


def choose(name: str, models: Path, language: str = "ru") -> VoiceSpec:
    """The voice called `name`, whatever it speaks, or the language's best one for an empty name.

    Raises VoiceMissing, which lists what is there.
    """
    if not name:
        return available_voices(models, language)[0]
    voices = [voice for known in READINGS for voice in available_voices(models, known)]
    for voice in voices:
        if voice.name == name.lower():
            return voice
    listed = ", ".join(voice.name for voice in voices)
    hint = "" if installed(models) else "; `voice voices fetch` brings RHVoice's voices"
    raise VoiceMissing(f"no voice {name!r} on this machine; there are {listed}{hint}")


class PooledVoice:
    """A Voice over worker processes: text to words, words to sentences, each sentence to the next free worker."""

    def __init__(self, known: Known, pool: Pool, *, urgent: bool = True) -> None:
        self.name, self.rate_hz = known.name, known.rate_hz
        self._pool, self._urgent, self._read = pool, urgent, READINGS[known.language]

    async def speak(self, text: str, *, pace: float = 1.0) -> AsyncGenerator[Pcm16, None]:
        """As the port says; nothing for a text without words."""
        for index, sentence in enumerate(split(self._read(text))):
            if index:
                yield np.zeros(round(self.rate_hz * SENTENCE_PAUSE_MS / 1000 / pace), np.int16)
            async with aclosing(self._pool.say(sentence, pace, urgent=self._urgent)) as pieces:
                async for piece in pieces:
                    yield piece


class OpenVoice(CachedVoice):
    """The voice of the line: started once, closed once, used by all calls."""

    def __init__(self, spec: VoiceSpec, *, workers: int, cache: SoundCache) -> None:
        known = spec.known
        self.spec = spec
        self.pool = Pool(command(spec), size=workers)
        super().__init__(
            PooledVoice(known, self.pool),
            cache,
            version=f"{known.engine} {spec.version} {known.gain_db} {SOUND_VERSION}",
            background=PooledVoice(known, self.pool, urgent=False),
            read=READINGS[known.language],
        )

    async def start(self) -> None:
        """Start and warm the workers. Raises SetupError."""
        await self.pool.start()

    async def close(self) -> None:
        await self.pool.close()


def command(spec: VoiceSpec) -> tuple[str, ...]:
    """The command line of a worker for this voice."""
    known = spec.known
    worker = Spec(
        engine=known.engine,
        voice=known.name,
        rate_hz=known.rate_hz,
        gain_db=known.gain_db,
        home=spec.home,
        language=known.language,
    ).to_json()
    return (sys.executable, "-m", "voice.tts.worker", worker)


def open_voice(settings: Settings, language: str = "") -> OpenVoice:
    """The voice the settings name, or the best one of another language than the line's own, with its pool and its
    cache; nothing runs before `start` or the first phrase.

    Raises VoiceMissing.
    """
    name = "" if language else settings.voice
    spec = choose(name, settings.models.resolve(), language or settings.language)
    return OpenVoice(spec, workers=settings.synthesisers, cache=SoundCache(settings.data / "speech"))
