"""What an exchange asks before a call and after it. Answers are one word, which a dialplan can compare.

POST /pbx/calls/{uuid}       body line=88005553535&caller=%2B79161234567: a call is coming; its sound will name the uuid
    200 ok        there is a place; it is kept for ten seconds
    404 unknown   no such line
    503 full      every place is taken, or the line is being stopped: serve the caller yourself
GET  /pbx/calls/{uuid}/next  after the sound has ended
    200 hangup             the conversation is over
    200 transfer_TARGET    the caller was promised a person; TARGET as the flows name it
    200 failed             the line could not go on: serve the caller yourself
    404 unknown            no such call

While a caller is handed over, the call runs on at the line. Nobody answers: connect its sound once more under the same
uuid, and the conversation goes on.
GET  /pbx/calls/{uuid}/told        what a person is to know: target, reason, tried, slots, unheard, as JSON
GET  /pbx/calls/{uuid}/told/{one}  one of them as a line of text, for a channel's variable
POST /pbx/calls/{uuid}/legs/{leg}  body side=caller or side=person: the sound of that side comes under the uuid `leg`
    200 ok        what is said to the leg is for the person's ear
    404 unknown   nobody was handed over
POST /pbx/calls/{uuid}/over        the caller has hung up or was hung up: 200 ok, 404 unknown
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Protocol
from urllib.parse import parse_qs
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from voice.errors import CallerFault
from voice.events import Transferred
from voice.transports.away import Side
from voice.transports.pbx import Announced, Neighbours, known_caller, known_line

LONGEST_BODY = 1_024
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")
SIDES: dict[str, Side] = {"caller": "caller", "person": "person"}
LONGEST_LINE = 250  # characters of a channel's variable
UNSAFE = str.maketrans(dict.fromkeys('"\\$[]{}()', " "))  # what a dialplan would read as its own
TRANSFER = "transfer:"


class Board(Protocol):
    @property
    def takes_calls(self) -> bool: ...
    @property
    def announced(self) -> Announced: ...


def router(board: Board, *, lines: Collection[str], neighbours: Neighbours) -> APIRouter:
    """lines: the numbers that can be dialled, looked at anew each time."""
    routes = APIRouter(prefix="/pbx/calls")

    @routes.post("/{call}")
    async def announce(call: UUID, request: Request) -> Response:
        if not _neighbour(request, neighbours):
            return _word("forbidden", 403)
        told = await _form(request)
        if told is None:
            return _word("unreadable", 413)
        try:
            line = known_line(told.get("line", ""), lines)
        except CallerFault:
            return _word("unknown", 404)
        if not board.takes_calls:
            return _word("full", 503)
        board.announced.announce(call, line=line, caller=known_caller(told.get("caller", "")))
        return _word("ok", 200)

    @routes.get("/{call}/next")
    async def ask_next(call: UUID, request: Request) -> Response:
        if not _neighbour(request, neighbours):
            return _word("forbidden", 403)
        if target := board.announced.away.target(call):
            return _word(f"transfer_{target}", 200)
        ended = board.announced.ended(call)
        if ended is None:
            return _word("unknown", 404)
        if ended.by == "error":
            return _word("failed", 200)
        transferred = ended.by == "line" and ended.reason.startswith(TRANSFER)
        return _word(f"transfer_{ended.reason.removeprefix(TRANSFER)}" if transferred else "hangup", 200)

    @routes.get("/{call}/told")
    async def tell(call: UUID, request: Request) -> Response:
        if not _neighbour(request, neighbours):
            return _word("forbidden", 403)
        told = board.announced.told(call)
        return JSONResponse(_facts(told)) if told else _word("unknown", 404)

    @routes.get("/{call}/told/{one}")
    async def tell_one(call: UUID, one: str, request: Request) -> Response:
        if not _neighbour(request, neighbours):
            return _word("forbidden", 403)
        told = board.announced.told(call)
        facts = _facts(told) if told else {}
        return _word(_one_line(facts[one]), 200) if one in facts else _word("unknown", 404)

    @routes.post("/{call}/legs/{leg}")
    async def expect_leg(call: UUID, leg: UUID, request: Request) -> Response:
        if not _neighbour(request, neighbours):
            return _word("forbidden", 403)
        side = SIDES.get((await _form(request) or {}).get("side", ""))
        known = side is not None and board.announced.away.expect(leg, call, side)
        return _word("ok", 200) if known else _word("unknown", 404)

    @routes.post("/{call}/over")
    async def end(call: UUID, request: Request) -> Response:
        if not _neighbour(request, neighbours):
            return _word("forbidden", 403)
        return _word("ok", 200) if board.announced.away.end(call) else _word("unknown", 404)

    return routes


async def _form(request: Request) -> dict[str, str] | None:
    """The form fields of a body; None for one that is too long."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > LONGEST_BODY:
            return None
    return {name: one[0] for name, one in parse_qs(body.decode("latin-1"), encoding="utf-8", errors="replace").items()}


def _facts(told: Transferred) -> dict[str, Any]:
    return {name: fact for name, fact in asdict(told).items() if name != "at_ms"}


def _one_line(fact: str | Sequence[str] | Mapping[str, str]) -> str:
    """As much as a channel's variable can hold: no quotes, no line breaks, the beginning."""
    if isinstance(fact, Mapping):
        fact = [f"{name}={value}" for name, value in fact.items()]
    text = fact if isinstance(fact, str) else "; ".join(fact)
    return " ".join(text.translate(UNSAFE).split())[:LONGEST_LINE]


def _neighbour(request: Request, neighbours: Neighbours) -> bool:
    """A proxy passes on requests of the whole world from an address nearby: exchanges come without one."""
    passed_on = any(name in request.headers for name in FORWARDED)
    return not passed_on and request.client is not None and request.client.host in neighbours


def _word(word: str, status: int) -> Response:
    return PlainTextResponse(word, status)
