"""The calls of a period as columns, which every report counts from. Nothing that was said is read for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, DateTime, Engine, and_, select, type_coerce

from voice.archive.tables import Calls, Figures

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

DAY = timedelta(days=1)
DAY_S = 86_400
QUARTER_S = 900  # every zone's offset is whole quarters of an hour


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


@dataclass(frozen=True, slots=True)
class Names:
    """A column of few different texts: `codes` number into `values`."""

    values: tuple[str, ...]
    codes: Ints

    @classmethod
    def of(cls, texts: Sequence[str]) -> Self:
        values = tuple(dict.fromkeys(texts))
        code = {value: n for n, value in enumerate(values)}
        return cls(values, np.fromiter((code[text] for text in texts), np.int64, len(texts)))

    def __getitem__(self, chosen: Bools) -> Names:
        return Names(self.values, self.codes[chosen])

    def are(self, *wanted: str) -> Bools:
        return np.isin(self.codes, [n for n, value in enumerate(self.values) if value in wanted])


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One row a call. Durations in ms, NaN where there is none."""

    started_s: Ints  # since the epoch
    line: Names
    transport: Names
    intent: Names
    outcome: Names
    language: Names
    noise: Names
    turns: Ints
    no_match: Ints
    operator: Bools
    asked_operator: Bools
    waited_ms: Floats
    solved_ms: Floats
    known: Bools  # the caller's number was seen
    again: Bools  # the same caller had called within the day before
    called_back: Bools  # the same caller called within the day after
    settled: Bools  # the day after is over

    def __len__(self) -> int:
        return len(self.started_s)

    def __getitem__(self, chosen: Bools) -> Sample:
        return Sample(**{field.name: getattr(self, field.name)[chosen] for field in fields(self)})


def load(engine: Engine, wanted: Wanted, now: datetime) -> Sample:
    """The measured calls of the period. Who called again is looked for on all lines, and a day around it."""
    columns = (
        *(type_coerce(Calls.started_at, DateTime(timezone=True)), Calls.line, Calls.caller_token, Calls.transport),
        *(Figures.intent, Figures.outcome, Figures.language, Figures.noise, Figures.turns, Figures.no_match),
        *(Figures.operator, Figures.asked_operator, Figures.waited_ms, Figures.solved_ms),
    )
    around = select(*columns).join(Figures, Figures.call == Calls.id)
    around = around.where(Calls.started_at >= wanted.begins - DAY, Calls.started_at < wanted.ends + DAY)
    with engine.connect() as connection:
        rows = connection.execute(around).all()
    started_at, line, token, transport, intent, outcome, language, noise, turns, no_match, *rest = _columns(
        rows, len(columns)
    )
    operator, asked_operator, waited_ms, solved_ms = rest
    started_s = _seconds(started_at)
    known, again, called_back = _repeats(Names.of(token), started_s)
    everything = Sample(
        started_s=started_s,
        line=Names.of(line),
        transport=Names.of(transport),
        intent=Names.of(intent),
        outcome=Names.of(outcome),
        language=Names.of(language),
        noise=Names.of(noise),
        turns=np.array(turns, np.int64),
        no_match=np.array(no_match, np.int64),
        operator=np.array(operator, np.bool_),
        asked_operator=np.array(asked_operator, np.bool_),
        waited_ms=np.array(waited_ms, np.float64),
        solved_ms=np.array(solved_ms, np.float64),
        known=known,
        again=again,
        called_back=called_back,
        settled=started_s + DAY_S <= now.timestamp(),
    )
    within = (started_s >= wanted.begins.timestamp()) & (started_s < wanted.ends.timestamp())
    return everything[within & everything.line.are(wanted.line) if wanted.line else within]


def _columns(rows: Sequence[Any], width: int) -> Iterable[Sequence[Any]]:
    return zip(*rows, strict=True) if rows else ((),) * width


def _seconds(moments: Sequence[datetime]) -> Ints:
    """Since the epoch. SQLite gives UTC without saying so, and PostgreSQL some zone."""
    naive = moments if not moments or moments[0].tzinfo is None else [_utc(moment) for moment in moments]
    return np.array(naive, "datetime64[s]").astype(np.int64)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def _repeats(caller: Names, started_s: Ints) -> tuple[Bools, Bools, Bools]:
    """Is the caller known, had he called within the day before, did he call within the day after."""
    known = ~caller.are("")
    again, called_back = np.zeros(len(known), np.bool_), np.zeros(len(known), np.bool_)
    order = np.lexsort((started_s, caller.codes))
    same = (np.diff(caller.codes[order]) == 0) & (np.diff(started_s[order]) < DAY_S) & known[order][1:]
    again[order[1:]] = same
    called_back[order[:-1]] = same
    return known, again, called_back


def local_times(started_s: Ints) -> tuple[Ints, Ints, Ints]:
    """Day (its proleptic ordinal), weekday (0: Monday) and hour of each call, by this machine's clock."""
    quarters, at = np.unique(started_s // QUARTER_S, return_inverse=True)
    local = [datetime.fromtimestamp(int(quarter) * QUARTER_S, UTC).astimezone() for quarter in quarters]
    days, weekdays, hours = (
        np.array(values, np.int64)
        for values in (
            [moment.toordinal() for moment in local],
            [moment.weekday() for moment in local],
            [moment.hour for moment in local],
        )
    )
    return days[at], weekdays[at], hours[at]
