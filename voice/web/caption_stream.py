"""A call's captions to read: GET /calls/{key} is the page, /calls/{key}/captions the stream of server-sent events,
/calls/{key}/text all that was said so far, for a browser without scripts."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

from fastapi import APIRouter, Header, HTTPException, Request, Response
from fastapi.responses import PlainTextResponse, StreamingResponse
from fastapi.templating import Jinja2Templates

from voice.captions.live import CallCaptions, CaptionHub, sent_event, server_sent
from voice.captions.pins import shown_pin
from voice.web.errors import error_texts

_ID = re.compile(r"[0-9]{1,15}")
# A proxy that collects the stream into large pieces would hold the words back.
_LIVE = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
RETRY_MS = 1_000  # what a browser waits after a cut; by itself it would wait for three times as long
SECRET = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}  # of every page whose address is a secret


def router(hub: CaptionHub, templates: Jinja2Templates, *, address: str = "") -> APIRouter:
    """Captions of the calls of `hub`. The key of a call is the secret that opens them.

    address: where a PIN is typed, as people write it; empty: at the host that the reader asked.
    """
    routes = APIRouter()
    texts = error_texts()

    def call_of(key: str) -> CallCaptions:
        call = hub.get(key)
        if call is None:
            raise HTTPException(404, texts["unknown_call"])
        return call

    @routes.get("/calls/{key}/captions")
    async def captions(
        request: Request, key: str, since: str = "0", last_event_id: str = Header(default="")
    ) -> Response:
        """cue: see voice.captions.cues; elsewhere: how to open the same on another device; beat: still here; end:
        nothing follows.

        since: the last id of a page that begins anew; what the browser itself knows goes before it.
        """
        last = next((int(known) for known in (last_event_id, since) if _ID.fullmatch(known)), 0)
        here = address or f"{request.url.netloc}/c"
        return StreamingResponse(_events(call_of(key), last, here), media_type="text/event-stream", headers=_LIVE)

    @routes.get("/calls/{key}/text")
    async def text(key: str) -> Response:
        return PlainTextResponse(call_of(key).so_far(), headers=SECRET)

    @routes.get("/calls/{key}")
    async def page(request: Request, key: str) -> Response:
        known = hub.get(key) is not None
        return templates.TemplateResponse(
            request,
            "captions.html",
            {"here": "captions", "call": f"/calls/{key}" if known else "", "unknown": texts["unknown_call"]},
            status_code=200 if known else 404,
            headers=SECRET,
        )

    return routes


async def _events(call: CallCaptions, since: int, address: str) -> AsyncIterator[str]:
    if not call.ended:
        yield f"retry: {RETRY_MS}\n" + sent_event("elsewhere", {"address": address, "pin": shown_pin(call.pin)})
    async for cue in call.follow(since):
        yield server_sent(cue)
    # Without a word of the end a browser would connect again for ever.
    yield sent_event("end", {"take_away": f"/t/{call.take_away}" if call.take_away else ""})
