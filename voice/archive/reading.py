"""A call as one reader may see it: corrected where it was corrected, masked unless he may see everything.

What is masked is masked everywhere: in texts, words, events and, by `gaps`, in the sound.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, select

from voice.archive.alignment import carried, shared_out, timed, words_of
from voice.archive.masked import personal, silent
from voice.archive.pieces import Mask, Piece, Time, pieces, veiled
from voice.archive.records import Call, Leg, Record, ReplyTimes, Step, StoredEvent, Utterance
from voice.archive.tables import Corrections, Legs, Masks, Rehearings, Steps
from voice.events import Interrupted, Resumed, SayStarted, from_json
from voice.masking.rules import labels
from voice.masking.said import Known
from voice.masking.spans import Kind, Span

Side = Literal["caller", "line", "operator"]
UNSAID = "…"  # in place of what is not told
# Fields of events that hold no words of anybody.
_PLAIN = {"kind", "by", "source", "step", "line", "transport", "target", "name", "intent", "reason"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """One correction of an utterance."""

    by: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """An utterance as its reader may see it."""

    n: int
    side: Side
    source: str
    text: str  # the newest correction, or what was heard
    pieces: tuple[Piece, ...]  # of `text`
    heard: str  # the first text; it is never lost
    history: tuple[Corrected, ...]  # oldest first
    second: str  # the text of the second recognition; empty: there is none
    started_ms: int
    ended_ms: int | None
    heard_ms: int | None
    confidence: float
    echo: bool
    cut: bool  # the caller broke it off and it was not taken up again

    @property
    def corrected(self) -> bool:
        return bool(self.history)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A stretch of one side's sound that is not given out."""

    side: str  # caller, line, operator
    from_ms: int
    to_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    call: Call
    masked: bool
    utterances: tuple[Read, ...]
    events: tuple[StoredEvent, ...]
    traces: tuple[ReplyTimes, ...]
    legs: tuple[Leg, ...]
    steps: tuple[Step, ...]
    gaps: tuple[Gap, ...]

    def utterance(self, n: int) -> Read | None:
        return next((one for one in self.utterances if one.n == n), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What was made of a call and left beside it, as the tables hold it, opened."""

    masks: tuple[Mask, ...]  # that stand
    removed: tuple[Mask, ...]  # found by rule and taken back; one's own that one took back says nothing of the rules'
    corrections: Mapping[int, tuple[Corrected, ...]]
    second: Mapping[int, str]
    legs: tuple[Leg, ...] = ()
    steps: tuple[Step, ...] = ()
    cared: bool = True  # masks were looked for and are in the table


def beside(connection: Connection, record: Record, open_sealed: Callable[[str, bytes, str], str]) -> Beside:
    """Read it. open_sealed: as `Archive.open_sealed`. What an erasure left no key for is left out."""
    call_id, readable = record.call.id, record.call.text_erased_at is None

    def rows(table: Any, *order: Any) -> Sequence[Row[Any]]:
        return connection.execute(select(table.__table__).where(table.call == call_id).order_by(*order)).all()

    corrections: dict[int, tuple[Corrected, ...]] = {}
    for row in rows(Corrections, Corrections.id) if readable else ():
        text = open_sealed(call_id, row.sealed, "corrections")
        corrected = Corrected(by=row.by, at=row.at, text=text)
        corrections[row.utterance] = (*corrections.get(row.utterance, ()), corrected)
    masks = [(row, _mask(row)) for row in rows(Masks, Masks.n)]
    return Beside(
        masks=tuple(mask for row, mask in masks if not row.removed_by),
        removed=tuple(mask for row, mask in masks if row.removed_by and not row.by),
        corrections=corrections,
        second={
            row.utterance: json.loads(open_sealed(call_id, row.sealed, "rehearings"))["text"]
            for row in (rows(Rehearings) if readable else ())
        },
        legs=tuple(
            Leg(side=row.side, target=row.target, began_ms=row.began_ms, ended_ms=row.ended_ms)
            for row in rows(Legs, Legs.n)
        ),
        steps=tuple(
            Step(**{name: getattr(row, name) for name in Step.__dataclass_fields__}) for row in rows(Steps, Steps.n)
        ),
        cared=record.call.cared_at is not None,
    )


def reading(record: Record, left: Beside, *, unmasked: bool = False) -> Reading:
    """Personal data is looked for anew where the table cannot know of it: in a call that nobody has cared for yet, in a
    correction, in a second recognition."""
    return _reading(record, left, _masker(record, left, None if unmasked else _label))


def readings(record: Record, left: Beside) -> tuple[Reading, Reading]:
    """Masked, and unmasked. Personal data is looked for once."""
    masker = _masker(record, left, _label)
    return _reading(record, left, masker), _reading(record, left, masker.unmasked())


def _reading(record: Record, left: Beside, masker: _Masker) -> Reading:
    unmasked = masker.label is None
    cut = _interrupted(record)
    pace = _pace(record, cut)
    read = tuple(_read(one, left, masker, pace, one.n in cut) for one in record.utterances)
    return Reading(
        call=record.call if unmasked else _veiled_call(record.call, read),
        masked=not unmasked,
        utterances=read,
        events=record.events if unmasked else tuple(map(_veiled_event, record.events)),
        traces=record.traces,
        legs=left.legs,
        steps=left.steps,
        gaps=tuple(_gaps(record, masker, left)),
    )


def shown_as(record: Record, left: Beside, n: int, text: str) -> tuple[Piece, ...]:
    """How `text` would be shown, masked, if it stood for the utterance `n`. Raises KeyError."""
    one = next((one for one in record.utterances if one.n == n), None)
    if one is None:
        raise KeyError(n)
    return _masker(record, left, _label).pieces_of(one, text)


def noted_as(record: Record, left: Beside, text: str) -> str:
    """A text about the call, such as a remark, masked: what is personal in the call, and what is so by itself."""
    note = Utterance(
        n=0,
        side="caller",
        source="typed",
        text=text,
        started_ms=0,
        ended_ms=0,
        heard_ms=None,
        confidence=1.0,
        closed=False,
        echo=False,
    )
    said = {one.n: one.text for one in record.utterances}
    by_hand = [
        Known(kind=mask.kind, value=said[mask.utterance][mask.begins : mask.ends])
        for mask in left.masks
        if mask.by and mask.utterance in said
    ]
    # Before all that was said: so it is no answer to any question.
    spans = personal(replace(record, utterances=(note, *record.utterances)), by_hand)
    masks = [_mask_of(span) for span in spans if span.utterance == note.n]
    return veiled(text, pieces(text, [None] * len(words_of(text)), masks, _label))


def _masker(record: Record, left: Beside, label: Callable[[Kind], str] | None) -> _Masker:
    standing = left.masks if left.cared else (*left.masks, *_not_removed(_found(record), left.removed))
    return _Masker(record, standing, left.removed, label)


class _Masker:
    def __init__(
        self,
        record: Record,
        standing: Iterable[Mask],
        removed: Iterable[Mask],
        label: Callable[[Kind], str] | None,
    ) -> None:
        self._record = record
        self.standing, self._removed = tuple(standing), tuple(removed)
        self.label = label
        self._known: dict[tuple[int, str], list[Mask]] = {}  # to look for personal data is the most of a reading's cost

    def unmasked(self) -> _Masker:
        """One that knows what this one knows, and veils nothing."""
        other = copy(self)
        other.label = None
        return other

    def of(self, utterance: Utterance, text: str) -> list[Mask]:
        """The masks of a text that stands for an utterance's own: those carried over, and those found in it alone."""
        if (utterance.n, text) not in self._known:
            self._known[utterance.n, text] = self._of(utterance, text)
        return self._known[utterance.n, text]

    def _of(self, utterance: Utterance, text: str) -> list[Mask]:
        own = [mask for mask in self.standing if mask.utterance == utterance.n]
        if text == utterance.text:
            return own
        taken_back = [mask for mask in self._removed if mask.utterance == utterance.n]
        others = tuple(replace(one, text=text) if one.n == utterance.n else one for one in self._record.utterances)
        found = [mask for mask in _found(replace(self._record, utterances=others)) if mask.utterance == utterance.n]
        return [*_carry(own, utterance.text, text), *_not_removed(found, _carry(taken_back, utterance.text, text))]

    def shown(self, utterance: Utterance, text: str) -> str:
        if self.label is None:
            return text
        return veiled(text, self.pieces_of(utterance, text))

    def pieces_of(self, utterance: Utterance, text: str) -> tuple[Piece, ...]:
        return pieces(text, [None] * len(words_of(text)), self.of(utterance, text), self.label)


def _read(one: Utterance, left: Beside, masker: _Masker, letters_per_ms: float, cut: bool) -> Read:
    history = left.corrections.get(one.n, ())
    text = history[-1].text if history else one.text
    times = _times(one, text, letters_per_ms if cut else None)
    second = left.second.get(one.n, "")
    return Read(
        n=one.n,
        side=one.side,
        source=one.source,
        text=masker.shown(one, text),
        pieces=pieces(text, times, masker.of(one, text), masker.label),
        heard=masker.shown(one, one.text),
        history=tuple(replace(step, text=masker.shown(one, step.text)) for step in history),
        second=masker.shown(one, second) if second else "",
        started_ms=one.started_ms,
        ended_ms=one.ended_ms,
        heard_ms=one.heard_ms,
        confidence=one.confidence,
        echo=one.echo,
        cut=cut,
    )


def _times(one: Utterance, text: str, cut_at: float | None) -> list[Time | None]:
    """cut_at: letters a ms of a saying that was cut off: what had not sounded by then has no time."""
    if one.words:
        own = {(word.start_ms, word.end_ms) for word in one.words}
        return [
            Time(
                start_ms=word.start_ms,
                end_ms=word.end_ms,
                confidence=word.confidence,
                exact=(word.start_ms, word.end_ms) in own,
            )
            if word
            else None
            for word in timed(one.words, text)
        ]
    written = [text[begins:ends] for begins, ends in words_of(text)]
    ended_ms = one.ended_ms if one.heard_ms is None else one.started_ms + one.heard_ms
    if one.source != "speech" or ended_ms is None:
        return [None] * len(written)
    until_ms = one.started_ms + round(sum(map(len, written)) / cut_at) if cut_at else ended_ms
    return [
        Time(start_ms=word.start_ms, end_ms=word.end_ms, exact=False) if word.start_ms < ended_ms else None
        for word in shared_out(written, one.started_ms, max(until_ms, ended_ms))
    ]


def _pace(record: Record, cut: set[int]) -> float:
    """Letters a ms of the line's sayings that were heard out; 0: none was."""
    whole = [one for one in record.utterances if one.side == "line" and one.heard_ms and one.n not in cut]
    spoken_ms = sum(one.heard_ms or 0 for one in whole)
    return sum(len(word) for one in whole for word in one.text.split()) / spoken_ms if spoken_ms else 0.0


def _interrupted(record: Record) -> set[int]:
    """The line's utterances that the caller broke off and that were not taken up again."""
    sayings = iter(sorted(one.n for one in record.utterances if one.side == "line"))
    utterance_of: dict[int, int] = {}
    cut: set[int] = set()
    for stored in record.events:
        match from_json(stored.json):
            case SayStarted(say=say):
                utterance_of[say] = next(sayings, 0)
            case Interrupted(say=say):
                cut.add(utterance_of.get(say, 0))
            case Resumed(say=say):
                cut.discard(utterance_of.get(say, 0))
    return cut


def _gaps(record: Record, masker: _Masker, left: Beside) -> Iterator[Gap]:
    """Of the first texts and of the newest: a correction bares no sound."""
    places = list(masker.standing)
    for one in record.utterances:
        if text := "".join(step.text for step in left.corrections.get(one.n, ())[-1:]):
            places += [
                replace(mask, begins=there[0], ends=there[1])
                for mask in masker.of(one, text)
                for there in [carried((mask.begins, mask.ends), text, one.text) or (0, len(one.text))]
            ]
    told = [
        Span(utterance=mask.utterance, start=mask.begins, end=mask.ends, kind=mask.kind, why="reviewer")
        for mask in places
    ]
    for side, intervals in silent(record, told).items():
        yield from (Gap(side=side, from_ms=from_ms, to_ms=to_ms) for from_ms, to_ms in intervals)


def _label(kind: Kind) -> str:
    return f"[{labels()[kind]}]"


def _found(record: Record) -> Iterator[Mask]:
    yield from map(_mask_of, personal(record))


def _mask_of(span: Span) -> Mask:
    return Mask(n=0, utterance=span.utterance, begins=span.start, ends=span.end, kind=span.kind)


def _carry(masks: Iterable[Mask], source: str, target: str) -> list[Mask]:
    return [
        replace(mask, begins=there[0], ends=there[1])
        for mask in masks
        if (there := carried((mask.begins, mask.ends), source, target))
    ]


def _not_removed(found: Iterable[Mask], removed: Iterable[Mask]) -> list[Mask]:
    gone = tuple(removed)
    return [
        mask
        for mask in found
        if not any(
            mask.utterance == other.utterance and mask.begins < other.ends and other.begins < mask.ends
            for other in gone
        )
    ]


def _veiled_call(call: Call, read: Iterable[Read]) -> Call:
    first = next((one.text for one in read if one.side == "caller" and one.source != "key" and not one.echo), "")
    return replace(call, caller=call.caller and UNSAID + call.caller[-2:], first_words=first)


def _veiled_event(event: StoredEvent) -> StoredEvent:
    fields = {
        name: value if name in _PLAIN or isinstance(value, int | float | None) else UNSAID
        for name, value in json.loads(event.json).items()
    }
    return replace(event, json=json.dumps(fields, ensure_ascii=False))


def _mask(row: Row[Any]) -> Mask:
    return Mask(n=row.n, utterance=row.utterance, begins=row.begins, ends=row.ends, kind=row.kind, by=row.by)
