"""What a telephone exchange and the line tell each other over a WebSocket, whatever the dialect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from voice.line import Pcm16, Pressed, Sound


@dataclass(frozen=True, slots=True)
class MarkPassed:
    """All sound that was sent before the mark has sounded, or was cleared."""

    mark: str


@dataclass(frozen=True, slots=True)
class QueueFull:
    """The far end takes no more sound (full), or takes it again (not full)."""

    full: bool


@dataclass(frozen=True, slots=True)
class Stopped:
    """The call is over at the far end."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The far end could not do what it was told."""

    why: str


@dataclass(frozen=True, slots=True)
class Other:
    """What does not concern the line: news of no use, a message of a later version, a key no telephone has."""

    name: str


Heard = Sound | Pressed | MarkPassed | QueueFull | Stopped | Refused | Other


class Dialect(Protocol):
    """The messages of one call; pure. But for `receive`, nothing is asked of it before the call has begun."""

    @property
    def begun(self) -> bool:
        """Has the far end told what a call needs to begin?"""
        ...

    @property
    def rate_hz(self) -> int:
        """Of the sound both ways."""
        ...

    def receive(self, message: str | bytes) -> object:
        """Read one message; of what comes out, a line acts on Heard. Raises CallerFault with a `code`."""
        ...

    def answer(self) -> Sequence[str]:
        """Take the call."""
        ...

    def sound(self, pcm: Pcm16) -> Sequence[str | bytes]: ...

    def mark(self, name: str) -> str: ...

    def clear(self) -> str:
        """Forget all sound that has not sounded."""
        ...

    def hang_up(self) -> Sequence[str]: ...
