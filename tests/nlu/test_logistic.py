import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from voice.nlu.clusters import clusters
from voice.nlu.logistic import Rows, chances, fit


def rows(owners: list[int], denies: list[bool]) -> Rows:
    """One row for each class it speaks of."""
    features = np.eye(max(owners) + 1, dtype=np.float32)[owners]
    return Rows(features, np.array(owners), np.array(denies), np.ones(len(owners), np.float32))


def test_what_is_apart_is_told_apart() -> None:
    owners = [0, 1, 2, 2, 1]
    table = fit(rows(owners, [False] * 5), 3)
    assert (rows(owners, [False] * 5).features @ table).argmax(axis=1).tolist() == owners


def test_what_is_denied_is_anything_else() -> None:
    taught = rows([0, 1, 2, 2, 2], [False, False, True, True, True])
    believed = chances(taught.features @ fit(taught, 3))
    assert believed[2, 2] < 0.1 and abs(believed[2, 0] - believed[2, 1]) < 0.05


def test_each_step_is_the_same_at_every_start() -> None:
    chance = np.random.default_rng(1)
    features = chance.normal(size=(60, 12)).astype(np.float32)
    taught = Rows(features, chance.integers(0, 4, 60), np.zeros(60, bool), np.ones(60, np.float32))
    assert np.array_equal(fit(taught, 4), fit(taught, 4))


@given(st.lists(st.floats(-80, 80, width=32), min_size=1, max_size=9))
def test_chances_are_one_together_and_in_the_order_of_the_odds(odds: list[float]) -> None:
    found = chances(np.array(odds, np.float32))
    assert np.isclose(found.sum(), 1, atol=1e-5) and found[int(np.argmax(odds))] == found.max()


def test_like_goes_with_like() -> None:
    one, other = np.array([1, 0.1, 0, 0], np.float32), np.array([0, 0, 0.1, 1], np.float32)
    group = clusters(np.stack([one, one, other, one, other]) / np.linalg.norm(one), 2)
    assert group[0] == group[1] == group[3] != group[2] == group[4]
