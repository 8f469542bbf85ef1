"""The Russian side of the reports: titles, definitions and codes, from reports.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ReportTexts:
    sheets: Mapping[str, Mapping[str, str]]  # name -> title, told (what a plot shows)
    columns: Mapping[str, str]
    definitions: Mapping[str, str]  # by column
    parts: Mapping[str, str]  # of a cell, in CSV
    codes: Mapping[str, str]


@cache
def report_texts() -> ReportTexts:
    return ReportTexts(**tomllib.loads(Path(__file__).with_name("reports.toml").read_text(encoding="utf-8")))
