"""A day as people say it: «двенадцатое ноября», «в прошлую среду», «12.03.2025», «двенадцатого третьего».

A date that lacks something is written as ISO with gaps: "-11-12" has no year, "--12" is a day alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from voice.nlu import numbers
from voice.nlu.documents import State, Taken
from voice.nlu.normalise import words
from voice.nlu.number_words import NUMBER_WORDS, is_number

_MONTH_STEMS = (
    *("январ", "феврал", "март", "апрел", "ма", "июн"),
    *("июл", "август", "сентябр", "октябр", "ноябр", "декабр"),
)
_MONTH_ENDINGS = ("ь", "я", "е", "ю", "ем", "", "а", "у", "ом", "й")
MONTHS = {
    **{stem[:3]: i for i, stem in enumerate(_MONTH_STEMS, 1) if len(stem) > 2},
    **{stem + end: i for i, stem in enumerate(_MONTH_STEMS, 1) for end in _MONTH_ENDINGS if len(stem + end) > 2},
}
_WEEKDAYS = (
    ("понедельник",),
    ("вторник",),
    ("среда", "среду", "среды", "среде"),
    ("четверг",),
    ("пятниц",),
    ("суббот",),
    ("воскресень",),
)
_DAYS_FROM_NOW = {"позавчера": -2, "вчера": -1, "сегодня": 0, "завтра": 1, "послезавтра": 2}
_DAYS_ADJECTIVE = {"вчерашн": -1, "сегодняшн": 0, "завтрашн": 1}
_SPAN_DAYS = {"день": 1, "дня": 1, "дней": 1, "денек": 1, "недел": 7, "месяц": 30, "полгода": 182}
_LAST = ("прошл", "прошедш", "минувш", "предыдущ")
_THIS = ("этот", "эту", "этой", "этого", "этом", "нынешн", "текущ")
_NEXT = ("следующ", "будущ", "ближайш")
_CORRECTIONS = frozenset(
    ("нет", "ой", "точнее", "вернее", "ошибся", "ошиблась", "простите", "извините", "неправильно", "неверно")
)
_HOURS = ("час", "минут", "утра", "вечера", "ночи", "дня")
_BEFORE_HOURS = frozenset(("в", "к", "около", "после", "до", "с"))
_LINKS = frozenset(("точка", "тире", "дробь", "черта"))
_TYPED = (
    (re.compile(r"(?<!\d)(?P<y>\d{4})-(?P<m>\d\d?)-(?P<d>\d\d?)(?!\d)")),
    (re.compile(r"(?<!\d)(?P<d>\d\d?)\s?[./-]\s?(?P<m>\d\d?)\s?[./-]\s?(?P<y>\d{4}|\d\d)(?!\d)")),
    (re.compile(r"(?<!\d)(?P<d>\d\d?)[./](?P<m>\d\d?)(?![\d.])")),
    (re.compile(r"^\D*(?P<d>\d\d)(?P<m>\d\d)(?P<y>\d{4}|\d\d)\D*$")),
)
_FIRST_YEAR = 1900
_LAST_YEAR = 2099
_CENTURY_TURN_YEARS = 5  # a year of two digits lies at most so far ahead
_PIVOT_WITHOUT_TODAY = 35
_AHEAD = 3  # a day ahead counts as so many back
_NEAR_DAYS = 120  # a day without a year that is nearer than this is hardly another year's


@dataclass(frozen=True, slots=True)
class Said:
    """What of a date was said. `days`: a whole day counted from today."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    back_years: int | None = None  # «прошлого года»: -1
    back_months: int | None = None
    days: int | None = None
    weekday: int | None = None  # 0 is Monday
    week: int | None = None  # weeks from this one
    turn: int | None = None  # «прошлая среда»: -1, «следующая»: 1
    vague: bool = False

    def then(self, later: Said) -> Said:
        """What was said later goes before, field by field; a whole relative day leaves nothing of the rest."""
        if later.days is not None or later.weekday is not None or self.days is not None or self.weekday is not None:
            return later if later != Said() else self
        shifted = later if later.back_years is not None or later.back_months is not None else self
        return Said(
            year=self.year if later.year is None else later.year,
            month=self.month if later.month is None else later.month,
            day=self.day if later.day is None else later.day,
            back_years=shifted.back_years,
            back_months=shifted.back_months,
        )

    @property
    def is_relative(self) -> bool:
        return any(part is not None for part in (self.days, self.weekday, self.back_years, self.back_months))


