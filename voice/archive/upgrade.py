"""Bring an older database, or an empty one, to the newest tables. The only file that imports alembic."""

from __future__ import annotations

from typing import Any

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Engine

from voice.archive.keys import KeyRing
from voice.archive.migrations import FOLDER
from voice.errors import SetupError


def upgrade(engine: Engine, keys: KeyRing | None) -> None:
    """keys: as in `schema.connect`. Raises SetupError for a database that a newer version wrote, and what SQLAlchemy
    raises."""
    steps = ScriptDirectory(FOLDER)

    def up(revision: Any, _context: MigrationContext) -> list[RevisionStep]:
        return list(steps._upgrade_revs("head", revision))

    # Immediate: of two processes that start at once, the second waits and then finds nothing left to do.
    try:
        with engine.connect().execution_options(immediate=True) as connection, connection.begin():
            context = MigrationContext.configure(connection, opts={"fn": up, "transactional_ddl": True, "keys": keys})
            context.run_migrations(op=Operations(context))
    except CommandError as error:
        written = engine.url.render_as_string()
        raise SetupError(f"the archive {written} was written by a newer version of this program: {error}") from error
