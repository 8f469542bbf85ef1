"""Finding calls: words and filters together, a page at a time, each call with the words that were found in it."""

from __future__ import annotations

import logging
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, literal, select, tuple_

from voice.archive.archive import Archive
from voice.archive.index import Index
from voice.archive.query import Query, found_in, parse
from voice.archive.tables import Calls, Figures, Findables, MaskedTexts
from voice.errors import KeyDestroyed, RecordDamaged
from voice.review.findable import Line, lines_of
from voice.review.search import YES, Search
from voice.review.tables import Reviews

log = logging.getLogger(__name__)

A_PAGE = 50
COUNTED = 1_000  # hits beyond are not counted: nobody reads so many
SHOWN_WORDS_BEFORE = 60  # letters of a long saying before the first word that was found
LONGEST_SHOWN = 240  # letters of a saying
SAYINGS_SHOWN = 2


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    found: bool = False


@dataclass(frozen=True, slots=True)
class Saying:
    """What somebody said, masked; `pieces` join to it."""

    side: str
    at_ms: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A call in the list. `sayings`: where the words were found, or what the caller said first."""

    call: str
    started_at: datetime
    length_ms: int
    line: str
    language: str
    state: str
    intent: str
    outcome: str
    operator: bool
    confidence: float | None
    risk: float
    reasons: tuple[Mapping[str, Any], ...]
    reviewed: bool
    sayings: tuple[Saying, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    calls: tuple[Found, ...]
    more: str  # gives the next page; empty: there is none
    count: int  # of all hits, COUNTED at most
    uncounted: bool  # there are more


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfinished:
    """A call that runs, or that has just ended and is not findable yet."""

    call: str
    line: str
    transport: str
    started_at: datetime
    running: bool


class Finding:
    """Any thread may use it."""

    def __init__(self, archive: Archive, index: Index) -> None:
        self._archive = archive
        self._index = index

    def find(self, search: Search, *, after: str = "", limit: int = A_PAGE) -> Page:
        """The calls that `search` asks for, after those of the page that gave `after`. Any `after` is taken."""
        query = parse(search.text)
        order = (Findables.risk, Findables.n) if search.by == "risk" else (Findables.started_at, Findables.n)
        mark = _read_mark(after, search.by)
        with self._archive.engine.connect() as connection:
            conditions = self._conditions(connection, search, query)
            wanted = select(Findables.__table__).where(*conditions)
            if mark:
                typed = [literal(value, column.type) for value, column in zip(mark, order, strict=True)]
                wanted = wanted.where(tuple_(*order) < tuple_(*typed))
            rows = connection.execute(wanted.order_by(*(column.desc() for column in order)).limit(limit + 1)).all()
            counted = select(Findables.n).where(*conditions).limit(COUNTED + 1).subquery()
            count = select(func.count()).select_from(counted)
            hits = connection.execute(count).scalar_one() if len(rows) > limit or mark else len(rows)
            calls = [row.call for row in rows[:limit]]
            reasons = _by_call(connection.execute(select(Figures.call, Figures.reasons).where(Figures.call.in_(calls))))
            texts = _by_call(connection.execute(select(MaskedTexts.__table__).where(MaskedTexts.call.in_(calls))))
            reviewed = set(connection.execute(_reviewed().where(Reviews.call.in_(calls))).scalars())
        return Page(
            calls=tuple(
                Found(
                    **{name: value for name, value in row._mapping.items() if name != "n"},
                    reasons=tuple(reasons.get(row.call, ())),
                    reviewed=row.call in reviewed,
                    sayings=self._sayings(row.call, texts.get(row.call), query, search.side),
                )
                for row in rows[:limit]
            ),
            more=_mark(rows[limit - 1], search.by) if len(rows) > limit else "",
            count=min(hits, COUNTED),
            uncounted=hits > COUNTED,
        )

    def unfinished(self, limit: int = A_PAGE) -> tuple[Unfinished, ...]:
        """Calls that run, and then those that wait for being cared for, the newest first."""
        # A running call is not cared for either: said so, an index holds these alone.
        waiting = and_(Calls.cared_at.is_(None), Calls.ended_at.is_(None) | Calls.text_erased_at.is_(None))
        columns = (Calls.id, Calls.line, Calls.transport, Calls.started_at, Calls.ended_at)
        wanted = select(*columns).where(waiting).order_by(Calls.ended_at.is_not(None), Calls.started_at.desc())
        with self._archive.engine.connect() as connection:
            rows = connection.execute(wanted.limit(limit)).all()
        return tuple(
            Unfinished(
                call=row.id,
                line=row.line,
                transport=row.transport,
                started_at=row.started_at,
                running=row.ended_at is None,
            )
            for row in rows
        )

    def intents(self) -> tuple[str, ...]:
        """What calls were about, of those that can be found."""
        return self._values(Findables.intent)

    def lines(self) -> tuple[str, ...]:
        """The lines that were called."""
        return self._values(Findables.line)

    def _values(self, column: Any) -> tuple[str, ...]:
        """Each value once, in order: from one to the next by the column's index, however many rows have it."""
        found = select(func.min(column).label("value")).where(column > "").cte("found", recursive=True)
        following = select(func.min(column)).where(column > found.c.value).scalar_subquery()
        found = found.union_all(select(following).where(found.c.value.is_not(None)))
        with self._archive.engine.connect() as connection:
            values = connection.execute(select(found.c.value).where(found.c.value.is_not(None))).scalars()
            return tuple(sorted(values))

    def _conditions(self, connection: Connection, search: Search, query: Query) -> list[ColumnElement[bool]]:
        found = [
            getattr(Findables, name) == value
            for name in ("line", "intent", "outcome", "language", "state")
            if (value := getattr(search, name))
        ]
        if (words := self._index.matching(connection, query, search.side)) is not None:
            found.append(words)
        if search.operator:
            found.append(Findables.operator.is_(search.operator == YES))
        if search.reviewed:
            done = Findables.call.in_(_reviewed())
            found.append(done if search.reviewed == YES else ~done)
        if search.since:
            found.append(Findables.started_at >= _midnight(search.since))
        if search.until:
            found.append(Findables.started_at < _midnight(search.until, days=1))
        if search.shortest_s:
            found.append(Findables.length_ms >= float(search.shortest_s) * 1000)
        if search.longest_s:
            found.append(Findables.length_ms <= float(search.longest_s) * 1000)
        if search.least_percent:
            found.append(Findables.confidence >= float(search.least_percent) / 100)
        if search.most_percent:
            found.append(Findables.confidence <= float(search.most_percent) / 100)
        return found

    def _sayings(self, call_id: str, sealed: bytes | None, query: Query, side: str) -> tuple[Saying, ...]:
        if sealed is None:
            return ()
        try:
            lines = lines_of(self._archive, call_id, sealed)
        except KeyDestroyed:
            return ()
        except RecordDamaged as error:
            log.error("the record of call %s is damaged: %s", call_id, error)
            return ()
        sayings = (_saying(line, query) for line in lines if side in ("", line.side))
        found = [saying for saying in sayings if any(piece.found for piece in saying.pieces)]
        found.sort(key=lambda saying: saying.side == "line")  # what the line says is the same in every call
        first = next((line for line in lines if line.side == "caller"), None)
        return tuple(found[:SAYINGS_SHOWN]) or ((_saying(first, Query()),) if first else ())


