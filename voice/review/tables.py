"""What reviewers leave, as tables beside the archive's."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from voice.archive.tables import Base, of_call


class People(Base):
    """Who may sign in."""

    __tablename__ = "people"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)  # uuid4, hex
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str] = mapped_column(String(16))  # reviewer, senior, auditor, administrator
    password_hash: Mapped[str]  # argon2id
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    failures: Mapped[int]  # wrong passwords in a row
    locked_until: Mapped[datetime | None]


class Sessions(Base):
    """Who is signed in. The secret itself is not kept."""

    __tablename__ = "sessions"

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    until: Mapped[datetime]


class Programs(Base):
    """Programs that use the API. The secret itself is not kept."""

    __tablename__ = "programs"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    role: Mapped[str] = mapped_column(String(16))
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    created_by: Mapped[str]


class Deliveries(Base):
    """How far each address that is told of finished calls has been told."""

    __tablename__ = "deliveries"

    address: Mapped[str] = mapped_column(primary_key=True)
    n: Mapped[int]  # of the last call it has taken


class Accesses(Base):
    """Every reading, listening, unmasking and export, and every change of rights: rows are only added."""

    __tablename__ = "accesses"
    __table_args__ = (
        Index("accesses_by_time", "at"),
        Index("accesses_by_call", "call"),
        {"sqlite_autoincrement": True},
    )

    n: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    person: Mapped[str]  # the login: the log outlives the person's row
    role: Mapped[str]
    deed: Mapped[str]  # read, listen, unmask, search, export, correct, ... see rights.py
    call: Mapped[str]  # empty: of no single call
    reason: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    link: Mapped[str] = mapped_column(String(64))  # keyed hash over this row and the link before it


_DONE = text("done_at IS NOT NULL")


class Reviews(Base):
    """One reviewer's judgement of one call; others see it when it is done."""

    __tablename__ = "reviews"
    __table_args__ = (
        UniqueConstraint("call", "person"),
        Index("reviews_done", "call", sqlite_where=_DONE, postgresql_where=_DONE),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call: Mapped[str] = of_call()
    person: Mapped[str]
    begun_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    checklist: Mapped[str]  # the version that was answered
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)  # item -> answer
    sealed: Mapped[bytes]  # a note, see archive/cipher.py


class Remarks(Base):
    """A comment at a moment of a call."""

    __tablename__ = "remarks"

    id: Mapped[int] = mapped_column(primary_key=True)
    call: Mapped[str] = of_call()
    person: Mapped[str]
    at: Mapped[datetime]
    at_ms: Mapped[int]
    sealed: Mapped[bytes]


class Searches(Base):
    """A search that a reviewer keeps."""

    __tablename__ = "searches"
    __table_args__ = (UniqueConstraint("person", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person: Mapped[str]
    name: Mapped[str]
    query: Mapped[dict[str, Any]] = mapped_column(JSON)
