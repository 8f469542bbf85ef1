import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.nlu.speak import spoken
from voice.nlu.codes import show, take
from voice.nlu.documents import State

NAMES = {"R": "эр", "X": "икс", "Z": "зет", "M": "эм", "S": "эс", "L": "эль", "F": "эф", "Y": "игрек"}


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("ошибка пятьсот четыре", "504"),
        ("код четыреста четыре", "404"),
        ("ошибка четыре ноль четыре", "404"),
        ("пятьсот вторая", "502"),
        ("эр пятьсот", "R500"),
        ("икс ноль ноль эм пять", "X00M5"),
        ("е тысяча двадцать четыре", "E1024"),
        ("код а пятьсот", "A500"),
        ("код эс тире ноль пять", "S05"),
        ("дабл ю двадцать", "W20"),
        ("эйч ти ти пи пятьсот", "HTTP500"),
        ("E-1024", "E1024"),
        ("е1024", "E1024"),
        ("ERR-12", "ERR12"),
        ("504 gateway timeout", "504"),
        ("error 504", "504"),
        ("0x80070005", "0X80070005"),
        ("там написано пятьсот четыре", "504"),
        ("три раза пробовала, ошибка пятьсот", "500"),
        ("пятьсот три, нет, пятьсот четыре", "504"),
        ("не пятьсот три, а пятьсот четыре", "504"),
        ("пять", "5"),
    ],
)
def test_a_code_as_people_say_it(said: str, code: str) -> None:
    taken = take(said)
    assert (taken.state, taken.digits) == (State.COMPLETE, code)
    assert "".join(taken.groups) == code


@pytest.mark.parametrize(
    "said",
    [
        "ошибка в форме",
        "ошибка а что делать",
        "код ошибки не показывает",
        "нет кода",
        "у меня два вопроса",
        "двадцать минут не работает",
        "я не вижу кода у меня",
        "",
    ],
)
def test_where_there_is_no_code(said: str) -> None:
    assert take(said).state is State.NONE


def test_letters_are_never_sure() -> None:
    assert take("ошибка пятьсот четыре").sure and not take("эр пятьсот четыре").sure


def test_letters_are_shown_apart() -> None:
    assert show("E1024") == "E 1024"
    assert show("80070005") == "800 700 05"
    assert show("E1024", ("E", "10", "24")) == "E 10 24"


@given(st.sampled_from(sorted(NAMES)), st.text("123456789", min_size=2, max_size=5), st.integers(0, 999))
def test_a_letter_and_digits_are_heard(letter: str, digits: str, seed: int) -> None:
    ones = " ".join(spoken(digit, random.Random(seed))[0].split()[0] for digit in digits)
    assert take(f"ошибка {NAMES[letter]} {ones}").digits == letter + digits
