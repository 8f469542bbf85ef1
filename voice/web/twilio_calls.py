"""Calls of a Twilio number. The number's webhook is POST /twilio/SECRET/answer; all else follows from its answer.

POST /twilio/SECRET/answer        a call is coming: connect its sound, or say that no place is free
WS   /twilio/SECRET/stream        its sound; <Parameter name="call"> is the UUID under which it was announced.
                                  Who writes his own TwiML gives `line` and `caller` instead
POST /twilio/SECRET/next/UUID     after the sound has ended: hang up, or connect a person
POST /twilio/SECRET/dialled/UUID  after the person was dialled: hang up, or, if nobody answered, the sound once more
Requests without the secret do not find anything.
"""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import parse_qs
from uuid import UUID
from xml.etree import ElementTree as xml

from fastapi import APIRouter, HTTPException, Request, Response, WebSocket

from voice.errors import CallerFault, LineBusy
from voice.events import HungUp
from voice.transports.twilio_wire import Codec
from voice.web.expected_calls import Board, expect, serve_call
from voice.web.served_socket import ServedSocket, refuse
from voice.web.tokens import Token

LONGEST_BODY = 16 * 1024
TRANSFER = "transfer:"
RING_S = 30  # so long a person's telephone rings
LIVE = "in-progress"  # CallStatus of a caller who is there
ANSWERED = ("completed", "answered")  # DialCallStatus of a talk that took place


def router(board: Board, *, lines: Collection[str], token: Token, people: str) -> APIRouter:
    """lines: the numbers that can be dialled, looked at anew each time. people: the number of those who take over from
    the line or stand in for it; empty: nobody does."""
    routes = APIRouter(prefix="/twilio/{secret}")

    @routes.post("/answer")
    async def answer(secret: str, request: Request) -> Response:
        _know(secret)
        told = await _form(request)
        try:
            call = expect(board, {"line": told.get("To", ""), "caller": told.get("From", "")}, lines)
        except CallerFault:
            return _twiml(xml.Element("Reject"))
        except LineBusy:
            return _twiml(_person() if people else xml.Element("Reject", reason="busy"))
        return _twiml(*_sound(request, secret, call))

    @routes.post("/next/{call}")
    async def ask_next(secret: str, call: UUID) -> Response:
        _know(secret)
        if board.announced.away.target(call):
            return _twiml(_person(action=f"/twilio/{secret}/dialled/{call}", timeout=str(RING_S)))
        served = _served_whole(board.announced.ended(call))
        return _twiml(xml.Element("Hangup") if served or not people else _person())

    @routes.post("/dialled/{call}")
    async def dialled(secret: str, call: UUID, request: Request) -> Response:
        _know(secret)
        told = await _form(request)
        gone = told.get("CallStatus", LIVE) != LIVE
        if gone or told.get("DialCallStatus") in ANSWERED or not board.announced.away.target(call):
            board.announced.away.end(call)
            return _twiml(xml.Element("Hangup"))
        return _twiml(*_sound(request, secret, call))

    @routes.websocket("/stream")
    async def stream(websocket: WebSocket, secret: str) -> None:
        if not token.is_shown_by(secret):
            await refuse(websocket, 403)
            return
        await websocket.accept()
        codec = Codec()

        def which() -> UUID:
            return expect(board, codec.start.parameters if codec.start else {}, lines)

        socket = ServedSocket(websocket)
        await serve_call(board, socket, codec, transport="twilio", which=which, hands_over=bool(people))

    def _know(secret: str) -> None:
        if not token.is_shown_by(secret):
            raise HTTPException(404)

    def _person(**attributes: str) -> xml.Element:
        dial = xml.Element("Dial", attributes)
        dial.text = people
        return dial

    return routes


def _sound(request: Request, secret: str, call: UUID) -> tuple[xml.Element, xml.Element]:
    """Connect the caller's sound; when it has ended, ask what comes next."""
    here = f"/twilio/{secret}"
    connect, then = xml.Element("Connect"), xml.Element("Redirect", method="POST")
    stream = xml.SubElement(connect, "Stream", url=f"wss://{request.url.netloc}{here}/stream")
    xml.SubElement(stream, "Parameter", name="call", value=str(call))
    then.text = f"{here}/next/{call}"
    return connect, then


def _served_whole(ended: HungUp | None) -> bool:
    """Did the conversation come to its end, so that nobody need take over?"""
    return ended is not None and ended.by != "error" and not ended.reason.startswith(TRANSFER)


async def _form(request: Request) -> dict[str, str]:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > LONGEST_BODY:
            raise HTTPException(413)
    return {name: values[0] for name, values in parse_qs(body.decode("latin-1"), encoding="utf-8").items()}


def _twiml(*verbs: xml.Element) -> Response:
    response = xml.Element("Response")
    response.extend(verbs)
    return Response(xml.tostring(response, encoding="utf-8", xml_declaration=True), media_type="application/xml")
