"""What the line may look up and write down about a caller's affairs: plain facts and codes; prompts/ has the words."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from voice.desk.demo import DEMO, read_demo
from voice.desk.entries import draw_number, write
from voice.desk.forgetting import find, forget, moment
from voice.desk.questions import ask
from voice.desk.schema import prepare
from voice.errors import EngineFailed, SetupError
from voice.office import Entry, Wanted
from voice.settings import Settings

BUSY_S = 2.0  # a caller waits for the answer: a locked file is a failure after this


def _utc_now() -> datetime:
    return datetime.now(UTC)


class EmbeddedOffice:
    """A back office in one SQLite file, filled with invented affairs when it is new.

    `questions.QUESTIONS` and `entries.ENTRIES` name what it answers and what it writes down. Dates are ISO.
    """

    def __init__(
        self,
        path: Path,
        demo: Path = DEMO,
        *,
        today: Callable[[], date] = date.today,
        now: Callable[[], datetime] = _utc_now,
        draw: Callable[[], str] = draw_number,
    ) -> None:
        """Raises SetupError when the file cannot be made or `demo` cannot be used."""
        self._path, self._today, self._now, self._draw = path, today, now, draw
        content = read_demo(demo, today())
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with closing(self._connect()) as connection:
                prepare(connection, content)
        except (OSError, sqlite3.Error, SetupError) as error:
            raise SetupError(f"cannot use the back office {path} with {demo}: {error}") from error

    @classmethod
    def of(cls, settings: Settings) -> EmbeddedOffice:
        return cls(settings.data / "backoffice.db")

    def look_up(self, name: str, args: Mapping[str, str]) -> Mapping[str, str] | None:
        """Ask the question `name`. Blocks; any thread may call.

        Returns the facts, or None when nothing is known of `args`. Raises EngineFailed when it could not be asked.
        """
        with self._asked("asked") as connection:
            return ask(connection, name, args)

    def register(self, name: str, args: Mapping[str, str], call: str = "") -> Mapping[str, str]:
        """Write the entry `name` down for good. Blocks; any thread may call. call: that has it written down.

        Returns what the caller is told of it. Raises EngineFailed when nothing was written.
        """
        by = {"call": call, "at": moment(self._now())}
        with self._asked("written to") as connection:
            return write(connection, name, args, by, self._today(), self._draw)

    def entries(self, wanted: Wanted) -> tuple[Entry, ...]:
        """What `forget` would destroy, and what it would keep. Raises EngineFailed."""
        with self._asked("asked") as connection:
            return tuple(entry for _, _, entry in find(connection, wanted, self._today()))

    def forget(self, wanted: Wanted) -> tuple[Entry, ...]:
        """Destroy the entries that may be destroyed; all that were meant, with why they are kept. Raises EngineFailed
        when nothing was destroyed."""
        with self._asked("written to") as connection:
            return forget(connection, wanted, self._today())

    @contextmanager
    def _asked(self, how: str) -> Iterator[sqlite3.Connection]:
        try:
            # A connection for each question: nothing is shared between threads, and it costs well under a millisecond.
            with closing(self._connect()) as connection:
                yield connection
        except sqlite3.Error as error:
            raise EngineFailed(f"the back office cannot be {how}: {error}") from error

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=BUSY_S, isolation_level=None)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA foreign_keys = ON")
        return connection
