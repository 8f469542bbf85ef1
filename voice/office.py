"""What a back office is: it is asked, it writes down, it forgets. Plain facts and codes; prompts/ has the words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

PHONE_DIGITS = 10  # without 7 or 8 before them

Kept = Literal["", "law", "hold"]


class Office(Protocol):
    """What calls need of it. Both block, and raise EngineFailed when it cannot be asked."""

    def look_up(self, name: str, args: Mapping[str, str]) -> Mapping[str, str] | None:
        """What is known, or None."""
        ...

    def register(self, name: str, args: Mapping[str, str], call: str = "") -> Mapping[str, str]:
        """Write it down and return what is given for it (a number, a term). call: that has it written down."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Entries of one person or matter: about a number, or written down by calls."""

    until: datetime  # what was written down later is not meant
    kind: str = ""  # of the number: phone, snils, inn, passport, appeal, application
    number: str = ""  # as `plain` makes it
    calls: tuple[str, ...] = ()
    held: tuple[str, ...] = ()  # calls whose entries a hold keeps, whatever number they name


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Something that was written down, without a word of it."""

    kind: str  # the name it was registered under
    id: str  # by which the back office finds it: of an appeal its number
    filed: str  # ISO day
    call: str = ""  # that had it written down; empty: not known
    kept: Kept = ""  # why it may not be destroyed; empty: it may
    until: str = ""  # ISO day: so long the law keeps it; empty: not known


def plain(kind: str, value: str) -> str:
    """The digits by which such a number is kept and looked for; a phone without its 7 or 8."""
    digits = re.sub(r"\D", "", value)
    return digits[-PHONE_DIGITS:] if kind == "phone" else digits


class Forgets(Protocol):
    """What erasure needs of it. Both block, and raise EngineFailed when it cannot be asked."""

    def entries(self, wanted: Wanted) -> Sequence[Entry]:
        """What `forget` would destroy, and what it would keep."""
        ...

    def forget(self, wanted: Wanted) -> Sequence[Entry]:
        """Destroy what may be; everything that was meant, with why it is kept. Asked twice, it does no harm."""
        ...
