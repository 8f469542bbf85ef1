"""Who is signed in. The browser holds a secret, the database only its hash."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, delete, insert, or_, select, update

from voice.review.people import Person
from voice.review.tables import People
from voice.review.tables import Sessions as Rows

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)  # being there is written down no more often


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Sessions:
    """Any thread may use it; every method blocks on the database."""

    def __init__(self, engine: Engine, now: Callable[[], datetime] = _utc_now) -> None:
        self._engine = engine
        self._now = now

    def begin(self, person: Person) -> str:
        """Sign in: a new secret. What is over is cleared away."""
        secret, now = secrets.token_urlsafe(32), self._now()
        with self._engine.begin() as connection:
            connection.execute(delete(Rows).where(or_(Rows.until <= now, Rows.seen_at <= now - IDLE)))
            connection.execute(
                insert(Rows).values(
                    token_sha256=_hash(secret), person=person.id, created_at=now, seen_at=now, until=now + LONGEST
                )
            )
        return secret

    def whose(self, secret: str) -> Person | None:
        """The person of a session that is not over, with the role that he has now."""
        now, row_of = self._now(), Rows.token_sha256 == _hash(secret)
        wanted = (
            select(People.id, People.login, People.name, People.role, Rows.seen_at)
            .join(Rows, Rows.person == People.id)
            .where(row_of, Rows.until > now, Rows.seen_at > now - IDLE, People.disabled_at.is_(None))
        )
        with self._engine.connect() as connection:
            row = connection.execute(wanted).one_or_none()
        if row is None:
            return None
        if row.seen_at <= now - SEEN_EVERY:
            with self._engine.begin() as connection:
                connection.execute(update(Rows).where(row_of).values(seen_at=now))
        return Person(id=row.id, login=row.login, name=row.name, role=row.role)

    def end(self, secret: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(delete(Rows).where(Rows.token_sha256 == _hash(secret)))

    def end_all(self, person: Person) -> None:
        """Sign this person out wherever he is signed in."""
        with self._engine.begin() as connection:
            connection.execute(delete(Rows).where(Rows.person == person.id))


def form_token(secret: str) -> str:
    """What a page of this session sends back with every change: no other site can know it."""
    return hmac.digest(secret.encode(), b"form", "sha256").hex()


def is_form_token(secret: str, given: str) -> bool:
    return hmac.compare_digest(form_token(secret).encode(), given.encode("utf-8", "replace"))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
