"""GET /: the page that calls the line; GET /fixtures.json and /fixtures/{name}.flac: recorded callers for it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import FileResponse
from fastapi.templating import Jinja2Templates

from voice.errors import PromptError
from voice.nlu.data import load
from voice.web.errors import error_texts

log = logging.getLogger(__name__)


def router(templates: Jinja2Templates, *, lines: Mapping[str, str], fixtures: Path) -> APIRouter:
    """The call page.

    lines: number (digits only) -> title, in the order to offer them. fixtures: a directory of NAME.flac with
    NAME.expect.yaml beside it, whose `title` names the recording; it may be absent.
    """
    routes = APIRouter()
    texts = error_texts()
    numbers = [{"number": number, "shown": spaced(number), "title": title} for number, title in lines.items()]

    @routes.get("/")
    async def page(request: Request) -> Response:
        return templates.TemplateResponse(request, "call.html", {"here": "call", "lines": numbers})

    @routes.get("/fixtures.json")
    def listing() -> list[dict[str, str]]:
        return [{"name": name, "title": title} for name, title in recordings(fixtures).items()]

    @routes.get("/fixtures/{name}.flac")
    def recording(name: str) -> Response:
        if name not in recordings(fixtures):
            raise HTTPException(404, texts["unknown_fixture"])
        return FileResponse(fixtures / f"{name}.flac", media_type="audio/flac")

    return routes


def recordings(directory: Path) -> dict[str, str]:
    """Recorded callers, name -> title; one whose description cannot be read is left out and logged."""
    found: dict[str, str] = {}
    for path in sorted(directory.glob("*.flac")):
        try:
            expected = load(path.with_suffix(".expect.yaml")).fields(needed=["title"])
            found[path.stem] = expected["title"].text()
        except PromptError as error:
            log.warning("a recorded caller is left out: %s", error)
    return found


def spaced(number: str) -> str:
    """A dialled number as people read it: 88005553535 as 8 800 555-35-35; any other stays as it is."""
    if len(number) != 11:
        return number
    return f"{number[0]} {number[1:4]} {number[4:7]}-{number[7:9]}-{number[9:]}"
