"""Finding calls: the list by time, the queue by risk, calls that run, searches that somebody keeps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.templating import Jinja2Templates

from voice.archive.archive import Archive
from voice.archive.index import Index
from voice.archive.query import parse
from voice.review.finding import Finding
from voice.review.kept_searches import KeptSearches
from voice.review.rights import Deed
from voice.review.search import NO, Search
from voice.web import archive_view as view
from voice.web.guard import Guard, Signed, Who

Names = Callable[[], Mapping[str, str]]


def _nothing() -> Mapping[str, str]:
    return {}


def router(
    archive: Archive, templates: Jinja2Templates, guard: Guard, *, lines: Names = _nothing, topics: Names = _nothing
) -> APIRouter:
    """GET /archive, /archive/queue, /archive/running (a part of both); POST /archive/searches, .../{number}/drop.

    lines, topics: what each is called now.
    """
    pages = APIRouter()
    finding = Finding(archive, Index(archive))
    kept = KeptSearches(archive)
    searching = guard.page(Deed.SEARCH)
    beside = guard.page(Deed.SEARCH, logged=False)  # of a page that was written down

    def shown(request: Request, signed: Signed, search: Search) -> Response:
        after = request.query_params.get("after", "")
        names = topics()
        context = {
            "here": "archive",
            "search": search,
            "by": search.by,
            "by_time": view.address(replace(search, by="time")),
            "by_risk": view.address(replace(search, by="risk")),
            "conditions": search.filters - (search.by == "risk" and search.reviewed == NO),  # without the queue's own
            "reset": view.address(Search(by=search.by)),
            "hidden": view.hidden(search),
            "kept": [(one.id, one.name, view.address(one.search)) for one in kept.of(signed.person.id)],
            "lines": {**dict.fromkeys(finding.lines(), ""), **lines()},
            "topics": {intent: names.get(intent, intent) for intent in finding.intents()},
            "running": [view.unfinished(one) for one in finding.unfinished()],
            "numbers": parse(search.text).numbers,
            "later": bool(after),
            **view.page(finding.find(search, after=after), search, names),
        }
        return templates.TemplateResponse(request, "archive.html", context)

    # Plain functions: the server runs them on its worker threads, where the database may block.
    @pages.get(view.LIST, dependencies=[Depends(searching)])
    def by_time(request: Request, signed: Who) -> Response:
        return shown(request, signed, replace(Search.of(request.query_params), by="time"))

    @pages.get(view.QUEUE, dependencies=[Depends(searching)])
    def by_risk(request: Request, signed: Who) -> Response:
        return shown(request, signed, replace(Search.of({"reviewed": NO, **request.query_params}), by="risk"))

    @pages.get("/archive/running", dependencies=[Depends(beside)])
    def running(request: Request) -> Response:
        context = {"running": [view.unfinished(one) for one in finding.unfinished()]}
        return templates.TemplateResponse(request, "archive_running.html", context)

    @pages.post("/archive/searches", dependencies=[Depends(searching)])
    def keep(signed: Who) -> Response:
        search = Search.of({name: signed.form.get(name) for name in Search.__dataclass_fields__})
        kept.keep(signed.person.id, signed.form.get("name"), search)
        return RedirectResponse(view.address(search), status_code=303)

    @pages.post("/archive/searches/{number}/drop", dependencies=[Depends(searching)])
    def drop(signed: Who, number: int) -> Response:
        kept.drop(signed.person.id, number)
        return RedirectResponse(view.LIST, status_code=303)

    return pages
