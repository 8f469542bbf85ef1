from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.nlu.speak import ONES, TEENS, TENS
from voice.nlu.dates import length_state, repair, take
from voice.nlu.documents import State

TODAY = date(2026, 11, 22)  # a Sunday
FIRST_DAYS = "первое второе третье четвёртое пятое шестое седьмое восьмое девятое десятое"
DAYS = FIRST_DAYS.split()
DAYS += [teen[:-1] + "ое" for teen in TEENS[1:]] + ["двадцатое"] + [f"двадцать {day}" for day in DAYS[:9]]
DAYS += ["тридцатое", "тридцать первое"]
MONTH_NAMES = "января февраля марта апреля мая июня июля августа сентября октября ноября декабря"
MONTHS = MONTH_NAMES.split()
SOME_WORDS = "двенадцатое 31 ноября года прошлую среду нет не а назад недели три 12.5"
UNITS = ["", "первого", "второго", "третьего", "четвёртого", "пятого", "шестого", "седьмого", "восьмого", "девятого"]
TENTHS = {2: "двадцатого", 3: "тридцатого", 4: "сорокового", 5: "пятидесятого", 6: "шестидесятого"}
TENTHS |= {7: "семидесятого", 8: "восьмидесятого", 9: "девяностого"}


def genitive(amount: int) -> str:
    """1 to 99 as an ordinal: «семьдесят второго»."""
    if amount < 10:
        return UNITS[amount]
    if amount < 20:
        return TEENS[amount - 10][:-1] + "ого"
    return f"{TENS[amount // 10]} {UNITS[amount % 10]}" if amount % 10 else TENTHS[amount // 10]


def year(amount: int) -> str:
    if amount == 2000:
        return "двухтысячного"
    return f"{'две тысячи' if amount > 2000 else 'тысяча девятьсот'} {genitive(amount % 100)}"


def cardinal(amount: int) -> str:
    if amount < 10:
        return f"ноль {ONES[amount]}"
    return TEENS[amount - 10] if amount < 20 else f"{TENS[amount // 10]} {ONES[amount % 10] if amount % 10 else ''}"


@given(st.dates(date(1920, 1, 1), date(2030, 12, 31)))
def test_every_day_is_understood_in_three_wordings(day: date) -> None:
    for said in (
        f"{DAYS[day.day - 1]} {MONTHS[day.month - 1]} {year(day.year)} года",
        f"{cardinal(day.day)} {cardinal(day.month)} {year(day.year)}",
        f"{day.day}.{day.month:02d}.{day.year}",
    ):
        taken = take(said, today=TODAY)
        assert (taken.state, taken.digits, taken.sure) == (State.COMPLETE, day.isoformat(), True), said
        assert length_state(said) is State.COMPLETE


@given(st.dates(date(1932, 1, 1), date(1999, 12, 31)))
def test_a_year_of_two_digits(day: date) -> None:
    said = f"{genitive(day.day)} {genitive(day.month)} {genitive(day.year % 100)}"
    assert take(said, today=TODAY).digits == day.isoformat()


@given(st.integers(-300, 30))
def test_a_day_without_a_year_is_the_nearest(ahead: int) -> None:
    day = TODAY + timedelta(ahead)
    taken = take(f"{DAYS[day.day - 1]} {MONTHS[day.month - 1]}", today=TODAY)
    shift = 0 if ahead > -270 else 1
    assert date.fromisoformat(taken.digits) in (day, day.replace(year=day.year + shift))


@pytest.mark.parametrize(
    ("said", "iso", "sure"),
    [
        ("вчера", "2026-11-21", True),
        ("позавчера вечером", "2026-11-20", True),
        ("сегодня утром", "2026-11-22", True),
        ("завтра", "2026-11-23", True),
        ("три дня назад", "2026-11-19", True),
        ("через три дня", "2026-11-25", True),
        ("неделю назад", "2026-11-15", False),
        ("в прошлую среду", "2026-11-18", False),
        ("на прошлой неделе в среду", "2026-11-11", True),
        ("в следующий вторник", "2026-11-24", True),
        ("в среду", "2026-11-18", False),
        ("в среду двенадцатого ноября", "2026-11-12", True),
        ("десятого числа", "2026-11-10", False),
        ("десятого прошлого месяца", "2026-10-10", True),
        ("пятого числа этого месяца", "2026-11-05", True),
        ("восьмое марта прошлого года", "2025-03-08", True),
        ("двадцать двадцать пятого года двенадцатого марта", "2025-03-12", True),
        ("двенадцатого ноября в три часа дня", "2026-11-12", True),
        ("двенадцатого, нет, тринадцатого ноября", "2026-11-13", True),
        ("не двенадцатого, а тринадцатого ноября", "2026-11-13", True),
        ("двадцать девятое февраля", "2024-02-29", False),
        ("12032025", "2025-03-12", True),
        ("12/11", "2026-11-12", True),
        ("ноября двенадцатого", "2026-11-12", True),
        ("двенадцатого ноль одиннадцатого", "2026-11-12", True),
        ("в прошлом месяце пятого", "2026-10-05", True),
        ("дня три назад", "2026-11-19", False),
    ],
)
def test_days_counted_from_today(said: str, iso: str, sure: bool) -> None:
    taken = take(said, today=TODAY)
    assert (taken.state, taken.digits, taken.sure) == (State.COMPLETE, iso, sure)
    assert taken.candidates[0] == iso


def test_a_doubtful_day_has_another() -> None:
    assert take("в среду", today=TODAY).candidates == ("2026-11-18", "2026-11-25")
    assert take("в прошлую среду", today=TODAY).candidates == ("2026-11-18", "2026-11-11")
    assert take("десятого числа", today=TODAY).candidates == ("2026-11-10", "2026-10-10")


@pytest.mark.parametrize(
    ("said", "state", "gaps"),
    [
        ("в ноябре", State.SHORT, "-11-"),
        ("в марте прошлого года", State.SHORT, "2025-03-"),
        ("семьдесят второй год", State.SHORT, "1972--"),
        ("тридцать первое июня", State.WRONG, "-06-31"),
        ("31.02.2020", State.WRONG, "2020-02-31"),
        ("сорок пятое мая", State.WRONG, "-05-45"),
        ("не помню", State.NONE, ""),
        ("маяковского", State.NONE, ""),
        ("часа в три", State.NONE, ""),
    ],
)
def test_what_is_no_whole_day(said: str, state: State, gaps: str) -> None:
    taken = take(said, today=TODAY)
    assert (taken.state, taken.digits) == (state, gaps)


def test_without_today_nothing_is_guessed() -> None:
    assert take("вчера").state is State.SHORT
    assert take("двенадцатое ноября").digits == "-11-12"
    assert take("третьего мая семьдесят второго").digits == "1972-05-03"


@pytest.mark.parametrize(
    ("before", "said", "iso"),
    [
        ("--12", "ноября", "2026-11-12"),
        ("-11-", "двенадцатого", "2026-11-12"),
        ("-11-12", "двадцать пятого года", "2025-11-12"),
        ("-11-12", "двадцать пятого", "2025-11-12"),
        ("--12", "третьего двадцать пятого", "2025-03-12"),
    ],
)
def test_what_was_missing_is_answered(before: str, said: str, iso: str) -> None:
    assert take(said, before, TODAY).digits == iso


def test_nothing_new_keeps_what_was_said() -> None:
    taken = take("не помню", "-11-", TODAY)
    assert (taken.state, taken.digits) == (State.NONE, "-11-")


@pytest.mark.parametrize(
    ("said", "iso"),
    [
        ("не двенадцатого, а тринадцатого", "2025-11-13"),
        ("месяц март", "2025-03-12"),
        ("год семьдесят третий", "1973-11-12"),
        ("двадцать первого", "2025-11-21"),
        ("тридцать первого", None),  # November has no such day
        ("двенадцатого", None),
        ("вчера", None),
        ("нет", None),
    ],
)
def test_one_part_of_a_day_is_mended(said: str, iso: str | None) -> None:
    assert repair("2025-11-12", said) == iso


def test_a_day_may_still_get_its_year() -> None:
    assert length_state("двенадцатое ноября") is State.SHORT
    assert length_state("двенадцатое ноября две тысячи двадцать") is State.SHORT
    assert length_state("двадцать пятого", "-11-12") is State.COMPLETE
    assert length_state("вчера") is State.COMPLETE
    assert length_state("тридцать первое июня") is State.WRONG
    assert length_state("алло") is State.NONE


@given(st.lists(st.sampled_from(SOME_WORDS.split())))
def test_any_row_of_words_gives_a_day_or_says_what_is_missing(said: list[str]) -> None:
    taken = take(" ".join(said), today=TODAY)
    if taken.state is State.COMPLETE:
        assert all(date.fromisoformat(day) for day in taken.candidates)
    if taken.state is State.SHORT:
        assert taken.digits.count("-") == 2
