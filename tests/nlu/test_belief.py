import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.nlu.belief import SURE, UNSURE, believe, confidences

INTENTS = 4
scores = st.lists(st.floats(-20, 20, width=32), min_size=INTENTS + 1, max_size=INTENTS + 1)
shares = st.dictionaries(st.integers(0, INTENTS - 1), st.floats(0, 1))
owners = st.sets(st.integers(0, INTENTS - 1), min_size=1)


def weigh(
    learned: list[float],
    phrases: dict[int, float] | None = None,
    rules: dict[int, float] | None = None,
    among: set[int] | None = None,
    never: set[int] | None = None,
) -> dict[int, float]:
    within = set(range(INTENTS)) if among is None else among
    return confidences(believe(np.array(learned, np.float32), phrases or {}, rules or {}, within, never or set()))


def test_one_clear_meaning_may_be_acted_on() -> None:
    found = weigh([6.0, 1.0, 0.0, 0.0, 0.0])
    assert list(found) == [0] and SURE <= found[0] < 1


def test_two_meanings_near_each_other_are_both_asked_about() -> None:
    found = weigh([6.0, 5.9, 0.0, 0.0, 0.0])
    assert set(found) == {0, 1} and all(UNSURE <= confidence < SURE for confidence in found.values())


def test_what_may_lie_elsewhere_is_asked_about_though_it_is_likely() -> None:
    found = weigh([6.0, 0.0, 0.0, 0.0, 4.0])
    assert list(found) == [0] and UNSURE <= found[0] < SURE


@pytest.mark.parametrize("learned", [[0.0, 0.0, 0.0, 0.0, 0.0], [4.0, 0.0, 0.0, 0.0, 7.0]])
def test_talk_of_nothing_or_of_something_else_is_not_understood(learned: list[float]) -> None:
    assert weigh(learned) == {}


def test_what_this_state_does_not_expect_is_not_bent_into_what_it_does() -> None:
    assert weigh([9.0, 4.0, 0.0, 0.0, 0.0], among={1, 2}) == {}
    assert list(weigh([6.0, 6.0, 0.0, 0.0, 0.0], among={1, 2})) == [1]  # as likely: what is expected goes first


def test_evidence_agrees() -> None:
    learned = [1.5, 1.5, 0.0, 0.0, 0.0]
    alone, together = weigh(learned), weigh(learned, phrases={0: 0.8}, rules={0: 0.8})
    assert together[0] > alone[0]
    assert weigh(learned, phrases={0: 0.3}) == alone  # a word of a phrase is no phrase


@given(learned=scores, phrases=shares, rules=shares, among=owners, never=st.sets(st.integers(0, INTENTS - 1)))
def test_confidences_are_honest(
    learned: list[float], phrases: dict[int, float], rules: dict[int, float], among: set[int], never: set[int]
) -> None:
    found = weigh(learned, phrases, rules, among, never)
    assert set(found) <= among - never
    assert all(UNSURE <= confidence < 1 for confidence in found.values())
    assert sum(confidence >= SURE for confidence in found.values()) <= 1
    assert len(found) <= 1 or max(found.values()) < SURE
