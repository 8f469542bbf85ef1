"""How phrases sound."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from voice.nlu.phonetics import sound_alike, sound_key

phrases = st.lists(st.text("абвгдежзийклмнопрстуыья ", min_size=1, max_size=12).filter(str.strip), max_size=12)


def test_what_is_written_differently_may_sound_the_same() -> None:
    assert sound_key("вокзал") == sound_key("вакзал")
    assert sound_key("сделать") == sound_key("зделать")
    assert sound_key("бесплатно") == sound_key("безплатно")
    assert sound_key("ещё раз") == sound_key("еще рас")


def test_pairs_that_a_telephone_confuses() -> None:
    found = sound_alike(["да", "дата", "два", "нет", "код", "кот", "заявление", "заявления", "обращение"])
    assert found == {("да", "дата"), ("да", "два"), ("код", "кот"), ("заявление", "заявления")}


@given(phrases)
def test_every_pair_is_of_two_different_phrases_and_in_order(given_phrases: list[str]) -> None:
    for one, other in sound_alike(given_phrases):
        assert one < other and {one, other} <= set(given_phrases)


@given(phrases)
def test_the_order_of_the_phrases_does_not_matter(given_phrases: list[str]) -> None:
    assert sound_alike(given_phrases) == sound_alike(reversed(given_phrases))
