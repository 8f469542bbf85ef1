"""A call that is over becomes findable: its figures, its risk, its words as everybody may read them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, delete, insert

from voice.archive.archive import Archive
from voice.archive.index import Index
from voice.archive.reading import Reading
from voice.archive.records import Record
from voice.archive.tables import Figures, MaskedTexts
from voice.review.figures import CallFigures
from voice.review.risk import Risk

PLACE = "masked text"  # where its seal belongs


@dataclass(frozen=True, slots=True)
class Line:
    """One saying of the call, masked."""

    side: str
    at_ms: int
    text: str


def masked_lines(reading: Reading) -> list[Line]:
    """What may be read and searched of a masked reading: no keys, which may be a number's, and no echo of the line."""
    return [
        Line(one.side, one.started_ms, one.text)
        for one in reading.utterances
        if one.text and one.source != "key" and not one.echo
    ]


def keep(
    connection: Connection, archive: Archive, index: Index, record: Record, lines: Sequence[Line],
    figures: CallFigures, risk: Risk,
) -> None:  # fmt: skip
    """Write the call's figures and make it findable, both anew. Raises KeyDestroyed, RecordDamaged."""
    call = record.call
    connection.execute(delete(Figures).where(Figures.call == call.id))
    reasons = [asdict(reason) for reason in risk.reasons]
    connection.execute(insert(Figures).values(call=call.id, **asdict(figures), risk=risk.score, reasons=reasons))
    values = {
        "call": call.id,
        "started_at": call.started_at,
        "length_ms": call.length_ms or 0,
        "line": call.line,
        "language": figures.language,
        "state": call.state,
        "intent": figures.intent,
        "outcome": figures.outcome,
        "operator": figures.operator,
        "confidence": figures.mean_confidence,
        "risk": risk.score,
    }
    index.put(connection, values, [(line.side, line.text) for line in lines])
    _keep_lines(connection, archive, call.id, lines)


def say_anew(archive: Archive, call_id: str) -> None:
    """The call's words have changed: somebody corrected them, or marked them by hand. Raises as `keep` does."""
    with archive.writing(call_id) as connection:  # before it is read: the last to write has read what all others wrote
        if read := archive.reading(call_id):
            lines = masked_lines(read)
            if Index(archive).say_anew(connection, call_id, [(line.side, line.text) for line in lines]):
                _keep_lines(connection, archive, call_id, lines)


def lines_of(archive: Archive, call_id: str, sealed: bytes) -> list[Line]:
    """What was kept. Raises KeyDestroyed, RecordDamaged."""
    return [Line(*line) for line in json.loads(archive.open_sealed(call_id, sealed, PLACE))]


def _keep_lines(connection: Connection, archive: Archive, call_id: str, lines: Sequence[Line]) -> None:
    told = json.dumps([(line.side, line.at_ms, line.text) for line in lines], ensure_ascii=False)
    connection.execute(delete(MaskedTexts).where(MaskedTexts.call == call_id))
    connection.execute(insert(MaskedTexts).values(call=call_id, sealed=archive.seal(call_id, told, PLACE)))
