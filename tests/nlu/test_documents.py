import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.nlu.speak import group, spoken
from voice.nlu.documents import KINDS, State, inn_ok, length_state, repair, show, snils_ok, take


@pytest.mark.parametrize(("digits", "right"), [("11223344595", True), ("08765430300", True), ("16072239416", False)])
def test_snils_checksum(digits: str, right: bool) -> None:
    assert snils_ok(digits) is right


def test_a_snils_below_the_first_checked_number_is_never_wrong() -> None:
    assert snils_ok("00100199800") and snils_ok("00100199799")


@pytest.mark.parametrize(
    ("digits", "right"),
    [
        ("7707083893", True),
        ("7830002293", True),
        ("500100732259", True),
        ("123456789012", False),
        ("7707083894", False),
    ],
)
def test_inn_checksum(digits: str, right: bool) -> None:
    assert inn_ok(digits) is right


def a_snils(body: int) -> str:
    nine = f"{body:09d}"
    total = sum(int(d) * (9 - i) for i, d in enumerate(nine))
    if total > 101:
        total %= 101
    return nine + ("00" if total in (100, 101) else f"{total:02d}")


def an_inn(body: int) -> str:
    ten = f"{body:010d}"
    for weights in ((7, 2, 4, 10, 3, 5, 9, 4, 6, 8), (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)):
        ten += str(sum(int(d) * w for d, w in zip(ten, weights, strict=True)) % 11 % 10)
    return ten


@settings(max_examples=300)
@given(body=st.integers(1_002_000, 999_999_999), seed=st.integers(0, 10**6))
def test_a_spoken_snils_is_never_silently_wrong(body: int, seed: int) -> None:
    true = a_snils(body)
    taken = take("snils", spoken(true, random.Random(seed))[0])
    if taken.sure:
        assert taken.state is State.COMPLETE and taken.digits == true
    if taken.state is State.COMPLETE:
        assert snils_ok(taken.digits) and true in taken.candidates


@settings(max_examples=300)
@given(body=st.integers(10**9, 10**10 - 1), seed=st.integers(0, 10**6))
def test_a_spoken_inn_is_never_silently_wrong(body: int, seed: int) -> None:
    true = an_inn(body)
    taken = take("inn", spoken(true, random.Random(seed))[0])
    if taken.sure:
        assert taken.state is State.COMPLETE and taken.digits == true
    if taken.state is State.COMPLETE:
        assert inn_ok(taken.digits)


@given(body=st.integers(1_002_000, 999_999_999), at=st.integers(0, 10), by=st.integers(1, 9), seed=st.integers(0, 999))
def test_one_wrong_digit_of_a_snils_is_never_accepted(body: int, at: int, by: int, seed: int) -> None:
    true = a_snils(body)
    wrong = true[:at] + str((int(true[at]) + by) % 10) + true[at + 1 :]
    said = " ".join(group(digit, random.Random(seed)) for digit in wrong)
    if not snils_ok(wrong):
        assert take("snils", said).state is State.WRONG


@settings(max_examples=200)
@given(body=st.integers(10**9, 10**10 - 1), threes=st.booleans(), seed=st.integers(0, 999))
def test_a_number_in_equal_groups_is_taken_at_once(body: int, threes: bool, seed: int) -> None:
    digits, size = str(body), 3 if threes else 2
    parts = [digits[i : i + size] for i in range(0, 10, size)]
    said = ", ".join(group(part, random.Random(seed)) for part in parts)
    taken = take("application_number", said)
    assert digits in {taken.digits, *taken.candidates} or taken.state is State.SHORT


