"""Calls whose sound comes over a WebSocket: announced before, or naming themselves as they come."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from typing import Protocol
from uuid import UUID, uuid4

from voice.errors import CallerFault, LineBusy
from voice.transports.dialect import Dialect
from voice.transports.exchange_line import ExchangeLine, begin
from voice.transports.faults import fault
from voice.transports.pbx import Announced, Answer, known_caller, known_line
from voice.transports.socket_port import Socket, SocketGone

log = logging.getLogger(__name__)


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


async def serve_call(
    board: Board,
    socket: Socket,
    dialect: Dialect,
    *,
    transport: str,
    which: Callable[[], UUID],
    hands_over: bool = True,
) -> None:
    """One whole call over an accepted socket, or one more leg of a call that is away.

    which: tells the call once it has begun; raises CallerFault, LineBusy.
    """
    try:
        await begin(socket, dialect)
        async with ExchangeLine(socket, dialect) as line:
            await board.announced.serve(which(), line, transport, board.answer, hands_over=hands_over)
    except (CallerFault, LineBusy) as error:
        log.info("a call by %s ended: %s (%s)", transport, error, error.code)
    except SocketGone:
        log.info("a call by %s ended before it began", transport)
    except Exception:
        log.exception("a call by %s failed", transport)
