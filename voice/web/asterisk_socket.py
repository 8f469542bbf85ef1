"""WS /asterisk: an Asterisk dials out to the line by chan_websocket.

    /asterisk?token=SECRET&call=UUID                   a call that was announced, see pbx_calls
    /asterisk?token=SECRET&line=DIALLED&caller=NUMBER  a call that names itself

A handshake is refused with 403 without the token, 404 for a call or a line that is not known, 503 when every place is
taken: Dial then ends with CHANUNAVAIL, nothing is answered, and the dialplan goes on.

Asterisk keeps the parameters of a URI in one place for all calls of a connection, so that two calls in the same moment
may show each other's. With JSON control messages it sends its channel's variables as well; LINIYA_CALL among them is
believed more than the URI.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from uuid import UUID

from fastapi import APIRouter, WebSocket

from voice.errors import CallerFault, LineBusy
from voice.transports.chan_websocket_wire import Codec
from voice.web.expected_calls import Board, expect, serve_call, uuid_of
from voice.web.served_socket import ServedSocket, refuse
from voice.web.tokens import Token

SUBPROTOCOL = "media"
CALL_VARIABLE = "LINIYA_CALL"
log = logging.getLogger(__name__)


def router(board: Board, *, lines: Collection[str], token: Token) -> APIRouter:
    """lines: the numbers that can be dialled, looked at anew each time."""
    routes = APIRouter()

    @routes.websocket("/asterisk")
    async def call(websocket: WebSocket) -> None:
        told = websocket.query_params
        if not token.is_shown_by(told.get("token", "")):
            await refuse(websocket, 403)
            return
        try:
            coming = expect(board, told, lines)
        except (CallerFault, LineBusy) as error:
            log.info("a telephone call is refused: %s (%s)", error, error.code)
            await refuse(websocket, 503 if isinstance(error, LineBusy) else 404)
            return
        await websocket.accept(SUBPROTOCOL if SUBPROTOCOL in websocket.scope["subprotocols"] else None)
        codec = Codec()

        def which() -> UUID:
            variables = codec.start.variables if codec.start else {}
            return uuid_of(variables[CALL_VARIABLE]) if CALL_VARIABLE in variables else coming

        await serve_call(board, ServedSocket(websocket), codec, transport="chan_websocket", which=which)

    return routes
