import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from voice.tts.sound import CEILING, LEAD_MS, Opening, level

RATE_HZ = 8_000
RUNS = st.lists(st.tuples(st.sampled_from([0, 50, 5_000]), st.integers(1, 400)), max_size=6)


def sound_of(runs) -> np.ndarray:
    return np.concatenate([np.zeros(0, np.int16), *(np.full(count, height, np.int16) for height, count in runs)])


def opened(pieces) -> bytes:
    opening = Opening(RATE_HZ)
    return b"".join(opening.push(piece).tobytes() for piece in pieces)


@given(RUNS, st.integers(1, 500))
def test_how_the_sound_is_cut_changes_nothing(runs, cut):
    sound = sound_of(runs)
    assert opened(sound[at : at + cut] for at in range(0, len(sound), cut)) == opened([sound])


@given(RUNS)
def test_only_silence_goes_and_a_little_stays(runs):
    sound = sound_of(runs)
    kept = np.frombuffer(opened([sound]), np.int16)
    assert np.array_equal(kept, sound[len(sound) - len(kept) :])
    audible = np.flatnonzero(sound > 1000)
    lead = RATE_HZ * LEAD_MS // 1000
    assert len(sound) - len(kept) == (max(0, audible[0] - lead) if audible.size else len(sound))


@given(st.lists(st.integers(-32768, 32767), min_size=2, max_size=50), st.floats(-20, 20))
def test_levelling_keeps_order_and_never_passes_the_ceiling(samples, gain_db):
    sound = np.array(sorted(samples), np.int16)
    levelled = level(sound, gain_db)
    assert np.all(np.diff(levelled.astype(np.int32)) >= 0)
    assert np.abs(levelled.astype(np.int32)).max() <= round(CEILING * 32767)


def test_quiet_sound_is_only_amplified():
    sound = np.array([-1000, 0, 1000], np.int16)
    assert np.allclose(level(sound, 6.0206), [-2000, 0, 2000], atol=2)
