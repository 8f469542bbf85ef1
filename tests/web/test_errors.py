from __future__ import annotations

import json
from pathlib import Path

import pytest

from voice.errors import PromptError
from voice.transports.browser_wire import CLOSE_CODES
from voice.web.errors import error_texts


def test_every_code_has_a_russian_text() -> None:
    texts = error_texts()
    assert set(CLOSE_CODES) < set(texts)
    assert all(text[0].isupper() and text.endswith(".") for text in texts.values())


def test_a_missing_or_a_strange_code_is_named(tmp_path: Path) -> None:
    path = tmp_path / "errors.json"
    path.write_text(json.dumps({**error_texts(), "dance": "Танец."}), encoding="utf-8")
    with pytest.raises(PromptError, match="dance"):
        error_texts(path)
