"""A call's chain: each thing that is kept of it is linked to the one before, so that any change shows.

A link is a keyed hash, whose key lies with the keys of the calls: who can write only into the database can change a row
or take one away, but not without breaking the chain. Putting back an older copy of the whole database does not show.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Table, insert, select, update

from voice.archive.keys import KeyRing
from voice.archive.tables import Base, Calls, Events, Links, Traces, Utterances, Words

# What never changes once the call is over, and where it lies. A mask and a hold may end later: that is linked anew.
RECORD: tuple[type[Base], ...] = (Utterances, Words, Traces)
OF_CALL: tuple[str, ...] = (
    *("id", "line", "transport", "language", "version", "started_at", "ended_at"),
    *("ended_by", "reason", "state", "flaws", "sound", "sound_lost_ms"),
)


def event_link(keys: KeyRing, before: bytes, call_id: str, seq: int, at_ms: int, kind: str, sealed: bytes) -> bytes:
    """The link of one event; `before` is that of the event before it, empty for the first."""
    return keys.link(before, call_id.encode(), b"%d" % seq, b"%d" % at_ms, kind.encode(), sealed)


def hold(connection: Connection, call_id: str) -> None:
    """Let others that change this call wait until the transaction ends; what is read after this is as they left it.

    SQLite lets one writer in at a time anyway. In PostgreSQL rows that only name the call do not wait.
    """
    connection.execute(select(Calls.id).where(Calls.id == call_id).with_for_update(key_share=True))


def add(connection: Connection, keys: KeyRing, call_id: str, what: str, row: int = 0, *, digest: bytes = b"") -> None:
    """Link what was just added or changed, in the transaction that did it.

    what: `record` for what the call itself left, `sound` (digest: of the file, empty: none any more), or a table's name
    with the number of its `row`.
    """
    hold(connection, call_id)
    last = connection.execute(
        select(Links.n, Links.link).where(Links.call == call_id).order_by(Links.n.desc()).limit(1)
    ).first()
    events, last_event = _last_event(connection, call_id)
    n, before = (last.n + 1, last.link) if last else (1, last_event)
    if what != "sound":
        digest = _digest(connection, call_id, what, row)
    at = datetime.now(UTC)
    link = _link(keys, before, call_id, n, at, what, row, digest)
    connection.execute(insert(Links).values(call=call_id, n=n, at=at, what=what, row=row, digest=digest, link=link))
    connection.execute(update(Calls).where(Calls.id == call_id).values(head=_head(keys, call_id, events, n, link)))


def faults(connection: Connection, keys: KeyRing, call_id: str, sound_digest: bytes) -> list[str]:
    """What does not fit, as codes: `events`, `record`, `sound`, a table's name, `links`, `head`.

    Empty: all is as written. sound_digest: of the file as it lies there now; empty when there is none.
    """
    found: dict[str, None] = {}
    before, events = b"", 0
    for row in connection.execute(select(Events.__table__).where(Events.call == call_id).order_by(Events.seq)):
        events += 1
        if row.seq != events or row.link != event_link(keys, before, call_id, row.seq, row.at_ms, row.kind, row.sealed):
            found["events"] = None
        before = row.link
    newest: dict[tuple[str, int], bytes] = {}
    links = 0
    for row in connection.execute(select(Links.__table__).where(Links.call == call_id).order_by(Links.n)):
        links += 1
        if row.n != links or row.link != _link(keys, before, call_id, row.n, row.at, row.what, row.row, row.digest):
            found["links"] = None
        newest[row.what, row.row] = row.digest
        before = row.link
    for (what, row_number), digest in newest.items():
        now = sound_digest if what == "sound" else _digest(connection, call_id, what, row_number)
        if now != digest:
            found[what] = None
    head = connection.execute(select(Calls.head).where(Calls.id == call_id)).scalar_one()
    if links and head != _head(keys, call_id, events, links, before):
        found["head"] = None
    return list(found)


def _link(
    keys: KeyRing, before: bytes, call_id: str, n: int, at: datetime, what: str, row: int, digest: bytes
) -> bytes:
    told = at.astimezone(UTC).isoformat().encode()
    return keys.link(before, call_id.encode(), b"%d" % n, told, what.encode(), b"%d" % row, digest)


def _head(keys: KeyRing, call_id: str, events: int, links: int, last: bytes) -> bytes:
    return keys.link(b"head", call_id.encode(), b"%d" % events, b"%d" % links, last)


def _last_event(connection: Connection, call_id: str) -> tuple[int, bytes]:
    row = connection.execute(
        select(Events.seq, Events.link).where(Events.call == call_id).order_by(Events.seq.desc()).limit(1)
    ).first()
    return (row.seq, row.link) if row else (0, b"")


def _digest(connection: Connection, call_id: str, what: str, row: int) -> bytes:
    if what == "record":
        told = hashlib.sha256()
        call = Calls.__table__
        _tell(told, connection.execute(select(*(call.c[name] for name in OF_CALL)).where(Calls.id == call_id)).all())
        for kind in RECORD:
            table = kind.__table__
            assert isinstance(table, Table)
            _tell(
                told,
                connection.execute(table.select().where(table.c.call == call_id).order_by(*table.primary_key)).all(),
            )
        return told.digest()
    table = Base.metadata.tables[what]
    (key,) = [column for column in table.primary_key if column.name != "call"]
    told = hashlib.sha256()
    _tell(told, connection.execute(table.select().where(table.c.call == call_id, key == row)).all())
    return told.digest()


def _tell(told: Any, rows: Iterable[Any]) -> None:
    for row in rows:
        for value in row:
            text = value.astimezone(UTC).isoformat() if isinstance(value, datetime) else repr(value)
            told.update(len(text).to_bytes(4, "big") + text.encode("utf-8", "surrogatepass"))
        told.update(b"\n")
