"""Villages: where few live, so that the name alone tells much."""

from __future__ import annotations

from collections.abc import Sequence

from voice.masking.due import is_strange, place_name
from voice.masking.places import GAP, number, of_place
from voice.masking.rules import rules
from voice.masking.tokens import Token
from voice.nlu.morphology import tags


def village(said: Sequence[Token], i: int) -> int:
    """The last word of a village's name behind the word for one, and of the house behind it; 0: none is named."""
    if said[i].word not in rules().addresses.village or not of_place(said[i]):
        return 0
    begin = named_at(said, i)
    last = place_name(said, begin)
    if last < begin and i and "ADJF" in tags(said[i - 1].word):  # «на Заводской слободе двенадцать»
        return number(said, begin)
    return (number(said, last + 1) or last) if last >= begin else 0


def named_at(said: Sequence[Token], i: int) -> int:
    """Where the name behind the word for a place at `i` may begin: «село наше ...», «деревня так называется ...»."""
    begin = i + 1
    while begin < len(said) and said[begin].word in rules().addresses.called_so and not said[begin].breaks:
        begin += 1
    return begin


def called_from(said: Sequence[Token], i: int) -> int:
    """The last word of a village behind an «из» at `i` without the word for one, «звоню из Высокой Горы»; `i`: none."""
    words = rules().addresses
    if said[i].word not in words.out_of or not any(token.word in words.calls for token in said[max(0, i - GAP) : i]):
        return i
    last = place_name(said, i + 1)
    described = last > i + 1 and "ADJF" in tags(said[i + 1].word) and "NOUN" in tags(said[last].word)
    return last if last > i and (is_strange(said[last]) or described) else i
