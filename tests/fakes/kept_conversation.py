"""A conversation with the pure dialog that leaves the record a call would: its events, with times that pass."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.fakes.conversation import MAIN, Conversation
from voice.archive.records import Call, Record, ReplyTimes, StoredEvent
from voice.dialog.script import Script
from voice.events import AnyEvent, HungUp, Partial, SayDone, SayStarted, Typing, to_json
from voice.workshop.rehearsal import SAID_MS

STARTED_AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday
THINKS_MS = 500  # the caller, before he does something


class KeptConversation(Conversation):
    def __init__(self, script: Script, number: str = MAIN) -> None:
        self.events: list[AnyEvent] = []
        super().__init__(script, number)

    def feed(self, event: AnyEvent) -> None:
        self.events.append(event)
        super().feed(event)

    def listen(self) -> str:
        heard = len(self.said) - len(self._waiting)
        while self._waiting:
            self.begin_saying()
            say = self._waiting.pop(0)
            self.at_ms += SAID_MS
            self.feed(SayDone(at_ms=self.at_ms, say=say.say, heard_ms=SAID_MS))
        self.at_ms += THINKS_MS
        return " ".join(self.said[heard:])

    def begin_saying(self) -> None:
        """The line begins with what it has to say."""
        say = self._waiting[0]
        self.feed(SayStarted(at_ms=self.at_ms, say=say.say, text=say.text))

    def end(self) -> None:
        """The call is over: by the line if it has said so, by the caller if not."""
        reason = getattr(self.ended, "reason", "")
        self.feed(HungUp(at_ms=self.at_ms, by="line" if reason == "goodbye" else "caller", reason=reason))

    def record(self, *, call_id: str = "0" * 32, gaps_ms: tuple[float, ...] = ()) -> Record:
        kept = [event for event in self.events if not isinstance(event, Partial | Typing)]
        return Record(
            call=Call(
                id=call_id,
                line=self.dialog.dialled.number,
                caller=self.caller,
                transport="rehearsal",
                language="ru",
                version="0",
                started_at=STARTED_AT,
                ended_at=STARTED_AT + timedelta(milliseconds=self.at_ms),
                ended_by="caller",
                reason="",
                state="complete",
                flaws=(),
                sound="",
                sound_lost_ms=0,
            ),
            utterances=(),
            events=tuple(
                StoredEvent(seq=n, at_ms=event.at_ms, kind=type(event).__name__, json=to_json(event))
                for n, event in enumerate(kept, 1)
            ),
            traces=tuple(
                ReplyTimes(n=n, utterance=n, stages_ms={"gap": gap}, gap_ms=gap) for n, gap in enumerate(gaps_ms, 1)
            ),
        )
