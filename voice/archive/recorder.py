"""One call's record, written as the call happens."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Executable, insert, update

from voice.archive.chain import event_link
from voice.archive.journal import Journal
from voice.archive.keys import KeyRing
from voice.archive.sealing import CallSeal
from voice.archive.sound import TwoSides
from voice.archive.tables import Calls, Events, Traces, Utterances, Words
from voice.events import (
    AnyEvent,
    Final,
    Interrupted,
    Key,
    OperatorSaid,
    OperatorSaying,
    Partial,
    SayDone,
    SayStarted,
    SpeechEnded,
    SpeechStarted,
    Typed,
    Typing,
    Understood,
    to_json,
)
from voice.line import HEARING_HZ, Pcm16


class Recorder:
    """Follows one call's events and sound. Nothing here raises for a disk or a database that fails: see `failed`.

    Two halves that share nothing: `event`, `trace`, `flaw` and `seal` block on the database and belong to one thread
    at a time; `hear`, `spoke`, `hush` and `lost_sound` write the sound file and belong to one thread at a time, which
    may be another. `seal` comes after the last of all of them.
    """

    def __init__(
        self, seal: CallSeal, keys: KeyRing, journal: Journal, sound: TwoSides, now: Callable[[], datetime]
    ) -> None:
        self.call_id = seal.call_id
        self._seal = seal
        self._keys = keys
        self._link = b""  # of the event before
        self._journal = journal
        self._sound = sound
        self._now = now
        self._lost_ms = 0
        self._seq = 0
        self._utterances = 0
        self._traces = 0
        self._line_spoke = 0  # the utterance of the line's newest saying
        self._sayings: dict[int, int] = {}  # say -> utterance
        self._edges: dict[int, tuple[int, int | None]] = {}  # the caller's utterance -> began and ended, ms

    @property
    def failed(self) -> str:
        """Why the record is not whole, one "code: detail" a line; empty: it is."""
        self._note_sound()
        return self._journal.flaws

    @property
    def settled(self) -> bool:
        """Is everything that was told to the words' half in the database?"""
        return self._journal.settled

    def event(self, event: AnyEvent) -> None:
        """Commit one event and what follows from it, all or nothing. Words that may still change are not kept."""
        if isinstance(event, Partial | OperatorSaying | Typing):
            return
        self._note_sound()
        self._seq += 1
        kind, sealed = type(event).__name__, self._seal.event(self._seq, _clean(to_json(event)))
        self._link = event_link(self._keys, self._link, self.call_id, self._seq, event.at_ms, kind, sealed)
        row = insert(Events).values(
            call=self.call_id, seq=self._seq, at_ms=event.at_ms, kind=kind, sealed=sealed, link=self._link
        )
        self._journal.write(row, *self._follows(event))

    def trace(self, stages: Mapping[str, float]) -> None:
        """Keep the times of one reply, ms by stage, with the line's newest saying."""
        self._traces += 1
        self._journal.write(
            insert(Traces).values(
                call=self.call_id,
                n=self._traces,
                utterance=self._line_spoke,
                stages=dict(stages),
                gap_ms=stages.get("gap"),
            )
        )

    def flaw(self, code: str, detail: str) -> None:
        """Mark the record incomplete, for a reason only the caller of this knows (a queue that overflowed)."""
        self._journal.flaw(code, detail)
        self._journal.flush()

    def hear(self, pcm: Pcm16) -> None:
        """Take the caller's next sound, 16 000 Hz, in order, any length."""
        self._sound.hear(pcm)

    def spoke(self, at_ms: int, pcm: Pcm16) -> None:
        """Take the line's sound, 16 000 Hz, that begins at `at_ms` of the call, or after the piece before it."""
        self._sound.spoke(at_ms, pcm)

    def hush(self, at_ms: int) -> None:
        """The line fell silent at `at_ms`: what `spoke` was told of later sound did not sound."""
        self._sound.hush(at_ms)

    def lost_sound(self, ms: int) -> None:
        """So much of the caller's sound was dropped before it came here."""
        self._lost_ms += ms

    def seal(self, by: str, reason: str = "") -> None:
        """Close the record: complete, or incomplete and why. Call it once, after everything else."""
        self._sound.close()
        self._note_sound()
        lost_ms = self._lost_ms + self._sound.lost_samples * 1000 // HEARING_HZ
        if lost_ms:
            self._journal.flaw("lost", f"{lost_ms} ms of sound")
        flaws = self._journal.flaws
        values = {
            "ended_at": self._now(),
            "ended_by": by,
            "reason": _clean(reason),
            "state": "incomplete" if flaws else "complete",
            "sound_lost_ms": lost_ms,
        }
        if not self._sound.written_samples:
            values["sound"] = ""
        self._journal.seal(update(Calls).where(Calls.id == self.call_id).values(**values))

    def _note_sound(self) -> None:
        if self._sound.failed:
            self._journal.flaw("sound", self._sound.failed)

    def _follows(self, event: AnyEvent) -> list[Executable]:
        """What an event says of utterances and words."""
        match event:
            case SpeechStarted(utterance=utterance):
                self._edges[utterance] = (event.at_ms, None)
            case SpeechEnded(utterance=utterance):
                began_ms, _ = self._edges.get(utterance, (event.at_ms, None))
                self._edges[utterance] = (began_ms, event.at_ms)
            case Final():
                return self._heard(event)
            case Key(digit=digit):
                return [self._said("caller", digit, event.at_ms, source="key", ended_ms=event.at_ms)]
            case Typed(text=text):
                return [self._said("caller", text, event.at_ms, source="typed", ended_ms=event.at_ms)]
            case Understood(source="tapped", text=text):
                return [self._said("caller", text, event.at_ms, source="tapped", ended_ms=event.at_ms)]
            case OperatorSaid(text=text) if text:
                return [self._said("operator", text, event.at_ms, ended_ms=event.at_ms)]
            case SayStarted(say=say, text=text):
                row = self._said("line", text, event.at_ms)
                self._sayings[say] = self._line_spoke = self._utterances
                return [row]
            case SayDone(say=say) | Interrupted(say=say) if say in self._sayings:
                return [
                    update(Utterances)
                    .where(Utterances.call == self.call_id, Utterances.n == self._sayings[say])
                    .values(ended_ms=event.at_ms, heard_ms=event.heard_ms)
                ]
        return []

    def _heard(self, final: Final) -> list[Executable]:
        began_ms = final.words[0].start_ms if final.words else final.at_ms
        began_ms, ended_ms = self._edges.pop(final.utterance, (began_ms, None))
        if not final.text:
            return []
        row = self._said(
            "caller",
            final.text,
            began_ms,
            words=[word.text for word in final.words],
            alternatives=final.alternatives,
            ended_ms=ended_ms or final.at_ms,
            confidence=final.confidence,
            closed=final.closed,
            echo=final.echo,
        )
        words = [
            {
                "call": self.call_id,
                "utterance": self._utterances,
                "n": n,
                "start_ms": word.start_ms,
                "end_ms": word.end_ms,
                "confidence": word.confidence,
            }
            for n, word in enumerate(final.words, 1)
        ]
        return [row, insert(Words).values(words)] if words else [row]

    def _said(
        self,
        side: str,
        text: str,
        started_ms: int,
        *,
        source: str = "speech",
        words: Sequence[str] = (),
        alternatives: Sequence[str] = (),
        ended_ms: int | None = None,
        confidence: float = 1.0,
        closed: bool = False,
        echo: bool = False,
    ) -> Executable:
        self._utterances += 1
        return insert(Utterances).values(
            call=self.call_id,
            n=self._utterances,
            side=side,
            source=source,
            sealed=self._seal.utterance(
                self._utterances, _clean(text), [_clean(word) for word in words], [_clean(one) for one in alternatives]
            ),
            started_ms=started_ms,
            ended_ms=ended_ms,
            heard_ms=None,
            confidence=confidence,
            closed=closed,
            echo=echo,
        )


def _clean(text: str) -> str:
    """Without what a database refuses: typed text may carry zero bytes and half characters."""
    return text.replace("\0", "").encode(errors="replace").decode()
