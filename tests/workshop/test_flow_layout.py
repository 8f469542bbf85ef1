"""The layout of a diagram: laws over random flows."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from voice.workshop.flow_layout import GAP_PX, Link, columns_of, tops_of

CARDS = [f"c{n}" for n in range(12)]
links = st.lists(st.builds(Link, st.sampled_from(CARDS), st.sampled_from(CARDS), st.floats(0, 90)), max_size=30)
heights = st.fixed_dictionaries({card: st.floats(40, 200) for card in CARDS})


@given(links)
def test_without_rings_every_link_leads_to_the_right(given_links: list[Link]) -> None:
    forward = [link for link in given_links if CARDS.index(link.source) < CARDS.index(link.target)]
    columns = columns_of(CARDS, forward, [])
    assert all(columns[link.source] < columns[link.target] for link in forward)
    led_to = {link.target for link in forward}
    assert all(columns[card] == 0 for card in CARDS if card not in led_to)


@given(links, heights)
def test_no_card_lies_over_another(given_links: list[Link], heights_px: dict[str, float]) -> None:
    columns = columns_of(CARDS, given_links, [])
    tops = tops_of(heights_px, given_links, columns)
    assert columns.keys() == tops.keys() == set(CARDS)
    assert min(tops.values()) == 0
    for column in set(columns.values()):
        stack = sorted((card for card in CARDS if columns[card] == column), key=lambda card: tops[card])
        for upper, lower in pairwise(stack):
            assert tops[lower] - tops[upper] >= heights_px[upper] + GAP_PX - 1e-6


def test_a_straight_flow_is_a_straight_line() -> None:
    chain = [Link("a", "b", 30.0), Link("b", "c", 30.0)]
    columns = columns_of(["a", "b", "c"], chain, ["a"])
    assert columns == {"a": 0, "b": 1, "c": 2}
    tops = tops_of(dict.fromkeys(columns, 60.0), chain, columns)
    assert tops["c"] - tops["b"] == tops["b"] - tops["a"] == 30.0 - GAP_PX
