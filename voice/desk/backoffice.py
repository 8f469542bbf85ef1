"""What the line may look up about a caller's affairs: plain facts and codes; prompts/ makes sentences of them."""

from __future__ import annotations

import sqlite3
import tomllib
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Protocol

from voice.errors import EngineFailed, SetupError
from voice.settings import Settings

DEMO = Path(__file__).parent / "demo.toml"
STAGES = ("accepted", "review", "documents", "ready", "refused")
BUSY_S = 2.0  # a caller waits for the answer: a locked file is a failure after this


class BackOffice(Protocol):
    """A system that knows callers' affairs."""

    def look_up(self, name: str, args: Mapping[str, str]) -> Mapping[str, str] | None:
        """Ask the question `name`. Blocks; any thread may call.

        Returns the facts, or None when nothing is known of `args`. Raises EngineFailed when it could not be asked.
        """
        ...


class EmbeddedOffice:
    """A back office in one SQLite file, filled with invented applications when it is new.

    Knows "application_status" {"number": ten digits} -> number, service_code, service, stage (one of STAGES),
    filed and due (ISO dates), office.
    """

    def __init__(self, path: Path, demo: Path = DEMO) -> None:
        """Raises SetupError when the file cannot be made or `demo` cannot be used."""
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with closing(self._connect()) as connection:
                _fill(connection, demo)
        except (OSError, sqlite3.Error) as error:
            raise SetupError(f"cannot use the back office {path}: {error}") from error

    @classmethod
    def of(cls, settings: Settings) -> EmbeddedOffice:
        return cls(settings.data / "backoffice.db")

    def look_up(self, name: str, args: Mapping[str, str]) -> Mapping[str, str] | None:
        if name != "application_status":
            raise EngineFailed(f"the back office does not know the question {name!r}")
        if "number" not in args:
            raise EngineFailed(f"{name} needs a number, got only {sorted(args)}")
        try:
            # A connection for each question: nothing is shared between threads, and it costs well under a millisecond.
            with closing(self._connect()) as connection:
                row = connection.execute(
                    "SELECT a.number, s.code AS service_code, s.name AS service, a.stage, a.filed, a.due, a.office"
                    " FROM applications a JOIN services s ON s.code = a.service WHERE a.number = ?",
                    (args["number"],),
                ).fetchone()
        except sqlite3.Error as error:
            raise EngineFailed(f"the back office cannot be asked: {error}") from error
        return None if row is None else dict(row)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=BUSY_S, isolation_level=None)
        connection.row_factory = sqlite3.Row
        return connection


def _fill(connection: sqlite3.Connection, demo: Path) -> None:
    """Make the tables and their first content, all or nothing; leave a file that has them as it is."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'applications'").fetchone():
            services, applications = _read(demo)
            connection.execute("CREATE TABLE services (code TEXT PRIMARY KEY, name TEXT NOT NULL)")
            connection.execute(
                "CREATE TABLE applications (number TEXT PRIMARY KEY, service TEXT NOT NULL REFERENCES services (code),"
                " stage TEXT NOT NULL, filed TEXT NOT NULL, due TEXT NOT NULL, office TEXT NOT NULL)"
            )
            connection.executemany("INSERT INTO services VALUES (?, ?)", services.items())
            connection.executemany(
                "INSERT INTO applications VALUES (:number, :service, :stage, :filed, :due, :office)", applications
            )
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _read(demo: Path) -> tuple[dict[str, str], list[dict[str, str]]]:
    """Services by code and applications from `demo`. Raises SetupError that names what is wrong."""
    try:
        data = tomllib.loads(demo.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SetupError(f"{demo}: {error}") from error
    services: dict[str, str] = data.get("services", {})
    applications: list[dict[str, str]] = []
    seen: set[str] = set()
    for place, raw in enumerate(data.get("applications", []), 1):
        row = {key: str(value) for key, value in raw.items()}
        if set(row) != {"number", "service", "stage", "filed", "due", "office"}:
            raise SetupError(f"{demo}: application {place} has the fields {sorted(row)}")
        if not (len(row["number"]) == 10 and row["number"].isdecimal()) or row["number"] in seen:
            raise SetupError(f"{demo}: application {place}: number {row['number']!r} is not ten digits, or comes twice")
        if row["service"] not in services or row["stage"] not in STAGES:
            raise SetupError(f"{demo}: application {place}: unknown service or stage")
        seen.add(row["number"])
        applications.append(row)
    return services, applications
