from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.nlu.morphology import known, lemmas, share, tags


@pytest.mark.parametrize(
    ("word", "lemma"),
    [
        ("заявлению", "заявление"),
        ("паспортами", "паспорт"),
        ("детей", "ребенок"),
        ("шёл", "идти"),
        ("Москве", "москва"),
    ],
)
def test_any_form_of_a_word_has_its_normal_form(word: str, lemma: str) -> None:
    assert lemma in lemmas(word)


def test_a_word_of_two_meanings_has_both_normal_forms() -> None:
    assert set(lemmas("стали")) == {"стать", "сталь"}


def test_the_letter_yo_makes_no_difference() -> None:
    assert lemmas("счёт") == lemmas("счет") and lemmas("Счёта")[0] == "счет"


@pytest.mark.parametrize(
    ("word", "tag"),
    [("Анне", "Name"), ("Петровны", "Patr"), ("Кузнецовой", "Surn"), ("Саратове", "Geox"), ("Шевченко", "Surn")],
)
def test_names_and_places_are_known_in_any_form(word: str, tag: str) -> None:
    assert tag in tags(word)


@pytest.mark.parametrize("word", ["оплата", "который", "сто", "заявление"])
def test_usual_words_are_no_names(word: str) -> None:
    assert tags(word).isdisjoint({"Name", "Patr", "Surn", "Geox"})


def test_a_rare_reading_counts_only_for_whom_it_is_likely_enough() -> None:
    assert "Name" not in tags("слава") and "Name" in tags("слава", 0.02)


def test_a_word_that_no_dictionary_has_is_guessed_by_its_ending() -> None:
    assert not known("бырмухановна") and "Patr" in tags("бырмухановна")
    assert known("ивановна")


@pytest.mark.parametrize("word", ["", "42", "Gosuslugi", "—"])
def test_what_is_no_russian_word_is_its_own_form(word: str) -> None:
    assert lemmas(word) == (word.lower(),) and tags(word) == frozenset()


@given(st.text(max_size=20))
def test_anything_has_a_lemma_and_never_fails(word: str) -> None:
    assert all(lemma == lemma.lower() for lemma in lemmas(word)) and isinstance(tags(word), frozenset)


def test_a_share_is_of_readings_that_have_all_the_grammemes_at_once() -> None:
    assert share("ленина", "Surn", "gent") > 0.5 and share("жуков", "Surn", "plur") < share("жуков", "Surn")
    assert share("стол", "Surn") == 0.0 and share("12", "NOUN") == 0.0
