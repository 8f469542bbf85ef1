"""What the line may look up and write down about a caller's affairs: plain facts and codes; prompts/ has the words."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import date
from pathlib import Path

from voice.desk.demo import DEMO, read_demo
from voice.desk.entries import draw_number, write
from voice.desk.questions import ask
from voice.desk.schema import prepare
from voice.errors import EngineFailed, SetupError
from voice.settings import Settings

BUSY_S = 2.0  # a caller waits for the answer: a locked file is a failure after this


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
        draw: Callable[[], str] = draw_number,
    ) -> None:
        """Raises SetupError when the file cannot be made or `demo` cannot be used."""
        self._path, self._today, self._draw = path, today, draw
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
        try:
            # A connection for each question: nothing is shared between threads, and it costs well under a millisecond.
            with closing(self._connect()) as connection:
                return ask(connection, name, args)
        except sqlite3.Error as error:
            raise EngineFailed(f"the back office cannot be asked: {error}") from error

    def register(self, name: str, args: Mapping[str, str]) -> Mapping[str, str]:
        """Write the entry `name` down for good. Blocks; any thread may call.

        Returns what the caller is told of it. Raises EngineFailed when nothing was written.
        """
        try:
            with closing(self._connect()) as connection:
                return write(connection, name, args, self._today(), self._draw)
        except sqlite3.Error as error:
            raise EngineFailed(f"the back office cannot be written to: {error}") from error

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=BUSY_S, isolation_level=None)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA foreign_keys = ON")
        return connection
