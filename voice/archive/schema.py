"""Open the database and bring its tables to what this version needs. The only file that imports alembic."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import SQLAlchemyError

from voice.archive.keys import KeyRing
from voice.errors import SetupError

MIGRATIONS = Path(__file__).parent / "migrations"
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
        _upgrade(engine, keys)
    except (OSError, SQLAlchemyError, ImportError) as error:
        raise SetupError(f"cannot open the archive {parsed.render_as_string()}: {error}") from error
    except CommandError as error:
        raise SetupError(
            f"the archive {parsed.render_as_string()} was written by a newer version of this program: {error}"
        ) from error
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


def _upgrade(engine: Engine, keys: KeyRing | None) -> None:
    steps = ScriptDirectory(MIGRATIONS)
    head = steps.get_current_head()
    with engine.connect() as connection:
        if MigrationContext.configure(connection).get_current_revision() == head:
            return

    def up(revision: Any, _context: MigrationContext) -> list[RevisionStep]:
        return list(steps._upgrade_revs("head", revision))

    # Immediate: of two processes that start at once, the second waits and then finds nothing left to do.
    with engine.connect().execution_options(immediate=True) as connection, connection.begin():
        context = MigrationContext.configure(connection, opts={"fn": up, "transactional_ddl": True, "keys": keys})
        context.run_migrations(op=Operations(context))
