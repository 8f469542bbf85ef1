"""A piece of sound by its times."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from voice.audio.pcm import cut


@given(st.integers(0, 900), st.integers(0, 900), st.sampled_from([8_000, 16_000, 22_050, 24_000]))
def test_pieces_that_follow_each_other_are_the_whole(first_ms: int, second_ms: int, rate_hz: int) -> None:
    early, late = sorted((first_ms, second_ms))
    sound = np.arange(rate_hz, dtype=np.int32)  # a second
    pieces = [cut(sound, rate_hz, 0, early), cut(sound, rate_hz, early, late), cut(sound, rate_hz, late)]
    assert np.array_equal(np.concatenate(pieces), sound)
    assert abs(len(pieces[1]) - (late - early) * rate_hz / 1000) < 1


def test_what_is_not_there_is_left_out() -> None:
    assert len(cut(np.zeros(80, np.int16), 8_000, 5, 20)) == 40
    assert len(cut(np.zeros(80, np.float64), 8_000, 50)) == 0
