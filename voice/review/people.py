"""People who work with the archive: who they are, how they prove it, and how long wrong passwords shut them out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Engine, Row, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from voice.errors import VoiceError
from voice.review.passwords import check_strength, hashed, is_stale, matches
from voice.review.rights import RIGHTS
from voice.review.tables import People

TRIES = 5  # wrong passwords in a row
LOCKED = timedelta(minutes=15)
LOGIN = re.compile(r"\w[\w.@-]{1,39}")
STRANGERS = 1_000  # logins of nobody whose tries are counted: they must look like somebody's


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    id: str
    login: str
    name: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person as who manages people sees him."""

    person: Person
    created_at: datetime
    disabled_at: datetime | None
    locked_until: datetime | None


class CannotChange(VoiceError):
    """code: login, taken, name, role, unknown, last."""

    TOLD = {  # noqa: RUF012
        "login": "a login is 2 to 40 letters, digits, dots, hyphens, underscores or @",
        "taken": "somebody has this login already",
        "name": "a name has 1 to 100 characters",
        "role": f"a role is one of: {', '.join(RIGHTS)}",
        "unknown": "there is nobody with this login",
        "last": "this is the last administrator: make another one first",
    }

    def __init__(self, code: str) -> None:
        super().__init__(self.TOLD[code])
        self.code = code


class WrongPassword(VoiceError):
    """The login or the password is wrong; which of them is not told."""


class Locked(VoiceError):
    def __init__(self, until: datetime) -> None:
        super().__init__(f"locked until {until:%H:%M} UTC")
        self.until = until


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Staff:
    """All people. Any thread may use it; every method blocks on the database, most of them on a hash as well."""

    def __init__(self, engine: Engine, now: Callable[[], datetime] = _utc_now) -> None:
        self._engine = engine
        self._now = now
        self._strangers: dict[str, tuple[int, datetime | None]] = {}

    def is_empty(self) -> bool:
        with self._engine.connect() as connection:
            return connection.execute(select(People.id).limit(1)).first() is None

    def accounts(self) -> tuple[Account, ...]:
        with self._engine.connect() as connection:
            rows = connection.execute(select(People).order_by(People.login)).all()
        return tuple(
            Account(
                person=_person(row),
                created_at=row.created_at,
                disabled_at=row.disabled_at,
                locked_until=row.locked_until if row.locked_until and row.locked_until > self._now() else None,
            )
            for row in rows
        )

    def find(self, login: str) -> Person:
        """Raises CannotChange."""
        with self._engine.connect() as connection:
            row = connection.execute(select(People).where(People.login == normal(login))).one_or_none()
        if row is None:
            raise CannotChange("unknown")
        return _person(row)

    def add(self, login: str, name: str, role: str, password: str) -> Person:
        """Raises CannotChange or WeakPassword."""
        with self._engine.begin() as connection:
            return self._add(connection, login, name, role, password)

    def add_first(self, login: str, name: str, password: str) -> Person:
        """The first administrator. Raises CannotChange, code `taken`, when there is anybody already."""
        with self._engine.connect().execution_options(immediate=True) as connection, connection.begin():
            if connection.execute(select(People.id).limit(1)).first():
                raise CannotChange("taken")
            return self._add(connection, login, name, "administrator", password)

    def set_password(self, login: str, password: str) -> Person:
        """Unlocks as well. Raises CannotChange or WeakPassword."""
        person = self.find(login)
        check_strength(password, person.login)
        self._change(person, password_hash=hashed(password), failures=0, locked_until=None)
        return person

    def set_role(self, login: str, role: str) -> Person:
        """Raises CannotChange."""
        if role not in RIGHTS:
            raise CannotChange("role")
        person = self.find(login)
        self._change(person, leaves=role != "administrator", role=role)
        return person

    def disable(self, login: str) -> Person:
        """Nobody signs in by this login any more. Raises CannotChange."""
        person = self.find(login)
        self._change(person, leaves=True, disabled_at=self._now())
        return person

    def enable(self, login: str) -> Person:
        """Raises CannotChange."""
        person = self.find(login)
        self._change(person, disabled_at=None, failures=0, locked_until=None)
        return person

    def prove(self, login: str, password: str) -> Person:
        """Who this is. Raises WrongPassword or Locked; neither tells whether there is such a login."""
        login = normal(login)
        row = self._take_a_try(login)
        if not matches(row.password_hash if row else None, password) or row is None or row.disabled_at:
            raise WrongPassword("the login or the password is wrong")
        values: dict[str, Any] = {"failures": 0, "locked_until": None}
        if is_stale(row.password_hash):
            values["password_hash"] = hashed(password)
        self._change(_person(row), **values)
        return _person(row)

    def _take_a_try(self, login: str) -> Row[Any] | None:
        """Counted before the password is looked at, so that tries made at once are no more than tries in a row."""
        now = self._now()
        with self._engine.connect().execution_options(immediate=True) as connection, connection.begin():
            row = connection.execute(select(People).where(People.login == login).with_for_update()).one_or_none()
            failures, until = (row.failures, row.locked_until) if row else self._strangers.pop(login, (0, None))
            if until and until > now:
                self._remember(login, row, failures, until)
                raise Locked(until)
            failures = 1 if until else failures + 1
            until = now + LOCKED if failures >= TRIES else None
            if row:
                connection.execute(
                    update(People).where(People.id == row.id).values(failures=failures, locked_until=until)
                )
            self._remember(login, row, failures, until)
        return row

    def _remember(self, login: str, row: Row[Any] | None, failures: int, until: datetime | None) -> None:
        if row is None and login:
            self._strangers[login] = (failures, until)
            while len(self._strangers) > STRANGERS:
                self._strangers.pop(next(iter(self._strangers)), None)

    def _add(self, connection: Connection, login: str, name: str, role: str, password: str) -> Person:
        login, name = normal(login), " ".join(name.split())
        if not LOGIN.fullmatch(login):
            raise CannotChange("login")
        if not 0 < len(name) <= 100:
            raise CannotChange("name")
        if role not in RIGHTS:
            raise CannotChange("role")
        check_strength(password, login)
        person = Person(id=uuid4().hex, login=login, name=name, role=role)
        try:
            connection.execute(
                insert(People).values(
                    id=person.id,
                    login=login,
                    name=name,
                    role=role,
                    password_hash=hashed(password),
                    created_at=self._now(),
                    failures=0,
                )
            )
        except IntegrityError:
            raise CannotChange("taken") from None
        return person

    def _change(self, person: Person, *, leaves: bool = False, **values: Any) -> None:
        """leaves: he is no administrator afterwards, if he was one."""
        with self._engine.connect().execution_options(immediate=True) as connection, connection.begin():
            connection.execute(update(People).where(People.id == person.id).values(**values))
            left = select(func.count()).where(People.role == "administrator", People.disabled_at.is_(None))
            if leaves and person.role == "administrator" and not connection.execute(left).scalar_one():
                raise CannotChange("last")


def normal(login: str) -> str:
    """As it is kept: no matter how it was typed."""
    return login.strip().casefold()


def _person(row: Row[Any]) -> Person:
    return Person(id=row.id, login=row.login, name=row.name, role=row.role)
