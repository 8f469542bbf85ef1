"""What callers' words could add to prompts/: a list to tick, and the patch of what was ticked."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fastapi import APIRouter, Depends, Request, Response
from fastapi.templating import Jinja2Templates

from voice.review.prompt_edits import Patch
from voice.review.proposals import Proposal
from voice.review.rights import Deed
from voice.web.guard import Guard, Who

PATCH = "liniya-prompts.patch"


def router(
    propose: Callable[[], Sequence[Proposal]],
    patch: Callable[[Sequence[Proposal]], Patch],
    templates: Jinja2Templates,
    guard: Guard,
) -> APIRouter:
    """GET and POST /proposals; both `propose` and `patch` may take seconds."""
    pages = APIRouter(dependencies=[Depends(guard.page(Deed.PROPOSE))])

    # Plain functions: the server runs them on its worker threads.
    @pages.get("/proposals")
    def proposals(request: Request) -> Response:
        shown = {"here": "proposals", "proposals": propose(), "ticked": frozenset()}
        return templates.TemplateResponse(request, "proposals.html", shown)

    @pages.post("/proposals")
    def export(request: Request, who: Who) -> Response:
        found, ticked = propose(), frozenset(who.form.all("take"))
        chosen = [one for one in found if one.id in ticked]
        made = patch(chosen)
        if chosen and (not made.troubles or who.form.get("all_the_same")):
            headers = {"Content-Disposition": f'attachment; filename="{PATCH}"'}
            return Response(made.text, media_type="text/x-patch", headers=headers)
        shown = {"here": "proposals", "proposals": found, "ticked": ticked, "troubles": made.troubles, "asked": True}
        return templates.TemplateResponse(request, "proposals.html", shown, status_code=409 if chosen else 422)

    return pages
