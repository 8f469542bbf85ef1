"""What two people say in turn on the telephone, and when captions show the words of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Literal

import numpy as np
from shown import ShownWord, seen

from tests.telephony.phone import RATE_HZ
from voice.line import Pcm16

Side = Literal["caller", "operator"]
SIDES: tuple[Side, ...] = ("caller", "operator")
PAUSE_MS = 900  # between one's phrase and the other's


@dataclass(frozen=True)
class Phrase:
    """8 000 Hz; `words` with their ends from its beginning."""

    sound: Pcm16
    words: tuple[ShownWord, ...]


@dataclass(frozen=True)
class Said:
    side: Side
    at_s: float  # of the talk
    phrase: Phrase


@dataclass(frozen=True)
class Talk:
    """What both say, and the same as a track of each."""

    said: tuple[Said, ...]
    tracks: dict[Side, Pcm16]

    @property
    def seconds(self) -> float:
        return len(self.tracks["caller"]) / RATE_HZ


@dataclass(frozen=True)
class Cue:
    came_s: float
    seg: str
    kind: str
    text: str


def word_delays_ms(
    words: Sequence[ShownWord], cues: Iterable[Cue], began_s: float, until_s: float
) -> list[float | None]:
    """Of each word of a phrase that began then; None: not shown before `until_s`. Older segments do not count."""
    cues = list(cues)
    old = {cue.seg for cue in cues if cue.came_s < began_s}
    first_s: dict[int, float] = {}
    for cue in cues:
        if cue.seg not in old and cue.came_s < until_s:
            for at in seen(words, cue.text):
                first_s.setdefault(at, cue.came_s)
    return [(first_s[at] - began_s - word.end_s) * 1000 if at in first_s else None for at, word in enumerate(words)]


def talk_of(phrases: Sequence[Phrase], seconds: float) -> Talk:
    """About so long, the person first; no phrase is cut."""
    said: list[Said] = []
    pieces: dict[Side, list[Pcm16]] = {side: [] for side in SIDES}
    pause, at = PAUSE_MS * RATE_HZ // 1000, 0
    for side, phrase in zip(cycle(reversed(SIDES)), cycle(phrases), strict=False):
        if at >= seconds * RATE_HZ:
            break
        said.append(Said(side, at / RATE_HZ, phrase))
        sound = np.concatenate([phrase.sound, np.zeros(pause, np.int16)])
        for one in SIDES:
            pieces[one].append(sound if one == side else np.zeros_like(sound))
        at += len(sound)
    return Talk(tuple(said), {side: np.concatenate(pieces[side]) for side in SIDES})
