"""Tables of a report: cells that never lose how many cases stand behind them, and the same as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

FEWEST = 5  # below so many cases a share or a median says nothing
THIN_SPACE = "\N{NARROW NO-BREAK SPACE}"
Unit = Literal["s", "ms"]


@dataclass(frozen=True, slots=True)
class Share:
    """`part` cases out of `of`."""

    part: int
    of: int

    @property
    def percent(self) -> float | None:
        """None: too few cases."""
        return 100 * self.part / self.of if self.of >= FEWEST else None


@dataclass(frozen=True, slots=True)
class Spread:
    """A duration measured `n` times; median and p95 in `unit`, None: too few cases."""

    median: float | None
    p95: float | None
    n: int
    unit: Unit = "s"

    @classmethod
    def of(cls, ms: NDArray[np.float64], unit: Unit = "s") -> Spread:
        if len(ms) < FEWEST:
            return cls(None, None, len(ms), unit)
        median, p95 = np.percentile(ms, [50, 95]) / (1000 if unit == "s" else 1)
        return cls(float(median), float(p95), len(ms), unit)


Cell = str | int | Share | Spread


@dataclass(frozen=True, slots=True)
class Sheet:
    """`name` and `columns` are keys of reports.toml, where their titles and definitions stand."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def column(self, name: str) -> list[Cell]:
        at = self.columns.index(name)
        return [row[at] for row in self.rows]


def number(value: float, digits: int = 0) -> str:
    """12345.6 -> «12 346», with a comma before `digits` places."""
    return f"{value:,.{digits}f}".replace(",", THIN_SPACE).replace(".", ",")


def as_csv(sheet: Sheet, titles: Mapping[str, str], parts: Mapping[str, str]) -> bytes:
    """The sheet as Excel with Russian settings opens it by a double click: UTF-8 with its mark, `;`, decimal commas.

    A share becomes its percent, its cases and all cases; a duration its median, its p95 and its cases. parts: how those
    columns are called: percent, part, of, median, p95, n, s, ms.
    """
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    first = sheet.rows[0] if sheet.rows else ("",) * len(sheet.columns)
    writer.writerow(
        head
        for name, cell in zip(sheet.columns, first, strict=True)
        for head in _heads(titles.get(name, name), cell, parts)
    )
    for row in sheet.rows:
        writer.writerow(value for cell in row for value in _values(cell))
    return out.getvalue().encode("utf-8-sig")


def _heads(title: str, cell: Cell, parts: Mapping[str, str]) -> Sequence[str]:
    if isinstance(cell, Share):
        return [f"{title}, {parts[part]}" for part in ("percent", "part", "of")]
    if isinstance(cell, Spread):
        unit = parts[cell.unit]
        return [f"{title}, {parts['median']}, {unit}", f"{title}, {parts['p95']}, {unit}", f"{title}, {parts['n']}"]
    return [title]


def _values(cell: Cell) -> Sequence[str | int]:
    if isinstance(cell, Share):
        return [_decimal(cell.percent), cell.part, cell.of]
    if isinstance(cell, Spread):
        return [_decimal(cell.median), _decimal(cell.p95), cell.n]
    if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")):
        return ["'" + cell]  # a text is never a formula
    return [cell]


def _decimal(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}".replace(".", ",")
