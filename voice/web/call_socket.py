"""WS /ws/call: a browser places a call."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection
from urllib.parse import urlsplit
from uuid import uuid4

from fastapi import APIRouter, WebSocket

from voice.errors import CallerFault, LineBusy
from voice.line import CallRequest, Line
from voice.transports.browser import BrowserLine, receive_start, refuse
from voice.transports.browser_wire import Codec
from voice.transports.socket_port import SocketGone
from voice.web.errors import error_texts
from voice.web.served_socket import ServedSocket

WS_MAX_SIZE = 1024 * 1024  # for the server: above the wire's own limit, which answers with a text
log = logging.getLogger(__name__)

Answer = Callable[[Line, CallRequest], Awaitable[None]]


def router(answer: Answer, *, lines: Collection[str], default_line: str) -> APIRouter:
    """Calls from browsers.

    answer: runs one whole call, returns when it is over; raises LineBusy before it touches the line when it is full.
    lines: the numbers that can be dialled, digits only; default_line: for a browser that names none.
    """
    routes = APIRouter()
    texts = error_texts()

    @routes.websocket("/ws/call")
    async def call(websocket: WebSocket) -> None:
        if not _same_origin(websocket):
            await websocket.close(1008)
            return
        await websocket.accept()
        socket, codec, call_id = ServedSocket(websocket), Codec(lines, default_line=default_line), uuid4().hex
        try:
            start = await receive_start(socket, codec)
        except CallerFault as error:
            log.info("call refused: %s (%s)", error, error.code)
            await refuse(socket, error.code, texts)
            return
        except SocketGone:
            return
        here = websocket.url.netloc
        request = CallRequest(line=start.line, caller="", transport="browser", call_id=call_id, host=here)
        captions = f"/calls/{request.key}/captions"
        try:
            async with BrowserLine(socket, codec, start, call_id=call_id, captions=captions, texts=texts) as line:
                await answer(line, request)
        except (CallerFault, LineBusy) as error:
            log.info("call %s ended: %s (%s)", call_id, error, error.code)
        except Exception:
            log.exception("call %s failed", call_id)

    return routes


def _same_origin(websocket: WebSocket) -> bool:
    """A page of another site must not place calls with its visitor's microphone; programs send no Origin."""
    origin = websocket.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == websocket.headers.get("host")
