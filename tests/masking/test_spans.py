from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.masking.spans import Kind, Span, Why, joined, merge
from voice.masking.text import masked_text


def span(start: int, end: int, kind: Kind = "name", why: Why = "name", utterance: int = 1) -> Span:
    return Span(utterance=utterance, start=start, end=end, kind=kind, why=why)


def test_spans_that_overlap_become_one_of_the_kind_that_is_surest() -> None:
    assert joined([span(5, 9), span(0, 6, "snils", "checksum"), span(0, 3, utterance=2)]) == (
        span(0, 9, "snils", "checksum"),
        span(0, 3, utterance=2),
    )


def test_what_a_reviewer_took_back_is_left_out_and_what_he_marked_stands() -> None:
    found = [span(0, 5), span(10, 15)]
    assert merge(found, [span(20, 25, "phone", "reviewer")], [span(11, 12)]) == (
        span(0, 5),
        span(20, 25, "phone", "reviewer"),
    )
    assert merge(found, [span(10, 15, "phone", "reviewer")], [span(10, 15)])[1].kind == "phone"


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 10))))
def test_joined_spans_cover_what_the_spans_covered_and_are_apart(places: list[tuple[int, int]]) -> None:
    spans = [span(start, start + length) for start, length in places]
    done = joined(spans)
    covered = {at for one in spans for at in range(one.start, one.end)}
    assert {at for one in done for at in range(one.start, one.end)} == covered
    assert sum(one.end - one.start for one in done) == len(covered)


def test_a_placeholder_stands_for_each_span() -> None:
    text = "СНИЛС 112 233 445 95, Анна"
    assert masked_text(text, [span(22, 26), span(6, 20, "snils", "state")]) == "СНИЛС [СНИЛС], [ИМЯ]"
    assert masked_text(text, []) == text


def test_a_span_outside_of_the_text_is_an_error() -> None:
    with pytest.raises(ValueError, match="not in a text of 3"):
        masked_text("abc", [span(2, 9)])
