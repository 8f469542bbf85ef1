"""The written half of one call's record: each write is committed, or kept until writing works again."""

from __future__ import annotations

from collections import deque

from sqlalchemy import Engine, Executable, update
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError

from voice.archive.tables import Calls

MOST_WAITING = 4_000  # writes kept while the disk is full: more than the longest call makes


class Journal:
    """Commits a call's writes in order and never raises for a database that fails. One thread at a time."""

    def __init__(self, engine: Engine, call: str) -> None:
        self._engine = engine
        self._call = call
        self._waiting: deque[tuple[Executable, ...]] = deque()
        self._flaws: dict[str, str] = {}
        self._flaws_written = 0
        self.sealed = False  # nothing more will come

    @property
    def flaws(self) -> str:
        """Why the record is incomplete, one "code: detail" a line; empty while nothing is wrong."""
        return "\n".join(f"{code}: {detail}" for code, detail in self._flaws.items())

    @property
    def settled(self) -> bool:
        """Is everything in the database?"""
        return not self._waiting and self._flaws_written == len(self._flaws)

    def write(self, *statements: Executable) -> None:
        """Commit `statements` together; before them, everything that still waits."""
        if len(self._waiting) >= MOST_WAITING:
            self.flush()
        if len(self._waiting) < MOST_WAITING:
            self._waiting.append(statements)
            self.flush()
        else:
            self.flaw("words", "too many writes waited for the disk")

    def seal(self, *statements: Executable) -> None:
        """The last write: it is kept however many wait before it."""
        self._waiting.append(statements)
        self.sealed = True
        self.flush()

    def flaw(self, code: str, detail: str) -> None:
        """Mark the record incomplete with the next write; the first detail of a code is kept."""
        self._flaws.setdefault(code, " ".join(detail.split())[:500])

    def flush(self) -> None:
        """Try again to write what waits."""
        while self._waiting:
            if not self._commit(self._waiting[0]):
                return
            self._waiting.popleft()
        if not self.settled:
            count = len(self._flaws)
            mark = update(Calls).where(Calls.id == self._call).values(state="incomplete", flaws=self.flaws)
            if self._commit((mark,)):
                self._flaws_written = count

    def _commit(self, statements: tuple[Executable, ...]) -> bool:
        """False: try again later. What the database will never take is given up, and said."""
        try:
            with self._engine.begin() as connection:
                for statement in statements:
                    connection.execute(statement)
        except (OperationalError, InterfaceError, OSError) as error:
            self.flaw("words", _told(error))
            return False
        except (SQLAlchemyError, ValueError, OverflowError) as error:
            self.flaw("words", _told(error))
        return True


def _told(error: Exception) -> str:
    """The database's own words, without the statement: its values are what a caller said."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return f"{type(cause).__name__}: {cause}" if isinstance(error, DBAPIError | OSError) else type(error).__name__
