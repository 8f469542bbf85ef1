"""Sounds that are no words but mean something to whoever reads: a long silence, a wait, noise, a voice without words.

Only what the events surely tell: the line listened in vain; an exchange keeps the caller waiting; the detector heard a
voice and the recogniser no word in it: notes, or alone, or over the noise that the line's quality was judged by. What
made a noise is not known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from voice.dialog.talk import SILENCE
from voice.events import AnyEvent, BadLine, Final, Interrupted, SayDone, SpeechEnded, SpeechStarted, TimerFired, Waiting

SoundName = Literal["silence", "waiting", "noise", "music", "wordless"]
Maker = Literal["caller", ""]  # "": nobody

WORDLESS_MS = 1_000  # a shorter sound without words is a cough or a knock, and means nothing


@dataclass(frozen=True, slots=True)
class Sound:
    number: int  # from 1 in each call
    name: SoundName
    who: Maker
    at_ms: int  # when it began


class Sounds:
    """Feed it every event of one call, in order."""

    def __init__(self) -> None:
        self._quiet_since_ms = 0
        self._told = 0
        self._noisy = False
        self._told_of: set[SoundName] = set()  # of what lasts, since the caller's last words
        self._began: dict[int, int] = {}  # utterance -> ms
        self._lasted: dict[int, int] = {}

    def push(self, event: AnyEvent) -> Sound | None:
        """The sound that is known of with this event."""
        match event:
            case SpeechStarted(utterance=utterance):
                self._began[utterance] = event.at_ms
            case SpeechEnded(utterance=utterance):
                self._quiet_since_ms = event.at_ms
                self._lasted[utterance] = event.at_ms - self._began.get(utterance, event.at_ms)
            case SayDone() | Interrupted():
                self._quiet_since_ms = event.at_ms
            case TimerFired(name=name) if name == SILENCE:
                return self._sound("silence", "", self._quiet_since_ms)
            case Waiting():
                return self._sound("waiting", "", event.at_ms)
            case BadLine(reason=reason):
                self._noisy = reason == "noisy"
            case Final(utterance=utterance):
                began_ms, lasted_ms = self._began.pop(utterance, 0), self._lasted.pop(utterance, 0)
                if event.text:
                    self._told_of.clear()
                elif not event.echo and (event.music or lasted_ms >= WORDLESS_MS):
                    return self._wordless(began_ms, music=event.music)
        return None

    def _wordless(self, at_ms: int, *, music: bool) -> Sound | None:
        if not music and not self._noisy:
            return self._sound("wordless", "caller", at_ms)
        name: SoundName = "music" if music else "noise"
        if name in self._told_of:
            return None
        self._told_of.add(name)
        return self._sound(name, "caller", at_ms)

    def _sound(self, name: SoundName, who: Maker, at_ms: int) -> Sound:
        self._told += 1
        return Sound(self._told, name, who, at_ms)
