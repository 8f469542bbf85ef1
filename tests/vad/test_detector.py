import numpy as np
import pytest

from voice.vad.detector import Gate, WebRtcDetector


def passed(levels: list[float], gate: Gate | None = None) -> list[bool]:
    gate = gate or Gate()
    return [gate.passes(level) for level in levels]


def test_the_first_frame_of_a_call_may_be_speech():
    assert passed([-40.0]) == [True]


def test_steady_noise_is_silence_once_it_is_known():
    verdicts = passed([-45.0] * 200)
    assert verdicts[0]
    assert not any(verdicts[100:])


def test_speech_stands_out_of_the_noise_of_its_line():
    gate = Gate()
    passed([-45.0] * 150, gate)
    assert passed([-35.0] * 20, gate) == [True] * 20


def test_a_soft_line_is_heard():
    gate = Gate()
    passed([-67.0] * 150, gate)
    assert passed([-55.0], gate) == [True]


def test_what_is_far_below_the_caller_is_not_the_caller():
    gate = Gate()
    for _ in range(60):
        gate.passes(-20.0)
        gate.heard_voice(-20.0)
    assert passed([-44.0], gate) == [False]
    for _ in range(500):  # ten seconds later a softer person has the telephone
        gate.passes(-67.0)
    assert passed([-44.0], gate) == [True]


def test_a_soft_line_is_made_louder_but_its_noise_is_not_made_speech():
    quiet, noisy = Gate(), Gate()
    passed([-67.0] * 100, quiet)
    passed([-45.0] * 100, noisy)
    assert (quiet.gain_db, noisy.gain_db) == (13.0, 0.0)
    for _ in range(100):
        quiet.passes(-20.0)
        quiet.heard_voice(-20.0)
    assert quiet.gain_db == 0.0


def test_silence_and_hiss_are_no_speech():
    detector, rng = WebRtcDetector(), np.random.default_rng(1)
    assert not any(detector.is_speech(np.zeros(320, np.int16)) for _ in range(50))
    hiss = [detector.is_speech((rng.standard_normal(320) * 300).astype(np.int16)) for _ in range(300)]
    assert not any(hiss[150:])


@pytest.mark.parametrize("samples", [0, 160, 319, 321])
def test_only_whole_frames(samples):
    with pytest.raises(ValueError, match="320"):
        WebRtcDetector().is_speech(np.zeros(samples, np.int16))
