"""How entries are found again and destroyed, and which of them the law keeps.

Only what calls had written down is meant; affairs that the line looks up (applications, payouts) are the authority's.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime
from operator import attrgetter

from voice.desk.entries import ENTRIES
from voice.desk.schema import writing
from voice.office import Entry, Wanted, plain

APPEALS_KEPT_YEARS = 5  # from the day they were filed
TABLES = sorted({entry.table for entry in ENTRIES.values()})


def moment(at: datetime) -> str:
    """As the column `at` holds it: texts in the order of their times."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def find(connection: sqlite3.Connection, wanted: Wanted, today: date) -> Iterator[tuple[str, int, Entry]]:
    """Each entry that is meant, the oldest first, with its table and its row."""
    connection.create_function("plain", 2, plain, deterministic=True)
    asked = {
        "until": moment(wanted.until),
        "phone": wanted.number if wanted.kind == "phone" else "",
        "number": wanted.number if wanted.kind == "appeal" else "",
        "calls": json.dumps(wanted.calls + wanted.held),
    }
    found = []
    for table in TABLES:
        numbered = "number = :number OR " if table == "appeals" else ""
        rows = connection.execute(
            f"SELECT rowid, * FROM {table} WHERE at <= :until AND ({numbered}"
            "call IN (SELECT value FROM json_each(:calls)) OR :phone <> '' AND plain('phone', phone) = :phone)",
            asked,
        )
        found += [(table, row["rowid"], _entry(table, row, wanted, today)) for row in rows]
    yield from sorted(found, key=lambda one: attrgetter("filed", "kind", "id")(one[2]))


def forget(connection: sqlite3.Connection, wanted: Wanted, today: date) -> tuple[Entry, ...]:
    """Destroy what may be destroyed; all that `find` finds."""
    connection.execute("PRAGMA secure_delete = ON")  # what was destroyed does not lie about in free pages
    with writing(connection):
        found = list(find(connection, wanted, today))
        for table, row, entry in found:
            if not entry.kept:
                connection.execute(f"DELETE FROM {table} WHERE rowid = ?", (row,))
    return tuple(entry for _, _, entry in found)


def _entry(table: str, row: sqlite3.Row, wanted: Wanted, today: date) -> Entry:
    kind = next(
        name
        for name, entry in ENTRIES.items()
        if entry.table == table and (not entry.kind or entry.kind == row["kind"])
    )
    of_row = {"kind": kind, "id": str(row["rowid"]), "filed": row["filed"], "call": row["call"]}
    if table == "appeals":
        of_row["id"] = row["number"]
        until = _years_after(date.fromisoformat(row["filed"]))
    if row["call"] in wanted.held:
        return Entry(**of_row, kept="hold")
    if table == "appeals" and today < until:
        return Entry(**of_row, kept="law", until=until.isoformat())
    return Entry(**of_row)


def _years_after(filed: date) -> date:
    """A 29 February ends on a 1 March."""
    try:
        return filed.replace(year=filed.year + APPEALS_KEPT_YEARS)
    except ValueError:
        return date(filed.year + APPEALS_KEPT_YEARS, 3, 1)
