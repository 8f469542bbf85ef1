import audioop

import numpy as np
import pytest

from voice.audio import g711

EVERY_SAMPLE = np.arange(-32768, 32768, dtype=np.int32).astype(np.int16)
EVERY_CODE = bytes(range(256))


@pytest.mark.parametrize(
    ("ours", "theirs"), [(g711.alaw_encode, audioop.lin2alaw), (g711.ulaw_encode, audioop.lin2ulaw)]
)
def test_every_sample_is_encoded_as_the_standard_library_does(ours, theirs):
    assert ours(EVERY_SAMPLE) == theirs(EVERY_SAMPLE.tobytes(), 2)


@pytest.mark.parametrize(
    ("ours", "theirs"), [(g711.alaw_decode, audioop.alaw2lin), (g711.ulaw_decode, audioop.ulaw2lin)]
)
def test_every_code_is_decoded_as_the_standard_library_does(ours, theirs):
    assert ours(EVERY_CODE).tobytes() == theirs(EVERY_CODE, 2)


def test_known_codes():
    assert g711.alaw_encode(np.array([0, 8, -8, 32767, -32768], np.int16)) == bytes([0xD5, 0xD5, 0x55, 0xAA, 0x2A])
    assert g711.ulaw_encode(np.array([0, 32767, -32768], np.int16)) == bytes([0xFF, 0x80, 0x00])
    assert g711.alaw_decode(b"\xd5").tolist() == [8]
    assert g711.ulaw_decode(b"\xff").tolist() == [0]


@pytest.mark.parametrize(
    ("encode", "decode"), [(g711.alaw_encode, g711.alaw_decode), (g711.ulaw_encode, g711.ulaw_decode)]
)
def test_a_second_trip_changes_nothing(encode, decode):
    once = decode(encode(EVERY_SAMPLE))
    assert np.array_equal(decode(encode(once)), once)
