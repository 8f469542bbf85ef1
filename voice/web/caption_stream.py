"""GET /calls/{id}/captions: a call's captions as server-sent events; GET /calls/{id}: the page that shows them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

from fastapi import APIRouter, Header, HTTPException, Request, Response
from fastapi.responses import StreamingResponse
from fastapi.templating import Jinja2Templates

from voice.captions.live import END_OF_STREAM, CallCaptions, CaptionHub, server_sent
from voice.web.errors import error_texts

_ID = re.compile(r"[0-9]{1,15}")
# A proxy that collects the stream into large pieces would hold the words back.
_LIVE = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


def router(hub: CaptionHub, templates: Jinja2Templates) -> APIRouter:
    """Captions of the calls of `hub`. The id of a call is the secret that opens them."""
    routes = APIRouter()
    texts = error_texts()

    @routes.get("/calls/{call_id}/captions")
    async def captions(call_id: str, last_event_id: str = Header(default="0")) -> Response:
        call = hub.get(call_id)
        if call is None:
            raise HTTPException(404, texts["unknown_call"])
        since = int(last_event_id) if _ID.fullmatch(last_event_id) else 0
        return StreamingResponse(_events(call, since), media_type="text/event-stream", headers=_LIVE)

    @routes.get("/calls/{call_id}")
    async def page(request: Request, call_id: str) -> Response:
        known = hub.get(call_id) is not None
        return templates.TemplateResponse(
            request,
            "captions.html",
            {"captions_url": f"/calls/{call_id}/captions" if known else "", "unknown": texts["unknown_call"]},
            status_code=200 if known else 404,
        )

    return routes


async def _events(call: CallCaptions, since: int) -> AsyncIterator[str]:
    async for cue in call.follow(since):
        yield server_sent(cue)
    yield END_OF_STREAM
