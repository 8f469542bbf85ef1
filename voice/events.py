"""All that can happen in a call, as one list of frozen events.

`at_ms` is the caller's sound heard so far (samples / rate), never the wall clock: a recording replayed as fast as
the machine can gives the same events as the live call. (A call without sound has only its event loop's clock.)
Captions, archive and benchmarks follow this stream. A new event is one class and one word in `AnyEvent`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

Source = Literal["speech", "key", "typed", "tapped"]
Count = Literal["answer", "registered", "person", "complaint", "repeat"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One recognised word; times in ms of the call, confidence 0..1."""

    text: str
    start_ms: int
    end_ms: int
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallStarted(Event):
    line: str  # the dialled number (DNIS), digits only
    caller: str  # the caller's number or an empty string
    transport: str
    returning: bool = False  # the same caller has called lately
    written: bool = False  # there is no sound: both sides write and read


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechStarted(Event):
    """The caller began to speak at `at_ms`."""

    utterance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Partial(Event):
    utterance: int
    stable: str  # words that will not change again
    rest: str  # words that still may


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechEnded(Event):
    """The caller's last sound was at `at_ms`; the decision that the turn is over came later."""

    utterance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Final(Event):
    """What the caller said. An empty text means that sound was no speech."""

    utterance: int
    text: str
    words: tuple[Word, ...] = ()
    alternatives: tuple[str, ...] = ()
    confidence: float = 0.0
    closed: bool = False  # the text is a whole phrase the state expected, from its closed grammar
    echo: bool = False  # the guard took it for the line's own voice
    music: bool = False  # no word was found in it, but notes


@dataclass(frozen=True, slots=True, kw_only=True)
class Key(Event):
    digit: str  # one of 0-9 * #


@dataclass(frozen=True, slots=True, kw_only=True)
class Typing(Event):
    """The caller is writing; `text` is what stands there by now, empty when only the fact is told."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed(Event):
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One button: what may be chosen, as it is read, and the key that means the same (empty where none does)."""

    choice: str
    label: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked(Event):
    """What may be answered from now on; it takes the place of the one before. Nothing to choose or to write: no answer
    is waited for now.

    asked: grows with every question, so that a late tap is not taken for an answer to the next one.
    choices: the state's own options. always: what may be chosen in every state. wants: the kind of value, a
    kind of voice/nlu/slots.py; empty when none is. digits: it is a number. hint: what to write. live: a person is on
    the line, who reads what is typed as it is typed.
    """

    asked: int
    step: str
    choices: tuple[Choice, ...] = ()
    always: tuple[Choice, ...] = ()
    wants: str = ""
    digits: bool = False
    hint: str = ""
    live: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tapped(Event):
    """A button was pressed: a `choice` of the Asked with this number."""

    asked: int
    choice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood(Event):
    """What the caller meant. `intent` is None when nothing the state or the line knows was said (no-match)."""

    source: Source
    text: str
    intent: str | None
    slots: Mapping[str, str] = field(default_factory=dict)
    confidence: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedUp(Event):
    """The back office answered. `facts` is None when it knows nothing; `failed` when it could not be asked."""

    name: str
    facts: Mapping[str, str] | None
    failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicOpened(Event):
    """The talk came to what a caller may want, by whatever road; an intent of `topics` in the flows."""

    topic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted(Event):
    """The talk came to what is counted of calls.

    answer: what the caller wanted to know is told. registered: people will answer what was written down. person: the
    caller asked for one. complaint: he complains. repeat: he asked to hear it again.
    step: where. say: the saying that tells it; 0: none does, it is so now.
    """

    what: Count
    step: str
    say: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SayStarted(Event):
    """The line begins to say `text` (as read, not as spoken); published before its first sound."""

    say: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SayDone(Event):
    say: int
    heard_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Interrupted(Event):
    """The line fell silent because the caller spoke; `heard_ms` of the saying had sounded."""

    say: int
    heard_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed(Event):
    """Nothing was said after all: the line goes on from where it stopped."""

    say: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerFired(Event):
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BadLine(Event):
    """From now on the caller is heard badly: too soft, too loud (clipped), or hardly louder than what is behind."""

    reason: Literal["quiet", "loud", "noisy"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transferred(Event):
    """A person takes over, who sees the steps tried, the slots (secret ones masked) and what was not understood."""

    target: str
    reason: str = ""
    tried: tuple[str, ...] = ()
    slots: Mapping[str, str] = field(default_factory=dict)
    unheard: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting(Event):
    """The exchange has the caller now and looks for a person: he hears its ringing or its music."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonCame(Event):
    """The person whom the caller was handed over to has answered: both talk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CameBack(Event):
    """Nobody took over: the caller is on the line again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorSaying(Event):
    """The person who took over speaks; the parts as in Partial."""

    utterance: int  # of that person
    stable: str
    rest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorSaid(Event):
    """What that person said; an empty text withdraws what was shown of it."""

    utterance: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted(Event):
    """A fact for the archive and the metrics: `name` and plain values."""

    name: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class HungUp(Event):
    by: Literal["caller", "line", "error"]
    reason: str = ""


AnyEvent = (
    CallStarted
    | SpeechStarted
    | Partial
    | SpeechEnded
    | Final
    | Key
    | Typing
    | Typed
    | Asked
    | Tapped
    | Understood
    | LookedUp
    | TopicOpened
    | Counted
    | SayStarted
    | SayDone
    | Interrupted
    | Resumed
    | TimerFired
    | BadLine
    | Transferred
    | Waiting
    | PersonCame
    | CameBack
    | OperatorSaying
    | OperatorSaid
    | Noted
    | HungUp
)
KINDS: dict[str, type[Event]] = {kind.__name__: kind for kind in get_args(AnyEvent)}


def to_json(event: AnyEvent) -> str:
    """One event as one JSON object with its kind; Russian stays readable."""
    return json.dumps({"kind": type(event).__name__, **asdict(event)}, ensure_ascii=False)


def from_json(line: str) -> AnyEvent:
    """The inverse of `to_json`. Raises KeyError for an unknown kind, TypeError for fields that do not fit."""
    data = json.loads(line)
    kind = KINDS[data.pop("kind")]
    if "words" in data:
        data["words"] = tuple(Word(**word) for word in data["words"])
    for name in ("choices", "always"):
        if name in data:
            data[name] = tuple(Choice(**choice) for choice in data[name])
    for name in ("alternatives", "tried", "unheard"):
        if name in data:
            data[name] = tuple(data[name])
    return kind(**data)  # type: ignore[return-value]
