"""The tables of the embedded back office, and how a file comes to have them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from voice.errors import SetupError

VERSION = 3  # 1 knew services and applications only, 2 not which call had an entry written down
STAGES = ("accepted", "review", "documents", "ready", "refused")
APPEAL_STAGES = ("received", "work", "senior", "waiting", "answered", "closed")
PAYOUT_STAGES = ("planned", "paid", "review", "stopped")


@dataclass(frozen=True, slots=True)
class Table:
    """`columns`: name -> type and rules in SQL. `given`: what columns hold that a row does not name."""

    columns: Mapping[str, str]
    given: Mapping[str, str]

    def create(self, name: str) -> str:
        columns = ", ".join(f"{column} {rules}" for column, rules in self.columns.items())
        return f"CREATE TABLE {name} ({columns})"

    def insert(self, name: str) -> str:
        """A statement with a named parameter for every column."""
        return f"INSERT INTO {name} ({', '.join(self.columns)}) VALUES ({', '.join(f':{c}' for c in self.columns)})"


def _digits(column: str, *lengths: int) -> str:
    says = f"{column} has {' or '.join(map(str, lengths))} digits"
    fits = " OR ".join(f"length({column}) = {length}" for length in lengths)
    return f"TEXT NOT NULL CONSTRAINT \"{says}\" CHECK (({fits}) AND {column} NOT GLOB '*[^0-9]*')"


def _one_of(column: str, values: Sequence[str]) -> str:
    known = ", ".join(f"'{value}'" for value in values)
    return f'TEXT NOT NULL CONSTRAINT "a known {column}" CHECK ({column} IN ({known}))'


TEXT = "TEXT NOT NULL"
# Of an entry: the call that had it written down, and when (ISO, UTC); of content that no call has, both are empty.
BY_CALL, NO_CALL = {"call": TEXT, "at": TEXT}, {"call": "", "at": ""}
TABLES: Mapping[str, Table] = {
    "services": Table({"code": "TEXT PRIMARY KEY", "name": TEXT}, {}),
    "applications": Table(
        {
            "number": f"{_digits('number', 10)} PRIMARY KEY",
            "service": f"{TEXT} REFERENCES services (code)",
            "stage": _one_of("stage", STAGES),
            "filed": TEXT,
            "due": TEXT,
            "office": TEXT,
        },
        {},
    ),
    "appeals": Table(  # a complaint is an appeal too: its caller asks for its status by the same number
        {
            "number": f"{_digits('number', 8)} PRIMARY KEY",
            "kind": _one_of("kind", ("question", "complaint")),
            "subject": TEXT,
            "stage": _one_of("stage", APPEAL_STAGES),
            "filed": TEXT,
            "due": TEXT,
            "problem": TEXT,
            "phone": TEXT,
            "part": TEXT,
            "code": TEXT,
            "happened": TEXT,
            **BY_CALL,
        },
        {"problem": "", "phone": "", "part": "", "code": "", "happened": "", **NO_CALL},
    ),
    "outages": Table({"part": TEXT, "trouble": TEXT, "since": TEXT, "over": TEXT}, {"over": ""}),
    "offices": Table({"region": TEXT, "office": TEXT, "address": TEXT, "hours": TEXT}, {}),
    "accruals": Table({"inn": _digits("inn", 10, 12), "purpose": TEXT, "amount": TEXT, "due": TEXT}, {}),
    "payouts": Table(
        {
            "snils": _digits("snils", 11),
            "payout": TEXT,
            "amount": TEXT,
            "payout_stage": _one_of("payout_stage", PAYOUT_STAGES),
            "due": TEXT,
            "way": TEXT,
        },
        {},
    ),
    "callbacks": Table({"phone": TEXT, "wanted": TEXT, "filed": TEXT, **BY_CALL}, NO_CALL),
    "messages": Table({"text": TEXT, "phone": TEXT, "filed": TEXT, **BY_CALL}, NO_CALL),
}


@contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[None]:
    """All of the body or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def prepare(connection: sqlite3.Connection, content: Mapping[str, Sequence[Mapping[str, str]]]) -> None:
    """Make the tables that are missing and fill each new one from `content`; what is there stays as it is.

    Raises SetupError for a file that a newer program made, or for content that breaks a rule of its table.
    """
    with writing(connection):
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise SetupError(f"it was made by a newer program: its version is {version}, here {VERSION} is known")
        there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for name, table in TABLES.items():
            rows = content.get(name, ())
            if name not in there:
                connection.execute(table.create(name))
            elif name == "services":  # an older list may lack some that new rows name
                known = {code for (code,) in connection.execute("SELECT code FROM services")}
                rows = [row for row in rows if row["code"] not in known]
            else:
                _add_columns(connection, name, table)
                continue
            for place, row in enumerate(rows, 1):
                _put(connection, name, table, place, row)
        connection.execute(f"PRAGMA user_version = {VERSION}")


def _add_columns(connection: sqlite3.Connection, name: str, table: Table) -> None:
    """Those that an older program did not know; the rows that are there have none of it."""
    there = {row[1] for row in connection.execute(f"PRAGMA table_info({name})")}
    for column in table.columns.keys() - there:
        connection.execute(f"ALTER TABLE {name} ADD COLUMN {column} {table.columns[column]} DEFAULT ''")


def _put(connection: sqlite3.Connection, name: str, table: Table, place: int, row: Mapping[str, str]) -> None:
    whole = {**table.given, **row}
    if whole.keys() != table.columns.keys():
        raise SetupError(f"{name}, row {place} has the fields {sorted(row)}")
    try:
        connection.execute(table.insert(name), whole)
    except sqlite3.IntegrityError as error:
        raise SetupError(f"{name}, row {place}: {error}") from error
