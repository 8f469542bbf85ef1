"""Callers' sentences as sound: spoken by RHVoice, over a telephone, among other voices."""

from __future__ import annotations

import hashlib
import os
import zlib
from functools import lru_cache
from pathlib import Path

import numpy as np

from voice.audio import files
from voice.audio.loudness import Wave, at_level
from voice.audio.pcm import from_bytes, to_int16
from voice.audio.resample import convert
from voice.errors import VoiceMissing
from voice.line import HEARING_HZ, Pcm16
from voice.settings import Settings
from voice.tts.rhvoice import Synthesiser
from voice.tts.speech_text import for_speech
from voice.tts.voices import available_voices
from voice.workshop.callers import LEVEL_DBFS, RATE_HZ, ROOM_DBFS, by_telephone

CONDITIONS = ("clean", "telephone", "babble")
BABBLE_DB = 10.0  # how far other voices are below his
BEFORE_MS, AFTER_MS = 400, 500  # of room around a sentence: the ears keep as much before a voice's edge
BABBLE_S, STREAMS_A_VOICE, SENTENCES_A_STREAM = 30, 2, 6


class Callers:
    """The voices of this machine; what was said once is kept in `folder`. One thread only."""

    def __init__(self, settings: Settings, folder: Path, talk: tuple[str, ...]) -> None:
        """talk: sentences that the voices of a babble say. Raises VoiceMissing without RHVoice."""
        specs = [spec for spec in available_voices(settings.models.resolve()) if spec.known.engine == "rhvoice"]
        if not specs or specs[0].home is None:
            raise VoiceMissing("RHVoice is not here: `voice voices fetch` brings it")
        self.names = tuple(spec.name for spec in specs)
        self._folder, self._talk = folder, talk
        self._synthesiser = Synthesiser(specs[0].home)
        self._babble = lru_cache(maxsize=None)(self._other_voices)
        folder.mkdir(parents=True, exist_ok=True)

    def say(self, text: str, condition: str) -> Pcm16:
        """16 000 Hz. The voice is chosen by the text, so the same sentence has the same sound."""
        seed = zlib.crc32(text.encode())
        name = self.names[seed % len(self.names)]
        said = np.concatenate(
            [_silence(BEFORE_MS), _at_level(self._spoken(name, text), LEVEL_DBFS), _silence(AFTER_MS)]
        )
        if condition == "clean":
            return to_int16(said)
        rng = np.random.default_rng(seed)
        said += _at_level(rng.standard_normal(len(said)), ROOM_DBFS)
        if condition == "babble":
            others = np.roll(self._babble(name), int(rng.integers(BABBLE_S * HEARING_HZ)))
            said += _at_level(np.resize(others, len(said)), LEVEL_DBFS - BABBLE_DB)
        narrow = convert(to_int16(said), HEARING_HZ, RATE_HZ).astype(np.float64)
        return convert(by_telephone(narrow), RATE_HZ, HEARING_HZ)

    def _spoken(self, name: str, text: str) -> Wave:
        """Without the silence at its ends."""
        kept = self._folder / f"{hashlib.sha1(f'{name} {text}'.encode()).hexdigest()}.flac"
        if not kept.exists():
            pieces: list[bytes] = []

            def take(pcm: bytes, rate_hz: int) -> bool:
                pieces.append(pcm)
                return True

            self._synthesiser.speak(for_speech(text), name, take)
            sound = convert(from_bytes(b"".join(pieces)), self._synthesiser.rate_hz, HEARING_HZ)
            half = kept.with_suffix(f".{os.getpid()}.flac")
            files.write(half, sound, HEARING_HZ)
            half.replace(kept)
        said: Wave = files.read(kept)[0].astype(np.float64)
        loud = np.flatnonzero(np.abs(said) > np.abs(said).max() / 100)
        return said[loud[0] : loud[-1] + 1]

    def _other_voices(self, name: str) -> Wave:
        """All voices but one at once, each in several streams."""
        length, streams, at = BABBLE_S * HEARING_HZ, [], 0
        for other in (other for other in self.names if other != name):
            for _ in range(STREAMS_A_VOICE):
                texts = [self._talk[(at + step) % len(self._talk)] for step in range(SENTENCES_A_STREAM)]
                at += SENTENCES_A_STREAM
                stream = np.concatenate([_at_level(self._spoken(other, text), LEVEL_DBFS) for text in texts])
                streams.append(np.resize(stream, length))
        together: Wave = np.sum(streams, axis=0)
        return together


def _at_level(sound: Wave, dbfs: float) -> Wave:
    return at_level(sound, dbfs, HEARING_HZ)


def _silence(ms: int) -> Wave:
    return np.zeros(ms * HEARING_HZ // 1000)
