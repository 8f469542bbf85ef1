"""The list of archived calls."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.templating import Jinja2Templates

from voice.archive.archive import Archive
from voice.archive.records import Call
from voice.review.rights import Deed
from voice.web.call_desk_view import clock
from voice.web.guard import Guard

A_PAGE = 50


def router(archive: Archive, templates: Jinja2Templates, guard: Guard) -> APIRouter:
    """GET /archive."""
    pages = APIRouter()
    searching = guard.page(Deed.SEARCH)

    # Plain functions: the server runs them on its worker threads, where the database may block.
    @pages.get("/archive", dependencies=[Depends(searching)])
    def calls(request: Request, before: str = "") -> Response:
        earlier = _time(before)
        found = archive.calls(limit=A_PAGE + 1, before=earlier)
        shown = found[:A_PAGE]
        context = {
            "here": "archive",
            "calls": [_call(call) for call in shown],
            "earlier": earlier is not None,
            "next": shown[-1].started_at.isoformat() if len(found) > A_PAGE else "",
        }
        return templates.TemplateResponse(request, "archive.html", context)

    return pages


def _call(call: Call) -> dict[str, Any]:
    return {
        "id": call.id,
        "line": call.line,
        "caller": call.caller,
        "transport": call.transport,
        "started": f"{call.started_at.astimezone():%d.%m.%Y, %H:%M}",
        "started_iso": call.started_at.astimezone().isoformat(timespec="seconds"),
        "length": "" if call.length_ms is None else clock(call.length_ms),
        "ended_by": call.ended_by,
        "reason": call.reason,
        "state": call.state,
        "flaws": call.flaws,
        "first_words": call.first_words,
    }


def _time(text: str) -> datetime | None:
    """A time of our own links; None for anything else: a mistyped address shows the newest calls."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time.tzinfo else None
