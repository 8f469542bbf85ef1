"""A report's sheets as they are seen: cells with what stands behind them, and plots."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from voice.review import plots
from voice.review.report_texts import ReportTexts
from voice.review.sheets import Cell, Share, Sheet, Spread, number

MOST_BARS = 12
MOST_LETTERS = 48  # of a label above its bar
MINUTE_S = 60
WHOLE_PERCENTS = 10


@dataclass(frozen=True, slots=True)
class Shown:
    """kind: text, count, share or spread. `part` and `of` stand behind a share, p95 and n behind a median.

    few: there are too few cases for `main`. unit: %, s or ms; empty: none, or minutes and seconds.
    """

    kind: str
    main: str
    unit: str = ""
    part: str = ""
    of: str = ""
    few: bool = False


@dataclass(frozen=True, slots=True)
class ShownSheet:
    name: str
    columns: tuple[str, ...]
    rows: list[list[Shown]]


def in_cells(sheet: Sheet) -> ShownSheet:
    return ShownSheet(sheet.name, sheet.columns, [[_shown(cell) for cell in row] for row in sheet.rows])


def drawn(sheet: Sheet, texts: ReportTexts) -> list[str]:
    """The plots of a sheet as SVG; none for a sheet that is read as a table only."""
    draw = _DRAWN.get(sheet.name)
    title = texts.sheets[sheet.name]
    return draw(sheet, title["title"], title, texts) if draw and sheet.rows else []


def _shown(cell: Cell) -> Shown:
    match cell:
        case Share(part=part, of=of, percent=percent):
            return Shown("share", _percent(percent), "%", number(part), number(of), few=percent is None)
        case Spread(median=median, p95=p95, n=n, unit="s") if p95 is not None and p95 >= MINUTE_S:
            return Shown("spread", _clock(median or 0), "", _clock(p95), number(n))
        case Spread(median=median, p95=p95, n=n, unit=unit):
            return Shown("spread", _written(median), unit, _written(p95), number(n), few=median is None)
        case int():
            return Shown("count", number(cell))
        case str():
            return Shown("text", cell)


def _written(value: float | None) -> str:
    return "" if value is None else number(value)


def _percent(value: float | None) -> str:
    """Small ones with a place after the comma: one in a hundred is not the same as two."""
    return "" if value is None else number(value, int(0 < value < WHOLE_PERCENTS))


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"


def _days(sheet: Sheet, title: str, told: Mapping[str, str], texts: ReportTexts) -> list[str]:
    labels = [str(since)[:5] for since in sheet.column("since")]
    counts = [int(str(calls)) for calls in sheet.column("calls")]
    solved = [share.percent for share in sheet.column("solved") if isinstance(share, Share)]
    return [
        plots.columns("by_day", title, told["told"], labels, counts),
        plots.line("by_day_solved", texts.columns["solved"], told["told_solved"], labels, solved),
    ]


def _hours(sheet: Sheet, title: str, told: Mapping[str, str], texts: ReportTexts) -> list[str]:
    rows = [(str(row[0]), [int(str(count)) for count in row[1:]]) for row in sheet.rows]
    return [plots.heat("by_hour", title, told["told"], rows, sheet.columns[1:])]


def _counts(sheet: Sheet, title: str, told: Mapping[str, str], texts: ReportTexts) -> list[str]:
    rows = [(str(row[0]), int(str(row[1])), number(int(str(row[1])))) for row in sheet.rows[:MOST_BARS]]
    return [plots.bars(sheet.name, title, told["told"], rows, max(count for _, count, _ in rows))]


def _misses(sheet: Sheet, title: str, told: Mapping[str, str], texts: ReportTexts) -> list[str]:
    rows = [
        (
            textwrap.shorten(str(question) or str(step), MOST_LETTERS, placeholder="…"),
            missed.percent,
            f"{_percent(missed.percent)} %",
        )
        for step, question, missed in zip(*map(sheet.column, ("step", "question", "missed")), strict=True)
        if isinstance(missed, Share) and missed.percent
    ]
    worst = sorted(rows, key=lambda row: -row[1])[:MOST_BARS]
    return [plots.bars(sheet.name, title, told["told"], worst, 100)] if worst else []


Draw = Callable[[Sheet, str, Mapping[str, str], ReportTexts], list[str]]
_DRAWN: Mapping[str, Draw] = {
    "by_day": _days,
    "by_hour": _hours,
    "by_line": _counts,
    "by_intent": _counts,
    "by_step": _misses,
}