@pytest.mark.parametrize(
    ("kind", "said", "before", "state", "digits"),
    [
        ("application_number", "сто двадцать три четыреста", "", State.SHORT, "123400"),
        ("application_number", "пятьдесят шесть семьдесят восемь девяносто", "1234", State.COMPLETE, "1234567890"),
        ("application_number", "нет, сначала: сто одиннадцать", "1234", State.SHORT, "111"),
        ("application_number", "1234567890", "98765", State.COMPLETE, "1234567890"),
        ("application_number", "45 67 890", "12345", State.COMPLETE, "1234567890"),
        ("application_number", "12345678901", "", State.LONG, "12345678901"),
        ("application_number", "я не помню", "", State.NONE, ""),
        (
            "appeal_number",
            "двенадцать тридцать четыре пятьдесят шесть семьдесят восемь",
            "",
            State.COMPLETE,
            "12345678",
        ),
        ("snils", "сто двенадцать двести тридцать три", "", State.SHORT, "112233"),
        ("snils", "сто двенадцать двести тридцать три четыреста сорок пять девяносто шесть", "", State.WRONG, None),
        ("inn", "семьдесят семь ноль семь ноль восемь тридцать восемь девяносто три", "", State.COMPLETE, "7707083893"),
        ("passport", "серия сорок пять ноль восемь номер 123456", "", State.COMPLETE, "4508123456"),
        ("phone", "восемь девятьсот двенадцать 345 67 89", "", State.COMPLETE, "89123456789"),
        ("phone", "девятьсот двенадцать 345 67 89", "", State.COMPLETE, "9123456789"),
    ],
)
def test_answers(kind: str, said: str, before: str, state: State, digits: str | None) -> None:
    taken = take(kind, said, before)
    assert taken.state is state
    if digits is not None:
        assert taken.digits == digits


def test_the_checksum_chooses_between_readings() -> None:
    true = "20304050660"
    assert not snils_ok(true)
    true = a_snils(203_040_506)
    said = f"двадцать три ноль сорок пятьдесят шесть {true[9:]}"
    taken = take("snils", said)
    assert taken.state is not State.COMPLETE or (snils_ok(taken.digits) and not taken.sure)


def test_the_state_while_it_is_said() -> None:
    said = "сто двадцать три четыреста пятьдесят шесть семьдесят восемь"
    assert length_state("application_number", said) is State.SHORT
    assert length_state("application_number", said + " девяносто") is State.SHORT  # may become «девяносто один»
    assert length_state("application_number", said + " девяносто один") is State.COMPLETE
    assert length_state("application_number", said + " девяносто один два") is State.LONG
    assert length_state("application_number", "алло") is State.NONE
    assert length_state("snils", "112 233 445 95") is State.COMPLETE
    assert length_state("snils", "112 233 445 96") is State.WRONG


@pytest.mark.parametrize(
    ("said", "mended"),
    [
        ("нет, третья цифра пять", "1254567890"),
        ("последняя один", "1234567891"),
        ("последние две цифры сорок пять", "1234567845"),
        ("вторая цифра не два, а семь", "1734567890"),
        ("не семьдесят восемь, а восемьдесят семь", "1234568790"),
        ("восемьдесят семь, а не семьдесят восемь", "1234568790"),
        ("вместо семидесяти восьми восемьдесят семь", "1234568790"),
        ("не сорок", None),
        ("нет, неправильно", None),
        ("не одиннадцать, а двенадцать", None),
        ("тринадцатая цифра пять", None),
    ],
)
def test_one_place_is_mended(said: str, mended: str | None) -> None:
    assert repair("1234567890", ("123", "456", "78", "90"), said) == mended


def test_a_place_that_is_there_twice_is_not_guessed() -> None:
    assert repair("4545", (), "не сорок пять, а сорок шесть") is None
    assert repair("1304530", ("130", "45", "30"), "не тридцать, а тринадцать") == "1304513"


def test_the_number_is_shown_as_it_was_said() -> None:
    assert show("1234567890", ("123", "456", "78", "90")) == "123 456 78 90"
    assert show("1234567890", ("12",), "passport") == "12 34 567 890"
    assert show("9123456789", (), "phone") == "912 345 67 89"
    assert show("1234567", ()) == "123 456 7"


@given(st.sampled_from(sorted(KINDS)), st.text("0123456789", min_size=1, max_size=14))
def test_typed_digits_are_taken_as_they_are(kind: str, digits: str) -> None:
    taken = take(kind, digits)
    assert taken.digits == digits
    if taken.state is State.COMPLETE:
        assert len(digits) in KINDS[kind].lengths
