"""Open the database and bring its tables to what this version needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, String, column, create_engine, event, inspect, make_url, select, table
from sqlalchemy.exc import SQLAlchemyError

from voice.archive.keys import KeyRing
from voice.archive.migrations import VERSION, newest
from voice.errors import SetupError

BUSY_MS = 5_000  # another process may be writing: wait this long before calling it a failure


def connect(url: str, keys: KeyRing | None = None) -> Engine:
    """Open `url` (an SQLAlchemy URL) with the newest tables. Raises SetupError when that is impossible.

    keys: seal what the first versions kept in the open; needed only where there is such a call.
    """
    parsed = make_url(url)
    try:
        if parsed.get_backend_name() == "sqlite":
            if parsed.database:
                Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
            engine = create_engine(parsed)
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
        else:
            engine = create_engine(parsed, pool_pre_ping=True)
        if not _is_newest(engine):
            from voice.archive.upgrade import upgrade

            upgrade(engine, keys)
    except (OSError, SQLAlchemyError, ImportError) as error:
        raise SetupError(f"cannot open the archive {parsed.render_as_string()}: {error}") from error
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # Python's driver begins transactions by itself, but not around CREATE TABLE: a kill in the middle of a migration
    # would leave half of it. So the driver is told to begin nothing, and `_begin_sqlite` begins everything.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_MS}")  # first: changing the journal may have to wait, too
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")  # a power cut loses no committed word either
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA secure_delete = ON")  # what was erased does not lie about in free pages
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _is_newest(engine: Engine) -> bool:
    """Is there nothing to upgrade? What does that takes long to import, and is seldom wanted."""
    with engine.connect() as connection:
        if not inspect(connection).has_table(VERSION):
            return False
        is_now = connection.execute(select(column("version_num", String)).select_from(table(VERSION))).scalars().all()
    return is_now == [newest()]
