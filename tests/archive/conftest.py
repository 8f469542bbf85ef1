from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from voice.archive.archive import Archive


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    archive = Archive.open(f"sqlite:///{tmp_path / 'archive.db'}", tmp_path / "sound", version="0.1.0")
    yield archive
    archive.close()


@pytest.fixture
def call_id() -> str:
    return uuid4().hex
