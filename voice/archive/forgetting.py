"""What erased calls had written down in the back office: it is asked to forget that, until it has.

What is asked is kept from the moment that the calls are destroyed, sealed with a key of its own that goes with it. So a
back office that is away, or may not destroy an entry yet, is asked again, after a restart too.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row, delete, insert, or_, select, update

from voice.archive.archive import Archive
from voice.archive.records import Owed
from voice.archive.tables import Destructions
from voice.archive.tables import Owed as Rows
from voice.errors import EngineFailed, RecordDamaged, SetupError
from voice.office import Entry, Forgets, Wanted

log = logging.getLogger(__name__)

PLACE = "owed"
METHOD = "rows deleted and overwritten in the back office"
UNREACHED = (EngineFailed, SetupError)


@dataclass(frozen=True, slots=True)
class _Asked:
    """seen: what the back office has told of before it was asked to destroy it, so that no answer that is lost leaves
    the record without it."""

    wanted: Wanted
    seen: tuple[Entry, ...] = ()

    def json(self) -> str:
        wanted = {**asdict(self.wanted), "until": self.wanted.until.isoformat()}
        return json.dumps([wanted, [asdict(entry) for entry in self.seen]])

    @classmethod
    def of(cls, told: str) -> _Asked:
        wanted, seen = json.loads(told)
        times = {"until": datetime.fromisoformat(wanted["until"])}
        calls = {name: tuple(wanted[name]) for name in ("calls", "held")}
        return cls(Wanted(**{**wanted, **times, **calls}), tuple(Entry(**entry) for entry in seen))


class Forgetting:
    """One thread at a time, in whatever process; every method blocks on the database, most on the back office."""

    def __init__(self, archive: Archive, office: Callable[[], Forgets]) -> None:
        """office: opens it; raises SetupError when it cannot be opened now."""
        self._archive, self._office = archive, office

    def entries(self, wanted: Wanted) -> tuple[Entry, ...] | None:
        """What would be destroyed, and what kept; None when the back office cannot be asked."""
        try:
            return tuple(self._office().entries(wanted))
        except UNREACHED as error:
            log.warning("%s", error)
            return None

    def keep(
        self, connection: Connection, wanted: Wanted, *, by: str, reason: str, subject: str, destruction: int | None
    ) -> int:
        """Keep what shall be asked; its number. destruction: the record of the calls, when there were any."""
        key = uuid4().hex
        self._archive.keys.make(key)
        sealed = self._archive.seal(key, _Asked(wanted).json(), PLACE)
        values = {"at": wanted.until, "by": by, "reason": reason, "subject": subject, "destruction": destruction}
        asked = insert(Rows).values(key=key, sealed=sealed, tries=0, why="unreached", **values)
        added = connection.execute(asked).inserted_primary_key
        assert added is not None
        return int(added[0])

    def ask(self, number: int) -> tuple[Entry, ...] | None:
        """Ask the back office to forget what was kept under this number, and record what came of it.

        What it destroyed and what it keeps; None when it could not be asked. Raises RecordDamaged.
        """
        with self._archive.engine.connect() as connection:
            row = connection.execute(select(Rows.__table__).where(Rows.id == number)).one_or_none()
        if row is None:
            return ()
        asked = _Asked.of(self._archive.open_sealed(row.key, row.sealed, PLACE))
        try:
            office = self._office()
            asked = replace(asked, seen=_joined(office.entries(asked.wanted), asked.seen))
            self._note(row, asked)
            told = _destroyed_first(_joined(office.forget(asked.wanted), map(_gone, asked.seen)))
        except UNREACHED as error:
            log.warning("the back office could not be asked to forget: %s", error)
            with self._archive.writing() as connection:
                change = update(Rows).where(Rows.id == number, Rows.tries == row.tries)
                connection.execute(change.values(tries=row.tries + 1, tried_at=self._archive.now()))
            return None
        self._told(row, asked, told)
        return told

    def ask_again(self) -> None:
        """Ask for everything whose time has come; a back office that is away is asked once."""
        due = or_(Rows.why == "unreached", Rows.due_at.is_(None), Rows.due_at <= self._archive.now())
        with self._archive.engine.connect() as connection:
            numbers = connection.execute(select(Rows.id).where(due).order_by(Rows.id)).scalars().all()
        for number in numbers:
            try:
                if self.ask(number) is None:
                    return
            except RecordDamaged as error:
                log.error("what the back office shall forget cannot be read: %s", error)

    def owed(self) -> tuple[Owed, ...]:
        """What the back office has not destroyed yet, the oldest first."""
        with self._archive.engine.connect() as connection:
            rows = connection.execute(select(Rows.__table__).order_by(Rows.id)).all()
        return tuple(self._owed(row) for row in rows)

    def _owed(self, row: Row[Any]) -> Owed:
        try:
            asked = _Asked.of(self._archive.open_sealed(row.key, row.sealed, PLACE))
        except RecordDamaged as error:
            log.error("what the back office shall forget cannot be read: %s", error)
            asked = _Asked(Wanted(until=row.at))
        waits = asked.seen if row.why == "kept" else ()
        fields = {name: row._mapping[name] for name in ("id", "at", "by", "reason", "subject", "destruction")}
        return Owed(**fields, why=row.why, due_at=row.due_at, tried_at=row.tried_at, entries=waits)

    def _note(self, row: Row[Any], asked: _Asked) -> None:
        sealed = self._archive.seal(row.key, asked.json(), PLACE)
        with self._archive.writing() as connection:
            connection.execute(
                update(Rows).where(Rows.id == row.id, Rows.tries == row.tries).values(sealed=sealed, key=row.key)
            )

    def _told(self, row: Row[Any], asked: _Asked, told: tuple[Entry, ...]) -> None:
        """Record an answer, unless another process has recorded one meanwhile."""
        # What a hold on its call keeps is asked for anew with the call.
        waits = tuple(one for one in told if one.kept and not (one.kept == "hold" and one.call in asked.wanted.held))
        days = [date.fromisoformat(one.until) if one.until else date.min for one in waits]
        values = {
            "tries": row.tries + 1,
            "tried_at": self._archive.now(),
            "why": "kept",
            "due_at": datetime.combine(min(days), time(), UTC) if days and min(days) > date.min else None,
            "sealed": self._archive.seal(row.key, replace(asked, seen=waits).json(), PLACE),
        }
        with self._archive.writing() as connection:
            mine = (Rows.id == row.id, Rows.tries == row.tries)
            if not connection.execute(update(Rows).where(*mine).values(**values)).rowcount:
                return
            destruction = self._record(connection, row, told)
            connection.execute(update(Rows).where(Rows.id == row.id).values(destruction=destruction))
            if not waits:
                connection.execute(delete(Rows).where(Rows.id == row.id))
        if not waits:
            self._archive.keys.destroy(row.key)
        self._archive.compact()

    def _record(self, connection: Connection, row: Row[Any], told: Sequence[Entry]) -> int | None:
        """In the record of the calls at once; later, and where there were no calls, in one of its own.

        The first record's number, if there is one now.
        """
        first: int | None = row.destruction
        values: dict[str, Any] = {"office": "answered", "entries": [_named(entry) for entry in told]}
        if first and not row.tries:
            connection.execute(update(Destructions).where(Destructions.id == first).values(**values))
        elif any(not entry.kept for entry in told) or (first and row.why == "unreached"):
            values |= {"by": row.by, "reason": row.reason, "subject": row.subject, "calls": [], "method": METHOD}
            values |= {"at": self._archive.now(), "what": "entries", "completes": first}
            added = connection.execute(insert(Destructions).values(**values)).inserted_primary_key
            assert added is not None
            return first or int(added[0])
        return first


def _joined(first: Iterable[Entry], then: Iterable[Entry]) -> tuple[Entry, ...]:
    """Each entry once, as `first` tells it where both do."""
    return tuple({(one.kind, one.id): one for one in (*then, *first)}.values())


def _gone(entry: Entry) -> Entry:
    """It was seen, and the back office does not tell of it any more."""
    return replace(entry, kept="", until="")


def _destroyed_first(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple(sorted(entries, key=lambda one: bool(one.kept)))


def _named(entry: Entry) -> dict[str, str]:
    """As a record names it, which leads to nobody: without the number that only its owner knows."""
    return {**asdict(entry), "id": ""}
