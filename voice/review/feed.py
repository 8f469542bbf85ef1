"""Calls in the order in which they became ready for reading: who follows the numbers misses none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from voice.archive.archive import Archive
from voice.archive.tables import Finished


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedCall:
    n: int
    call: str
    at: datetime


def finished(archive: Archive, *, after: int, limit: int) -> tuple[FinishedCall, ...]:
    """Those with greater numbers than `after`, the earliest first."""
    wanted = select(Finished.n, Finished.call, Finished.at).where(Finished.n > after).order_by(Finished.n).limit(limit)
    with archive.engine.connect() as connection:
        return tuple(FinishedCall(**row._mapping) for row in connection.execute(wanted))
