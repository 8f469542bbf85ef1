import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.events import Word
from voice.vad.pauses import GOES_ON_MS, MOST, Pauses

MENU_MS, NUMBER_MS = 640, 1500
WORD_MS = 300
SILENCES = st.lists(st.integers(0, 1_200), max_size=12)
ROWS = st.integers(600, 3_000)
FACTORS = st.floats(1.0, 3.0)


def spoken(silences_ms: list[int], since_ms: int = 0) -> list[Word]:
    """Words of 300 ms with these silences between them."""
    words, at_ms = [], since_ms
    for silence_ms in [0, *silences_ms]:
        at_ms += silence_ms
        words.append(Word(text="", start_ms=at_ms, end_ms=at_ms + WORD_MS, confidence=1.0))
        at_ms += WORD_MS
    return words


def after(silences_ms: list[int], row_ms: int = MENU_MS) -> Pauses:
    pauses = Pauses()
    pauses.heard(spoken(silences_ms), row_ms)
    return pauses


def test_a_caller_nobody_knows_is_waited_for_as_the_state_says():
    assert Pauses().pause_ms(MENU_MS) == MENU_MS


def test_one_long_pause_may_be_a_door_bell_and_two_are_a_habit():
    assert after([620]).pause_ms(MENU_MS) == MENU_MS
    assert after([620, 590]).pause_ms(MENU_MS) > 700


def test_short_pauses_teach_nothing():
    assert after([300] * 50).pause_ms(MENU_MS) == MENU_MS


def test_slow_digits_tell_of_slow_words_but_usual_ones_do_not():
    assert after([600] * 9, NUMBER_MS).pause_ms(MENU_MS) == MENU_MS
    assert after([1400] * 2, NUMBER_MS).pause_ms(MENU_MS) > 750


def test_who_goes_on_soon_after_a_turn_was_closed_was_cut_off():
    pauses = Pauses()
    at_ms = 0
    for silence_ms in (0, 900, 1_000):
        at_ms += silence_ms
        pauses.heard(spoken([], at_ms), MENU_MS)
        at_ms += WORD_MS
    assert pauses.pause_ms(MENU_MS) > 750


def test_who_answers_the_line_did_not_pause():
    pauses = Pauses()
    for turn in range(9):
        pauses.heard(spoken([], turn * (WORD_MS + MENU_MS + GOES_ON_MS + 1)), MENU_MS)
    assert pauses.pause_ms(MENU_MS) == MENU_MS


def test_a_yes_or_no_that_was_not_expected_is_answered_in_time():
    """0.9 s from the last sound to the first: 0.1 s of it are the recogniser's and the voice's."""
    assert after([1_200] * 9).pause_ms(MENU_MS) <= 800


def test_what_the_dialog_asks_for_comes_on_top():
    assert Pauses().pause_ms(MENU_MS, 1.5) == 960
    assert Pauses().pause_ms(MENU_MS, 0.5) == MENU_MS


@given(SILENCES, ROWS, FACTORS)
def test_never_below_the_row_nor_over_the_cap(silences_ms, row_ms, factor):
    wait_ms = after(silences_ms).pause_ms(row_ms, factor)
    assert row_ms * factor - 1 <= wait_ms <= row_ms * factor * MOST + 1


@given(SILENCES, ROWS, FACTORS, st.integers(0, 900), st.integers(0, 300), st.integers(0, 2_000))
def test_it_is_monotone(silences_ms, row_ms, factor, one_more_ms, longer_ms, more_ms):
    known = after(silences_ms).pause_ms(row_ms, factor)
    taught = after([*silences_ms, one_more_ms]).pause_ms(row_ms, factor)
    assert taught >= known  # a pause never makes the line less patient
    assert after([*silences_ms, one_more_ms + longer_ms]).pause_ms(row_ms, factor) >= taught
    assert after(silences_ms).pause_ms(row_ms + more_ms, factor) >= known


@given(st.permutations([620, 300, 40, 615, 200]))
def test_the_order_of_pauses_does_not_matter(silences_ms):
    assert after(silences_ms).pause_ms(MENU_MS) == pytest.approx(MENU_MS * 1.25, abs=1)


@given(SILENCES, st.integers(0, 12))
def test_how_words_are_cut_into_utterances_does_not_matter(silences_ms, cut):
    words, pauses = spoken(silences_ms), Pauses()
    for part in (words[:cut], words[cut:]):
        pauses.heard(part, MENU_MS)
    assert pauses.pause_ms(MENU_MS) == after(silences_ms).pause_ms(MENU_MS)
