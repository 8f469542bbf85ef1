"""What is done with a call once it is over: it is masked, measured, made findable, tied, and told to whoever waits.

It is done beside running calls, by one thread, a call at a time; a call whose record is damaged hinders no other. All
of it may be done again and comes out the same.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from traceback import format_tb

from sqlalchemy import Connection, delete, func, insert, select, update

from voice.archive import afterwards
from voice.archive.archive import Archive, ArchiveFault
from voice.archive.index import Index
from voice.archive.masked import personal
from voice.archive.reading import beside, reading
from voice.archive.records import Record
from voice.archive.tables import Calls, Finished, Masks
from voice.errors import VoiceError
from voice.masking.spans import Span, merge
from voice.review import findable
from voice.review.figures import measure
from voice.review.risk import judge

log = logging.getLogger(__name__)

AT_ONCE = 20  # calls, before anything else has its turn
MOST_TRIES = 100  # then a call is left until the next start


class Aftercare:
    """Tends the calls of one archive. One thread at a time."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._index = Index(archive)
        self._failed: dict[str, int] = {}  # calls that could not be tended, and how often that was tried

    def tend(self) -> int:
        """Take care of the calls that ended since, the oldest first; how many were tended."""
        hopeless = [call_id for call_id, tries in self._failed.items() if tries >= MOST_TRIES]
        with self._archive.engine.connect() as connection:
            wanted = select(Calls.id).where(Calls.ended_at.is_not(None), Calls.cared_at.is_(None))
            calls = connection.execute(
                wanted.where(Calls.id.not_in(hopeless), Calls.text_erased_at.is_(None))
                .order_by(Calls.ended_at)
                .limit(AT_ONCE)
            ).scalars()
            due = calls.all()
        return sum(self._tend(call_id) for call_id in due)

    def _tend(self, call_id: str) -> bool:
        try:
            record = self._archive.call(call_id)
            if record is None:
                return False
            with self._archive.writing(call_id) as connection:
                if connection.execute(select(Calls.cared_at).where(Calls.id == call_id)).scalar_one():
                    return False  # another process was quicker
                self._keep(connection, record)
                self._archive.tie(connection, call_id)
        except ArchiveFault as error:  # it may be the database's, which may be back, or this call's own
            log.error("call %s cannot be taken care of now: %s", call_id, type(error).__name__)
            self._failed[call_id] = self._failed.get(call_id, 0) + 1
            return False
        except Exception as error:  # its text may hold what the caller said
            told = str(error) if isinstance(error, VoiceError) else "".join(format_tb(error.__traceback__))
            log.error("call %s cannot be taken care of: %s: %s", call_id, type(error).__name__, told)
            self._failed[call_id] = MOST_TRIES
            return False
        return True

    def _keep(self, connection: Connection, record: Record) -> None:
        call_id, now = record.call.id, self._archive.now()
        afterwards.keep(connection, self._archive.keys, self._archive.seal_of(call_id), record)
        self._mask(connection, record)
        figures = measure(record)
        left = replace(beside(connection, record, self._archive.open_sealed), cared=True)  # masks stand there now
        lines = findable.masked_lines(reading(record, left))
        findable.keep(connection, self._archive, self._index, record, lines, figures, judge(record, figures))
        connection.execute(update(Calls).where(Calls.id == call_id).values(cared_at=now))
        if connection.execute(select(Finished.n).where(Finished.call == call_id)).first() is None:
            connection.execute(insert(Finished).values(call=call_id, at=now))

    def _mask(self, connection: Connection, record: Record) -> None:
        """What was marked by hand stands, and what was taken back stays so."""
        call_id = record.call.id
        by_rule = (Masks.call == call_id, Masks.by == "")
        connection.execute(delete(Masks).where(*by_rule, Masks.removed_by == ""))
        removed = [
            Span(utterance=row.utterance, start=row.begins, end=row.ends, kind=row.kind, why="reviewer")
            for row in connection.execute(select(Masks.__table__).where(*by_rule, Masks.removed_by != ""))
        ]
        last = connection.execute(select(func.max(Masks.n)).where(Masks.call == call_id)).scalar() or 0
        rows = [
            {
                "call": call_id,
                "n": n,
                "utterance": span.utterance,
                "begins": span.start,
                "ends": span.end,
                "kind": span.kind,
                "why": span.why,
                "by": "",
                "at": self._archive.now(),
                "removed_by": "",
            }
            for n, span in enumerate(merge(personal(record), (), removed), last + 1)
        ]
        if rows:
            connection.execute(insert(Masks), rows)
