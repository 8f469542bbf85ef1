"""/accesses: the log of who did what with whose call, on pages and as a table file."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import StreamingResponse
from fastapi.templating import Jinja2Templates

from voice.review.accesses import Access, Wanted
from voice.review.rights import Deed
from voice.web.guard import Guard

A_PAGE, A_PIECE = 100, 1_000
OTHER_DEEDS = ("sign_in", "sign_in_failed", "sign_out", "setup", "password", "refused")
COLUMNS = ("n", "at", "person", "role", "deed", "call", "reason", "detail")


def router(guard: Guard, templates: Jinja2Templates) -> APIRouter:
    """GET /accesses and /accesses.csv; both are narrowed by `person`, `deed`, `call`, `since` and `until` (dates)."""
    pages = APIRouter()
    reading = guard.page(Deed.READ_LOG)

    @pages.get("/accesses", dependencies=[Depends(reading)])
    def accesses(
        request: Request,
        person: str = "",
        deed: str = "",
        call: str = "",
        since: str = "",
        until: str = "",
        before: str = "",
        check: str = "",
    ) -> Response:
        wanted = _wanted(person, deed, call, since, until)
        earlier = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
        found = guard.accesses.find(wanted, limit=A_PAGE + 1, before=earlier)
        shown = found[:A_PAGE]
        asked = {"person": person, "deed": deed, "call": call, "since": since, "until": until}
        query = urlencode({name: value for name, value in asked.items() if value})
        context = {
            "here": "accesses",
            "accesses": [_shown(one) for one in shown],
            "asked": asked,
            "query": query,
            "deeds": (*Deed, *OTHER_DEEDS),
            "next": shown[-1].n if len(found) > A_PAGE else 0,
            "earlier": earlier is not None,
            "faults": guard.accesses.faults() if check else None,
        }
        return templates.TemplateResponse(request, "accesses.html", context)

    @pages.get("/accesses.csv", dependencies=[Depends(reading)])
    def table(person: str = "", deed: str = "", call: str = "", since: str = "", until: str = "") -> Response:
        rows = _all(guard, _wanted(person, deed, call, since, until))
        headers = {"Content-Disposition": 'attachment; filename="accesses.csv"'}
        return StreamingResponse(_csv(rows), media_type="text/csv; charset=utf-8", headers=headers)

    return pages


def _wanted(person: str, deed: str, call: str, since: str, until: str) -> Wanted:
    last = _day(until)
    day_after = last + timedelta(days=1) if last else None
    return Wanted(person=person, deed=deed, call=call.strip(), since=_day(since), until=day_after)


def _day(text: str) -> datetime | None:
    """The beginning of a day here; None for anything else: a mistyped date narrows nothing."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").astimezone()
    except (ValueError, OverflowError):
        return None


def _shown(access: Access) -> dict[str, Any]:
    return {
        "n": access.n,
        "at": f"{access.at.astimezone():%d.%m.%Y %H:%M:%S}",
        "person": access.person,
        "role": access.role,
        "deed": access.deed,
        "call": access.call,
        "reason": access.reason,
        "detail": json.dumps(access.detail, ensure_ascii=False) if access.detail else "",
    }


def _all(guard: Guard, wanted: Wanted) -> Iterator[Access]:
    before: int | None = None
    while found := guard.accesses.find(wanted, limit=A_PIECE, before=before):
        yield from found
        before = found[-1].n


def _csv(rows: Iterator[Access]) -> Iterator[str]:
    yield "\ufeff" + ",".join(COLUMNS) + "\r\n"  # the mark tells table programs that it is UTF-8
    for row in rows:
        line = io.StringIO()
        at, detail = row.at.astimezone().isoformat(timespec="seconds"), json.dumps(row.detail, ensure_ascii=False)
        csv.writer(line).writerow(
            [row.n, at, *map(_inert, (row.person, row.role, row.deed, row.call, row.reason, detail))]
        )
        yield line.getvalue()


def _inert(text: str) -> str:
    """A table program takes some beginnings for a formula and runs it."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
