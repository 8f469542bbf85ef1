"""The calls of a period as columns, which every report counts from. Nothing that was said is read for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from typing import Self

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, and_

from voice.archive.tables import Calls

Ints = NDArray[np.int64]
Small = NDArray[np.int32]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

DAY = timedelta(days=1)
HOUR_S, DAY_S = 3_600, 86_400
EPOCH = date(1970, 1, 1).toordinal()
USUAL_DAYS = 30  # of a period that nobody chose
LATELY_DAYS = (7, USUAL_DAYS, 90, 365)  # of the periods that are offered
EARLIEST, LATEST = date(2000, 1, 1), date(2199, 12, 31)  # no call was before, and no reader is after


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which calls are reported: begun from the day `since` to the end of the day `until`, by this machine's clock.

    line: the dialled number; empty: every line.
    """

    since: date
    until: date
    line: str = ""

    @property
    def begins(self) -> datetime:
        return datetime.combine(self.since, time()).astimezone()

    @property
    def ends(self) -> datetime:
        return datetime.combine(self.until + DAY, time()).astimezone()

    def condition(self) -> ColumnElement[bool]:
        within = and_(Calls.started_at >= self.begins, Calls.started_at < self.ends)
        return and_(within, Calls.line == self.line) if self.line else within


def lately(days: int, line: str = "") -> Wanted:
    """So many days, today the last of them."""
    return Wanted(date.today() - timedelta(days - 1), date.today(), line)


@dataclass(frozen=True, slots=True)
class Names:
    """A column of few different texts: `codes` number into `values`."""

    values: tuple[str, ...]
    codes: Small

    @classmethod
    def of(cls, texts: Sequence[str]) -> Self:
        code = {value: n for n, value in enumerate(dict.fromkeys(texts))}
        return cls(tuple(code), np.fromiter(map(code.__getitem__, texts), np.int32, len(texts)))

    def __add__(self, other: Names) -> Names:
        values = tuple(dict.fromkeys((*self.values, *other.values)))
        code = {value: n for n, value in enumerate(values)}
        moved = np.array([code[value] for value in other.values], np.int32)
        return Names(values, np.concatenate([self.codes, moved[other.codes]]))

    def __getitem__(self, chosen: Bools | Ints) -> Names:
        return Names(self.values, self.codes[chosen])

    def are(self, *wanted: str) -> Bools:
        return np.isin(self.codes, [n for n, value in enumerate(self.values) if value in wanted])


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One row a call, in any order. Durations in ms, NaN where there is none."""

    started_s: Ints  # since the epoch
    line: Names
    transport: Names
    intent: Names
    outcome: Names
    language: Names
    noise: Names
    turns: Small
    no_match: Small
    operator: Bools
    asked_operator: Bools
    waited_ms: Floats
    solved_ms: Floats

    def __len__(self) -> int:
        return len(self.started_s)

    def __getitem__(self, chosen: Bools | Ints) -> Self:
        return type(self)(**{field.name: getattr(self, field.name)[chosen] for field in fields(self)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample(Measured):
    """The calls of a period, each with the calls of the same caller around it."""

    known: Bools  # the caller's number was seen
    again: Bools  # the same caller had called within the day before
    called_back: Bools  # the same caller called within the day after
    settled: Bools  # the day after is over


def cut(measured: Measured, callers: Ints, wanted: Wanted, now: datetime) -> Sample:
    """The calls of the period. Who called again is looked for on all lines, so a day around it must be there.

    callers: one number for each caller, 0 where he is unknown.
    """
    known, again, called_back = repeats(callers, measured.started_s)
    started_s = measured.started_s
    within = (started_s >= wanted.begins.timestamp()) & (started_s < wanted.ends.timestamp())
    sample = Sample(
        **{field.name: getattr(measured, field.name) for field in fields(measured)},
        known=known,
        again=again,
        called_back=called_back,
        settled=started_s + DAY_S <= now.timestamp(),
    )
    return sample[within & measured.line.are(wanted.line) if wanted.line else within]


def repeats(callers: Ints, started_s: Ints) -> tuple[Bools, Bools, Bools]:
    """Is the caller known, had he called within the day before, did he call within the day after."""
    known = callers != 0
    again, called_back = np.zeros(len(known), np.bool_), np.zeros(len(known), np.bool_)
    order = np.lexsort((started_s, callers))
    same = (np.diff(callers[order]) == 0) & (np.diff(started_s[order]) < DAY_S) & known[order][1:]
    again[order[1:]] = same
    called_back[order[:-1]] = same
    return known, again, called_back


def local_times(started_s: Ints) -> tuple[Ints, Ints, Ints]:
    """Day (its proleptic ordinal), weekday (0: Monday) and hour of each call, by this machine's clock."""
    local_s = started_s + _offsets_s(started_s)
    days = local_s // DAY_S + EPOCH
    return days, (days - 1) % 7, local_s % DAY_S // HOUR_S


def _offsets_s(started_s: Ints) -> Ints:
    """How far this machine's clock was ahead of UTC. Days on which it is put forward or back are looked at closely."""
    utc_days, at = np.unique(started_s // DAY_S, return_inverse=True)
    first, last = (
        np.array([_offset_s(day * DAY_S + second) for day in utc_days.tolist()], np.int64) for second in (0, DAY_S - 1)
    )
    offsets, changes = first[at], (first != last)[at]
    offsets[changes] = [_offset_s(second) for second in started_s[changes].tolist()]
    return offsets


def _offset_s(second: int) -> int:
    offset = datetime.fromtimestamp(second, UTC).astimezone().utcoffset()
    return int(offset.total_seconds()) if offset else 0
