"""Plots as SVG that stands in a page: it takes the page's colours, in the light and in the dark, by its classes.

Each is one picture to a screen reader, told by its title and description; the page puts the table beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from math import ceil, floor, log10
from xml.sax.saxutils import escape

from voice.review.sheets import number

WIDTH, HEIGHT = 720, 240
LEFT, RIGHT, TOP, BOTTOM = 48, 12, 14, 30  # for the scales
TICKS = 4
MOST_LABELS = 12  # below the columns
SHADES = 5  # of the heat map; class shade-0 is for nothing at all
CELL, GAP = 26, 2
BARS_WIDTH, BAR = 440, 44  # narrow enough for a phone; a label and the bar below it
ROW_LABELS, COLUMN_LABELS = 36, 20


def columns(name: str, title: str, told: str, labels: Sequence[str], values: Sequence[int]) -> str:
    """A column for each label, from 0. name: unique in its page. told: what a screen reader says of it."""
    top = _top(max(values, default=0))
    width = (WIDTH - LEFT - RIGHT) / max(len(values), 1)
    parts = [*_scale(top), *_below(labels, width)]
    for n, (label, value) in enumerate(zip(labels, values, strict=True)):
        y = _y(value, top)
        box = (LEFT + (n + 0.1) * width, y, width * 0.8, _y(0, top) - y)
        parts.append(_box("plot-column", box, tip=f"{label}: {number(value)}"))
    return _picture(name, title, told, WIDTH, HEIGHT, parts)


def line(name: str, title: str, told: str, labels: Sequence[str], values: Sequence[float | None]) -> str:
    """Percents 0..100 as a line, broken where there is no value."""
    width = (WIDTH - LEFT - RIGHT) / max(len(values), 1)
    parts = [*_scale(100, " %"), *_below(labels, width)]
    points = [
        None if value is None else (LEFT + (n + 0.5) * width, _y(value, 100), f"{label}: {number(value)} %")
        for n, (label, value) in enumerate(zip(labels, values, strict=True))
    ]
    for there, run in groupby(points, key=lambda point: point is not None):
        if there:
            path = " ".join(f"{_n(point[0])},{_n(point[1])}" for point in run if point)
            parts.append(f'<polyline class="plot-line" points="{path}"/>')
    for x, y, tip in filter(None, points):
        parts.append(
            f'<circle class="plot-point" cx="{_n(x)}" cy="{_n(y)}" r="3.5"><title>{escape(tip)}</title></circle>'
        )
    return _picture(name, title, told, WIDTH, HEIGHT, parts)


def bars(name: str, title: str, told: str, rows: Sequence[tuple[str, float, str]], most: float) -> str:
    """A bar for each (label, value, value as it is written), `most` being the whole width; labels stand above them."""
    parts = []
    for n, (label, value, written) in enumerate(rows):
        y, width = n * BAR, BARS_WIDTH * min(value / most, 1) if most else 0
        parts += [
            _text("plot-label", 0, y + 16, label),
            _text("plot-value", BARS_WIDTH, y + 16, written, anchor="end"),
            _box("plot-track", (0, y + 23, BARS_WIDTH, 10), rx=5),
            _box("plot-column", (0, y + 23, width, 10), rx=5),
        ]
    return _picture(name, title, told, BARS_WIDTH, max(len(rows) * BAR, 1), parts, kind="plot plot-bars")


def heat(name: str, title: str, told: str, rows: Sequence[tuple[str, Sequence[int]]], labels: Sequence[str]) -> str:
    """A field of squares, darker for more; a row for each (label, values)."""
    most = max((value for _, values in rows for value in values), default=0)
    side, middle = CELL - GAP, (CELL - GAP) / 2
    parts = [
        _text("plot-tick", ROW_LABELS + n * CELL + middle, 13, label, anchor="middle") for n, label in enumerate(labels)
    ]
    for row, (day, values) in enumerate(rows):
        y = COLUMN_LABELS + row * CELL
        parts.append(_text("plot-tick", 0, y + 17, day))
        for n, value in enumerate(values):
            shade = ceil(SHADES * value / most) if most else 0
            tip = f"{day}, {labels[n]}: {number(value)}"
            parts.append(_box(f"shade-{shade}", (ROW_LABELS + n * CELL, y, side, side), rx=3, tip=tip))
    size = ROW_LABELS + len(labels) * CELL, COLUMN_LABELS + len(rows) * CELL
    return _picture(name, title, told, *size, parts)


def _picture(
    name: str, title: str, told: str, width: int, height: int, parts: Iterable[str], *, kind: str = "plot"
) -> str:
    return (
        f'<svg class="{kind}" role="img" aria-labelledby="{name}-title {name}-told" viewBox="0 0 {width} {height}">'
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-told">{escape(told)}</desc>'
        f"{''.join(parts)}</svg>"
    )


def _scale(top: float, unit: str = "") -> list[str]:
    parts = []
    for n in range(TICKS + 1):
        value = top * n / TICKS
        y = _y(value, top)
        parts.append(f'<line class="plot-rule" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{_n(y)}" y2="{_n(y)}"/>')
        parts.append(_text("plot-tick", LEFT - 8, y + 4, number(value) + unit, anchor="end"))
    return parts


def _below(labels: Sequence[str], width: float) -> list[str]:
    every = max(1, ceil(len(labels) / MOST_LABELS))
    return [
        _text("plot-tick", LEFT + (n + 0.5) * width, HEIGHT - 10, label, anchor="middle")
        for n, label in enumerate(labels)
        if n % every == 0
    ]


def _box(kind: str, box: tuple[float, float, float, float], *, rx: int = 0, tip: str = "") -> str:
    x, y, width, height = map(_n, box)
    title = f"<title>{escape(tip)}</title>" if tip else ""
    return f'<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{height}" rx="{rx}">{title}</rect>'


def _text(kind: str, x: float, y: float, text: str, *, anchor: str = "start") -> str:
    return f'<text class="{kind}" x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}">{escape(text)}</text>'


def _y(value: float, top: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top)


def _top(most: float) -> float:
    """The end of a scale that holds `most`: each of its TICKS parts is 1, 2 or 5 by a power of ten."""
    part = max(most / TICKS, 1)
    power = 10.0 ** floor(log10(part))
    return next(TICKS * factor * power for factor in (1, 2, 5, 10) if factor * power >= part)


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
