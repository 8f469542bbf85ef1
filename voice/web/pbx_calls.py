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
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol
from urllib.parse import parse_qs
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from voice.errors import CallerFault
from voice.transports.pbx import Announced, Neighbours, known_caller, known_line

LONGEST_BODY = 1_024
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")
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
        body = b""
        async for piece in request.stream():
            body += piece
            if len(body) > LONGEST_BODY:
                return _word("unreadable", 413)
        told = parse_qs(body.decode("latin-1"), encoding="utf-8", errors="replace")
        try:
            line = known_line(told.get("line", [""])[0], lines)
        except CallerFault:
            return _word("unknown", 404)
        if not board.takes_calls:
            return _word("full", 503)
        board.announced.announce(call, line=line, caller=known_caller(told.get("caller", [""])[0]))
        return _word("ok", 200)

    @routes.get("/{call}/next")
    async def ask_next(call: UUID, request: Request) -> Response:
        if not _neighbour(request, neighbours):
            return _word("forbidden", 403)
        ended = board.announced.ended(call)
        if ended is None:
            return _word("unknown", 404)
        if ended.by == "error":
            return _word("failed", 200)
        transferred = ended.by == "line" and ended.reason.startswith(TRANSFER)
        return _word(f"transfer_{ended.reason.removeprefix(TRANSFER)}" if transferred else "hangup", 200)

    return routes


def _neighbour(request: Request, neighbours: Neighbours) -> bool:
    """A proxy passes on requests of the whole world from an address nearby: exchanges come without one."""
    passed_on = any(name in request.headers for name in FORWARDED)
    return not passed_on and request.client is not None and request.client.host in neighbours


def _word(word: str, status: int) -> Response:
    return PlainTextResponse(word, status)