def take(text: str, before: str = "", today: date | None = None) -> Taken:
    """A day as ISO.

    before: an incomplete date of an earlier answer, as `digits` gave it. A day without a year is the one nearest to
    `today`, rather behind it than ahead; what is counted from today needs `today`. SHORT for an incomplete
    date, WRONG for a day that no calendar has.
    """
    said = _with_before(parse(text), _read_gaps(before))
    if said == Said():
        return Taken(State.NONE, before, (before,) if before else ())
    if today is None and said.is_relative:
        return Taken(State.SHORT, before, (before,) if before else ())
    days, sure = _days(said, today) if today else (_absolute(said, None), True)
    if days:
        found = tuple(day.isoformat() for day in days)
        return Taken(State.COMPLETE, found[0], (found[0],), found, sure and not said.vague)
    settled = _settled(said, today) if today else said
    gaps = _gaps(settled if settled.year is None else replace(settled, year=full_year(settled.year, today)))
    is_wrong = _impossible(said) or "" not in gaps.split("-")
    return Taken(State.WRONG if is_wrong else State.SHORT, gaps, (gaps,), (gaps,))


def length_state(text: str, before: str = "") -> State:
    """COMPLETE: day, month and year, or a day counted from today; a day and a month may still get their year."""
    said = _with_before(parse(text), _read_gaps(before))
    if said == Said():
        return State.NONE
    if _impossible(said):
        return State.WRONG
    if said.days is not None or said.weekday is not None:
        return State.COMPLETE
    whole = said.day and (said.month or said.back_months is not None) and (said.year or said.back_years is not None)
    monthly = said.day and said.back_months is not None
    return State.COMPLETE if (whole or monthly) and not numbers.may_grow(text) else State.SHORT


def repair(iso: str, text: str) -> str | None:
    """«не двенадцатого, а тринадцатого», «месяц март», «год семьдесят третий»: the mended day, if there is one."""
    said = parse(text)
    if said == Said() or said.is_relative:
        return None
    mended = _absolute(_read_gaps(iso).then(said), None)
    return mended[0].isoformat() if mended and mended[0].isoformat() != iso else None


def parse(text: str) -> Said:
    """What of a date the text says; corrections inside it are followed."""
    for typed in _TYPED:
        if match := typed.search(text):
            given = match.groupdict()
            return Said(year=int(given["y"]) if given.get("y") else None, month=int(given["m"]), day=int(given["d"]))
    found, segment = Said(), list[str]()
    for word in [*_undenied(words(re.sub(r"(?i)двухтысячн\w+", "две тысячи", text))), ""]:
        if word and word not in _CORRECTIONS:
            segment.append(word)
            continue
        found, segment = found.then(_segment(segment)), []
    return found


def _undenied(said: list[str]) -> list[str]:
    """Without the denied part of «не двенадцатого, а тринадцатого»."""
    if "не" in said and "а" in said[said.index("не") :]:
        start = said.index("не")
        return [*said[:start], *said[said.index("а", start) + 1 :]]
    return said


def _segment(said: list[str]) -> Said:
    return _from_now(said) or _weekday(said) or _calendar(said)


def _from_now(said: Sequence[str]) -> Said | None:
    """«вчера», «три дня назад», «через неделю»."""
    for i, word in enumerate(said):
        if word in _DAYS_FROM_NOW:
            return Said(days=_DAYS_FROM_NOW[word])
        for stem, days in _DAYS_ADJECTIVE.items():
            if word.startswith(stem):
                return Said(days=days)
        span = next((days for stem, days in _SPAN_DAYS.items() if word.startswith(stem)), 0)
        ago = "назад" in said[i + 1 : i + 3]
        if word == "год" and ago:
            return Said(back_years=-1)
        if not span or not (ago or "через" in said[:i]):
            continue
        count = numbers.natural(" ".join(said[:i])) or numbers.natural(" ".join(said[i + 1 :]))
        some = said[i - 1] in ("пару", "пара", "несколько") if i else False
        amount = int(count.digits) if count and len(count.digits) < 4 else 2 if some else 1
        return Said(days=(-amount if ago else amount) * span, vague=some or span > 1 or said[0] == word)
    return None


