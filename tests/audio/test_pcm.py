import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.audio import pcm
from voice.errors import BadAudio


@given(st.binary(max_size=64))
def test_bytes_become_samples_and_bytes_again(data):
    if len(data) % 2:
        with pytest.raises(BadAudio):
            pcm.from_bytes(data)
    else:
        assert pcm.to_bytes(pcm.from_bytes(data)) == data


def test_samples_are_little_endian():
    assert pcm.from_bytes(b"\x01\x00\x00\x80").tolist() == [1, -32768]


def test_loudness():
    square = np.full(160, 16384, np.int16)
    assert pcm.rms_dbfs(square) == pytest.approx(-6.02, abs=0.01)
    assert pcm.rms_dbfs(np.full(9, -32768, np.int16)) == 0.0
    assert pcm.rms_dbfs(pcm.silence(20, 8000)) == pcm.rms_dbfs(np.zeros(0, np.int16)) == pcm.QUIETEST_DBFS


@given(
    samples=st.lists(st.integers(-32_768, 32_767), min_size=1, max_size=400),
    last=st.integers(-32_768, 32_767),
    rate_hz=st.sampled_from([8_000, 16_000, 24_000]),
)
def test_what_is_joined_begins_where_the_last_sound_was_and_soon_is_itself(samples, last, rate_hz):
    sound = np.array(samples, np.int16)
    made = pcm.joined(sound, last, rate_hz)
    assert made.shape == sound.shape and made.dtype == np.int16
    assert made[0] == last
    faded = rate_hz * pcm.JOIN_MS // 1000
    assert made[faded:].tolist() == samples[faded:]


def test_gain_clips_instead_of_wrapping():
    assert pcm.gain(np.array([1000, 30000, -30000], np.int16), 6.0206).tolist() == [2000, 32767, -32768]


def test_silence_has_its_length():
    assert len(pcm.silence(20, 16_000)) == 320


SAMPLES = st.lists(st.integers(-32768, 32767), min_size=1, max_size=64).map(lambda s: np.array(s, np.int16))


@given(SAMPLES, st.floats(0.01, 30))
def test_a_limited_sound_never_clips_and_keeps_its_shape(sound, db):
    louder = pcm.limited_gain(sound, db)
    assert np.abs(louder.astype(int)).max() <= pcm.ROOF
    assert (np.sign(louder) == np.sign(sound)).all()
    order = np.argsort(sound, kind="stable")
    assert (np.diff(louder[order].astype(int)) >= 0).all()
    soft = np.abs(sound.astype(float)) * 10 ** (db / 20) < pcm.KNEE
    assert (louder[soft] == pcm.gain(sound, db)[soft]).all()


@given(SAMPLES, st.floats(0.01, 30), st.integers(0, 64))
def test_how_a_sound_is_cut_does_not_change_how_it_is_limited(sound, db, at):
    pieces = [pcm.limited_gain(piece, db) for piece in (sound[:at], sound[at:])]
    assert (np.concatenate(pieces) == pcm.limited_gain(sound, db)).all()


def test_softer_needs_no_limit():
    assert pcm.limited_gain(np.array([32767, -32768], np.int16), -6.0206).tolist() == [16383, -16384]
