"""Word errors: what was recognised against what reviewers say was said. The only importer of jiwer.

Counts are whole numbers, so any grouping of utterances adds up to the same sums.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

import jiwer
from sqlalchemy import Row, or_, select

from voice.archive.archive import Archive
from voice.archive.reading import Read, Reading
from voice.archive.tables import Base, Calls, Corrections, Figures, Rehearings, Steps, Utterances
from voice.errors import RecordDamaged
from voice.nlu.normalise import words
from voice.nlu.number_words import is_number
from voice.nlu.numbers import plain_digits
from voice.review.tables import Reviews

log = logging.getLogger(__name__)

SPOKEN = ("caller", "speech")  # side and source of what the caller spoke
AT_ONCE = 200  # calls
GOOD_LINE = "good"  # where Figures.noise is empty


@dataclass(frozen=True, slots=True, kw_only=True)
class Edits:
    """words: of what was said. wrong: heard as others; missed: not heard; added: heard, but not said."""

    words: int = 0
    wrong: int = 0
    missed: int = 0
    added: int = 0

    def __add__(self, other: Edits) -> Edits:
        return Edits(
            words=self.words + other.words,
            wrong=self.wrong + other.wrong,
            missed=self.missed + other.missed,
            added=self.added + other.added,
        )

    @property
    def rate(self) -> float | None:
        """The word error rate, 0 and more; None when nothing was said."""
        return (self.wrong + self.missed + self.added) / self.words if self.words else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One utterance of a caller whose words are known. second: None when it was not recognised a second time."""

    call: str
    utterance: int
    step: str
    line: str
    noise: str  # GOOD_LINE, quiet, loud, noisy
    first: Edits
    second: Edits | None


def measured(
    archive: Archive,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    line: str = "",
    newest: int | None = None,
) -> Iterator[Measured]:
    """Every utterance that a reviewer corrected, and in calls whose review is done those that he left as they were.

    since, until (not itself), line: of the calls; newest: so many calls at most; all when not given. The newest calls
    come first. A damaged record is left out and logged.
    """
    reviewed = Calls.id.in_(select(Reviews.call).where(Reviews.done_at.is_not(None)))
    wanted = (
        select(Calls.id, Calls.line, Calls.reheard_at, Figures.noise, reviewed.label("reviewed"))
        .join(Figures, Figures.call == Calls.id, isouter=True)
        .where(or_(Calls.id.in_(select(Corrections.call)), reviewed), Calls.text_erased_at.is_(None))
        .order_by(Calls.started_at.desc(), Calls.id)
        .limit(newest)
    )
    if since is not None:
        wanted = wanted.where(Calls.started_at >= since)
    if until is not None:
        wanted = wanted.where(Calls.started_at < until)
    if line:
        wanted = wanted.where(Calls.line == line)
    with archive.engine.connect() as connection:
        rows = connection.execute(wanted).all()
    for at in range(0, len(rows), AT_ONCE):
        some = rows[at : at + AT_ONCE]
        kept = _kept(archive, [row.id for row in some])
        for row in some:
            try:
                yield from list(_of_call(archive, row, kept))
            except RecordDamaged as error:
                log.error("call %s is not counted: %s", row.id, error)


_Kept = Mapping[type[Base], Mapping[str, Sequence[Row[Any]]]]  # by table and call


def _kept(archive: Archive, calls: Sequence[str]) -> _Kept:
    """What the callers said there. A reading of each call would look for personal data, which nobody asks for here."""
    order = {Utterances: (Utterances.started_ms, Utterances.n), Corrections: (Corrections.id,)}
    order |= {Rehearings: (Rehearings.utterance,), Steps: (Steps.n,)}
    found: dict[type[Base], dict[str, list[Row[Any]]]] = {kind: {} for kind in order}
    with archive.engine.connect() as connection:
        for kind, columns in order.items():
            table = kind.__table__
            wanted = select(table).where(table.c.call.in_(calls)).order_by(*columns)
            for row in connection.execute(wanted):
                found[kind].setdefault(row.call, []).append(row)
    return found


def _of_call(archive: Archive, call: Row[str, str, datetime | None, str, bool], kept: _Kept) -> Iterator[Measured]:
    """Raises RecordDamaged."""
    utterances, corrections, rehearings, steps = (
        kept[kind].get(call.id, ()) for kind in (Utterances, Corrections, Rehearings, Steps)
    )
    seal = archive.seal_of(call.id)
    newest = {row.utterance: row.sealed for row in corrections}
    again = {row.utterance: row.sealed for row in rehearings}
    for one in utterances:
        if (one.side, one.source) != SPOKEN or not (one.n in newest or call.reviewed):
            continue
        heard = seal.opened_utterance(one.n, one.sealed)[0]
        said = seal.opened(newest[one.n], Corrections.__tablename__) if one.n in newest else heard
        second = json.loads(seal.opened(again[one.n], Rehearings.__tablename__))["text"] if one.n in again else ""
        yield Measured(
            call=call.id,
            utterance=one.n,
            # What was asked when he spoke; empty when nobody knows.
            step=next((step.step for step in reversed(steps) if step.asked_ms <= one.started_ms), ""),
            line=call.line,
            noise=call.noise or GOOD_LINE,
            first=edits(said, heard),
            second=edits(said, second) if call.reheard_at else None,
        )


def spoken(reading: Reading) -> Iterator[Read]:
    """What the caller spoke."""
    return (one for one in reading.utterances if (one.side, one.source) == SPOKEN)


def sums(found: Iterable[Measured], key: Callable[[Measured], str]) -> dict[str, tuple[Edits, Edits]]:
    """(first, second) recognition by `key`; the second only of what was recognised twice."""
    totals: dict[str, tuple[Edits, Edits]] = {}
    for one in found:
        first, second = totals.get(key(one), (Edits(), Edits()))
        totals[key(one)] = first + one.first, second + (one.second or Edits())
    return totals


def edits(said: str, heard: str) -> Edits:
    """Both as `compared`."""
    wanted, got = compared(said), compared(heard)
    if not wanted:
        return Edits(added=len(got))
    found = jiwer.process_words(" ".join(wanted), " ".join(got))
    return Edits(words=len(wanted), wrong=found.substitutions, missed=found.deletions, added=found.insertions)


def misheard(said: str, heard: str) -> Iterator[tuple[str, str]]:
    """(heard, said): stretches of words that were heard as others; what was only missed or added is none."""
    wanted, got = words(said), words(heard)
    if not wanted or not got:
        return
    (alignment,) = jiwer.process_words(" ".join(wanted), " ".join(got)).alignments
    for right, chunks in groupby(alignment, lambda chunk: chunk.type == "equal"):
        stretch = list(chunks)
        was = got[stretch[0].hyp_start_idx : stretch[-1].hyp_end_idx]
        meant = wanted[stretch[0].ref_start_idx : stretch[-1].ref_end_idx]
        if not right and was and meant:
            yield " ".join(was), " ".join(meant)


def compared(text: str) -> list[str]:
    """Words as they are compared: without marks and ё, and numbers as single digits, however they were written."""
    made: list[str] = []
    for number, row in groupby(words(text), is_number):
        said = list(row)
        digits = "".join(said) if all(word.isdigit() for word in said) else number and plain_digits(said)
        made += list(digits) if number and digits else said
    return made
