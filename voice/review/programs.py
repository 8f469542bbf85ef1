"""Programs that use the API in somebody's stead: each has a secret and a role, and the log knows it by its name."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from voice.archive.archive import Archive
from voice.review.people import CannotChange, Person
from voice.review.rights import RIGHTS
from voice.review.tables import Programs as Rows

NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,39}")
PREFIX = "program:"  # no person's login begins so


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    name: str
    role: str
    created_at: datetime
    created_by: str


class Programs:
    """Any thread may use it; every method blocks on the database."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def add(self, name: str, role: str, by: str) -> str:
        """The secret of a new program: it is told once. Raises CannotChange."""
        if not NAME.fullmatch(name):
            raise CannotChange("login")
        if role not in RIGHTS:
            raise CannotChange("role")
        secret = secrets.token_urlsafe(32)
        values = {"name": name, "role": role, "created_at": self._archive.now(), "created_by": by}
        try:
            with self._archive.writing() as connection:
                connection.execute(insert(Rows).values(token_sha256=_hash(secret), **values))
        except IntegrityError:
            raise CannotChange("taken") from None
        return secret

    def whose(self, secret: str) -> Person | None:
        """Who shows this secret; None: nobody."""
        with self._archive.engine.connect() as connection:
            row = connection.execute(
                select(Rows.name, Rows.role).where(Rows.token_sha256 == _hash(secret))
            ).one_or_none()
        return row and Person(id="", login=PREFIX + row.name, name=row.name, role=row.role)

    def all(self) -> tuple[Program, ...]:
        columns = (Rows.name, Rows.role, Rows.created_at, Rows.created_by)
        with self._archive.engine.connect() as connection:
            rows = connection.execute(select(*columns).order_by(Rows.name)).all()
        return tuple(Program(**row._mapping) for row in rows)

    def remove(self, name: str) -> None:
        """Its secret opens nothing from now on. Raises CannotChange."""
        with self._archive.writing() as connection:
            if not connection.execute(delete(Rows).where(Rows.name == name)).rowcount:
                raise CannotChange("unknown")


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
