import numpy as np

from voice.audio.peaks import TOP, peaks


def test_each_moment_has_the_loudest_sample_of_each_side() -> None:
    frames = np.zeros((250, 2), dtype=np.int16)
    frames[10, 0] = -32_768
    frames[199, 1] = 328  # 40 dB under full scale
    frames[240, 1] = 3  # under the floor
    assert peaks(frames, 100).tolist() == [[TOP, 0], [0, round(TOP * (1 - 40 / 54))], [0, 0]]


def test_no_sound_has_no_shape() -> None:
    assert peaks(np.zeros((0, 2), dtype=np.int16), 100).shape == (0, 2)
