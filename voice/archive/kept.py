"""Calls as they are read back: their rows, opened with each call's key."""

from __future__ import annotations

import dataclasses
import logging
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, select

from voice.archive.keys import KeyRing
from voice.archive.records import Call, Record, ReplyTimes, StoredEvent, Utterance
from voice.archive.sealing import CALLER, CallSeal
from voice.archive.tables import Calls, Events, Traces, Utterances, Words
from voice.errors import KeyDestroyed, RecordDamaged
from voice.events import Word

log = logging.getLogger(__name__)


def newest_calls(
    connection: Connection,
    keys: KeyRing,
    *,
    limit: int,
    before: datetime | None = None,
    line: str = "",
    state: str = "",
) -> tuple[Call, ...]:
    """The newest first; `before`: only those that started earlier."""
    wanted = _calls().order_by(Calls.started_at.desc(), Calls.id).limit(limit)
    if before is not None:
        wanted = wanted.where(Calls.started_at < before)
    if line:
        wanted = wanted.where(Calls.line == line)
    if state:
        wanted = wanted.where(Calls.state == state)
    return tuple(_call(keys, row) for row in connection.execute(wanted))


def record_of(connection: Connection, keys: KeyRing, call_id: str) -> Record | None:
    """One call with everything in it; None when there is no such call.

    What was destroyed is left out: `Call.text_erased_at` tells. Raises RecordDamaged for what was changed.
    """
    row = connection.execute(_calls().where(Calls.id == call_id)).one_or_none()
    if row is None:
        return None
    said = connection.execute(
        select(Utterances.__table__).where(Utterances.call == call_id).order_by(Utterances.started_ms, Utterances.n)
    ).all()
    times: dict[int, list[Row[Any]]] = {}
    for word in connection.execute(select(Words.__table__).where(Words.call == call_id).order_by(Words.n)):
        times.setdefault(word.utterance, []).append(word)
    events = connection.execute(select(Events.__table__).where(Events.call == call_id).order_by(Events.seq)).all()
    traces = connection.execute(select(Traces.__table__).where(Traces.call == call_id).order_by(Traces.n)).all()
    seal = CallSeal(call_id, keys.of(call_id)) if said or events else None
    return Record(
        call=_call(keys, row),
        utterances=tuple(_utterance(seal, one, times.get(one.n, [])) for one in said) if seal else (),
        events=tuple(
            StoredEvent(seq=one.seq, at_ms=one.at_ms, kind=one.kind, json=seal.opened_event(one.seq, one.sealed))
            for one in events
        )
        if seal
        else (),
        traces=tuple(
            ReplyTimes(n=one.n, utterance=one.utterance, stages_ms=one.stages, gap_ms=one.gap_ms) for one in traces
        ),
    )


def _call(keys: KeyRing, row: Row[Any]) -> Call:
    flaws = tuple((code, detail) for code, _, detail in (line.partition(": ") for line in row.flaws.splitlines()))
    caller = first_words = ""
    try:
        seal = CallSeal(row.id, keys.of(row.id))
        caller = seal.opened(row.caller, CALLER)
        first_words = seal.opened_utterance(row.first_n, row.first_sealed)[0] if row.first_sealed else ""
    except RecordDamaged as error:
        if not isinstance(error, KeyDestroyed):
            log.error("the record of call %s is damaged: %s", row.id, error)
    return Call(**{**_fields(Call, row), "flaws": flaws, "caller": caller, "first_words": first_words})


def _calls() -> Select[Any]:
    """Calls, each with the first thing the caller said."""
    first = (
        select(Utterances.n)
        .where(
            and_(
                Utterances.call == Calls.id,
                Utterances.side == "caller",
                Utterances.source != "key",
                Utterances.echo.is_(False),
            )
        )
        .order_by(Utterances.n)
        .limit(1)
        .correlate(Calls)
        .scalar_subquery()
    )
    joined = Calls.__table__.outerjoin(Utterances.__table__, and_(Utterances.call == Calls.id, Utterances.n == first))
    return select(Calls.__table__, Utterances.n.label("first_n"), Utterances.sealed.label("first_sealed")).select_from(
        joined
    )


def _utterance(seal: CallSeal, row: Row[Any], times: list[Row[Any]]) -> Utterance:
    text, words, alternatives = seal.opened_utterance(row.n, row.sealed)
    return Utterance(
        **_fields(Utterance, row),
        text=text,
        alternatives=tuple(alternatives),
        words=tuple(
            Word(text=word, start_ms=time.start_ms, end_ms=time.end_ms, confidence=time.confidence)
            for word, time in zip(words, times, strict=False)
        ),
    )


def _fields(kind: type, row: Row[Any]) -> dict[str, Any]:
    """The columns of `row` that are fields of the dataclass `kind`."""
    return {field.name: row._mapping[field.name] for field in dataclasses.fields(kind) if field.name in row._mapping}
