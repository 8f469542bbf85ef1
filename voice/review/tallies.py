"""What reports count from, read from the archive once; later only calls that finished since are added.

It is kept right by two lists that only grow: a call becomes readable as a row of Finished, in the transaction that
writes its figures and steps, and whatever is destroyed is a row of Destructions, which names the calls that are to be
read anew. So what any process does shows at the next asking.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from threading import Lock
from typing import Any, Self

import numpy as np
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Integer,
    Select,
    String,
    case,
    func,
    select,
    type_coerce,
)

from voice.archive.tables import Calls, Destructions, Figures, Finished, Steps
from voice.review.sample import DAY, Ints, Measured, Names, Sample, Wanted, cut

AT_ONCE = 5_000  # rows
AT_ONCE_BY_NAME = 500  # calls
COUNTED = ("text", "figures", "everything")  # what of a call may be destroyed that is counted: its caller, its figures
MOST_PERIODS = 60  # whose questions are kept: some hundred numbers each
READ = (
    *(Calls.id, type_coerce(Calls.started_at, String), Calls.caller_token, Calls.line, Calls.transport),  # see _seconds
    *(Figures.intent, Figures.outcome, Figures.language, Figures.noise, Figures.turns, Figures.no_match),
    *(type_coerce(Figures.operator, Integer), type_coerce(Figures.asked_operator, Integer)),
    *(Figures.waited_ms, Figures.solved_ms),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """How often a question was asked, and how often it was at least once not understood, not answered, repeated."""

    times: int
    missed: int
    silent: int
    repeated: int

    def __add__(self, other: Asked) -> Asked:
        return Asked(
            self.times + other.times,
            self.missed + other.missed,
            self.silent + other.silent,
            self.repeated + other.repeated,
        )


@dataclass(frozen=True, slots=True)
class _Mark:
    """How far the two lists have come."""

    newest: int  # the last number in Finished
    finished: int  # rows up to there
    destruction: int  # the last number in Destructions
    destroyed: int  # rows up to there

    @classmethod
    def of(cls, connection: Connection) -> Self:
        # Destructions first: what is destroyed while this is read is found the next time.
        destruction, destroyed = connection.execute(_counted(Destructions.id)).one()
        newest, finished = connection.execute(_counted(Finished.n)).one()
        return cls(newest, finished, destruction, destroyed)

    def stands(self, connection: Connection) -> bool:
        """Is everything up to this mark as it was? In PostgreSQL a smaller number may show after a greater one."""
        finished = connection.execute(_counted(Finished.n, self.newest)).one()
        destroyed = connection.execute(_counted(Destructions.id, self.destruction)).one()
        return (self.finished, self.destroyed) == (finished[1], destroyed[1])


@dataclass(frozen=True, slots=True)
class _Read:
    """The measured calls begun since `since`, without those that finished after number `newest`."""

    since: datetime
    newest: int
    measured: Measured
    callers: Ints
    calls: Ints  # a number for each call


class Tallies:
    """Of one archive. Any thread may use it; it holds about 80 bytes for each call of the longest period asked for."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = Lock()
        self._mark = _Mark(0, 0, 0, 0)
        self._read: _Read | None = None
        self._asked: dict[
            Wanted, tuple[int | None, Mapping[str, Asked]]
        ] = {}  # with the number in Finished it counts up to

    def sample(self, wanted: Wanted, now: datetime) -> Sample:
        """The measured calls of the period."""
        since, until = wanted.begins - DAY, wanted.ends + DAY
        with self._lock, self._engine.connect() as connection:
            self._renew(connection)
            read = self._read = _read(connection, self._read, since, self._mark.newest)
        started_s = read.measured.started_s
        near = (started_s >= since.timestamp()) & (started_s < until.timestamp())
        return cut(read.measured[near], read.callers[near], wanted, now)

    def asked(self, wanted: Wanted) -> Mapping[str, Asked]:
        """By question of the flows, in the calls of the period."""
        with self._lock, self._engine.connect() as connection:
            self._renew(connection)
            after, known = self._asked.pop(wanted, (None, {}))
            if after != self._mark.newest:
                known = _sum(known, _asked(connection, wanted, after, self._mark.newest))
            self._asked[wanted] = self._mark.newest, known
            if len(self._asked) > MOST_PERIODS:
                del self._asked[next(iter(self._asked))]
            return known

    def _renew(self, connection: Connection) -> None:
        now = _Mark.of(connection)
        if not self._mark.stands(connection):
            self._read = None
            self._asked.clear()
        elif self._read and (changed := _changed(connection, self._mark.destruction, now.destruction)):
            self._read = _anew(connection, self._read, changed)  # no destruction touches the questions
        self._mark = now


def _counted(number: Any, upto: int | None = None) -> Select[int, int]:
    """The greatest number and how many there are; upto: of those up to this one."""
    counted = select(func.coalesce(func.max(number), 0), func.count(number))
    return counted if upto is None else counted.where(number <= upto)


