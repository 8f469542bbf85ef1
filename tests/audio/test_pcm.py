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


def test_gain_clips_instead_of_wrapping():
    assert pcm.gain(np.array([1000, 30000, -30000], np.int16), 6.0206).tolist() == [2000, 32767, -32768]


def test_silence_has_its_length():
    assert len(pcm.silence(20, 16_000)) == 320
