from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bench.line import shown
from bench.steadiness import Steadiness, common, erased, first_seen, unkept

TEXT = st.lists(st.sampled_from("абвг"), max_size=6)


def test_what_an_update_takes_back_is_erased() -> None:
    assert erased(["а", "аб", "абв"]) == 0
    assert erased(["аб", "ав", "авг"]) == 1
    assert erased(["абв", "вбв"]) == 3, "all behind the first difference"


def test_what_the_final_text_lacks_is_unkept() -> None:
    assert unkept("абв", "абвг") == 0 and unkept("абв", "агв") == 1 and unkept("аб", "") == 2


def test_a_word_is_seen_when_it_is_first_shown_near_its_place() -> None:
    assert first_seen([100, 200, 300], ["", "а", "аб"]) == [200, 300]
    assert first_seen([100, 200, 300], ["бб", "а", "аб"]) == [200, 100], "one place beside is the same word"


def test_the_figures_of_an_utterance() -> None:
    told = Steadiness()
    told.add([100, 200, 300], ["ав", "абв", "абг"], ["", "а", "абг"], [50, 150, 250])
    assert (told.words, told.erased, told.steady_erased, told.unkept) == (3, 2, 0, 0)
    assert told.shown_ms == [50, 50, 50] and told.steady_ms == [150, 150, 50]
    assert told.share(told.erased) == 2 / 3


@given(text=TEXT)
def test_a_text_that_only_grows_erases_nothing(text: list[str]) -> None:
    grown = [text[:upto] for upto in range(len(text) + 1)]
    assert erased(grown) == 0 and erased([*grown, []]) == len(text)
    assert all(common(one, text) == len(one) for one in grown)


def test_a_word_of_a_number_is_shown_with_the_digits_of_its_number() -> None:
    words = shown([("двенадцать", 100), ("тридцать", 200), ("четыре", 300)])
    assert [(word["place"], word["forms"]) for word in words] == [(1, ["12"]), (2, ["30", "34"]), (2, ["34"])]
