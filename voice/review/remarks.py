"""What reviewers note at a moment of a call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from voice.archive.archive import Archive
from voice.review.tables import Remarks as Table

PLACE = "remarks"  # of what is sealed here
LONGEST = 2_000  # signs


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    id: int
    person: str  # the login
    at: datetime
    at_ms: int  # of the call
    text: str


class Remarks:
    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def add(self, call: str, person: str, at_ms: int, text: str) -> None:
        """Raises ValueError for an empty text, KeyDestroyed for a call that is not there or was erased."""
        if not (text := text.strip()[:LONGEST]):
            raise ValueError("a remark says something")
        sealed = self._archive.seal(call, text, PLACE)
        row = insert(Table).values(call=call, person=person, at=self._archive.now(), at_ms=max(0, at_ms), sealed=sealed)
        with self._archive.writing() as connection:
            key = connection.execute(row.returning(Table.id)).scalar_one()
            self._archive.link(connection, call, Table.__tablename__, key)

    def of(self, call: str) -> tuple[Remark, ...]:
        """All of a call, in the order of their moments."""
        wanted = select(Table.__table__).where(Table.call == call).order_by(Table.at_ms, Table.id)
        with self._archive.engine.connect() as connection:
            rows = connection.execute(wanted).all()
        return tuple(
            Remark(
                id=row.id,
                person=row.person,
                at=row.at,
                at_ms=row.at_ms,
                text=self._archive.open_sealed(call, row.sealed, PLACE),
            )
            for row in rows
        )
