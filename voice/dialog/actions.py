"""What the dialog asks the shell to do, in the order given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from voice.dialog.listening import Listening
from voice.events import AnyEvent


@dataclass(frozen=True, slots=True)
class Say:
    """Queue a saying; SayStarted and SayDone come back with its number. pace: 1.0 is usual, less is slower."""

    say: int
    text: str
    pace: float = 1.0
    gain_db: float = 0.0  # over the voice's own level; loud peaks are rounded off instead of clipped


@dataclass(frozen=True, slots=True)
class Pause:
    """Fall silent at once, and remember where; Interrupted comes back if anything was being said."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on from where the last Pause stopped."""


@dataclass(frozen=True, slots=True)
class Hush:
    """Forget everything that is being said or waits to be said."""


@dataclass(frozen=True, slots=True)
class Listen:
    listening: Listening


@dataclass(frozen=True, slots=True)
class StartTimer:
    """TimerFired(name) comes back after `after_ms`, unless the timer is started again or cancelled before."""

    name: str
    after_ms: int


@dataclass(frozen=True, slots=True)
class CancelTimer:
    name: str


@dataclass(frozen=True, slots=True)
class Publish:
    """Put an event into the call's stream; it comes back to the dialog like any other."""

    event: AnyEvent


@dataclass(frozen=True, slots=True)
class Speak:
    """From now on speak and hear the language of this name: all that is said after it, and the next utterance."""

    language: str


@dataclass(frozen=True, slots=True)
class LookUp:
    """Ask the back office; LookedUp comes back."""

    name: str
    args: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Register:
    """Have the back office write something down; LookedUp comes back with what it gives for it."""

    name: str
    args: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Transfer:
    target: str
    reason: str


@dataclass(frozen=True, slots=True)
class End:
    reason: str


Action = (
    Speak
    | Say
    | Pause
    | Resume
    | Hush
    | Listen
    | StartTimer
    | CancelTimer
    | Publish
    | LookUp
    | Register
    | Transfer
    | End
)
