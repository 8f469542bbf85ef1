"""/c: the short address that people type, and the form for the PIN that opens a running call's captions.

It works without scripts. A wrong PIN costs a try, see voice.captions.pins; what cannot be a PIN costs nothing.
"""

from __future__ import annotations

import logging
from urllib.parse import parse_qs

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.templating import Jinja2Templates

from voice.captions.live import CaptionHub
from voice.captions.pins import PIN_DIGITS, read_pin
from voice.web.caption_stream import SECRET

LONGEST_FORM = 200  # bytes
# Told by ear, the last sign may be typed as its Russian look-alike, or as a capital.
ADDRESSES = ("/c", "/C", "/с", "/С")

log = logging.getLogger(__name__)


def router(hub: CaptionHub, templates: Jinja2Templates) -> APIRouter:
    routes = APIRouter()

    def form(request: Request, problem: str = "", *, status: int = 200, wait_s: int = 0, typed: str = "") -> Response:
        said = {"here": "captions", "problem": problem, "minutes": -(-wait_s // 60), "typed": typed}
        headers = SECRET | ({"Retry-After": str(wait_s)} if wait_s else {})
        return templates.TemplateResponse(
            request, "captions_entry.html", {**said, "digits": PIN_DIGITS}, status_code=status, headers=headers
        )

    async def ask(request: Request) -> Response:
        return form(request)

    async def enter(request: Request) -> Response:
        typed = await _field(request, "pin")
        who = request.client.host if request.client else ""
        if wait_s := hub.wrong_tries.wait_s(who):
            return form(request, "wait", status=429, wait_s=wait_s, typed=typed)
        pin = read_pin(typed)
        if not pin:
            return form(request, "no_pin", status=422, typed=typed)
        key = hub.key_of(pin)
        if key is None:
            hub.wrong_tries.wrong(who)
            log.warning("a wrong PIN for captions came from %s", who)
            return form(request, "wrong", status=404, typed=typed)
        return RedirectResponse(f"/calls/{key}", status_code=303, headers=SECRET)

    for address in ADDRESSES:
        routes.add_api_route(address, ask, methods=["GET"], response_model=None)
        routes.add_api_route(address, enter, methods=["POST"], response_model=None)
    return routes


async def _field(request: Request, name: str) -> str:
    """A field of the form that was sent; empty when there is none or the form is too long to be ours."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LONGEST_FORM:
            return ""
    return parse_qs(body.decode("utf-8", "replace")).get(name, [""])[0]
