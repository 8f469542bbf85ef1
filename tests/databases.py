"""Both kinds of database, real ones: a file of SQLite, and a PostgreSQL of the tests' own.

Import `database` (an empty one for each test, on each kind in turn) and `postgresql` into a conftest.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine

import voice.review.tables  # noqa: F401  they are tables of the same database
from voice.archive.schema import connect

NEEDS = "PostgreSQL is left out: install Debian's package postgresql"
READY_S = 30
MIGRATED = "migrated"
KINDS = ("sqlite", "postgresql")


class NotInstalled(Exception):
    """There is no PostgreSQL on this machine."""


class Cluster:
    """A running PostgreSQL that listens on a socket in a folder of its own only."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self._socket}"

    @contextmanager
    def database(self) -> Iterator[str]:
        """The URL of a new database with the tables of today, for as long as it is needed."""
        name = f"t{uuid4().hex}"
        self._tell(f"CREATE DATABASE {name} TEMPLATE {MIGRATED}")
        yield self.url(name)
        self._tell(f"DROP DATABASE {name} WITH (FORCE)")

    def prepare(self) -> None:
        """Migrate once what every test then gets a copy of."""
        self._tell(f"CREATE DATABASE {MIGRATED}")
        connect(self.url(MIGRATED)).dispose()

    def _tell(self, statement: str) -> None:
        engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)
        engine.dispose()


@contextmanager
def running(*settings: str) -> Iterator[Cluster]:
    """A PostgreSQL of one's own, for as long as it is needed. settings: name=value. Raises NotInstalled."""
    initdb, postgres = _program("initdb"), _program("postgres")
    if not (initdb and postgres):
        raise NotInstalled(NEEDS)
    folder = Path(tempfile.mkdtemp(prefix="pg"))  # a socket's path may have a hundred letters: none of pytest's
    as_nobody: list[str] = []  # its programs refuse to be root
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
        as_nobody = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--pdeathsig=QUIT"]
    data = folder / "data"
    try:
        made = [*as_nobody, initdb, "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale"]
        subprocess.run([*made, "--no-sync"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        told = ["-k", str(folder)]
        for setting in ("listen_addresses=", "logging_collector=off", *settings):
            told += ["-c", setting]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [*as_nobody, postgres, "-D", str(data), *told], cwd=folder, stdout=log, stderr=log
            )
        try:
            deadline = time.monotonic() + READY_S
            while not (folder / ".s.PGSQL.5432").exists() or not _answers(folder):
                said = (folder / "log").read_text(errors="replace")
                assert server.poll() is None and time.monotonic() < deadline, said
                time.sleep(0.05)
            cluster = Cluster(folder)
            cluster.prepare()
            yield cluster
        finally:
            server.send_signal(signal.SIGQUIT)  # end now, whoever is connected: nothing of it is kept
            server.wait(READY_S)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Cluster]:
    """Skips where there is no PostgreSQL, and says so."""
    try:
        with running("fsync=off") as cluster:
            yield cluster
    except NotInstalled as error:
        pytest.skip(str(error))


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'archive.db'}"
    else:
        cluster: Cluster = request.getfixturevalue("postgresql")
        with cluster.database() as url:
            yield url


def _program(name: str) -> str | None:
    """Debian keeps the server's programs off the PATH."""
    here = shutil.which(name)
    return here or next((str(path) for path in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))), None)


def _answers(folder: Path) -> bool:
    ready = _program("pg_isready")
    return ready is None or subprocess.run([ready, "-q", "-h", str(folder)], check=False).returncode == 0
