"""The whole API as one router, and its description."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse

from voice import __version__
from voice.archive.archive import Archive
from voice.archive.index import Index
from voice.archive.retention import Retention
from voice.captions.labels import Labels
from voice.review.finding import Finding
from voice.review.reports import Reports
from voice.web.api import calls, figures, handing_on, keeping, people, work
from voice.web.api.parts import PREFIX
from voice.web.call_desk import Desk

ABOUT = (
    "Kept calls of the line. Sign in with `Authorization: Bearer` and a program's secret; the rights are those of its "
    "role, and every access is logged. What is personal is masked."
)


def router(archive: Archive, desk: Desk, labels: Labels, retention: Retention, reports: Reports) -> APIRouter:
    """Everything under PREFIX, and PREFIX/openapi.json."""
    finding = Finding(archive, Index(archive))
    api = APIRouter()
    for part in (
        calls.router(desk, finding, labels),
        work.router(desk),
        handing_on.router(desk, finding, labels),
        keeping.router(desk, retention),
        people.router(desk.guard),
        figures.router(reports, desk.guard),
    ):
        api.include_router(part)
    described = _described(api)

    @api.get(f"{PREFIX}/openapi.json", include_in_schema=False)
    def openapi() -> JSONResponse:
        return JSONResponse(described)

    return api


def _described(api: APIRouter) -> dict[str, Any]:
    told = get_openapi(title="Liniya", version=__version__, description=ABOUT, routes=api.routes)
    told["components"]["securitySchemes"] = {"program": {"type": "http", "scheme": "bearer"}}
    told["security"] = [{"program": []}]
    # Errors are described as problems alone, though FastAPI adds a JSON form of its own for each.
    for path in told["paths"].values():
        for operation in path.values():
            for status, answer in operation["responses"].items():
                if status >= "400":
                    answer.get("content", {}).pop("application/json", None)
    for name in ("HTTPValidationError", "ValidationError"):
        told["components"]["schemas"].pop(name, None)
    return told
