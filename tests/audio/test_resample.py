import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voice.audio.resample import Resampler, convert
from voice.errors import BadAudio

RATES = [(8_000, 16_000), (48_000, 16_000), (44_100, 16_000), (16_000, 8_000), (24_000, 8_000), (24_000, 16_000)]


def speech_like(rate_hz: int, seconds: float = 1.0) -> np.ndarray:
    """Tones and noise up to 3.2 kHz, loudness that comes and goes."""
    t = np.arange(int(rate_hz * seconds)) / rate_hz
    tones = sum(np.sin(2 * np.pi * f * t + f) for f in (130, 390, 1170, 2300, 3200))
    return (tones * 3000 * (1.2 + np.sin(2 * np.pi * 4 * t))).astype(np.int16)


def run(resampler: Resampler, sound: np.ndarray, piece: int) -> np.ndarray:
    made = [resampler.push(sound[at : at + piece]) for at in range(0, len(sound), piece)]
    return np.concatenate([*made, resampler.flush()])


@pytest.mark.parametrize(("from_hz", "to_hz"), RATES)
def test_a_stream_sounds_as_the_whole_at_once(from_hz, to_hz):
    sound = speech_like(from_hz)
    whole = convert(sound, from_hz, to_hz).astype(float)
    stream = run(Resampler(from_hz, to_hz), sound, from_hz // 50).astype(float)
    assert len(stream) == len(whole)
    inner = slice(to_hz // 50, -to_hz // 50)
    error = np.mean((stream[inner] - whole[inner]) ** 2) / np.mean(whole[inner] ** 2)
    assert 10 * np.log10(error) < -55


@settings(max_examples=25, deadline=None)
@given(rates=st.sampled_from(RATES), piece=st.integers(1, 3000))
def test_how_the_sound_is_cut_changes_nothing(rates, piece):
    sound = speech_like(rates[0], 0.08)
    assert np.array_equal(run(Resampler(*rates), sound, piece), run(Resampler(*rates), sound, len(sound)))


@pytest.mark.parametrize(("from_hz", "to_hz"), RATES)
def test_it_is_a_few_milliseconds_late(from_hz, to_hz):
    resampler, frame, given_samples = Resampler(from_hz, to_hz), from_hz // 50, 0
    for n in range(1, 51):
        given_samples += len(resampler.push(np.zeros(frame, np.int16)))
        late_ms = n * 20 - given_samples / to_hz * 1000
        assert late_ms <= 10


def test_telephone_sound_gets_no_mirror_above_its_band():
    tone = (np.sin(2 * np.pi * 3000 * np.arange(8000) / 8000) * 10_000).astype(np.int16)
    spectrum = np.abs(np.fft.rfft(run(Resampler(8_000, 16_000), tone, 160) * np.hanning(16_000)))
    assert np.argmax(spectrum) == pytest.approx(3000, abs=2)
    assert 20 * np.log10(spectrum[4500:].max() / spectrum.max()) < -60


def test_the_same_rate_passes_through():
    sound = speech_like(16_000)
    assert np.array_equal(run(Resampler(16_000, 16_000), sound, 77), sound)


def test_it_serves_again_after_the_end():
    resampler, sound = Resampler(8_000, 16_000), speech_like(8_000, 0.1)
    assert np.array_equal(run(resampler, sound, 160), run(resampler, sound, 160))


@pytest.mark.parametrize("rate_hz", [0, -8000, 100, 10**9])
def test_an_impossible_rate_is_the_callers_fault(rate_hz):
    with pytest.raises(BadAudio, match=str(rate_hz)):
        Resampler(rate_hz, 16_000)


@pytest.mark.parametrize("from_hz", [8_000, 16_000, 44_100, 48_000])
def test_a_primed_stream_gives_each_frame_with_the_one_that_comes(from_hz):
    stream = Resampler(from_hz, 16_000, block_ms=20)
    stream.prime()
    frame = np.ones(from_hz // 50, np.int16)
    assert [len(stream.push(frame)) for _ in range(5)] == [320] * 5
