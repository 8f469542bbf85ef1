"""The log of who did what with whose call: rows are only added. It holds no word of a caller."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, insert, select

from voice.review.people import Person, normal
from voice.review.rights import Deed
from voice.review.tables import Accesses as Rows
from voice.review.tables import People

UNMASKED = timedelta(minutes=15)
NOBODY = Person(id="", login="", name="", role="")
CONSOLE = Person(id="", login="console", name="", role="console")  # whoever has a shell on this machine


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Accesses:
    """Any thread may use it; every method blocks on the database."""

    def __init__(self, engine: Engine, now: Callable[[], datetime] = _utc_now) -> None:
        self._engine = engine
        self._now = now

    def add(
        self, person: Person, deed: str, *, call: str = "", reason: str = "", detail: Mapping[str, Any] | None = None
    ) -> None:
        """deed: a Deed, or sign_in, sign_in_failed, sign_out, setup, password, refused."""
        with self._engine.begin() as connection:
            connection.execute(
                insert(Rows).values(
                    at=self._now(),
                    person=person.login,
                    role=person.role,
                    deed=str(deed),
                    call=call,
                    reason=reason,
                    detail=dict(detail or {}),
                    link="",
                )
            )

    def failed(self, login: str) -> None:
        """A wrong password. Only a login that is somebody's is written down: others may be a mistyped password."""
        with self._engine.connect() as connection:
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
                Rows.at > self._now() - UNMASKED,
            )
            .order_by(Rows.n.desc())
        )
        with self._engine.connect() as connection:
            at = connection.execute(wanted.limit(1)).scalar_one_or_none()
        return at + UNMASKED if at else None
