"""A kept call's figures, as they stand in the table."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from voice.archive.archive import Archive
from voice.archive.tables import Figures


def figures_of(archive: Archive, call_id: str) -> dict[str, Any] | None:
    """By column, definitions in figures.py and risk.py; None: the call is not measured (yet)."""
    with archive.engine.connect() as connection:
        row = connection.execute(select(Figures.__table__).where(Figures.call == call_id)).one_or_none()
    return None if row is None else {name: value for name, value in row._mapping.items() if name != "call"}
