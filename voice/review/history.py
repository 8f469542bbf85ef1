"""Who did what to a call's record, as one list: corrections, marks, remarks, judgements."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from voice.archive.reading import Reading
from voice.review.marks import Mark
from voice.review.remarks import Remark
from voice.review.reviews import Review

What = Literal["corrected", "marked", "unmarked", "remarked", "judged"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    at: datetime
    by: str  # the login; empty: by rule
    what: What
    utterance: int = 0  # 0: of none
    told: str = ""  # the new text, the kind of mark, the remark


def history(
    reading: Reading, marks: Iterable[Mark], remarks: Iterable[Remark], reviews: Iterable[Review]
) -> list[Deed]:
    """Oldest first. What was masked by rule is left out: nobody did it."""
    deeds = [
        Deed(at=step.at, by=step.by, what="corrected", utterance=one.n, told=step.text)
        for one in reading.utterances
        for step in one.history
    ]
    for mark in marks:
        if mark.by:
            deeds.append(Deed(at=mark.at, by=mark.by, what="marked", utterance=mark.utterance, told=mark.kind))
        if mark.removed_by and mark.removed_at:
            at, by = mark.removed_at, mark.removed_by
            deeds.append(Deed(at=at, by=by, what="unmarked", utterance=mark.utterance, told=mark.kind))
    deeds += [Deed(at=one.at, by=one.person, what="remarked", told=one.text) for one in remarks]
    deeds += [Deed(at=one.done_at, by=one.person, what="judged") for one in reviews if one.done_at]
    return sorted(deeds, key=lambda deed: deed.at)
