import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.nlu.speak import spoken
from voice.nlu.normalise import words
from voice.nlu.numbers import may_grow, natural, readings, value

SOME_WORDS = words("сто двадцать три ноль нуля раз тысяча нет не а так ой 5 семёрки кот сначала")


@pytest.mark.parametrize(
    ("said", "digits"),
    [
        ("сто двенадцать, двести тридцать три, четыреста сорок пять, девяносто пять", "11223344595"),
        ("ноль ноль семь", "007"),
        ("пять раз ноль", "00000"),
        ("два раза по нулю", "00"),
        ("три семёрки", "777"),
        ("дважды два", "22"),
        ("нолик пять", "05"),
        ("раз два три", "123"),
        ("тысяча девятьсот пятьдесят четвёртый", "1954"),
        ("двенадцать тысяч триста", "12300"),
        ("двадцать первая", "21"),
        ("ноль один тысяча девятьсот", "011900"),
        ("двадцать одна тысяча девятьсот", "21900"),
        ("два миллиона три тысячи", "2003000"),
        ("сорок пять ноль восемь, номер сто двадцать три, четыреста пятьдесят шесть", "4508123456"),
        ("123-456 семьдесят восемь, 90", "1234567890"),
        ("запишите: сто, тире, сорок", "10040"),
        ("двадцать десять", "2010"),
        ("сто двадцать три кхм четыреста", "123400"),
        ("не так, давайте сначала: сорок пять", "45"),
        ("сто двадцать. Ой, не так, сначала. Триста сорок", "340"),
        ("сто сорок пять, ой, не сорок пять, а сорок шесть", "146"),
        ("двести, нет, триста", "300"),
        ("у меня два вопроса, статус по номеру сто двадцать три", "123"),
    ],
)
def test_the_natural_reading(said: str, digits: str) -> None:
    assert readings(said)[0].digits == digits
    reading = natural(said)
    assert reading is not None and reading.digits == digits


@pytest.mark.parametrize(
    ("said", "all_of"),
    [
        ("тридцать два нуля", {"3000", "320"}),
        ("двадцать три", {"23", "203"}),
        ("сто двадцать три", {"123", "10023", "1203", "100203"}),
        ("двести, нет, триста", {"300", "200300"}),
    ],
)
def test_every_reading_is_kept(said: str, all_of: set[str]) -> None:
    assert all_of <= {reading.digits for reading in readings(said)}


@pytest.mark.parametrize("said", ["повторите ещё раз", "", "оператор", "нет", "так", "не так, сначала"])
def test_no_number_is_heard_where_none_was_said(said: str) -> None:
    assert readings(said) == [] and natural(said) is None


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("два", 2),
        ("второй пункт", 2),
        ("номер два", 2),
        ("давайте третий вариант", 3),
        ("2", 2),
        ("двадцать один", 21),
        ("один два", None),
        ("у меня два вопроса", None),
        ("да", None),
        ("дата", None),
    ],
)
def test_the_number_of_a_menu_answer(said: str, number: int | None) -> None:
    assert value(said) == number


def test_groups_are_the_callers_own() -> None:
    assert readings("сто двадцать три сорок пять ноль шесть")[0].groups == ("123", "45", "0", "6")


def test_the_span_of_words_that_was_read() -> None:
    assert readings("статус заявления сто двадцать три четыреста пожалуйста")[0].used == (2, 6)


@pytest.mark.parametrize(("said", "grows"), [("сто двадцать", True), ("двадцать три", False), ("пятый", False)])
def test_a_ten_may_still_become_another_number(said: str, grows: bool) -> None:
    assert may_grow(said) is grows


@given(digits=st.text("0123456789", min_size=1, max_size=14), seed=st.integers(0, 10**6))
def test_what_is_spoken_is_among_the_readings(digits: str, seed: int) -> None:
    said, _ = spoken(digits, random.Random(seed))
    assert digits in {reading.digits for reading in readings(said)}


@given(st.lists(st.sampled_from(SOME_WORDS)))
def test_any_row_of_words_is_read_within_bounds(said: list[str]) -> None:
    for reading in readings(" ".join(said)):
        assert reading.digits.isdigit() and "".join(reading.groups) == reading.digits
        assert 0 <= reading.used[0] < reading.used[1] <= len(said)


def test_forty_words_cost_no_explosion() -> None:
    began = time.process_time()
    assert readings(" ".join(["сто двадцать три нет"] * 10))
    assert readings(" ".join(["двадцать три"] * 20))
    assert time.process_time() - began < 2.0
