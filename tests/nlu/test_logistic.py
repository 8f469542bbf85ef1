import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from voice.nlu.clusters import clusters
from voice.nlu.logistic import Rows, chances, fit, sparse

NONE = np.zeros(0, np.int64), np.zeros(0, np.float32)


def rows(owners: list[int], denies: list[bool]) -> Rows:
    """One row for each class it speaks of."""
    said = sparse(((np.array([owner]), np.ones(1, np.float32)) for owner in owners), max(owners) + 1)
    nothing = np.zeros((len(owners), 0), np.float32)
    return Rows(said, nothing, np.array(owners), np.array(denies), np.ones(len(owners), np.float32))


def test_what_is_apart_is_told_apart() -> None:
    owners = [0, 1, 2, 2, 1]
    table = fit(rows(owners, [False] * 5), 3)
    assert rows(owners, [False] * 5).odds(table).argmax(axis=1).tolist() == owners


def test_what_is_denied_is_anything_else() -> None:
    taught = rows([0, 1, 2, 2, 2], [False, False, True, True, True])
    believed = chances(taught.odds(fit(taught, 3)))
    assert believed[2, 2] < 0.1 and abs(believed[2, 0] - believed[2, 1]) < 0.05


def test_each_step_is_the_same_at_every_start() -> None:
    chance = np.random.default_rng(1)
    dense = chance.normal(size=(60, 12)).astype(np.float32)
    owners, all_mean = chance.integers(0, 4, 60), np.zeros(60, bool)
    taught = Rows(sparse([NONE] * 60, 1), dense, owners, all_mean, np.ones(60, np.float32))
    assert np.array_equal(fit(taught, 4), fit(taught, 4))


def test_it_is_the_same_wherever_a_feature_stands() -> None:
    chance = np.random.default_rng(2)
    features = chance.normal(size=(40, 6)).astype(np.float32)
    owners, all_mean, trust = chance.integers(0, 3, 40), np.zeros(40, bool), np.ones(40, np.float32)
    every = np.arange(6)
    dense = Rows(sparse([NONE] * 40, 0), features, owners, all_mean, trust)
    apart = Rows(sparse(((every, row) for row in features), 6), features[:, :0], owners, all_mean, trust)
    assert np.allclose(dense.odds(fit(dense, 3)), apart.odds(fit(apart, 3)), atol=1e-2)


def test_values_of_the_same_column_add_up() -> None:
    twice = np.array([1, 1, 0]), np.array([1.0, 2.0, 4.0], np.float32)
    assert sparse([NONE, twice], 3).toarray().tolist() == [[0, 0, 0], [4, 3, 0]]


@given(st.lists(st.floats(-80, 80, width=32), min_size=1, max_size=9))
def test_chances_are_one_together_and_in_the_order_of_the_odds(odds: list[float]) -> None:
    found = chances(np.array(odds, np.float32))
    assert np.isclose(found.sum(), 1, atol=1e-5) and found[int(np.argmax(odds))] == found.max()


def test_like_goes_with_like() -> None:
    one, other = np.array([1, 0.1, 0, 0], np.float32), np.array([0, 0, 0.1, 1], np.float32)
    group = clusters(np.stack([one, one, other, one, other]) / np.linalg.norm(one), 2)
    assert group[0] == group[1] == group[3] != group[2] == group[4]
