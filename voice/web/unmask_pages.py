"""/archive/{call}/unmask: to see a call unmasked for a while, somebody who may says why."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.templating import Jinja2Templates

from voice.archive.archive import Archive
from voice.review.accesses import UNMASKED
from voice.review.rights import Deed
from voice.web.guard import Guard, Who

SHORTEST, LONGEST = 10, 500  # characters of a reason
MINUTES = int(UNMASKED.total_seconds()) // 60


def router(archive: Archive, guard: Guard, templates: Jinja2Templates) -> APIRouter:
    """GET asks for the reason, POST writes it down and unmasks the call for this person."""
    pages = APIRouter()
    unmasking = guard.page(Deed.UNMASK, logged=False)  # only a given reason is an unmasking

    def ask(request: Request, call_id: str, *, status: int = 200, reason: str = "", problem: str = "") -> Response:
        if archive.call(call_id) is None:
            return templates.TemplateResponse(request, "archive_missing.html", {"here": "archive"}, status_code=404)
        context = {"here": "archive", "call_id": call_id, "reason": reason, "problem": problem, "minutes": MINUTES}
        context |= {"shortest": SHORTEST, "longest": LONGEST}
        return templates.TemplateResponse(request, "unmask.html", context, status_code=status)

    @pages.get("/archive/{call_id}/unmask", dependencies=[Depends(unmasking)])
    def form(request: Request, call_id: str) -> Response:
        return ask(request, call_id)

    @pages.post("/archive/{call_id}/unmask", dependencies=[Depends(unmasking)])
    def unmask(request: Request, call_id: str, signed: Who) -> Response:
        reason = " ".join(signed.form.get("reason").split())
        if not SHORTEST <= len(reason) <= LONGEST or archive.call(call_id) is None:
            return ask(request, call_id, status=422, reason=reason, problem="reason")
        guard.accesses.add(signed.person, Deed.UNMASK, call=call_id, reason=reason, detail={"minutes": MINUTES})
        return RedirectResponse(f"/archive/{call_id}", status_code=303)

    return pages
