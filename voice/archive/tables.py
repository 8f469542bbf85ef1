"""What is kept of a call, as tables. The same on SQLite and PostgreSQL; `migrations/` brings a database here.

Times inside a call are ms of the caller's sound (`at_ms` of the events); only a call's start and end are wall time.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, ForeignKey, Index, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator


class UtcTime(TypeDecorator[datetime]):
    """An aware time, kept as UTC: SQLite forgets the zone, so it is put back when read."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    type_annotation_map = {datetime: UtcTime, str: Text}  # noqa: RUF012  SQLAlchemy reads it from the class


class Calls(Base):
    __tablename__ = "calls"
    __table_args__ = (Index("calls_by_time", "started_at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)  # uuid4, hex
    line: Mapped[str]
    caller: Mapped[str]
    transport: Mapped[str]
    language: Mapped[str]
    version: Mapped[str]  # of this package, when the call was taken
    owner: Mapped[str]  # the process that records it: see owner.py
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str]  # caller, line, error; empty while it runs and when nobody could say
    reason: Mapped[str]  # why it ended
    state: Mapped[str] = mapped_column(String(10))  # open, complete, incomplete
    flaws: Mapped[str]  # why it is incomplete: one "code: detail" a line
    sound: Mapped[str]  # the FLAC's name in the sound directory; empty: none
    sound_lost_ms: Mapped[int]


class Utterances(Base):
    """What was said, by whom. `n` counts from 1 in the order of being written."""

    __tablename__ = "utterances"

    call: Mapped[str] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    side: Mapped[str] = mapped_column(String(8))  # caller, line, operator
    source: Mapped[str] = mapped_column(String(6))  # speech, typed, tapped, key
    text: Mapped[str]
    started_ms: Mapped[int]
    ended_ms: Mapped[int | None]
    heard_ms: Mapped[int | None]  # how much of the line's saying really sounded
    confidence: Mapped[float]
    closed: Mapped[bool]
    echo: Mapped[bool]


class Words(Base):
    """The caller's words. `n` counts from 1 within the utterance."""

    __tablename__ = "words"

    call: Mapped[str] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True)
    utterance: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text: Mapped[str]
    start_ms: Mapped[int]
    end_ms: Mapped[int]
    confidence: Mapped[float]


class Events(Base):
    """The call's stream of events, whole but for the partials; `json` is `voice.events.to_json`."""

    __tablename__ = "events"

    call: Mapped[str] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at_ms: Mapped[int]
    kind: Mapped[str]
    json: Mapped[str]


class TakeAways(Base):
    """Secret links by which a caller fetches what was said in his call. The secret itself is not kept."""

    __tablename__ = "take_aways"

    key_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    call: Mapped[str] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"))
    until: Mapped[datetime]


class Traces(Base):
    """The times of one reply; `utterance` is the line's saying it measured, 0 when there was none."""

    __tablename__ = "traces"

    call: Mapped[str] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    utterance: Mapped[int]
    stages: Mapped[dict[str, Any]] = mapped_column(JSON)  # ms by stage
    gap_ms: Mapped[float | None]
