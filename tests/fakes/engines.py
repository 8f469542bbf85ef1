"""Engines that follow a script, for whole calls in virtual time: the sound itself carries the words.

A caller "says" a phrase as a burst of constant samples; the value is the phrase's number. The detector hears any
sample, the recogniser reads the number back, the voice says silence of a known length.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field

import numpy as np

from voice.asr.port import Recognised
from voice.errors import EngineFailed
from voice.events import AnyEvent, Word
from voice.line import HEARING_HZ, Pcm16

LEVEL = 100  # sample value of phrase 0; phrase n is LEVEL + n
SAY_MS_PER_LETTER = 60
VOICE_HZ = 16_000


def spoken(phrase: int, ms: int) -> Pcm16:
    return np.full(ms * HEARING_HZ // 1000, LEVEL + phrase, np.int16)


class LoudDetector:
    def is_speech(self, frame: Pcm16) -> bool:
        return bool(np.abs(frame).max() >= LEVEL)


@dataclass
class ScriptedRecogniser:
    phrases: list[str]
    opened: list[tuple[str, ...]] = field(default_factory=list)
    fails: bool = False

    def open(self, phrases: tuple[str, ...] = ()) -> ScriptedStream:
        self.opened.append(phrases)
        return ScriptedStream(self, phrases)

    def knows(self, word: str) -> bool:
        return True


class ScriptedStream:
    def __init__(self, recogniser: ScriptedRecogniser, allowed: tuple[str, ...]) -> None:
        self._recogniser, self._allowed = recogniser, allowed
        self._heard: list[int] = []
        self._fed = 0

    def feed(self, pcm: Pcm16) -> str:
        if self._recogniser.fails:
            raise EngineFailed("the scripted recogniser was told to fail")
        self._fed += len(pcm)
        for level in pcm[pcm >= LEVEL]:
            if not self._heard or self._heard[-1] != level:
                self._heard.append(int(level))
        return self._text()

    def finish(self) -> Recognised:
        text, self._heard = self._text(), []
        if self._allowed and text not in self._allowed:
            text = "[unk]" if text else ""
        end_ms = self._fed * 1000 // HEARING_HZ
        words = tuple(Word(text=word, start_ms=0, end_ms=end_ms, confidence=1.0) for word in text.split())
        return Recognised(text, words, 1.0 if words else 0.0)

    def close(self) -> None:
        pass

    def _text(self) -> str:
        return " ".join(self._recogniser.phrases[level - LEVEL] for level in self._heard)


class SilentVoice:
    name, rate_hz = "silent", VOICE_HZ

    def __init__(self) -> None:
        self.said: list[str] = []

    async def speak(self, text: str, *, pace: float = 1.0) -> AsyncGenerator[Pcm16, None]:
        self.said.append(text)
        yield np.ones(int(len(text) * SAY_MS_PER_LETTER / pace) * VOICE_HZ // 1000, np.int16)


class NoOffice:
    def look_up(self, name: str, args: Mapping[str, str]) -> Mapping[str, str] | None:
        return None


@dataclass
class ListRecorder:
    """Keeps a call's record in lists."""

    events: list[AnyEvent] = field(default_factory=list)
    traces: list[Mapping[str, float]] = field(default_factory=list)
    heard: list[Pcm16] = field(default_factory=list)
    spoken: list[tuple[int, Pcm16]] = field(default_factory=list)
    flaws: list[str] = field(default_factory=list)
    lost_ms: int = 0
    sealed: tuple[str, str] | None = None

    def event(self, event: AnyEvent) -> None:
        self.events.append(event)

    def trace(self, stages: Mapping[str, float]) -> None:
        self.traces.append(stages)

    def hear(self, pcm: Pcm16) -> None:
        self.heard.append(pcm)

    def spoke(self, at_ms: int, pcm: Pcm16) -> None:
        self.spoken.append((at_ms, pcm))

    def lost_sound(self, ms: int) -> None:
        self.lost_ms += ms

    def flaw(self, code: str, detail: str) -> None:
        self.flaws.append(f"{code}: {detail}")

    def seal(self, by: str, reason: str = "") -> None:
        self.sealed = (by, reason)
