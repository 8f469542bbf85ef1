from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.nlu.number_words import NUMBER_WORDS
from voice.nlu.rows import Group, groups
from voice.nlu.spoken import read_spoken

ENGLISH = read_spoken(Path("prompts/en"))


def told(found: list[Group]) -> list[str]:
    return [f"{group.digits}{'.' * group.ordinal}" for group in found]


@pytest.mark.parametrize(
    ("said", "found", "end"),
    [
        ("сто двадцать три четыреста", ["123", "400"], 4),
        ("двадцать пятого марта", ["25."], 2),
        ("два раза по нулю пять", ["00", "5"], 5),
        ("два раза звонил", ["2"], 1),
        ("тридцать два нуля", ["30", "00"], 3),
        ("раз два", [], 0),
        ("номер пять", [], 0),
        ("пять 12", ["5"], 1),
    ],
)
def test_numbers_at_the_beginning_of_a_text(said: str, found: list[str], end: int) -> None:
    row = groups(said.split())
    assert told(row) == found and (row[-1].end if row else 0) == end


@pytest.mark.parametrize(
    ("said", "found", "end"),
    [
        ("one hundred and twenty three five", ["123", "5"], 6),
        ("one hundred and then", ["100"], 2),
        ("double five oh two", ["55", "0", "2"], 4),
        ("oh no", [], 0),
        ("twenty second", ["22."], 2),
        ("second class", [], 0),
        ("twenty to thirty", ["20"], 1),
        ("nineteen eighty five", ["1985"], 3),
    ],
)
def test_english_numbers(said: str, found: list[str], end: int) -> None:
    row = groups(said.split(), ENGLISH)
    assert told(row) == found and (row[-1].end if row else 0) == end


WORDS = st.sampled_from([*list(NUMBER_WORDS)[::9], "нуля", "раз", "раза", "по", "и"])


@given(said=st.lists(WORDS, max_size=12), more=st.lists(WORDS, max_size=4))
def test_more_words_change_only_the_last_group(said: list[str], more: list[str]) -> None:
    before, after = groups(said), groups(said + more)
    assert before[:-1] == after[: len(before[:-1])]
    assert all(one.end == other.start for one, other in pairwise(after))
