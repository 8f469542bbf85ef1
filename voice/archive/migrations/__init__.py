"""The steps that brought the archive's tables to what they are: versions/r0001_….py and on, each of that number."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent
VERSION = "alembic_version"  # the table that tells a database's own step


def newest() -> str:
    return max(file.name[1:5] for file in (FOLDER / "versions").glob("r*.py"))
