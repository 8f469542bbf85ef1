import sqlite3
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, insert, inspect, select, table
from sqlalchemy import column as column_of

import voice.review.tables  # noqa: F401  they are tables of the same database
from voice.archive.migrations import FOLDER
from voice.archive.schema import connect
from voice.archive.tables import Base, Destructions
from voice.errors import SetupError


def _of_the_code(_thing: object, name: str | None, kind: str, *_: object) -> bool:
    """All but the words' own index, which each database keeps in tables as it likes."""
    return not (kind in ("table", "index") and (name or "").startswith("call_words"))


def test_migrations_make_exactly_the_tables_the_code_uses(database: str) -> None:
    engine = connect(database)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": _of_the_code})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_the_newest_steps_go_back_and_up_again(database: str) -> None:
    engine = connect(database)
    steps = ScriptDirectory(FOLDER)
    with engine.connect() as connection, connection.begin():
        context = MigrationContext.configure(
            connection, opts={"fn": lambda revision, _: steps._downgrade_revs("0004", revision)}
        )
        context.run_migrations(op=Operations(context))
        assert "owed" not in inspect(connection).get_table_names()
        assert "calls_uncared" not in _indexes(connection)
        old = {"at": datetime(2026, 1, 1, tzinfo=UTC), "by": "anna", "reason": "r", "what": "sound", "subject": ""}
        older = (*old, "calls", "method")
        columns = [column_of(one.name, one.type) for one in Destructions.__table__.columns if one.name in older]
        connection.execute(insert(table("destructions", *columns)).values(**old, calls=["a"], method="m"))
    engine.dispose()
    again = connect(database)
    assert "owed" in inspect(again).get_table_names()
    with again.connect() as connection:
        assert "calls_uncared" in _indexes(connection)
        row = connection.execute(select(Destructions.office, Destructions.entries, Destructions.completes)).one()
    assert tuple(row) == ("", [], None)
    again.dispose()


def _indexes(connection: Connection) -> set[str | None]:
    return {index["name"] for index in inspect(connection).get_indexes("calls")}


def test_the_database_is_durable_and_readable_while_written(tmp_path: Path) -> None:
    with connect(f"sqlite:///{tmp_path / 'a.db'}").connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_a_second_opening_changes_nothing_and_is_quick(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    connect(url).dispose()
    before = (tmp_path / "a.db").read_bytes()
    began = time.process_time()
    connect(url).dispose()
    assert time.process_time() - began < 0.5
    assert (tmp_path / "a.db").read_bytes() == before


def test_a_migration_that_dies_leaves_nothing_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"

    with monkeypatch.context() as patched:
        patched.setattr("voice.archive.upgrade.Operations", _Dying)
        with pytest.raises(RuntimeError, match="power cut"):
            connect(url)
    with sqlite3.connect(tmp_path / "a.db") as raw:
        assert raw.execute("SELECT name FROM sqlite_master WHERE name = 'calls'").fetchall() == []
    connect(url).dispose()


class _Dying:
    """Operations that die after the first table."""

    def __init__(self, context: MigrationContext) -> None:
        self._connection = context.connection

    def create_table(self, name: str, *_columns: object) -> None:
        assert self._connection is not None
        self._connection.exec_driver_sql(f"CREATE TABLE {name} (id TEXT)")

    def create_index(self, *_: object) -> None:
        raise RuntimeError("power cut")


def test_two_processes_may_start_at_once(tmp_path: Path) -> None:
    code = f"from voice.archive.schema import connect; connect('sqlite:///{tmp_path / 'a.db'}').dispose()"
    running = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) for _ in range(3)]
    assert [process.communicate()[1].decode() for process in running] == [""] * 3


def test_a_database_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    connect(url).dispose()
    with sqlite3.connect(tmp_path / "a.db") as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SetupError, match="newer version"):
        connect(url)


def test_what_cannot_be_opened_is_named_without_its_password(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(b"not a database" * 400)
    with pytest.raises(SetupError, match=r"a\.db"):
        connect(f"sqlite:///{tmp_path / 'a.db'}")
    with pytest.raises(SetupError) as told:
        connect("postgresql+nosuchdriver://line:secret@127.0.0.1/archive")
    assert "secret" not in str(told.value)


def test_nothing_is_committed_by_the_driver_itself(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'a.db'}")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE scratch (x INTEGER)")
        connection.rollback()
        assert connection.exec_driver_sql("SELECT * FROM sqlite_master WHERE name = 'scratch'").fetchall() == []
