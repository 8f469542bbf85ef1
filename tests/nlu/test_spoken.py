from datetime import date

import pytest

from voice.nlu import slots
from voice.nlu.intents import load_intents
from voice.nlu.number_words import grammar
from voice.nlu.slots import State
from voice.nlu.spoken import Spoken
from voice.settings import ROOT

TODAY = date(2026, 11, 22)  # a Sunday


@pytest.fixture(scope="module")
def english() -> Spoken:
    return load_intents(ROOT / "prompts" / "en").spoken


@pytest.mark.parametrize(
    ("said", "digits"),
    [
        ("one two three four five six seven eight nine oh", "1234567890"),
        ("one hundred twenty three four hundred fifty six seventy eight ninety", "1234567890"),
        ("one hundred and twenty three, four hundred and fifty six, seventy eight, ninety", "1234567890"),
        ("my number is twelve thirty four fifty six seventy eight nine oh", "1234567890"),
        ("it's one two three dash four five six dash seven eight nine zero", "1234567890"),
        ("double one double two double three double four double five", "1122334455"),
        ("triple seven one two three four five six and seven", "7771234567"),
        ("two zeros one two three four five six seven eight", "0012345678"),
        ("no start over one two three four five six seven eight nine zero", "1234567890"),
    ],
)
def test_numbers_are_understood_as_english_says_them(english: Spoken, said: str, digits: str) -> None:
    taken = slots.take("application_number", english.in_russian(said))
    assert (taken.state, taken.digits) == (State.COMPLETE, digits)


@pytest.mark.parametrize(
    ("said", "mended"),
    [
        ("no the third digit is five", "1254567890"),
        ("no, the last digit is one", "1234567891"),
        ("the last two are fifteen", "1234567815"),
        ("not ninety but nineteen", "1234567819"),
    ],
)
def test_a_number_is_mended_in_english(english: Spoken, said: str, mended: str) -> None:
    groups = ("123", "456", "78", "90")
    assert slots.repair("application_number", "1234567890", groups, english.in_russian(said)) == mended


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("yesterday", "2026-11-21"),
        ("the day before yesterday", "2026-11-20"),
        ("on the fifth of november", "2026-11-05"),
        ("november the fifth", "2026-11-05"),
        ("november twenty first", "2026-11-21"),
        ("the twelfth of march twenty twenty five", "2025-03-12"),
        ("may first nineteen eighty four", "1984-05-01"),
        ("last monday", "2026-11-16"),
        ("12.03.2025", "2025-03-12"),
    ],
)
def test_days_are_understood_as_english_says_them(english: Spoken, said: str, day: str) -> None:
    assert slots.take("date", english.in_russian(said), today=TODAY).digits == day


def test_russian_stays_as_it_is() -> None:
    assert Spoken().in_russian("Двадцать-три, ёж") == "Двадцать-три, ёж"
    assert Spoken().grammar() == grammar()


def test_the_closed_grammar_is_of_the_language_itself(english: Spoken) -> None:
    known = english.grammar()
    assert {"seven", "ninety", "three hundred", "double"} <= set(known)
    assert all(phrase.isascii() for phrase in known) and "yesterday" not in known


def test_a_word_that_is_more_than_a_number_is_none_by_itself(english: Spoken) -> None:
    assert english.is_number("seven") and not english.is_number("oh") and english.in_number("oh")
    assert english.in_russian("i want to know") == "i want to know" and english.in_number("dash")
