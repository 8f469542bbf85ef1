"""How a call went, without a word of it: what two runs of the same call are compared by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

from voice.archive.records import Record
from voice.dialog.question import ANSWER, BACKCHANNEL
from voice.events import AnyEvent, Asked, CameBack, HungUp, Transferred, Understood, from_json

NOT_UNDERSTOOD = "none"  # stands among the intents
UNFINISHED = "unfinished"  # the caller had said all and the line still waited
NO_SLOT = frozenset({"key", "kind", "state", "value", "groups", "others"})


@dataclass(frozen=True, slots=True)
class Course:
    """steps: questions in order. intents: what each of the caller's answers was taken for. slots: the kinds of values
    that were taken. ends: `goodbye`, `transfer:operator`, `caller` (hung up), `error:...` or UNFINISHED."""

    steps: tuple[str, ...]
    intents: tuple[str, ...]
    slots: tuple[str, ...]
    ends: str
    turns: int  # answers of the caller
    transferred: bool


def course(events: Iterable[AnyEvent]) -> Course:
    steps: list[str] = []
    intents: list[str] = []
    slots: list[str] = []
    target, ends, transferred = "", UNFINISHED, False
    for event in events:
        match event:
            case Asked(step=step) if step and steps[-1:] != [step]:
                steps.append(step)
            case Understood(intent=intent) if intent != BACKCHANNEL:
                intents.append(intent or NOT_UNDERSTOOD)
                slots += _taken(event)
            case Transferred():
                target, transferred = event.target, True
            case CameBack():
                target = ""
            case HungUp():
                ends = _end(event)
    if target:
        ends = f"transfer:{target}"
    return Course(tuple(steps), tuple(intents), tuple(sorted(slots)), ends, len(intents), transferred)


def archived(record: Record) -> tuple[AnyEvent, ...]:
    """The events of a record. Raises KeyError or TypeError for those of another version."""
    return tuple(from_json(stored.json) for stored in record.events)


def changes(before: Course, after: Course) -> dict[str, tuple[object, object]]:
    """What is not the same any more, by the field's name."""
    pairs = {field.name: (getattr(before, field.name), getattr(after, field.name)) for field in fields(Course)}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _taken(heard: Understood) -> list[str]:
    if heard.intent == ANSWER:
        return [heard.slots["kind"]] if heard.slots.get("state") == "COMPLETE" else []
    return [name for name, value in heard.slots.items() if value and name not in NO_SLOT]


def _end(event: HungUp) -> str:
    if event.by == "caller":
        return "caller"
    return f"error:{event.reason}" if event.by == "error" else event.reason
