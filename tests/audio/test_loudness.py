import numpy as np
import pytest

from voice.audio.loudness import at_level, level

RATE_HZ = 8_000


def test_pauses_do_not_count() -> None:
    tone = 1000 * np.sin(2 * np.pi * 300 * np.arange(RATE_HZ) / RATE_HZ)
    paused = np.concatenate([tone, np.zeros(3 * RATE_HZ), tone])
    assert level(tone, RATE_HZ) == pytest.approx(1000 / 2**0.5, rel=0.01)
    assert level(paused, RATE_HZ) == pytest.approx(level(tone, RATE_HZ), rel=0.01)


@pytest.mark.parametrize("dbfs", [-40.0, -20.0, 0.0])
def test_a_sound_is_brought_to_a_level(dbfs: float) -> None:
    noise = np.random.default_rng(1).standard_normal(RATE_HZ) * 77
    assert 20 * np.log10(level(at_level(noise, dbfs, RATE_HZ), RATE_HZ) / 32768) == pytest.approx(dbfs)
