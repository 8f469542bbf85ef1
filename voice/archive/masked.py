"""Personal data in an archived call: what voice/masking needs to know of the record, and what it says of the sound."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from voice.archive.records import Record, Utterance, is_said
from voice.events import (
    AnyEvent,
    Asked,
    Interrupted,
    SayStarted,
    Understood,
    from_json,
)
from voice.masking.find import find
from voice.masking.said import Known, Said
from voice.masking.sound import Interval, guessed_spans, sound_spans, union
from voice.masking.spans import Span

_OPERATOR_BEGAN_MS = 700  # for each word: only the end of what a person said is known
_OPERATOR_DELAY_MS = 3_000


@dataclass(frozen=True, slots=True)
class _State:
    """What the dialog asked for. A value that is read back is still that of its step."""

    step: str = ""
    wants: str = ""
    digits: bool = False
    question: int = 0

    def after(self, asked: Asked) -> _State:
        reads_back = asked.step == self.step and bool(asked.choices)
        wants = asked.wants or (self.wants if reads_back else "")
        return _State(asked.step, wants, asked.digits, asked.asked)


def personal(record: Record, more: Iterable[Known] = ()) -> tuple[Span, ...]:
    """All personal data in the utterances of a call, in their order. The same record gives the same spans.

    more: what is known to be personal beside what the dialog has taken.
    """
    events = [from_json(event.json) for event in record.events]
    states = _states(events)
    call = [_said(one, states.get(one.n, _State())) for one in record.utterances]
    return find(call, [*_taken(events), Known(kind="phone", value=record.call.caller), *more])


def silent(record: Record, spans: Sequence[Span]) -> Mapping[str, list[Interval]]:
    """By side (caller, line, operator): when it says what the spans hold, in ms of the call."""
    of_one: dict[int, list[Span]] = defaultdict(list)
    for span in spans:
        of_one[span.utterance].append(span)
    found: dict[str, list[Interval]] = defaultdict(list)
    cut_short = _cut_short(record)
    for one in record.utterances:
        if one.n in of_one and one.source == "speech":
            found[one.side] += _intervals(one, of_one[one.n], one.n in cut_short)
    return {side: union(intervals) for side, intervals in found.items()}


def _said(one: Utterance, state: _State) -> Said:
    asked = state.wants if one.source != "key" or state.digits else ""
    return Said(
        utterance=one.n,
        side=one.side,
        text=one.text,
        source=one.source,
        started_ms=one.started_ms,
        asked=asked,
        question=state.question,
    )


def _states(events: Sequence[AnyEvent]) -> dict[int, _State]:
    """By utterance: the recorder numbers them in the order of the events that say them."""
    state, number, found = _State(), 0, {}
    for event in events:
        if isinstance(event, Asked):
            state = state.after(event)
        if is_said(event):
            number += 1
            found[number] = state
    return found


def _taken(events: Sequence[AnyEvent]) -> Iterator[Known]:
    for event in events:
        if isinstance(event, Understood) and "kind" in event.slots and event.slots.get("value"):
            yield Known(kind=event.slots["kind"], value=event.slots["value"])


def _cut_short(record: Record) -> set[int]:
    """The line's sayings that the caller interrupted."""
    found, number, of_say = set(), 0, {}
    for event in (from_json(event.json) for event in record.events):
        number += is_said(event)
        if isinstance(event, SayStarted):
            of_say[event.say] = number
        elif isinstance(event, Interrupted) and event.say in of_say:
            found.add(of_say[event.say])
    return found


def _intervals(one: Utterance, spans: Sequence[Span], cut_short: bool) -> list[Interval]:
    began, ended = one.started_ms, one.ended_ms if one.ended_ms is not None else one.started_ms
    if one.words:
        whole = min(began, one.words[0].start_ms), max(ended, one.words[-1].end_ms)
        return sound_spans(spans, one.words, one.text, whole)
    if one.side == "caller":
        return [(began, ended)]
    if one.side == "operator" and began == ended:
        return [(began - _OPERATOR_DELAY_MS - _OPERATOR_BEGAN_MS * len(one.text.split()), ended)]
    return guessed_spans(spans, one.text, (began, ended), cut_short=cut_short or one.ended_ms is None)
