"""Notes are music; hiss, a hum, silence and all that people say are none."""

from __future__ import annotations

import numpy as np
import pytest

from tests.conftest import ROOT
from voice.audio.files import read
from voice.audio.pcm import to_int16
from voice.audio.resample import convert
from voice.line import HEARING_HZ, Pcm16
from voice.vad.music import WINDOW_S, is_music

CHORDS_HZ = ((262, 330, 392), (220, 262, 330), (175, 220, 262), (196, 247, 294))
FIXTURES = ROOT / "audio_fixtures"


def tune(seconds: float, chord_s: float = 1.0) -> Pcm16:
    """Chords, each note with its overtones, struck anew and dying away."""
    at_s = np.arange(int(chord_s * HEARING_HZ)) / HEARING_HZ
    struck = [
        sum(np.sin(2 * np.pi * hz * k * at_s) / k for hz in chord for k in range(1, 6)) * np.exp(-at_s)
        for chord in CHORDS_HZ
    ]
    chords = [struck[n % len(struck)] for n in range(int(seconds / chord_s) + 1)]
    return to_int16(np.concatenate(chords)[: int(seconds * HEARING_HZ)] * 3_000)


def telephone(pcm: Pcm16) -> Pcm16:
    return convert(convert(pcm, HEARING_HZ, 8_000), 8_000, HEARING_HZ)


def test_a_tune_is_music_also_by_telephone() -> None:
    assert is_music(tune(8)) and is_music(telephone(tune(8)))


def test_less_than_a_window_is_never_music() -> None:
    assert not is_music(tune(WINDOW_S - 0.5))


def test_hiss_a_hum_and_silence_are_none() -> None:
    at_s = np.arange(8 * HEARING_HZ) / HEARING_HZ
    rng = np.random.default_rng(1)
    hum = sum(np.sin(2 * np.pi * 50 * k * at_s + k) / k for k in range(1, 20)) * 3_000
    for sound in (rng.normal(0, 1_000, len(at_s)), hum + rng.normal(0, 100, len(at_s)), np.zeros(len(at_s))):
        assert not is_music(to_int16(sound))


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*.flac")), ids=lambda path: path.stem)
def test_nobody_who_speaks_is_music(path) -> None:
    pcm, rate_hz = read(path)
    assert not is_music(convert(pcm, rate_hz, HEARING_HZ))
