import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.nlu.speak import ONES, TEENS, TENS
from voice.nlu.documents import State
from voice.nlu.times import length_state, take


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("около трёх часов дня", ("15:00",)),
        ("в полдень", ("12:00",)),
        ("утром", ("morning",)),
        ("после обеда", ("day",)),
        ("вечером", ("evening",)),
        ("ночью", ("night",)),
        ("в девять утра", ("09:00",)),
        ("девять ноль пять", ("09:05", "21:05")),
        ("пятнадцать тридцать", ("15:30",)),
        ("полпятого", ("16:30", "04:30")),
        ("без десяти пять", ("16:50", "04:50")),
        ("без четверти три", ("14:45", "02:45")),
        ("четверть шестого вечера", ("17:15",)),
        ("десять минут седьмого", ("18:10", "06:10")),
        ("в час дня", ("13:00",)),
        ("час ночи", ("01:00",)),
        ("в двенадцать ночи", ("00:00",)),
        ("восемь часов пятнадцать минут утра", ("08:15",)),
        ("с девяти до двенадцати", ("09:00", "21:00")),
        ("9:30", ("09:30",)),
    ],
)
def test_a_time_as_people_say_it(said: str, found: tuple[str, ...]) -> None:
    taken = take(said)
    assert (taken.state, taken.candidates, taken.sure) == (State.COMPLETE, found, len(found) == 1)


@pytest.mark.parametrize("said", ["не знаю", "двадцать пять часов", "три раза", "неделю", "минут двадцать назад", ""])
def test_what_is_no_time(said: str) -> None:
    assert take(said).state is State.NONE


@given(st.integers(13, 23), st.integers(10, 59))
def test_an_hour_of_24_and_its_minutes(hour: int, minute: int) -> None:
    def name(amount: int) -> str:
        if amount < 20:
            return TEENS[amount - 10]
        return TENS[amount // 10] + (f" {ONES[amount % 10]}" if amount % 10 else "")

    assert take(f"{name(hour)} {name(minute)}").candidates == (f"{hour:02d}:{minute:02d}",)


def test_an_hour_alone_may_go_on() -> None:
    assert length_state("в девять") is State.SHORT
    assert length_state("в девять утра") is State.COMPLETE
    assert length_state("утром") is State.COMPLETE
    assert length_state("алло") is State.NONE