def _saying(line: Line, query: Query) -> Saying:
    """The saying, or as much of it as is read at a glance, around the first word that was found."""
    places = found_in(line.text, query)
    start = max(places[0][0] - SHOWN_WORDS_BEFORE, 0) if places and places[-1][1] > LONGEST_SHOWN else 0
    start = line.text.rfind(" ", 0, start) + 1 if start else 0
    end = min(start + LONGEST_SHOWN, len(line.text))
    end = line.text.rfind(" ", start, end) if end < len(line.text) and " " in line.text[start:end] else end
    pieces, at = [Piece("… ")] if start else [], start
    for begins, ends in places:
        if start <= begins and ends <= end:
            pieces += [Piece(line.text[at:begins]), Piece(line.text[begins:ends], found=True)]
            at = ends
    pieces += [Piece(line.text[at:end])] + ([Piece(" …")] if end < len(line.text) else [])
    return Saying(line.side, line.at_ms, tuple(piece for piece in pieces if piece.text))


def _reviewed() -> Select[str]:
    return select(Reviews.call).where(Reviews.done_at.is_not(None))


def _by_call(rows: Any) -> dict[str, Any]:
    return {row[0]: row[1] for row in rows}


def _midnight(day: str, days: int = 0) -> datetime:
    """Where the server stands, as the list shows its times."""
    return datetime.combine(date.fromisoformat(day) + timedelta(days=days), time()).astimezone(UTC)


def _mark(row: Row[Any], by: str) -> str:
    at = repr(row.risk) if by == "risk" else row.started_at.isoformat()
    return urlsafe_b64encode(f"{by} {at} {row.n}".encode()).decode().rstrip("=")


def _read_mark(mark: str, by: str) -> Sequence[Any] | None:
    """Where a page ended; None for what is no mark of this order: such a page is the first."""
    try:
        kind, at, n = urlsafe_b64decode(mark + "=" * (-len(mark) % 4)).decode().split(" ")
        if kind != by or abs(int(n)) >= 2**31:
            return None
        when = datetime.fromisoformat(at) if by == "time" else None
        if when is not None and when.tzinfo is None:
            return None
        return (float(at) if when is None else when), int(n)
    except ValueError:
        return None
