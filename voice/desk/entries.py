"""What may be written down in the back office."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from voice.desk.schema import TABLES, writing
from voice.errors import EngineFailed

SUBJECT_WORDS = 8  # an appeal is called by its first words
MOST_DRAWS = 20  # of a number that nobody has yet


@dataclass(frozen=True, slots=True)
class Entry:
    """`needs` and `may`: argument -> column. `answer_days`: an appeal with a number of its own is answered by then."""

    table: str
    needs: Mapping[str, str]
    may: Mapping[str, str] = field(default_factory=dict)
    kind: str = ""
    answer_days: int = 0


ENTRIES: Mapping[str, Entry] = {
    "new_appeal": Entry(
        "appeals",
        {"problem": "problem"},
        {"phone": "phone", "part": "part", "code": "code", "happened": "happened"},
        kind="question",
        answer_days=3,
    ),
    "complaint": Entry("appeals", {"reason": "problem"}, {"phone": "phone"}, kind="complaint", answer_days=10),
    "callback": Entry("callbacks", {"phone": "phone", "when": "wanted"}),
    "voice_message": Entry("messages", {"text": "text"}, {"phone": "phone"}),
}


def draw_number() -> str:
    """Eight digits, the first no zero; nobody can guess the next."""
    return str(10_000_000 + secrets.randbelow(90_000_000))


def write(
    connection: sqlite3.Connection,
    name: str,
    args: Mapping[str, str],
    by: Mapping[str, str],
    today: date,
    draw: Callable[[], str],
) -> Mapping[str, str]:
    """Write one entry; return `filed`, and for an appeal its `number` and `due`. by: the columns of schema.BY_CALL.

    Raises EngineFailed for an entry that cannot be made so.
    """
    entry = ENTRIES.get(name)
    if entry is None:
        raise EngineFailed(f"the back office does not know the entry {name!r}")
    lacking = [arg for arg in entry.needs if not args.get(arg)]
    strange = sorted(args.keys() - entry.needs.keys() - entry.may.keys())
    if lacking or strange:
        raise EngineFailed(f"{name}: lacking {lacking}, not known {strange}")
    row = {column: args.get(arg, "") for arg, column in {**entry.needs, **entry.may}.items()}
    facts = {"filed": today.isoformat()}
    if entry.answer_days:
        facts["due"] = (today + timedelta(days=entry.answer_days)).isoformat()
        subject = " ".join(row["problem"].split()[:SUBJECT_WORDS])
        row |= {"kind": entry.kind, "subject": subject, "stage": "received"}
    with writing(connection):
        if entry.answer_days:
            facts["number"] = _free_number(connection, draw)
        table = TABLES[entry.table]
        connection.execute(table.insert(entry.table), {**table.given, **row, **facts, **by})
    return facts


def _free_number(connection: sqlite3.Connection, draw: Callable[[], str]) -> str:
    for _ in range(MOST_DRAWS):
        number = draw()
        if not connection.execute("SELECT 1 FROM appeals WHERE number = ?", (number,)).fetchone():
            return number
    raise EngineFailed("no free number for an appeal was found")
