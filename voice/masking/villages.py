"""Villages: where few live, so that the name alone tells much."""

from __future__ import annotations

from collections.abc import Sequence

from voice.masking.places import GAP, NAME_WORDS, is_house, is_name, is_surely_name, number, of_place, tells_home
from voice.masking.rules import rules
from voice.masking.tokens import Token
from voice.nlu.morphology import share, tags

_NOMINATIVE = 0.25


def village(said: Sequence[Token], i: int) -> int:
    """The last word of a village's name, and of the street and the house behind it; 0: none is named."""
    words = rules().addresses
    if said[i].word not in words.village:
        return 0
    own = tells_home([*said[max(0, i - GAP) : i], *said[i + 1 : i + 1 + GAP]]) or any(
        token.word in words.out_of or token.word in words.leading for token in said[max(0, i - 1) : i]
    )
    last = 0
    for j in range(i + 1, min(len(said), i + 1 + NAME_WORDS)):
        token = said[j]
        if token.is_plain_number and last:
            return number(said, j) or last
        named = is_surely_name(token) or (token.capital and said[j - 1].short) or _apposed(said, i, j)
        if named or (own and (j == i + 1 or last == j - 1) and _may_name_a_village(said, j)):
            last = j
        elif not (is_name(token) and "ADJF" in tags(token.word) and _agree(said, j)):
            break
        elif own or j == i + 1:
            last = j
    return last


def _apposed(said: Sequence[Token], i: int, j: int) -> bool:
    """«хутор Красный Октябрь»: the word for a village, an adjective and a noun, all in the nominative."""
    row = said[i : i + 3]
    kinds = ("NOUN", "ADJF", "NOUN")
    return i < j < i + len(kinds) == i + len(row) and all(
        share(one.word, kind, "nomn") >= _NOMINATIVE for one, kind in zip(row, kinds, strict=True)
    )


def _may_name_a_village(said: Sequence[Token], j: int) -> bool:
    """«в деревне Бор»: a noun beside the word for a village, in the case that names have, and nothing said of it."""
    token = said[j]
    words = rules().addresses
    behind = said[j + 1] if j + 1 < len(said) else None
    ends = behind is None or behind.breaks or of_place(behind) or is_house(behind) or behind.word in words.home
    return (
        ends
        and is_name(token)
        and {"NOUN", "nomn", "inan"} <= tags(token.word)
        and token.word not in rules().addresses.house
    )


def _agree(said: Sequence[Token], j: int) -> bool:
    """Does an adjective stand as names of places do, «Нижние ...», «хутор Весёлый»: before a name or at the end?"""
    if j + 1 == len(said) or said[j + 1].word in rules().addresses.outside:
        return True
    return is_surely_name(said[j + 1]) or of_place(said[j + 1]) or _may_name_a_village(said, j + 1)
