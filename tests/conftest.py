"""What all tests share: where things are, and the flows as they are written."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from voice.dialog.script import Script, load_script
from voice.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


@pytest.fixture(scope="session")
def script() -> Script:
    return load_script(ROOT / "prompts" / "ru", Settings.from_env().learning)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: their driver keeps an event loop running in this thread to the end of the run."""
    items.sort(key=lambda item: "e2e" in item.path.parts)
