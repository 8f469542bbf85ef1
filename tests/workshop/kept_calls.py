"""Calls as the archive gives them back, made of rehearsals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

from voice.archive.records import Call, Record, StoredEvent, Utterance, is_said
from voice.dialog import actions as act
from voice.dialog.script import Script
from voice.events import AnyEvent, Final, HungUp, to_json
from voice.office import Office
from voice.workshop.rehearsal import Rehearsal

BEGAN = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


class Kept(Rehearsal):
    """A rehearsal that keeps its stream: what came in and what was published."""

    def __init__(self, script: Script, line: str, office: Office) -> None:
        self.stream: list[AnyEvent] = []
        super().__init__(script, line, office)

    def feed(self, event: AnyEvent) -> None:
        self.at_ms += 100
        self.stream.append(event)
        super().feed(event)

    def record(self) -> Record:
        """The call, hung up by the caller unless the line has ended it."""
        ended = self.ended
        by, reason = ("line", ended.reason) if isinstance(ended, act.End) else ("caller", "")
        if isinstance(ended, act.Transfer):
            by, reason = "line", f"transfer:{ended.target}"
        events = [*self.stream, HungUp(at_ms=self.at_ms, by=by, reason=reason)]
        call = Call(
            id=uuid4().hex,
            line=self.dialog.dialled.number,
            caller="",
            transport="rehearsal",
            language="ru",
            version="",
            started_at=BEGAN,
            ended_at=BEGAN,
            ended_by=by,
            reason=reason,
            state="complete",
            flaws=(),
            sound="",
            sound_lost_ms=0,
        )
        numbered = enumerate(filter(is_said, events), 1)
        finals = [(n, event) for n, event in numbered if isinstance(event, Final)]
        said = tuple(
            Utterance(
                n=n,
                side="caller",
                source="speech",
                text=final.text,
                started_ms=final.at_ms,
                ended_ms=final.at_ms,
                heard_ms=None,
                confidence=final.confidence,
                closed=False,
                echo=False,
            )
            for n, final in finals
        )
        stored = tuple(
            StoredEvent(seq=n, at_ms=event.at_ms, kind=type(event).__name__, json=to_json(event))
            for n, event in enumerate(events, 1)
        )
        return Record(call=call, utterances=said, events=stored, traces=())


def kept(script: Script, line: str, office: Office, talk: Callable[[Kept], object]) -> Record:
    """One whole call: `talk` is what the caller does."""
    call = Kept(script, line, office)
    call.listen()
    talk(call)
    return call.record()
