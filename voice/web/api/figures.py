"""Reports as numbers: what stands on their pages, with codes in the place of names."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from voice.review import reports as made
from voice.review.report_texts import report_texts
from voice.review.rights import Deed
from voice.review.sample import EARLIEST, LATEST, USUAL_DAYS, Wanted
from voice.review.sheets import Cell, Share, Spread
from voice.web.api.models import ReportColumn, ReportPage, ReportShare, ReportSpread, Text
from voice.web.api.parts import PREFIX, errors
from voice.web.guard import Guard
from voice.web.problems import ApiProblem

Name = Literal[
    "totals", "by_day", "by_hour", "by_line", "by_intent", "waiting",
    "by_step", "replies", "captions", "by_group", "word_errors", "unmatched",
]  # fmt: skip
CODES = made.Words({}, {}, {}, {})  # programs have names of their own
NAMES_ONLY = {"question"}  # columns that are empty without names


class Period(BaseModel):
    """Which calls, by the day they began on by the server's clock."""

    model_config = ConfigDict(extra="forbid")

    since: date | None = Field(None, description=f"Without it, {USUAL_DAYS} days up to `until`")
    until: date | None = Field(None, description="Included; without it, today")
    line: Text = Field("", description="The dialled number; empty: every line")


def router(reports: made.Reports, guard: Guard) -> APIRouter:
    api = APIRouter(prefix=PREFIX, tags=["reports"])
    sees = Depends(guard.api(Deed.REPORT))

    # A plain function: the server runs it on a worker thread, where the database may block.
    @api.get("/reports/{name}", dependencies=[sees], responses=errors())
    def report(name: Annotated[Name, Path()], period: Annotated[Period, Query()]) -> ReportPage:
        """One table of the reports of a period. What its columns mean stands with them, in Russian."""
        wanted = _wanted(period)
        asked = reports.of(wanted, CODES)
        sheet, texts = asked.sheet(name), report_texts()
        most, of = made.NEWEST.get(name, (None, None))
        return ReportPage(
            name=name,
            since=wanted.since,
            until=wanted.until,
            line=wanted.line,
            unmeasured=asked.unmeasured,
            newest=most,
            newest_of=of,
            columns=[
                ReportColumn(
                    name=column, title=texts.columns.get(column, column), means=texts.definitions.get(column, "")
                )
                for column in sheet.columns
                if column not in NAMES_ONLY
            ],
            rows=[
                {
                    column: _told(cell)
                    for column, cell in zip(sheet.columns, row, strict=True)
                    if column not in NAMES_ONLY
                }
                for row in sheet.rows
            ],
        )

    return api


def _wanted(period: Period) -> Wanted:
    """Raises ApiProblem for days in the wrong order: a program is told, not humoured."""
    until = min(max(period.until or date.today(), EARLIEST), LATEST)
    since = min(max(period.since or until - timedelta(USUAL_DAYS - 1), EARLIEST), LATEST)
    if since > until:
        raise ApiProblem("invalid", errors=[{"where": ["query", "since"], "what": "is after `until`"}])
    return Wanted(since, until, period.line)


def _told(cell: Cell) -> str | int | ReportShare | ReportSpread:
    match cell:
        case Share(part=part, of=of, percent=percent):
            return ReportShare(part=part, of=of, percent=percent)
        case Spread(median=median, p95=p95, n=n, unit=unit):
            return ReportSpread(median=median, p95=p95, n=n, unit=unit)
        case _:
            return cell
