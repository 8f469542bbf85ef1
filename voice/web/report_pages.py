"""Pages of reports: how many calls, how they went, where they are not understood; every table as CSV too."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response
from fastapi.templating import Jinja2Templates

from voice.dialog.script import Script
from voice.dialog.texts import capital
from voice.review.report_texts import report_texts
from voice.review.reports import NEWEST, SHEETS, Report, Reports, Words
from voice.review.rights import Deed
from voice.review.sample import EARLIEST, LATELY_DAYS, LATEST, USUAL_DAYS, Wanted, lately
from voice.review.sheets import as_csv
from voice.web.guard import Guard
from voice.web.report_view import drawn, in_cells

_GAP = re.compile(r"\{[^}]*\}")  # of a text, filled in every call anew
PAGES = {
    "calls": ("totals", "by_day", "by_hour", "by_line", "by_intent", "waiting"),
    "quality": ("by_step", "by_group", "replies", "captions"),
    "recognition": ("word_errors",),
    "unmatched": ("unmatched",),
}


FIRST = "calls"


def router(
    reports: Reports,
    templates: Jinja2Templates,
    named: Callable[[], Mapping[str, Mapping[str, str]]],
    guard: Guard,
) -> APIRouter:
    """GET /reports, /reports/quality, /reports/recognition, /reports/unmatched and /reports/{sheet}.csv.

    All take `since`, `until` (days) and `line`. named: how `lines`, `topics` and `questions` are called now.
    """
    pages = APIRouter(dependencies=[Depends(guard.page(Deed.REPORT))])
    texts = report_texts()

    def report(since: str, until: str, line: str) -> Report:
        return reports.of(_wanted(since, until, line), Words(**named(), codes=texts.codes))

    def shown(request: Request, page: str, made: Report) -> Response:
        wanted = made.wanted
        sheets = {name: made.sheet(name) for name in PAGES[page]}
        context = {
            "here": "reports",
            "page": page,
            "wanted": wanted,
            "lately": [(days, _query(lately(days, wanted.line))) for days in LATELY_DAYS],
            "query": _query(wanted),
            "lines": made.words.lines,
            "unmeasured": made.unmeasured,
            "texts": texts,
            "sheets": {name: in_cells(sheet) for name, sheet in sheets.items()},
            "newest": {name: most for name, (most, _) in NEWEST.items()},
            "questions": made.words.questions,
            "problems": made.problems if page == "unmatched" else [],
            "once": sum(len(problem.requests) == 1 for problem in made.problems) if page == "unmatched" else 0,
            "plots": {name: drawn(sheet, texts) for name, sheet in sheets.items()},
        }
        return templates.TemplateResponse(request, f"reports_{page}.html", context)

    def add(page: str) -> None:
        # A plain function: the server runs it on its worker threads, where the database may block.
        @pages.get("/reports" if page == FIRST else f"/reports/{page}")
        def show(request: Request, since: str = "", until: str = "", line: str = "") -> Response:
            return shown(request, page, report(since, until, line))

    for page in PAGES:
        add(page)

    @pages.get("/reports/{name}.csv")
    def table(name: str, since: str = "", until: str = "", line: str = "") -> Response:
        if name not in SHEETS:
            return Response(status_code=404)
        made = report(since, until, line)
        file = f"liniya_{name}_{made.wanted.since}_{made.wanted.until}.csv"
        return Response(
            as_csv(made.sheet(name), texts.columns, texts.parts),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{file}"'},
        )

    return pages


def names(script: Script) -> dict[str, Mapping[str, str]]:
    """How reports call the lines, topics and questions of these flows."""
    texts = script.texts
    meanings = texts.tables.get("meanings", {})
    return {
        "lines": {number: line.title for number, line in script.lines.items()},
        "topics": {topic: capital(meaning) for topic, meaning in meanings.items()},
        "questions": {
            step.id: _GAP.sub("…", texts.variants[step.ask or step.confirm][0]).strip(" …")
            for step in script.steps.values()
            if step.ask or step.confirm
        },
    }


def _wanted(since: str, until: str, line: str) -> Wanted:
    """What cannot be read as a day is the usual period: a mistyped address shows the last days."""
    last = _day(until) or date.today()
    first = _day(since) or last - timedelta(USUAL_DAYS - 1)
    return Wanted(min(first, last), max(first, last), line)


def _day(text: str) -> date | None:
    try:
        return min(max(date.fromisoformat(text), EARLIEST), LATEST)
    except ValueError:
        return None


def _query(wanted: Wanted) -> str:
    return urlencode({"since": wanted.since.isoformat(), "until": wanted.until.isoformat(), "line": wanted.line})
