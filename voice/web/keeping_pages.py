"""What is kept and what is destroyed: holds, erasure by a number, the records of destruction."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.templating import Jinja2Templates

from voice.archive.archive import Archive
from voice.archive.retention import Erased, Retention
from voice.archive.subjects import KINDS
from voice.office import plain
from voice.review.rights import Deed
from voice.web.guard import Guard, Who

A_PAGE = 50
LONGEST_REASON = 500


def router(archive: Archive, retention: Retention, guard: Guard, templates: Jinja2Templates) -> APIRouter:
    """GET /keeping, /keeping/destructions/{number}; POST /keeping/erase, /keeping/owed, /keeping/lift,
    /archive/{call_id}/hold."""
    pages = APIRouter()

    def show(request: Request, *, status: int = 200, **context: Any) -> Response:
        given = {
            "here": "keeping",
            "kinds": KINDS,
            "holds": retention.holds(),
            "owed": retention.owed(),
            "destructions": retention.destructions(limit=A_PAGE),
            **context,
        }
        return templates.TemplateResponse(request, "keeping.html", given, status_code=status)

    @pages.get("/keeping", dependencies=[Depends(guard.page(Deed.ERASE))])
    def keeping(request: Request) -> Response:
        return show(request)

    @pages.get("/keeping/destructions/{number}", dependencies=[Depends(guard.page(Deed.ERASE))])
    def destruction(request: Request, number: int) -> Response:
        found = retention.destruction(number)
        if found is None:
            return show(request, status=404, problem="unknown_destruction")
        given = {"here": "keeping", "one": found, "completed_by": retention.completed_by(number)}
        return templates.TemplateResponse(request, "destruction.html", given)

    @pages.post("/keeping/erase", dependencies=[Depends(guard.page(Deed.ERASE))])
    def erase(request: Request, who: Who) -> Response:
        kind, number = who.form.get("kind"), who.form.get("number").strip()
        reason = who.form.get("reason").strip()[:LONGEST_REASON]
        asked = {"kind": kind, "number": number, "reason": reason}
        if kind not in KINDS or not plain(kind, number):
            return show(request, status=422, problem="no_number", asked=asked)
        if not reason:
            return show(request, status=422, problem="no_reason", asked=asked)
        found = retention.erasable(kind, number)
        if not (found.calls or found.held) and found.entries == ():
            return show(request, problem="nothing_found", asked=asked)
        if who.form.get("sure") != _counted(found):  # what was shown before
            return show(request, asked=asked, found=found, sure=_counted(found))
        erased = retention.erase(kind, number, by=who.person.login, reason=reason)
        return show(request, erased=erased)

    @pages.post("/keeping/owed", dependencies=[Depends(guard.page(Deed.ERASE))])
    def ask_again(request: Request) -> Response:
        retention.ask_again()
        return show(request, asked_again=True)

    @pages.post("/keeping/lift", dependencies=[Depends(guard.page(Deed.HOLD))])
    def lift(request: Request, who: Who) -> Response:
        number = who.form.get("hold")
        if not number.isdecimal() or not retention.lift(int(number), by=who.person.login):
            return show(request, status=404, problem="unknown_hold")
        return RedirectResponse("/keeping", status_code=303)

    @pages.post("/archive/{call_id}/hold", dependencies=[Depends(guard.page(Deed.HOLD))])
    def hold(request: Request, call_id: str, who: Who) -> Response:
        reason = who.form.get("reason").strip()[:LONGEST_REASON]
        if archive.call(call_id) is None:
            return show(request, status=404, problem="unknown_call")
        if not reason:
            return show(request, status=422, problem="no_reason")
        retention.hold(call_id, by=who.person.login, reason=reason)
        return RedirectResponse(f"/archive/{call_id}", status_code=303)

    return pages


def _counted(found: Erased) -> str:
    entries = "unreached" if found.entries is None else len(found.entries)
    return f"{len(found.calls) + len(found.held)} calls, {entries} entries"
