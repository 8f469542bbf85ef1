"""Personal data marked by hand: what the rules did not find, and what they took for it wrongly."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import get_args

from sqlalchemy import func, insert, select, update

from voice.archive.alignment import carried, nearest
from voice.archive.archive import Archive
from voice.archive.tables import Masks
from voice.masking.spans import Kind
from voice.review.findable import say_anew

KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One mask and what became of it."""

    n: int
    utterance: int
    kind: str
    by: str  # empty: found by rule
    at: datetime
    removed_by: str  # empty: it stands
    removed_at: datetime | None


class Marks:
    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def add(self, call: str, utterance: int, begins: int, ends: int, kind: str, by: str) -> None:
        """Mask characters of the utterance's newest text. They are kept as characters of the first one.

        Raises ValueError for a kind or a place that is none, KeyError for an unknown call or utterance.
        """
        read = self._archive.reading(call, unmasked=True)
        known = read.utterance(utterance) if read else None
        if known is None:
            raise KeyError(utterance)
        if kind not in KINDS or not 0 <= begins < ends <= len(known.text):
            raise ValueError(f"nothing of kind {kind!r} can stand from {begins} to {ends}")
        place = carried((begins, ends), known.text, known.heard) or nearest(begins, known.heard)
        if place is None:
            raise ValueError("nothing was heard there")
        last = select(func.coalesce(func.max(Masks.n), 0)).where(Masks.call == call)
        with self._archive.writing(call) as connection:
            n = connection.execute(last).scalar_one() + 1
            connection.execute(
                insert(Masks).values(
                    call=call,
                    n=n,
                    utterance=utterance,
                    begins=place[0],
                    ends=place[1],
                    kind=kind,
                    why="reviewer",
                    by=by,
                    at=self._archive.now(),
                    removed_by="",
                )
            )
            self._archive.link(connection, call, Masks.__tablename__, n)
        say_anew(self._archive, call)

    def remove(self, call: str, n: int, by: str) -> None:
        """Say that a mask hides nothing personal; who and when is kept. Raises KeyError when none stands there."""
        standing = (Masks.call == call) & (Masks.n == n) & (Masks.removed_by == "")
        with self._archive.writing() as connection:
            removed = update(Masks).where(standing).values(removed_by=by, removed_at=self._archive.now())
            if not connection.execute(removed).rowcount:
                raise KeyError(n)
            self._archive.link(connection, call, Masks.__tablename__, n)
        say_anew(self._archive, call)

    def of(self, call: str) -> tuple[Mark, ...]:
        """All of a call, those that were taken back as well."""
        with self._archive.engine.connect() as connection:
            rows = connection.execute(select(Masks.__table__).where(Masks.call == call).order_by(Masks.n)).all()
        return tuple(Mark(**{one.name: getattr(row, one.name) for one in fields(Mark)}) for row in rows)