def _weekday(said: Sequence[str]) -> Said | None:
    """«в прошлую среду», «в среду на прошлой неделе», «в четверг»."""
    if any(word in MONTHS for word in said):
        return None  # «в среду двенадцатого ноября»: the day of the month says it all
    for i, word in enumerate(said):
        for weekday, stems in enumerate(_WEEKDAYS):
            if not word.startswith(stems):
                continue
            if any(is_number(other) and NUMBER_WORDS.get(other) and NUMBER_WORDS[other].ordinal for other in said):
                return None
            nearby = said[max(0, i - 1) : i]
            if (of_week := _weeks(said)) is not None:
                return Said(weekday=weekday, week=of_week)
            turn = next((shift for other in nearby if (shift := _shift(other))), None)
            return Said(weekday=weekday, turn=turn)
    return None


def _weeks(said: Sequence[str]) -> int | None:
    for before, word in pairwise(said):
        if word.startswith("недел"):
            return _shift(before)
    return None


def _shift(word: str) -> int | None:
    """«прошлого»: -1, «этого»: 0, «следующего»: 1."""
    return next((by for by, stems in ((-1, _LAST), (0, _THIS), (1, _NEXT)) if word.startswith(stems)), None)


def _calendar(said: list[str]) -> Said:
    """Days, months and years by their numbers and names."""
    found = Said()
    loose: list[int] = []
    i = 0
    while i < len(said):
        if month := MONTHS.get(said[i]):
            found = replace(found, month=month)
        elif said[i].startswith(("год", "месяц")) and i and (shift := _shift(said[i - 1])) is not None:
            is_year = said[i].startswith("год")
            found = replace(found, back_years=shift) if is_year else replace(found, back_months=shift)
        elif is_number(said[i]):
            end = i + 1
            while end < len(said) and (is_number(said[end]) or said[end] in _LINKS):
                end += 1
            run = _values(said[i:end])
            follow = said[end] if end < len(said) else ""
            label = said[i - 1] if i else ""
            if found.day is None and not loose and label in MONTHS and run[0] < _FIRST_YEAR:
                loose.append(run.pop(0))  # «ноября двенадцатого»
            if run:
                found, run = _run(found, run, said[i:end], label, follow)
            loose += run
            i = end
            continue
        i += 1
    return _loose(found, loose)


def _run(found: Said, run: list[int], row: Sequence[str], label: str, follow: str) -> tuple[Said, list[int]]:
    """Take what its neighbours explain out of a row of numbers; the rest is given back."""
    last = NUMBER_WORDS.get(row[-1])
    is_ordinal = last is not None and last.ordinal
    if follow.startswith(_HOURS) or (label in _BEFORE_HOURS and not is_ordinal and not follow.startswith("год")):
        return found, []  # a time of day
    if label == "месяц" and len(run) == 1:
        return replace(found, month=run[0]), []
    is_year = follow.startswith("год") or (label == "год" and found.year is None) or run[-1] >= _FIRST_YEAR
    after_month = label in MONTHS and (is_ordinal or len(run) == 1)
    if is_year or after_month:
        if len(run) > 1 and run[-2] in (19, 20) and 10 <= run[-1] <= 99:
            return replace(found, year=run[-2] * 100 + run[-1]), run[:-2]
        return replace(found, year=run[-1]), run[:-1]
    return found, [] if label in MONTHS else run


def _values(row: Sequence[str]) -> list[int]:
    """The numbers of a row: «двенадцать ноль три» is 12 and 3."""
    reading = numbers.natural(" ".join(row))
    groups = list(reading.groups) if reading else []
    return [int(group) for i, group in enumerate(groups) if group != "0" or i + 1 == len(groups)]


def _loose(found: Said, loose: Sequence[int]) -> Said:
    """Numbers that no word explains stand in the order day, month, year."""
    for value in loose:
        if found.day is None:
            found = replace(found, day=value)
        elif found.month is None and found.back_months is None:
            found = replace(found, month=value)
        elif found.year is None and found.back_years is None:
            found = replace(found, year=value)
    return found


