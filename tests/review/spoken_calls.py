"""Archived calls with a recorded caller's real sound in them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

import numpy as np

from tests.conftest import ROOT
from voice.archive.archive import Archive
from voice.audio.files import read
from voice.audio.pcm import cut, silence
from voice.audio.resample import convert
from voice.events import AnyEvent, Asked, CallStarted, Final, HungUp, SpeechEnded, SpeechStarted, Word
from voice.line import HEARING_HZ

LINE, STEP = "88005553535", "main.welcome"
APART_MS = 3_000


def piece(caller: str, from_ms: int, to_ms: int) -> np.ndarray:
    """Of a recorded caller, 16 000 Hz."""
    pcm, rate_hz = read(ROOT / "audio_fixtures" / f"{caller}.flac")
    return convert(cut(pcm, rate_hz, from_ms, to_ms), rate_hz, HEARING_HZ)


def archive_spoken(
    archive: Archive,
    said: Sequence[tuple[np.ndarray, str]],
    *,
    step: str = "main.welcome",
    beside: Sequence[AnyEvent] = (),
) -> str:
    """A call whose caller spoke these pieces of sound and was recognised so. beside: events, put where they belong."""
    recorder = archive.begin(uuid4().hex, LINE, "", "browser")
    events: list[AnyEvent] = [
        CallStarted(at_ms=0, line=LINE, caller="", transport="browser"),
        Asked(at_ms=0, asked=1, step=STEP),
    ]
    at_ms = 0
    for n, (pcm, text) in enumerate(said, 1):
        sound = np.concatenate([silence(APART_MS, HEARING_HZ), pcm])
        recorder.hear(sound)
        began_ms, at_ms = at_ms + APART_MS, at_ms + len(sound) * 1000 // HEARING_HZ
        words = tuple(Word(text=word, start_ms=began_ms, end_ms=at_ms, confidence=0.5) for word in text.split())
        events += [
            SpeechStarted(at_ms=began_ms, utterance=n),
            SpeechEnded(at_ms=at_ms, utterance=n),
            Final(at_ms=at_ms, utterance=n, text=text, words=words, confidence=0.5),
        ]
    recorder.hear(silence(APART_MS, HEARING_HZ))
    events += [*beside, HungUp(at_ms=at_ms + APART_MS, by="caller")]
    for event in sorted(events, key=lambda one: one.at_ms):
        recorder.event(event)
    recorder.seal("caller")
    with archive.writing() as connection:
        archive.tie(connection, recorder.call_id)
    return recorder.call_id
