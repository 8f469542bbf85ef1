"""A line: one caller's two-way sound path, whatever carries it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from secrets import token_urlsafe
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

Pcm16 = npt.NDArray[np.int16]  # mono samples, shape (n,); the rate travels beside it, always in a name ending in _hz

FRAME_MS = 20
HEARING_HZ = 16_000  # everything after the resampler: detector, recogniser, recording
DIGITS = frozenset("0123456789*#")  # the keys of a telephone


@dataclass(frozen=True, slots=True)
class Sound:
    """A piece of the caller's sound, any length; its rate is the line's `hears_hz`."""

    pcm: Pcm16


@dataclass(frozen=True, slots=True)
class Pressed:
    digit: str  # one of DIGITS


@dataclass(frozen=True, slots=True)
class Wrote:
    text: str


@dataclass(frozen=True, slots=True)
class Joined:
    """The person to whom the caller was handed over has answered: both are heard from now on."""


@dataclass(frozen=True, slots=True)
class PersonSound:
    """A piece of that person's sound, any length; its rate is the line's `hears_hz`."""

    pcm: Pcm16


@dataclass(frozen=True, slots=True)
class Back:
    """Nobody took the caller over: he hears the line again."""


@dataclass(frozen=True, slots=True)
class Writes:
    """The caller is writing: `text` stands there by now; empty when only the fact is told."""

    text: str


@dataclass(frozen=True, slots=True)
class Chose:
    """A button of the question with the number `asked`."""

    asked: int
    choice: str


Inbound = Sound | Pressed | Wrote | Writes | Chose | Joined | PersonSound | Back


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRequest:
    """Who calls where, as the transport knows it before the call is taken."""

    line: str  # the dialled number, digits only
    caller: str  # the caller's number or an empty string
    transport: str
    call_id: str  # names the call in the archive and in the log
    host: str = ""  # under which the caller's own device has reached the line, with the port; empty: by telephone
    # Unguessable and told to nobody else: it opens the captions.
    key: str = field(default_factory=lambda: token_urlsafe(16), compare=False)


class Line(Protocol):
    """What a transport gives to a call. One task reads `inbound`, one other calls `play`, `clear` and `close`.

    A line without sound has both rates 0: nothing is played on it, and both sides write.
    """

    hears_hz: int  # rate of Sound.pcm
    plays_hz: int  # rate that `play` takes
    ahead_ms: int  # how much sound may wait at the far end: what `clear` must be able to take back

    def inbound(self) -> AsyncIterator[Inbound]:
        """Yield what the caller does; the end of the iteration is the caller hanging up.

        Raises CallerFault when the far end breaks the rules.
        """
        ...

    async def play(self, pcm: Pcm16) -> None:
        """Send one piece of sound. The mouth keeps the pace; this never waits for playing, only for the network."""
        ...

    async def clear(self) -> int | None:
        """Forget all sound that was sent and has not sounded.

        Returns how many samples that was, where the far end tells; None: the mouth's own reckoning holds.
        """
        ...

    async def close(self, reason: str = "") -> None:
        """End the call; safe to call twice."""
        ...


@runtime_checkable
class HandsOver(Protocol):
    """A line whose far end can connect its caller with a person, and bring him back when nobody answers."""

    async def hand_over(self, target: str) -> None:
        """When all that was said has sounded, give the caller to `target`, as the flows name it.

        `inbound` goes on: with silence, with Joined and both sides' sound, with Back or to its end. Nothing that is
        played before Back is heard, except while a person has joined: by him alone.
        """
        ...


@runtime_checkable
class Drops(Protocol):
    """A line that counts the sound which came faster than it was read, and which nobody will hear."""

    @property
    def dropped_ms(self) -> int: ...
