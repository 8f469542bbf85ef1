"""GET /reviews/agreement: how well first and second reviewers of a call agree."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response
from fastapi.templating import Jinja2Templates

from voice.review.reviews import Reviews, agreements
from voice.review.rights import Deed
from voice.web.guard import Guard


def router(reviews: Reviews, templates: Jinja2Templates, guard: Guard) -> APIRouter:
    pages = APIRouter()

    @pages.get("/reviews/agreement", dependencies=[Depends(guard.page(Deed.REPORT))])
    def page(request: Request) -> Response:
        found = agreements(reviews.done_twice(), reviews.checklist)
        context = {"here": "reports", "found": found, "checklist": reviews.checklist}
        return templates.TemplateResponse(request, "agreement.html", context)

    return pages
