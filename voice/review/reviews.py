"""Judgements of calls: one of each reviewer, and blind to the others' until his own is done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, func, insert, select, update

from voice.archive.archive import Archive
from voice.errors import KeyDestroyed
from voice.review.agreement import Agreement, agreement
from voice.review.checklist import Answer, Checklist
from voice.review.tables import Reviews as Table

PLACE = "reviews"  # of what is sealed here
LONGEST_NOTE = 4_000  # signs


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    call: str
    person: str  # the login
    begun_at: datetime
    done_at: datetime | None
    checklist: str  # the version that was answered
    answers: Mapping[str, Answer]
    note: str  # empty, too, when the call's words were destroyed


class AlreadyDone(Exception):
    """A judgement that others may have seen is changed no more."""


class Reviews:
    def __init__(self, archive: Archive, checklist: Checklist) -> None:
        self._archive = archive
        self.checklist = checklist

    def save(self, call: str, person: str, answers: Mapping[str, str], note: str, *, done: bool) -> Review:
        """Keep one's own judgement: as a draft, or done for good.

        Raises ValueError for what is no answer and for a judgement that is done with questions unanswered, AlreadyDone,
        KeyDestroyed for a call that is not there or was erased.
        """
        known = self.checklist.known(answers)
        if done and (missing := self.checklist.missing(known)):
            raise ValueError(f"not answered: {', '.join(missing)}")
        now = self._archive.now()
        values = {
            "done_at": now if done else None,
            "checklist": self.checklist.version,
            "answers": known,
            "sealed": self._archive.seal(call, note.strip()[:LONGEST_NOTE], PLACE),
        }
        mine = (Table.call == call) & (Table.person == person)
        with self._archive.writing(call) as connection:
            before = connection.execute(select(Table.id, Table.done_at).where(mine)).one_or_none()
            if before and before.done_at:
                raise AlreadyDone(call)
            if before:
                connection.execute(update(Table).where(mine).values(**values))
            else:
                connection.execute(insert(Table).values(call=call, person=person, begun_at=now, **values))
            row = connection.execute(select(Table.__table__).where(mine)).one()
            if done:
                self._archive.link(connection, call, Table.__tablename__, row.id)
        return self._review(row)

    def of(self, call: str) -> tuple[Review, ...]:
        """All of a call, those that were done first, first. Not for a reviewer's eyes: see `seen_by`."""
        wanted = (
            select(Table.__table__).where(Table.call == call).order_by(Table.done_at.is_(None), Table.done_at, Table.id)
        )
        with self._archive.engine.connect() as connection:
            return tuple(self._review(row) for row in connection.execute(wanted))

    def done_twice(self) -> list[Review]:
        """Every judgement that is done, without its note, of calls that several people judged: call by call and in the
        order of being done."""
        done = Table.done_at.is_not(None)
        twice = select(Table.call).where(done).group_by(Table.call).having(func.count() > 1)
        wanted = (
            select(Table.__table__).where(done, Table.call.in_(twice)).order_by(Table.call, Table.done_at, Table.id)
        )
        with self._archive.engine.connect() as connection:
            return [_without_note(row) for row in connection.execute(wanted)]

    def _review(self, row: Row) -> Review:  # type: ignore[type-arg]
        try:
            return _without_note(row, self._archive.open_sealed(row.call, row.sealed, PLACE))
        except KeyDestroyed:
            return _without_note(row)


def seen_by(reviews: Sequence[Review], person: str, *, judges: bool) -> tuple[Review, ...]:
    """What one may see of a call's judgements: who `judges` calls is blind to the others' until his own is done."""
    own_done = any(one.person == person and one.done_at for one in reviews)
    return tuple(one for one in reviews if one.person == person or (one.done_at and (own_done or not judges)))


def veiled(reviews: Sequence[Review], person: str, *, judges: bool) -> frozenset[str]:
    """Whose name this person may not see in the call yet, in corrections and remarks either."""
    seen = {one.person for one in seen_by(reviews, person, judges=judges)}
    return frozenset({one.person for one in reviews} - seen) if judges else frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreements:
    """How well first and second reviewers agree about calls that both judged by one version of the checklist."""

    calls: int
    items: Mapping[str, Agreement]
    overall: Agreement


def agreements(done: Iterable[Review], checklist: Checklist) -> Agreements:
    """Of each call the two judgements that were done first count. `done`: as `Reviews.done_twice` gives it."""
    by_call: dict[str, list[Review]] = {}
    for one in done:
        if one.checklist == checklist.version:
            by_call.setdefault(one.call, []).append(one)
    twice = [judged[:2] for judged in by_call.values() if len(judged) > 1]
    pairs: dict[str, list[tuple[Answer, Answer]]] = {
        item.id: [
            (first.answers[item.id], second.answers[item.id])
            for first, second in twice
            if item.id in first.answers and item.id in second.answers
        ]
        for item in checklist.items
    }
    return Agreements(
        calls=len(twice),
        items={name: agreement(both) for name, both in pairs.items()},
        overall=agreement([pair for both in pairs.values() for pair in both]),
    )


def _without_note(row: Row, note: str = "") -> Review:  # type: ignore[type-arg]
    return Review(
        call=row.call,
        person=row.person,
        begun_at=row.begun_at,
        done_at=row.done_at,
        checklist=row.checklist,
        answers=row.answers,
        note=note,
    )
