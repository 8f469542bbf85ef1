"""What may be tried with one kept call: its words before the present flows, and a fixture to download."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import fields

from fastapi import APIRouter, Depends, Request, Response
from fastapi.templating import Jinja2Templates

from voice.errors import VoiceError
from voice.review.course import Course, changes
from voice.review.rights import Deed
from voice.web.guard import Guard


def router(
    replay: Callable[[str], tuple[Course, Course] | None],
    fixture: Callable[[str], Awaitable[tuple[str, bytes] | None]],
    templates: Jinja2Templates,
    guard: Guard,
) -> APIRouter:
    """GET /archive/{id}/replay and /archive/{id}/fixture.zip. `replay` blocks; both raise VoiceError."""
    pages = APIRouter()

    def missing(request: Request) -> Response:
        return templates.TemplateResponse(request, "archive_missing.html", {"here": "archive"}, status_code=404)

    @pages.get("/archive/{call_id}/replay", dependencies=[Depends(guard.page(Deed.REPLAY))])
    def replayed(request: Request, call_id: str) -> Response:
        courses = replay(call_id)
        if courses is None:
            return missing(request)
        before, after = courses
        changed = changes(before, after)
        rows = [
            (one.name, _shown(before, one.name), _shown(after, one.name), one.name in changed) for one in fields(Course)
        ]
        shown = {"here": "archive", "call_id": call_id, "rows": rows, "changed": bool(changed)}
        return templates.TemplateResponse(request, "replay.html", shown)

    @pages.get("/archive/{call_id}/fixture.zip", dependencies=[Depends(guard.page(Deed.PROPOSE))])
    async def packed(request: Request, call_id: str) -> Response:
        try:
            made = await fixture(call_id)
        except VoiceError:
            shown = {"here": "archive", "call_id": call_id}
            return templates.TemplateResponse(request, "no_fixture.html", shown, status_code=409)
        if made is None:
            return missing(request)
        name, files = made
        headers = {"Content-Disposition": f'attachment; filename="{name}.zip"', "Cache-Control": "no-store"}
        return Response(files, media_type="application/zip", headers=headers)

    return pages


def _shown(course: Course, name: str) -> str:
    value = getattr(course, name)
    if isinstance(value, bool):
        return "+" if value else "-"
    return ", ".join(value) or "-" if isinstance(value, tuple) else str(value)
