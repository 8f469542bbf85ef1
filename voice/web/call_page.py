"""GET /: the page that calls the line, and recorded callers for it.

GET /fixtures.json: all of them, each with the first thing it does; /fixtures/{name}.json: what one does, and when;
/fixtures/{name}.flac: its sound.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import FileResponse
from fastapi.templating import Jinja2Templates

from voice.errors import BadAudio, PromptError
from voice.transports.recorded import CallerPlan, read_turns
from voice.web.errors import error_texts

FIRST = "status_triples"  # offered before all others: a whole call, and the commonest one

log = logging.getLogger(__name__)


def router(templates: Jinja2Templates, *, lines: Mapping[str, str], fixtures: Path) -> APIRouter:
    """The call page.

    lines: number (digits only) -> title, in the order to offer them, looked at anew at each visit. fixtures: a
    directory of NAME.flac with NAME.expect.yaml beside them (see voice.transports.recorded), whose `title` names the
    recording; it may be absent.
    """
    routes = APIRouter()
    texts = error_texts()

    @routes.get("/")
    async def page(request: Request) -> Response:
        numbers = [{"number": number, "shown": spaced(number), "title": title} for number, title in lines.items()]
        return templates.TemplateResponse(request, "call.html", {"here": "call", "lines": numbers})

    def sound_of(name: str) -> Path:
        for path in fixtures.glob("*.flac"):
            if path.stem == name:
                return path
        raise HTTPException(404, texts["unknown_fixture"])

    @routes.get("/fixtures.json")
    def listing() -> list[dict[str, str]]:
        return [
            {"name": name, "title": plan.title or name, "says": first.says, "key": first.key}
            for name, plan in recordings(fixtures).items()
            for first in plan.turns[:1]
        ]

    @routes.get("/fixtures/{name}.json")
    def description(name: str) -> dict[str, Any]:
        try:
            plan = read_turns(sound_of(name))
        except (PromptError, BadAudio) as error:
            log.warning("a recorded caller cannot call: %s", error)
            raise HTTPException(422, texts["broken_fixture"]) from None
        room = dict(zip(("from_ms", "to_ms"), plan.room, strict=True)) if plan.room else None
        return {"turns": [asdict(turn) for turn in plan.turns], "room": room}

    @routes.get("/fixtures/{name}.flac")
    def recording(name: str) -> Response:
        return FileResponse(sound_of(name), media_type="audio/flac")

    return routes


def recordings(directory: Path) -> dict[str, CallerPlan]:
    """Recorded callers by name, in the order to offer them; one that cannot be read is left out and logged."""
    found: dict[str, CallerPlan] = {}
    for path in directory.glob("*.flac"):
        try:
            found[path.stem] = read_turns(path)
        except (PromptError, BadAudio) as error:
            log.warning("a recorded caller is left out: %s", error)
    return dict(sorted(found.items(), key=lambda item: (item[0] != FIRST, item[1].title or item[0])))


def spaced(number: str) -> str:
    """A dialled number as people read it: 88005553535 as 8 800 555-35-35; any other stays as it is."""
    if len(number) != 11:
        return number
    return f"{number[0]} {number[1:4]} {number[4:7]}-{number[7:9]}-{number[9:]}"