def _changed(connection: Connection, after: int, upto: int) -> list[str]:
    """Calls of which something that is counted was destroyed."""
    rows = select(Destructions.calls).where(Destructions.id > after, Destructions.id <= upto)
    return [
        call for calls in connection.execute(rows.where(Destructions.what.in_(COUNTED))).scalars() for call in calls
    ]


def _anew(connection: Connection, known: _Read, changed: Sequence[str]) -> _Read:
    """The same with these calls as they stand now."""
    kept = ~np.isin(known.calls, _numbers(changed))
    read = replace(known, measured=known.measured[kept], callers=known.callers[kept], calls=known.calls[kept])
    for at in range(0, len(changed), AT_ONCE_BY_NAME):
        these = Calls.id.in_(changed[at : at + AT_ONCE_BY_NAME]) & _between(None, known.newest)
        read = _joined(read, *_rows(connection, known.since, these))
    return read


def _between(after: int | None, upto: int) -> ColumnElement[bool]:
    """Calls that finished after number `after`, up to `upto`; None: all that did not finish later."""
    if after is None:
        return Calls.id.not_in(select(Finished.call).where(Finished.n > upto))
    return Calls.id.in_(select(Finished.call).where(Finished.n > after, Finished.n <= upto))


def _read(connection: Connection, known: _Read | None, since: datetime, newest: int) -> _Read:
    """Everything since then, of which `known` was read before."""
    if known is None or since < known.since:
        return _Read(since, newest, *_rows(connection, since, _between(None, newest)))
    if known.newest == newest:
        return known
    finished = _rows(connection, known.since, _between(known.newest, newest))
    return replace(_joined(known, *finished), newest=newest)


def _joined(known: _Read, measured: Measured, callers: Ints, calls: Ints) -> _Read:
    def both(name: str) -> Any:
        first, second = getattr(known.measured, name), getattr(measured, name)
        return first + second if isinstance(first, Names) else np.concatenate([first, second])

    return replace(
        known,
        measured=Measured(**{field.name: both(field.name) for field in fields(measured)}),
        callers=np.concatenate([known.callers, callers]),
        calls=np.concatenate([known.calls, calls]),
    )


def _rows(connection: Connection, since: datetime, which: ColumnElement[bool]) -> tuple[Measured, Ints, Ints]:
    """Measured calls, a number for each one's caller, 0 where he is unknown, and a number for each call."""
    found = select(*READ).join(Figures, Figures.call == Calls.id).where(Calls.started_at >= since, which)
    columns: list[list[Any]] = [[] for _ in READ]
    for rows in connection.execute(found).partitions(AT_ONCE):
        for column, values in zip(columns, zip(*rows, strict=True), strict=True):
            column.extend(values)
    call_ids, started_at, token, line, transport, intent, outcome, language, noise, turns, no_match, *rest = columns
    operator, asked_operator, waited_ms, solved_ms = rest
    measured = Measured(
        started_s=_seconds(started_at),
        line=Names.of(line),
        transport=Names.of(transport),
        intent=Names.of(intent),
        outcome=Names.of(outcome),
        language=Names.of(language),
        noise=Names.of(noise),
        turns=np.array(turns, np.int32),
        no_match=np.array(no_match, np.int32),
        operator=np.array(operator, np.bool_),
        asked_operator=np.array(asked_operator, np.bool_),
        waited_ms=np.array(waited_ms, np.float64),
        solved_ms=np.array(solved_ms, np.float64),
    )
    return measured, _numbers(token), _numbers(call_ids)


def _numbers(names: Sequence[str]) -> Ints:
    """Of 64 bits, another for each name; 0 for the empty one."""
    return np.fromiter(map(hash, names), np.int64, len(names))


def _asked(connection: Connection, wanted: Wanted, after: int | None, upto: int) -> Mapping[str, Asked]:
    missed, silent, repeated = (
        func.sum(case((column > 0, 1), else_=0)) for column in (Steps.no_match, Steps.no_input, Steps.repeats)
    )
    counted = select(Steps.step, func.count(), missed, silent, repeated).join(Calls, Calls.id == Steps.call)
    rows = connection.execute(counted.where(wanted.condition(), _between(after, upto)).group_by(Steps.step))
    return {step: Asked(*counts) for step, *counts in rows}


def _sum(one: Mapping[str, Asked], other: Mapping[str, Asked]) -> Mapping[str, Asked]:
    nothing = Asked(0, 0, 0, 0)
    return {step: one.get(step, nothing) + other.get(step, nothing) for step in one.keys() | other.keys()}


def _seconds(moments: Sequence[str] | Sequence[datetime]) -> Ints:
    """Since the epoch. SQLite gives a text in UTC, which numpy reads faster than Python, and PostgreSQL some zone."""
    naive = [one if isinstance(one, str) else one.astimezone(UTC).replace(tzinfo=None) for one in moments]
    return np.array(naive, "datetime64[s]").astype(np.int64)
