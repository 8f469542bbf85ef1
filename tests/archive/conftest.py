from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.databases import database, postgresql  # noqa: F401  fixtures
from voice.archive.archive import Archive


@pytest.fixture
def archive(database: str, tmp_path: Path) -> Iterator[Archive]:  # noqa: F811
    archive = Archive.open(database, tmp_path / "sound", version="0.1.0")
    yield archive
    archive.close()


@pytest.fixture
def call_id() -> str:
    return uuid4().hex
