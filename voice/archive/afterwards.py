"""What a call's events say when it is over, as rows that can be counted: with whom, what was asked, what was given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from sqlalchemy import Connection, delete, insert, update

from voice.archive.keys import KeyRing
from voice.archive.records import Leg, Record, Step
from voice.archive.sealing import CallSeal
from voice.archive.subjects import numbers, token
from voice.archive.tables import Calls, Legs, Slots, Steps, Subjects
from voice.events import (
    AnyEvent,
    Asked,
    CameBack,
    HungUp,
    PersonCame,
    TimerFired,
    Transferred,
    Understood,
    from_json,
)

SILENCE = "silence"  # the dialog's timer
REPEAT = "repeat"  # an intent
WHOLE = "COMPLETE"  # the state of a value that was given to its end


@dataclass(frozen=True, slots=True)
class Given:
    step: str
    kind: str
    value: str


def legs(events: Sequence[AnyEvent]) -> list[Leg]:
    """One after another from the call's first moment to its last; those that took no time are left out."""
    found: list[Leg] = []
    side, target, since = "line", "", 0
    for event in events:
        match event:
            case Transferred(target=to):
                new = ("waiting", to)
            case PersonCame():
                new = ("operator", target)
            case CameBack():
                new = ("line", "")
            case HungUp():
                new = ("", "")
            case _:
                continue
        found.append(Leg(side=side, target=target, began_ms=since, ended_ms=event.at_ms))
        (side, target), since = new, event.at_ms
    if side:
        found.append(Leg(side=side, target=target, began_ms=since, ended_ms=events[-1].at_ms if events else 0))
    return [leg for leg in found if leg.ended_ms > leg.began_ms]


def steps(events: Sequence[AnyEvent]) -> list[Step]:
    """A step for each question, however often it was asked in a row."""
    found: list[Step] = []
    for event in events:
        if isinstance(event, Asked):
            if not found or found[-1].step != event.step:
                if found:
                    found[-1] = replace(found[-1], left_ms=event.at_ms)
                found.append(Step(step=event.step, asked_ms=event.at_ms, left_ms=event.at_ms))
        elif found:
            found[-1] = _happened(found[-1], event)
    return found


def given(events: Sequence[AnyEvent]) -> list[Given]:
    """Every whole value, with the question that it answered."""
    found: list[Given] = []
    step = ""
    for event in events:
        match event:
            case Asked():
                step = event.step
            case Understood(slots=values) if values.get("state") == WHOLE and values.get("value"):
                found.append(Given(step, values.get("kind", ""), values["value"]))
    return found


def notice(record: Record) -> tuple[str, int | None]:
    """What the caller was told first, which says that the call is recorded, and how many ms of it sounded."""
    first = next((one for one in record.utterances if one.side == "line"), None)
    return (first.text, first.heard_ms) if first else ("", None)


def keep(connection: Connection, keys: KeyRing, seal: CallSeal, record: Record) -> None:
    """Write all of it; what was written before is replaced."""
    call, events = seal.call_id, [from_json(stored.json) for stored in record.events]
    for table in (Legs, Steps, Slots, Subjects):
        connection.execute(delete(table).where(table.call == call))
    for n, leg in enumerate(legs(events), 1):
        connection.execute(insert(Legs).values(call=call, n=n, **asdict(leg)))
    for n, one in enumerate(steps(events), 1):
        connection.execute(insert(Steps).values(call=call, n=n, **asdict(one)))
    for n, value in enumerate(given(events), 1):
        sealed = seal.text(value.value, f"slots/{n}")
        connection.execute(insert(Slots).values(call=call, n=n, step=value.step, kind=value.kind, sealed=sealed))
    for kind, number in sorted(set(numbers(record))):
        connection.execute(insert(Subjects).values(call=call, kind=kind, token=token(keys, kind, number)))
    told, heard_ms = notice(record)
    connection.execute(update(Calls).where(Calls.id == call).values(notice=told, notice_heard_ms=heard_ms))


def _happened(step: Step, event: AnyEvent) -> Step:
    step = replace(step, left_ms=max(step.left_ms, event.at_ms))
    match event:
        case Understood(intent=None):
            return replace(step, no_match=step.no_match + 1)
        case Understood(intent=str(intent)):
            return replace(step, intent=intent, repeats=step.repeats + (intent == REPEAT))
        case TimerFired(name=name) if name == SILENCE:
            return replace(step, no_input=step.no_input + 1)
    return step
