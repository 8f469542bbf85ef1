"""Callers of audio_fixtures through gain and noise, and laws on sound made of noise."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import ROOT
from voice.audio import g711
from voice.audio.files import read
from voice.audio.pcm import gain, rms_dbfs, to_int16
from voice.audio.resample import convert
from voice.line import HEARING_HZ, Pcm16
from voice.vad.detector import WebRtcDetector
from voice.vad.quality import Quality

FRAME = 320
RATE_HZ = 8_000
CALLERS = ("documents_replace", "status_triples", "documents_home_elderly", "status_digit_by_digit")
FIXTURES = ROOT / "audio_fixtures"


@cache
def recorded(name: str) -> Pcm16:
    """Two seconds of his room, then all he says with a second of room after each phrase; 8 000 Hz."""
    told = yaml.load((FIXTURES / f"{name}.expect.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    pcm, rate_hz = read(FIXTURES / f"{name}.flac")
    assert rate_hz == RATE_HZ

    def cut(span: dict[str, str]) -> Pcm16:
        return pcm[int(span["from_ms"]) * RATE_HZ // 1000 : int(span["to_ms"]) * RATE_HZ // 1000]

    room = np.resize(cut(told["room"]), 2 * RATE_HZ)
    phrases = [cut(turn) for turn in told["turns"] if "to_ms" in turn]
    return np.concatenate([room, *(piece for phrase in phrases for piece in (phrase, room[:RATE_HZ]))])


def judged(pcm: Pcm16) -> Quality:
    """What the telephone makes of it, as the ears hear it."""
    quality, detector = Quality(), WebRtcDetector()
    heard = convert(g711.alaw_decode(g711.alaw_encode(pcm)), RATE_HZ, HEARING_HZ)
    for at in range(0, len(heard) - FRAME + 1, FRAME):
        frame = heard[at : at + FRAME]
        quality.push(frame, detector.is_speech(frame))
    quality.judge()
    return quality


def in_noise(pcm: Pcm16, snr_db: float) -> Pcm16:
    level = 10 ** ((judged(pcm).speech_dbfs - snr_db) / 20) * 32768
    return to_int16(pcm + np.random.default_rng(1).standard_normal(len(pcm)) * level)


@pytest.mark.parametrize("name", CALLERS)
@pytest.mark.parametrize("db", [-4, 0, 6])
def test_an_ordinary_line_is_fine(name, db):
    assert judged(gain(recorded(name), db)).verdict == "fine"


@pytest.mark.parametrize("name", CALLERS)
def test_a_caller_far_from_the_telephone_is_quiet(name):
    assert judged(gain(recorded(name), -18)).verdict == "quiet"


@pytest.mark.parametrize("name", CALLERS)
def test_a_caller_who_shouts_is_loud(name):
    assert judged(gain(recorded(name), 24)).verdict == "loud"


@pytest.mark.parametrize("name", CALLERS)
@pytest.mark.parametrize(("snr_db", "verdict"), [(25, "fine"), (18, "fine"), (6, "noisy")])
def test_noise_behind_the_caller(name, snr_db, verdict):
    assert judged(in_noise(recorded(name), snr_db)).verdict == verdict


@pytest.mark.parametrize(
    ("name", "verdict"),
    [("quiet_line", "quiet"), ("babble_15db", "noisy"), ("noise_10db", "noisy"), ("hiss_25db", "fine")],
)
def test_callers_recorded_on_bad_lines(name, verdict):
    assert judged(recorded(name)).verdict == verdict


def noise(dbfs: float, seed: int = 1) -> Pcm16:
    sound = np.random.default_rng(seed).standard_normal(FRAME)
    return to_int16(sound * 10 ** (dbfs / 20) * 32768 / np.sqrt(np.mean(sound**2)))


def fed(quality: Quality, speech_dbfs: float, noise_dbfs: float, frames: int = 160) -> Quality:
    for at in range(frames):
        quality.push(noise(speech_dbfs, at), speech=True)
        quality.push(noise(noise_dbfs, at), speech=False)
    quality.judge()
    return quality


LEVELS = st.floats(-70, -14)


@given(LEVELS, LEVELS, LEVELS)
def test_more_noise_never_makes_a_line_better(speech_dbfs, one_dbfs, other_dbfs):
    less, more = sorted((one_dbfs, other_dbfs))
    with_less = fed(Quality(), speech_dbfs, less, 40).verdict
    with_more = fed(Quality(), speech_dbfs, more, 40).verdict
    assert with_more in (with_less, "noisy")


@given(LEVELS, LEVELS)
def test_it_measures_what_there_is(speech_dbfs, noise_dbfs):
    quality = fed(Quality(), speech_dbfs, noise_dbfs, 40)
    assert quality.speech_dbfs == pytest.approx(rms_dbfs(noise(speech_dbfs)), abs=0.5)
    assert quality.noise_dbfs == pytest.approx(rms_dbfs(noise(noise_dbfs)), abs=0.5)


@pytest.mark.parametrize(("limit_dbfs", "bad", "good"), [(-40.5, -45, -36)])
def test_a_line_near_the_limit_does_not_come_and_go(limit_dbfs, bad, good):
    quality = fed(Quality(), limit_dbfs, -70)
    assert quality.verdict == "fine"
    assert fed(quality, bad, -70).verdict == "quiet"
    assert fed(quality, limit_dbfs, -70).verdict == "quiet"
    assert fed(quality, good, -70).verdict == "fine"
    assert fed(quality, limit_dbfs, -70).verdict == "fine"


def test_a_soft_voice_on_a_calm_line_is_no_noise():
    assert fed(Quality(), -55, -60).verdict == "quiet"
    assert fed(Quality(), -45, -50).verdict == "noisy"


def test_a_word_is_too_little_to_judge_by():
    assert fed(Quality(), -60, -70, frames=19).verdict == "fine"
    assert fed(Quality(), -60, -70, frames=20).verdict == "quiet"


def test_silence_alone_says_nothing():
    quality = Quality()
    for at in range(500):
        quality.push(noise(-30, at), speech=False)
    assert quality.judge() == "fine"
    assert quality.clipped == 0.0
    assert quality.speech_dbfs < -100
