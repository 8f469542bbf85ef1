"""A time of day as people say it: «около трёх часов дня», «половина пятого», «в полдень», «утром»."""

from __future__ import annotations

import re
from collections.abc import Sequence

from voice.nlu import numbers
from voice.nlu.documents import State, Taken
from voice.nlu.normalise import words
from voice.nlu.number_words import NUMBER_WORDS, is_number

MORNING, DAY, EVENING, NIGHT = "morning", "day", "evening", "night"
_PARTS = {
    MORNING: ("утр",),
    DAY: ("днем", "дня", "обед"),
    EVENING: ("вечер",),
    NIGHT: ("ночь", "ночи"),
}
_NAMED = {"полдень": "12:00", "полудня": "12:00", "полночь": "00:00", "полуночи": "00:00"}
_TYPED = re.compile(r"(?<!\d)([01]?\d|2[0-3])[:.]([0-5]\d)(?!\d)")
_HOUR_WORDS = ("час", "часа", "часов", "часам", "часу", "часиков", "часик")
_HALF = ("половин", "пол")
_HALF_WORD = re.compile(r"\bпол(?=(?:перв|втор|трет|четверт|пят|шест|седьм|восьм|девят|десят|одиннадцат|двенадцат)\w+)")
_NO_HOURS = ("раз", "дней", "недел")
_ELAPSED = frozenset(("назад", "через"))
_QUARTER = "четверть"
_AFTERNOON_UNTIL = 6  # «в три» is three in the afternoon, «в девять» may be either


def take(text: str) -> Taken:
    """ "HH:MM", or the code of a part of the day (MORNING, DAY, EVENING, NIGHT) when no hour is said.

    An hour whose half of the day is not said gives both as candidates and is not sure.
    """
    if typed := _TYPED.search(text):
        return _taken([f"{int(typed[1]):02d}:{typed[2]}"])
    said = words(_HALF_WORD.sub("половина ", text.lower().replace("ё", "е")))
    if named := next((_NAMED[word] for word in said if word in _NAMED), ""):
        return _taken([named])
    if not _ELAPSED.isdisjoint(said):
        return Taken(State.NONE)
    part = _part(said)
    clock = _to_the_hour(said) or _of_the_hour(said) or _plain(said)
    if clock is None:
        return _taken([part]) if part else Taken(State.NONE)
    hour, minute = clock
    if minute > 59:
        return Taken(State.WRONG)
    return _taken([f"{either:02d}:{minute:02d}" for either in _hours(hour, part)])


def length_state(text: str) -> State:
    """COMPLETE once the part of the day or the minutes are said; an hour alone may go on."""
    taken = take(text)
    sure = taken.state is State.COMPLETE and (taken.sure or ":" not in taken.digits)
    return State.SHORT if taken.state is State.COMPLETE and not sure else taken.state


def _taken(found: Sequence[str]) -> Taken:
    return Taken(State.COMPLETE, found[0], (found[0],), tuple(found), len(found) == 1)


def _part(said: Sequence[str]) -> str:
    return next((part for word in said for part, stems in _PARTS.items() if word.startswith(stems)), "")


def _hours(hour: int, part: str) -> list[int]:
    """The hours of 24 that an hour may mean, the likeliest first."""
    if hour > 12 or hour == 0:
        return [hour]
    if part == MORNING or (part == NIGHT and hour <= _AFTERNOON_UNTIL):
        return [hour % 12]
    if part == NIGHT:
        return [0] if hour == 12 else [hour + 12]
    if part in (DAY, EVENING):
        return [
            0 if part == EVENING and hour == 12 else hour if hour == 12 or (part == DAY and hour > 9) else hour + 12
        ]
    if hour == 12:
        return [12]
    return [hour + 12, hour] if hour <= _AFTERNOON_UNTIL else [hour, hour + 12]


def _to_the_hour(said: Sequence[str]) -> tuple[int, int] | None:
    """«без десяти пять», «без четверти три»."""
    if "без" not in said:
        return None
    rest = said[said.index("без") + 1 :]
    if rest and rest[0] == "четверти":
        minutes, rest = 15, rest[1:]
        hour = _values(rest)[:1]
    else:
        values = _values(rest)
        minutes, hour = (values[0], values[1:2]) if values else (0, [])
    if "час" in rest and not hour:
        hour = [1]
    return ((hour[0] - 1) % 12 or 12, 60 - minutes) if hour and 0 < minutes < 60 else None


def _of_the_hour(said: Sequence[str]) -> tuple[int, int] | None:
    """«половина пятого», «четверть шестого», «десять минут седьмого»: of the hour that has begun."""
    for i, word in enumerate(said):
        number = NUMBER_WORDS.get(word)
        if number is None or not number.ordinal or not 1 <= number.value <= 12 or i == 0:
            continue
        earlier = (number.value - 1) or 12
        if said[i - 1].startswith(_HALF):
            return earlier, 30
        if said[i - 1] == _QUARTER:
            return earlier, 15
        if said[i - 1].startswith("минут") and (values := _values(said[:i])):
            return earlier, values[-1]
    return None


def _plain(said: Sequence[str]) -> tuple[int, int] | None:
    """«три часа», «пятнадцать тридцать», «в девять»."""
    values = _values(said)
    if not values:
        return (1, 0) if any(word in ("час", "часу") for word in said) else None
    first = next(i for i, word in enumerate(said) if is_number(word))
    counted = first + 1 < len(said) and said[first + 1].startswith(_NO_HOURS)
    if values[0] > 23 or counted:
        return None
    minutes = values[1] if len(values) > 1 and not _is_range(said) else 0
    return values[0], minutes


def _is_range(said: Sequence[str]) -> bool:
    """«с девяти до двенадцати»: from its beginning."""
    return "до" in said or "или" in said


def _values(said: Sequence[str]) -> list[int]:
    """Every number of the text, each run of number words on its own: «девять ноль ноль» is 9 and 0."""
    found: list[int] = []
    run: list[str] = []
    for word in [*said, ""]:
        if word and is_number(word):
            run.append(word)
            continue
        if run:
            reading = numbers.natural(" ".join(run))
            groups = reading.groups if reading else ()
            zeros = [i for i, group in enumerate(groups) if not group.strip("0")]
            found += [int(group) for i, group in enumerate(groups) if i not in zeros or i == 0 or i == len(groups) - 1]
        run = []
    return found
