"""The log of who did what with whose call: rows are only added, each tied to the one before by a keyed hash.

The key lies with the keys of the calls, so who can write only into the database can change or take away a row, but not
without breaking the chain. The newest row is also noted beside the keys: cutting off the end of the log shows as well.
It holds no word of a caller.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select, text

from voice.archive.archive import Archive
from voice.archive.keys import KeyRing
from voice.review.people import Person, normal
from voice.review.rights import Deed
from voice.review.tables import Accesses as Rows
from voice.review.tables import People

UNMASKED = timedelta(minutes=15)
NOBODY = Person(id="", login="", name="", role="")
CONSOLE = Person(id="", login="console", name="", role="console")  # whoever has a shell on this machine
HEAD = "accesses.head"  # beside the keys: number and link of the newest row


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    n: int
    at: datetime
    person: str  # a login
    role: str
    deed: str
    call: str
    reason: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which accesses; what is empty does not narrow."""

    person: str = ""
    deed: str = ""
    call: str = ""
    since: datetime | None = None
    until: datetime | None = None


class Accesses:
    """Any thread may use it; every method blocks on the database."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def add(
        self, person: Person, deed: str, *, call: str = "", reason: str = "", detail: Mapping[str, Any] | None = None
    ) -> None:
        """deed: a Deed, or sign_in, sign_in_failed, sign_out, setup, password, refused."""
        values = {
            "at": self._archive.now().astimezone(UTC),
            "person": person.login,
            "role": person.role,
            "deed": str(deed),
            "call": call,
            "reason": reason,
            "detail": dict(detail or {}),
        }
        with self._archive.writing() as connection:
            if connection.dialect.name == "postgresql":  # SQLite lets one writer in at a time anyway
                connection.execute(text("LOCK TABLE accesses IN EXCLUSIVE MODE"))
            last = connection.execute(select(Rows.n, Rows.link).order_by(Rows.n.desc()).limit(1)).one_or_none()
            n, before = (last.n + 1, last.link) if last else (1, "")
            link = _link(self._archive.keys, before, n, values)
            connection.execute(insert(Rows).values(n=n, link=link, **values))
        self._note(n, link)

    def failed(self, login: str) -> None:
        """A wrong password. Only a login that is somebody's is written down: others may be a mistyped password."""
        with self._archive.engine.connect() as connection:
            row = connection.execute(select(People).where(People.login == normal(login))).one_or_none()
        known = Person(id=row.id, login=row.login, name=row.name, role=row.role) if row else NOBODY
        self.add(known, "sign_in_failed")

    def unmasked_until(self, person: Person, call: str) -> datetime | None:
        """Until when this person may read and hear this call unmasked; None: he may not."""
        wanted = (
            select(Rows.at)
            .where(
                Rows.call == call,
                Rows.person == person.login,
                Rows.deed == Deed.UNMASK,
                Rows.at > self._archive.now() - UNMASKED,
            )
            .order_by(Rows.n.desc())
        )
        with self._archive.engine.connect() as connection:
            at = connection.execute(wanted.limit(1)).scalar_one_or_none()
        return at + UNMASKED if at else None

    def find(self, wanted: Wanted, *, limit: int, before: int | None = None) -> tuple[Access, ...]:
        """The newest first; before: the number of an access."""
        rows = select(Rows.__table__).order_by(Rows.n.desc()).limit(limit)
        if before is not None:
            rows = rows.where(Rows.n < before)
        for column, value in ((Rows.person, normal(wanted.person)), (Rows.deed, wanted.deed), (Rows.call, wanted.call)):
            if value:
                rows = rows.where(column == value)
        if wanted.since:
            rows = rows.where(Rows.at >= wanted.since)
        if wanted.until:
            rows = rows.where(Rows.at < wanted.until)
        with self._archive.engine.connect() as connection:
            return tuple(_access(row) for row in connection.execute(rows))

    def faults(self) -> list[str]:
        """What does not fit, in words for who verifies; empty: the log is as it was written."""
        with self._archive.engine.connect() as connection:
            return list(_faults(connection, self._archive.keys, self._noted()))

    def _note(self, n: int, link: str) -> None:
        path = self._archive.keys.folder / HEAD
        half = path.with_name(f".{HEAD}.{os.getpid()}.{n}")
        with suppress(OSError):  # a full disk: the next access is noted instead
            half.write_text(f"{n} {link}\n", encoding="ascii")
            half.replace(path)

    def _noted(self) -> tuple[int, str]:
        try:
            n, link = (self._archive.keys.folder / HEAD).read_text(encoding="ascii").split()
            return int(n), link
        except (FileNotFoundError, ValueError):
            return 0, ""


def _faults(connection: Connection, keys: KeyRing, noted: tuple[int, str]) -> Iterator[str]:
    before, last, links = "", 0, {noted[0]: ""}
    for row in connection.execute(select(Rows.__table__).order_by(Rows.n)):
        if row.n != last + 1:
            yield f"{last + 1} to {row.n - 1} are missing"
        values = {name: row._mapping[name] for name in ("at", "person", "role", "deed", "call", "reason", "detail")}
        if row.link != _link(keys, before, row.n, values):
            yield f"{row.n} was changed"
        if row.n in links:
            links[row.n] = row.link
        before, last = row.link, row.n
    if noted[0] > last:
        yield f"{last + 1} to {noted[0]} were cut off"
    elif noted[0] and links[noted[0]] != noted[1]:
        yield f"{noted[0]} is not what was noted beside the keys"


def _link(keys: KeyRing, before: str, n: int, values: Mapping[str, Any]) -> str:
    told = [before, n, values["at"].astimezone(UTC).isoformat(), *(values[key] for key in _TIED)]
    return keys.link(b"access", json.dumps(told, ensure_ascii=True, sort_keys=True).encode()).hex()


_TIED = ("person", "role", "deed", "call", "reason", "detail")


def _access(row: Row[Any]) -> Access:
    return Access(
        n=row.n,
        at=row.at,
        person=row.person,
        role=row.role,
        deed=row.deed,
        call=row.call,
        reason=row.reason,
        detail=row.detail,
    )
