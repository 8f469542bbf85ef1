"""What reviewers write about a call in words of their own, as others may read it: masked as the call is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from voice.archive.archive import Archive
from voice.review.remarks import Remark
from voice.review.reviews import Review


def masked_remarks(archive: Archive, call: str, remarks: Sequence[Remark]) -> list[Remark]:
    """Of one call. Raises RecordDamaged."""
    texts = archive.noted_as(call, [one.text for one in remarks]) if remarks else []
    return [replace(one, text=text) for one, text in zip(remarks, texts, strict=True)]


def masked_notes(archive: Archive, call: str, reviews: Sequence[Review]) -> list[Review]:
    """Judgements of one call, with their notes masked. Raises RecordDamaged."""
    written = [one.note for one in reviews if one.note]
    texts = iter(archive.noted_as(call, written) if written else ())
    return [replace(one, note=next(texts)) if one.note else one for one in reviews]
