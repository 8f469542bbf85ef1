"""Calls whose sound is about to come over a WebSocket: announced before, or naming themselves as they come."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol
from uuid import UUID, uuid4

from voice.errors import LineBusy
from voice.transports.faults import fault
from voice.transports.pbx import Announced, Answer, known_caller, known_line


class Board(Protocol):
    @property
    def takes_calls(self) -> bool: ...
    @property
    def announced(self) -> Announced: ...
    @property
    def answer(self) -> Answer: ...


def expect(board: Board, told: Mapping[str, str], lines: Collection[str]) -> UUID:
    """The call that comes; a place is kept for it.

    told: `call`, the UUID under which it was announced; or `line` and `caller` as the exchange writes them.
    Raises CallerFault, LineBusy.
    """
    if "call" in told:
        call = uuid_of(told["call"])
        if call not in board.announced:
            raise fault("not_announced", "nobody announced this call, or too long ago")
        return call
    line = known_line(told.get("line", ""), lines)
    if not board.takes_calls:
        raise LineBusy("every place is taken")
    call = uuid4()
    board.announced.announce(call, line=line, caller=known_caller(told.get("caller", "")))
    return call


def uuid_of(text: str) -> UUID:
    """Raises CallerFault."""
    try:
        return UUID(text)
    except ValueError:
        raise fault("not_announced", "a call that is named by no UUID") from None
