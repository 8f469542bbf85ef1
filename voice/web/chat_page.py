"""GET /chat: where a conversation in writing begins; POST /chat begins one; GET /chat/{key}: the conversation.

It is read as captions and answered beside them, so that a page that was reloaded, or was away, simply goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import parse_qs

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.templating import Jinja2Templates

from voice.captions.live import CaptionHub
from voice.errors import LineBusy
from voice.line import CallRequest
from voice.web.body import read_text
from voice.web.call_page import spaced
from voice.web.errors import error_texts

LONGEST_FORM = 1024  # bytes
OWN_SITES = ("same-origin", "none", "")  # who may begin a conversation; browsers that do not say are believed


def router(
    begin: Callable[[str, str], CallRequest], hub: CaptionHub, templates: Jinja2Templates, *, lines: Mapping[str, str]
) -> APIRouter:
    """begin: starts a conversation with the line of this number, for a browser that has reached this host; raises
    LineBusy. lines: number -> title."""
    pages = APIRouter()
    texts = error_texts()

    def start_page(request: Request, problem: str = "", status: int = 200) -> Response:
        numbers = [{"number": number, "shown": spaced(number), "title": title} for number, title in lines.items()]
        context = {"here": "chat", "lines": numbers, "problem": problem}
        return templates.TemplateResponse(request, "chat_start.html", context, status_code=status)

    @pages.get("/chat")
    async def start(request: Request) -> Response:
        return start_page(request)

    @pages.post("/chat")
    async def begin_one(request: Request) -> Response:
        if request.headers.get("sec-fetch-site", "") not in OWN_SITES:
            raise HTTPException(403)
        number = parse_qs(await read_text(request, longest=LONGEST_FORM) or "").get("line", [""])[0]
        if number not in lines:
            return start_page(request, texts["unknown_line"], 422)
        try:
            begun = begin(number, request.url.netloc)
        except LineBusy:
            return start_page(request, texts["busy"], 503)
        return RedirectResponse(f"/chat/{begun.key}", 303)

    @pages.get("/chat/{key}")
    async def chat(request: Request, key: str) -> Response:
        if hub.get(key) is None:
            return start_page(request, texts["unknown_chat"], 404)
        return templates.TemplateResponse(request, "chat.html", {"here": "chat", "call": f"/calls/{key}"})

    return pages