def _with_before(said: Said, before: Said) -> Said:
    """An answer to what was missing: a lone number is what is not known yet."""
    if before.day and before.month is None and said.month and said.month > 12:
        return Said(said.month, said.day, before.day)
    alone = replace(said, day=None) == Said()
    if before.day and said.day and alone:
        if before.month is None:
            said = Said(month=said.day)
        elif before.year is None:
            said = Said(year=said.day)
    return before.then(said) if said != Said() else said


def _read_gaps(text: str) -> Said:
    parts = text.split("-")
    if len(parts) != 3:
        return Said()
    year, month, day = (int(part) if part.isdigit() else None for part in parts)
    return Said(year, month, day)


def _gaps(said: Said) -> str:
    year = f"{said.year:04d}" if said.year is not None else ""
    return f"{year}-{'' if said.month is None else f'{said.month:02d}'}-{'' if said.day is None else f'{said.day:02d}'}"


def _impossible(said: Said) -> bool:
    month = said.month if said.month is not None else 1
    if not 1 <= month <= 12 or (said.day is not None and not 1 <= said.day <= 31):
        return True
    if said.month and said.day and said.year is None:
        return not _valid(2024, month, said.day)
    if said.year is not None and said.year > 99 and said.month and said.day:
        return not _valid(said.year, said.month, said.day)
    return said.year is not None and said.year > 99 and not _FIRST_YEAR <= said.year <= _LAST_YEAR


def _valid(year: int, month: int, day: int) -> list[date]:
    try:
        return [date(year, month, day)]
    except ValueError:
        return []


def _absolute(said: Said, today: date | None) -> list[date]:
    """The one day that a full date is, if any calendar has it."""
    if said.year is None or said.month is None or said.day is None:
        return []
    year = full_year(said.year, today)
    return _valid(year, said.month, said.day) if _FIRST_YEAR <= year <= _LAST_YEAR else []


def full_year(year: int, today: date | None = None) -> int:
    """1972 of 72; of two digits without `today`, the last hundred years but a few."""
    if year > 99:
        return year
    turn = today.year + _CENTURY_TURN_YEARS - 2000 if today else _PIVOT_WITHOUT_TODAY
    return 2000 + year if year <= turn else 1900 + year


def _settled(said: Said, today: date) -> Said:
    """«прошлого года», «этого месяца» as numbers."""
    if said.back_months is not None:
        month = today.year * 12 + today.month - 1 + said.back_months
        return replace(said, year=month // 12, month=month % 12 + 1)
    return replace(said, year=today.year + said.back_years) if said.back_years is not None else said


def _days(said: Said, today: date) -> tuple[list[date], bool]:
    """The days that may be meant, the likeliest first, and is the first one beyond doubt?"""
    if said.days is not None:
        return [today + timedelta(said.days)], True
    if said.weekday is not None:
        return _by_weekday(said, today)
    said = _settled(said, today)
    if said.year is not None:
        return _absolute(said, today), True
    if said.day is None:
        return [], False
    if said.month is not None:
        years = range(today.year - 4, today.year + 5)
        found = [day for year in years for day in _valid(year, said.month, said.day)]
    else:
        months = [today.year * 12 + today.month - 1 + shift for shift in (-1, 0, 1)]
        found = [day for month in months for day in _valid(month // 12, month % 12 + 1, said.day)]
    found.sort(key=lambda day: _distance(day, today))
    if said.month is None:
        return found[:2], False
    return found[:1], bool(found) and _distance(found[0], today) <= _NEAR_DAYS


def _distance(day: date, today: date) -> int:
    """Days apart; people mostly tell of what was."""
    days = (day - today).days
    return days * _AHEAD if days > 0 else -days


def _by_weekday(said: Said, today: date) -> tuple[list[date], bool]:
    assert said.weekday is not None
    in_this_week = today + timedelta(said.weekday - today.weekday())
    if said.week is not None:
        return [in_this_week + timedelta(weeks=said.week)], True
    past = in_this_week - timedelta(weeks=in_this_week >= today)
    future = in_this_week + timedelta(weeks=in_this_week <= today)
    if said.turn == -1:  # already gone in this week: that one or the one before
        return ([past, past - timedelta(weeks=1)], False) if past == in_this_week else ([past], True)
    if said.turn == 1:
        later = future + timedelta(weeks=1)
        return ([future, later], False) if future == in_this_week else ([future], True)
    return [past, future], False
