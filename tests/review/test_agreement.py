import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.review.agreement import agreement


def table(*rows: tuple[int, ...]) -> list[tuple[int, int]]:
    """Pairs of a table of counts: rows are the first reviewer's answers, columns the second's."""
    return [(i, j) for i, row in enumerate(rows) for j, count in enumerate(row) for _ in range(count)]


@pytest.mark.parametrize(
    ("pairs", "observed", "expected", "kappa"),
    [
        (table((20, 5), (10, 15)), 0.7, 0.5, 0.4),
        (table((45, 15), (25, 15)), 0.6, 0.54, 3 / 23),
        (table((25, 35), (5, 35)), 0.6, 0.46, 7 / 27),
        (table((88, 14, 18), (10, 40, 10), (2, 6, 12)), 0.7, 0.41, 29 / 59),  # Cohen's three classes, n = 200
        (list(zip([2, 0, 2, 2, 0, 1], [0, 0, 2, 2, 0, 2], strict=True)), 4 / 6, 15 / 36, 3 / 7),
        (table((5, 0), (0, 7)), 1.0, 74 / 144, 1.0),
        (table((0, 5), (5, 0)), 0.0, 0.5, -1.0),
    ],
)
def test_known_tables(pairs: list[tuple[int, int]], observed: float, expected: float, kappa: float) -> None:
    found = agreement(pairs)
    assert (found.n, found.observed, found.expected) == (len(pairs), pytest.approx(observed), pytest.approx(expected))
    assert found.kappa == pytest.approx(kappa)


def test_where_chance_alone_would_agree_nothing_is_claimed() -> None:
    always = agreement([("yes", "yes")] * 9)
    assert (always.observed, always.expected, always.kappa) == (1.0, 1.0, None)
    assert agreement([]).kappa is None
    one_sided = agreement([("yes", "yes"), ("yes", "no")])
    assert one_sided.kappa == 0.0, "one who always says the same agrees by chance only"


@given(st.lists(st.tuples(st.sampled_from("yn-"), st.sampled_from("yn-")), min_size=1))
def test_neither_the_order_of_reviewers_nor_that_of_calls_matters(pairs: list[tuple[str, str]]) -> None:
    found = agreement(pairs)
    assert agreement([(second, first) for first, second in reversed(pairs)]) == found
    assert found.kappa is None or -1 <= found.kappa <= 1
    assert (found.kappa == 1) == (found.observed == 1 and found.kappa is not None)
