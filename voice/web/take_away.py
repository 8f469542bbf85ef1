"""/t/{key}: what a caller keeps of a call. A page, the same as PDF and as text, the captions as WebVTT."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.templating import Jinja2Templates

from voice.archive.archive import Archive
from voice.archive.records import Record
from voice.captions.export import clock, lines, web_vtt
from voice.captions.labels import Labels
from voice.captions.pdf import as_pdf
from voice.captions.take_away import as_text, outcomes
from voice.events import from_json
from voice.web.caption_stream import SECRET
from voice.web.errors import error_texts
from voice.web.moments import started


def router(archive: Archive, templates: Jinja2Templates, labels: Labels, *, titles: Mapping[str, str]) -> APIRouter:
    """titles: number of a line -> its title. The secret in the address is all that opens a call here."""
    pages = APIRouter()
    texts = error_texts()

    def fetch(key: str) -> tuple[Record, datetime]:
        found = archive.given_away(key)
        if found is None:
            raise HTTPException(404, texts["no_take_away"])
        return found

    # Plain functions: the server runs them on its worker threads, where the database may block.
    @pages.get("/t/{key}")
    def page(request: Request, key: str) -> Response:
        found = archive.given_away(key)
        if found is None:
            missing = {"missing": texts["no_take_away"]}
            return templates.TemplateResponse(request, "take_away.html", missing, status_code=404, headers=SECRET)
        record, until = found
        events = _events(record)
        said = lines(events, labels)
        context: dict[str, Any] = {
            "key": key,
            **_head(record, titles),
            "until": f"{until.astimezone():%d.%m.%Y}",
            "outcomes": outcomes(events),
            "lines": [{"at": clock(line.start_ms), "who": line.speaker, "text": line.text} for line in said],
        }
        return templates.TemplateResponse(request, "take_away.html", context, headers=SECRET)

    @pages.get("/t/{key}/text")
    def text(key: str) -> Response:
        record, _ = fetch(key)
        return _file(as_text(_events(record), labels, _top(record, titles)), "text/plain", _name(record, "txt"))

    @pages.get("/t/{key}/take-away.pdf")
    def pdf(key: str) -> Response:
        record, _ = fetch(key)
        return _file(as_pdf(_events(record), labels, _top(record, titles)), "application/pdf", _name(record, "pdf"))

    @pages.get("/t/{key}/captions.vtt")
    def captions(key: str) -> Response:
        record, _ = fetch(key)
        return _file(web_vtt(_events(record), labels), "text/vtt", _name(record, "vtt"))

    return pages


def _events(record: Record) -> list[Any]:
    return [from_json(stored.json) for stored in record.events]


def _head(record: Record, titles: Mapping[str, str]) -> dict[str, str]:
    return {"title": titles.get(record.call.line, record.call.line), **started(record.call.started_at)}


def _top(record: Record, titles: Mapping[str, str]) -> str:
    head = _head(record, titles)
    return f"{head['title']}, {head['started']}"


def _name(record: Record, ending: str) -> str:
    return f"call-{record.call.started_at.astimezone():%Y-%m-%d-%H%M}.{ending}"


def _file(content: str | bytes, media_type: str, name: str) -> Response:
    headers = {**SECRET, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)
