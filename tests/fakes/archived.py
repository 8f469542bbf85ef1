"""Whole calls as the archive keeps them: recorded event by event, masked, measured, judged, findable."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import update

from voice.archive.archive import Archive
from voice.archive.tables import Calls
from voice.events import (
    AnyEvent,
    CallStarted,
    Final,
    HungUp,
    OperatorSaid,
    PersonCame,
    SayDone,
    SayStarted,
    SpeechEnded,
    SpeechStarted,
    TopicOpened,
    Understood,
    Word,
)
from voice.review.aftercare import Aftercare

LINE = "88005553535"
A_SAYING_MS = 2_000


def story(said: Sequence[tuple[str, str]], *, line: str = LINE, intent: str = "", confidence: float = 0.95,
          no_match: int = 0) -> list[AnyEvent]:  # fmt: skip
    """said: (caller, line or operator, what). no_match: how many of the caller's last sayings meant nothing."""
    events: list[AnyEvent] = [CallStarted(at_ms=0, line=line, caller="", transport="browser")]
    if intent:
        events.append(TopicOpened(at_ms=0, topic=intent))
    last = sum(side == "caller" for side, _ in said) - no_match
    at_ms, heard, person = 0, 0, False
    for number, (side, text) in enumerate(said, 1):
        ended_ms = at_ms + A_SAYING_MS
        if side == "line":
            events += [SayStarted(at_ms=at_ms, say=number, text=text)]
            events += [SayDone(at_ms=ended_ms, say=number, heard_ms=A_SAYING_MS)]
        elif side == "operator":
            events += [] if person else [PersonCame(at_ms=at_ms)]
            events += [OperatorSaid(at_ms=ended_ms, utterance=number, text=text)]
            person = True
        else:
            heard += 1
            words = tuple(
                Word(text=word, start_ms=at_ms + 100 * n, end_ms=at_ms + 100 * n + 90, confidence=confidence)
                for n, word in enumerate(text.split())
            )
            events += [SpeechStarted(at_ms=at_ms, utterance=number), SpeechEnded(at_ms=ended_ms, utterance=number)]
            events += [Final(at_ms=ended_ms, utterance=number, text=text, words=words, confidence=confidence)]
            meant = intent or "answer" if heard <= last else None
            events += [Understood(at_ms=ended_ms, source="speech", text=text, intent=meant)]
        at_ms = ended_ms + 500
    return [*events, HungUp(at_ms=at_ms, by="caller")]


def record(archive: Archive, events: Sequence[AnyEvent], *, line: str = LINE, caller: str = "") -> str:
    """A call that has ended; its id."""
    call_id = uuid4().hex
    recorder = archive.begin(call_id, line, caller, "browser")
    for event in events:
        recorder.event(event)
    recorder.seal("caller")
    with archive.writing() as connection:  # nobody waits here as long as a call lasts
        ended = archive.now() + timedelta(milliseconds=events[-1].at_ms)
        connection.execute(update(Calls).where(Calls.id == call_id).values(ended_at=ended))
    return call_id


def archived(archive: Archive, *said: tuple[str, str], line: str = LINE, **told: object) -> str:
    """A findable call in which this was said; its id."""
    call_id = record(archive, story(said, line=line, **told), line=line)  # type: ignore[arg-type]
    Aftercare(archive).tend()
    return call_id
