"""What every benchmark ends with: a table for people and the same figures as JSON for machines."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

RESULTS = Path(__file__).resolve().parent / "results"

Figure = dict[str, float | int | str]


def spread(values: Sequence[float], unit: str) -> Figure:
    """A figure measured many times: {unit, n, p50, p90, p95, p99}."""
    if not values:
        return {"unit": unit, "n": 0}
    p50, p90, p95, p99 = (round(float(p), 4) for p in np.percentile(values, [50, 90, 95, 99]))
    return {"unit": unit, "n": len(values), "p50": p50, "p90": p90, "p95": p95, "p99": p99}


def ratio(value: float, unit: str, n: int) -> Figure:
    """A figure that is one number over n cases: {unit, n, value}."""
    return {"unit": unit, "n": n, "value": round(float(value), 4)}


@dataclass
class Table:
    """Rows under a title; the first column is text, numbers stand to the right."""

    title: str
    columns: Sequence[str]
    rows: list[list[str]] = field(default_factory=list)

    def add(self, *cells: object) -> None:
        self.rows.append([f"{cell:.3g}" if isinstance(cell, float) else str(cell) for cell in cells])

    def __str__(self) -> str:
        widths = [max(len(row[at]) for row in [list(self.columns), *self.rows]) for at in range(len(self.columns))]

        def line(cells: Sequence[str]) -> str:
            return "  ".join(
                c.rjust(w) if at else c.ljust(w) for at, (c, w) in enumerate(zip(cells, widths, strict=True))
            )

        rule = "  ".join("-" * width for width in widths)
        return "\n".join([self.title, line(self.columns), rule, *map(line, self.rows), ""])

    def print(self) -> None:
        print(self, flush=True)


def save(name: str, figures: Mapping[str, Figure]) -> Path:
    """Write bench/results/<name>.json: {figure: {unit, n, p50, p95, p99} or {unit, n, value}}."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def machine() -> str:
    """Where the figures come from, for the head of a table."""
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, load {load:.1f} at start"
    )
