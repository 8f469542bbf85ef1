"""Invented content for a new back office: nobody's real data, and never older than the day it is made."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

from voice.errors import SetupError

DEMO = Path(__file__).parent / "demo.toml"


def read_demo(demo: Path, today: date) -> dict[str, list[Mapping[str, str]]]:
    """Rows by table; a whole number stands for that many days after `today` and becomes an ISO date.

    Raises SetupError that names what is wrong.
    """
    try:
        data = tomllib.loads(demo.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SetupError(f"{demo}: {error}") from error
    services = [{"code": code, "name": name} for code, name in data.pop("services", {}).items()]
    rows: dict[str, list[Mapping[str, str]]] = {"services": list(services)}
    for table, entries in data.items():
        rows[table] = [{name: _value(value, today) for name, value in entry.items()} for entry in entries]
    return rows


def _value(value: object, today: date) -> str:
    return (today + timedelta(days=value)).isoformat() if isinstance(value, int) else str(value)
