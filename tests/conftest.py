"""What all tests share: where things are, and the flows as they are written."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from voice.dialog.script import Script, load_script

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


@pytest.fixture(scope="session")
def script() -> Script:
    return load_script(ROOT / "prompts" / "ru")
