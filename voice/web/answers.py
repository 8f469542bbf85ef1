"""POST /calls/{key}/answers: what a caller does on a page beside his line: taps, text, keys, the end of the call.

The body is one JSON object of the forms that voice/transports/browser_wire.py describes. `?once=...`: a name that the
page gives to this deed; one that is sent again, because its answer was lost on the way, is done once.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol
from weakref import WeakKeyDictionary

from fastapi import APIRouter, HTTPException, Request, Response

from voice.errors import CallerFault
from voice.line import Inbound
from voice.transports.browser_wire import HangUp, read_answer
from voice.web.body import read_text
from voice.web.errors import error_texts

LONGEST_BODY = 8 * 1024  # bytes: over what a text of 1000 characters takes
AT_ONCE, A_SECOND = 40, 10  # deeds in a row, and how fast there may be more
LONGEST_NAME, NAMES_KEPT = 64, 200


class Answered(Protocol):
    """A running call, as far as it can be answered."""

    def take(self, item: Inbound) -> None: ...
    def hang_up(self) -> None: ...


@dataclass
class _Sender:
    """What came for one call: how much of it, and what was done already."""

    allowed: float = AT_ONCE
    at_s: float = field(default_factory=time.monotonic)
    done: deque[str] = field(default_factory=lambda: deque(maxlen=NAMES_KEPT))

    def may_go_on(self) -> bool:
        now_s = time.monotonic()
        self.allowed = min(AT_ONCE, self.allowed + (now_s - self.at_s) * A_SECOND)
        self.at_s = now_s
        if self.allowed < 1:
            return False
        self.allowed -= 1
        return True


def router(running: Callable[[str], Answered | None]) -> APIRouter:
    """running: the call whose captions a key opens; None when it is over or there is none."""
    routes = APIRouter()
    texts = error_texts()
    senders: WeakKeyDictionary[Answered, _Sender] = WeakKeyDictionary()

    @routes.post("/calls/{key}/answers", status_code=204)
    async def answer(request: Request, key: str, once: str = "") -> Response:
        body = await read_text(request, longest=LONGEST_BODY)
        call = running(key)
        if call is None:
            raise HTTPException(404, texts["unknown_call"])
        sender = senders.setdefault(call, _Sender())
        if not sender.may_go_on():
            raise HTTPException(429, texts["flood"])
        if body is None:
            raise HTTPException(413, texts["too_big"])
        try:
            told = read_answer(body)
        except CallerFault as error:
            raise HTTPException(422, texts[error.code]) from None
        name = once[:LONGEST_NAME]
        if not name or name not in sender.done:
            sender.done.append(name)
            if isinstance(told, HangUp):
                call.hang_up()
            else:
                call.take(told)
        return Response(status_code=204)

    return routes
