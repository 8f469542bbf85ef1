"""A call as it is read back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from voice.events import AnyEvent, Final, Key, OperatorSaid, SayStarted, Typed, Understood, Word
from voice.office import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call without what was said in it."""

    id: str
    line: str
    caller: str
    transport: str
    language: str
    version: str
    started_at: datetime
    ended_at: datetime | None
    ended_by: str  # caller, line, error; empty while it runs and when nobody could say
    reason: str  # why it ended
    state: Literal["open", "complete", "incomplete"]
    flaws: tuple[tuple[str, str], ...]  # (code, detail); codes: killed, words, sound, lost, and what a shell adds
    sound: str  # the FLAC's name in the sound directory; empty: none
    sound_lost_ms: int
    notice: str = ""  # what the caller was told of the recording
    notice_heard_ms: int | None = None  # how much of it sounded
    cared_at: datetime | None = None  # it was masked, measured and made findable
    reheard_at: datetime | None = None  # it was recognised a second time
    sound_erased_at: datetime | None = None
    text_erased_at: datetime | None = None
    first_words: str = ""  # the first that the caller said or wrote

    @property
    def length_ms(self) -> int | None:
        """Wall time from start to end; None while the call runs."""
        return None if self.ended_at is None else round((self.ended_at - self.started_at).total_seconds() * 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    n: int
    side: Literal["caller", "line", "operator"]
    source: Literal["speech", "typed", "tapped", "key"]
    text: str
    started_ms: int
    ended_ms: int | None
    heard_ms: int | None  # how much of the line's saying sounded
    confidence: float
    closed: bool
    echo: bool
    words: tuple[Word, ...] = ()
    alternatives: tuple[str, ...] = ()  # what else it may have been


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent:
    seq: int
    at_ms: int
    kind: str
    json: str  # `voice.events.from_json` reads it


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyTimes:
    n: int
    utterance: int  # the line's saying that was measured, 0: none
    stages_ms: Mapping[str, float]
    gap_ms: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One call with everything in it, in the order it happened."""

    call: Call
    utterances: tuple[Utterance, ...]
    events: tuple[StoredEvent, ...]
    traces: tuple[ReplyTimes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """A stretch of the call during which the caller was with somebody, or waited for him."""

    side: str  # line, waiting, operator
    target: str  # whom he was handed over to; empty with the line
    began_ms: int
    ended_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A question of the flow, however often it was asked in a row, and how it went."""

    step: str
    asked_ms: int
    left_ms: int
    intent: str = ""  # what was understood last; empty: nothing was
    no_match: int = 0
    no_input: int = 0
    repeats: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A call that may not be destroyed."""

    id: int
    call: str
    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Destruction:
    """What was destroyed. It names no person: `subject` is a kind and a keyed hash."""

    id: int
    at: datetime
    by: str
    reason: str
    what: Literal["sound", "text", "figures", "everything", "entries"]
    subject: str
    calls: tuple[str, ...]
    method: str
    office: Literal["", "answered", "unreached"] = ""  # what came of asking the back office; empty: it was not asked
    entries: tuple[Entry, ...] = ()  # destroyed in the back office, and kept there; without their ids
    completes: int | None = None  # the record that did not have these entries yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """What the back office was asked to forget and has not forgotten yet."""

    id: int
    at: datetime
    by: str
    reason: str
    subject: str
    destruction: int | None  # the record that tells of it so far
    why: Literal["unreached", "kept"]
    due_at: datetime | None  # it is asked again then; None: within the hour
    tried_at: datetime | None
    entries: tuple[Entry, ...]  # that it keeps; empty when it could not be asked


def is_said(event: AnyEvent) -> bool:
    """Does it become an utterance of the record? They are numbered from 1 in the order of these events."""
    match event:
        case Final(text=text) | OperatorSaid(text=text):
            return bool(text)
        case Understood(source="tapped") | Key() | Typed() | SayStarted():
            return True
    return False
