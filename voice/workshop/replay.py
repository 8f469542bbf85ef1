"""Archived calls before the present line: does any of them go otherwise now?"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace

from voice.archive.records import Record, is_said
from voice.dialog import actions as act
from voice.dialog.script import Script
from voice.errors import EngineFailed
from voice.events import (
    AnyEvent,
    BadLine,
    CallStarted,
    CameBack,
    Final,
    HungUp,
    Interrupted,
    Key,
    LookedUp,
    Noted,
    PersonCame,
    Resumed,
    SayDone,
    SayStarted,
    SpeechEnded,
    SpeechStarted,
    Tapped,
    TimerFired,
    Typed,
)
from voice.office import Office
from voice.review.course import Course, archived, changes, course
from voice.workshop.rehearsal import Rehearsal


@dataclass(frozen=True)
class Replayed:
    """One call as it went, and as it goes now. unknown: what the back office was asked now and not in the call."""

    call_id: str
    before: Course
    after: Course
    unknown: tuple[str, ...] = ()

    @property
    def changes(self) -> dict[str, tuple[object, object]]:
        return changes(self.before, self.after)

    def plain(self) -> dict[str, object]:
        """For JSON; it holds no word of the call."""
        changed = {name: {"before": old, "after": new} for name, (old, new) in self.changes.items()}
        return {
            "call": self.call_id,
            "changed": changed,
            "before": asdict(self.before),
            "after": asdict(self.after),
            "unknown": self.unknown,
        }


@dataclass
class PlayedBack:
    """The back office of an archived call: it gives the answers that it gave then, and writes nothing down."""

    answers: dict[str, deque[LookedUp]]
    last: dict[str, LookedUp] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, events: Iterable[AnyEvent]) -> PlayedBack:
        answers: dict[str, deque[LookedUp]] = {}
        for event in events:
            if isinstance(event, LookedUp):
                answers.setdefault(event.name, deque()).append(event)
        return cls(answers)

    def look_up(self, name: str, args: Mapping[str, str]) -> Mapping[str, str] | None:
        """The next answer to this question; the last one again when there were fewer. Raises EngineFailed."""
        if self.answers.get(name):
            self.last[name] = self.answers[name].popleft()
        elif name not in self.last:
            self.unknown.append(name)
            raise EngineFailed(f"{name} was not asked in this call")
        if self.last[name].failed:
            raise EngineFailed(f"{name} failed in this call")
        return self.last[name].facts

    def register(self, name: str, args: Mapping[str, str], call: str = "") -> Mapping[str, str]:
        return self.look_up(name, args) or {}


def replay_text(record: Record, script: Script, languages: Mapping[str, Script], said: Mapping[int, str]) -> Replayed:
    """What the caller said, pressed and typed before the present flows, without sound.

    said: what an utterance (its number in the record) really was, instead of what was recognised.
    Raises KeyError when there is no such line any more.
    """
    events = archived(record)
    office = PlayedBack.of(events)
    call = Again(record, script, languages, office)
    call.play(said)
    return Replayed(record.call.id, course(events), course(call.events), tuple(office.unknown))


class Again:
    """A rehearsal driven by an archived stream of events: before each deed the line has said what it had said then."""

    def __init__(self, record: Record, script: Script, languages: Mapping[str, Script], office: Office) -> None:
        self._record = record
        self._call = Rehearsal(
            script,
            record.call.line,
            office,
            start=False,
            today=record.call.started_at.astimezone().date(),
            languages=languages,
            known={
                "captions": "here",
                "captions_address": "-",
                "captions_pin": "-",
            },  # they are said, and change nothing
        )
        self._speaking: set[int] = set()  # sayings of the archived line that sound now
        self._hung_up = False

    def play(self, said: Mapping[int, str]) -> None:
        """The whole call, but for what comes after the line has ended it. said: as `replay_text`."""
        for event in _heard(archived(self._record), said):
            self.take(event)
            if isinstance(self._call.ended, act.End):
                return

    @property
    def heard(self) -> list[str]:
        """What the line said and the caller heard out."""
        return self._call.heard

    @property
    def events(self) -> Iterator[AnyEvent]:
        """What was published, and how it ended."""
        for action in self._call.actions:
            match action:
                case act.Publish(event=event):
                    yield event
                case act.End(reason=reason):
                    yield HungUp(at_ms=self._call.at_ms, by="line", reason=reason)
        if self._hung_up:
            yield HungUp(at_ms=self._call.at_ms, by="caller")

    def take(self, event: AnyEvent) -> None:
        call = self._call
        call.at_ms = event.at_ms
        match event:
            case CallStarted() | PersonCame() | CameBack() | BadLine():
                call.feed(event)
            case SayStarted(say=say) | Resumed(say=say):
                self._speaking.add(say)
            case Interrupted(say=say):
                self._speaking.discard(say)
            case SayDone(say=say):
                self._speaking.discard(say)
                call.hear_one()
            case _ if isinstance(call.ended, act.Transfer):
                return  # he waits for a person, and does not talk to the line
            case SpeechEnded() | Final():
                call.feed(event)
            case SpeechStarted() | Key() | Typed() | Tapped() | TimerFired() | HungUp():
                if not self._speaking:
                    call.listen()
                self._act(event)

    def _act(self, event: SpeechStarted | Key | Typed | Tapped | TimerFired | HungUp) -> None:
        call = self._call
        match event:
            case Tapped():
                call.feed(replace(event, asked=call.asked.asked if call.asked else 0))
            case TimerFired(name=name):
                if call.timers.pop(name, None) is not None:
                    call.feed(event)
            case HungUp():
                self._hung_up = event.by == "caller" and not call.ended
            case _:
                call.feed(event)


def _heard(events: Iterable[AnyEvent], said: Mapping[int, str]) -> Iterator[AnyEvent]:
    """What reached the dialog, with other words: not the last words of a caller who was gone by then."""
    told = [event for event in events if not isinstance(event, Noted)]
    number = 0
    for event, later in zip(told, [*told[1:], None], strict=True):
        number += is_said(event)
        other = said.get(number) if is_said(event) else None
        match event:
            case Final() if isinstance(later, HungUp) and later.by == "caller":
                continue
            case Final() if other is not None:
                yield replace(event, text=other, alternatives=(), confidence=1.0)
            case Typed() if other is not None:
                yield replace(event, text=other)
            case Key() if other is not None:
                yield replace(event, digit=other)
            case _:
                yield event
