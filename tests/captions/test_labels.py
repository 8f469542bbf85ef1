from __future__ import annotations

from pathlib import Path

import pytest

from voice.captions import labels as room
from voice.errors import PromptError


def test_russian_labels() -> None:
    found = room.labels("ru")
    assert found.key.format(digit="1") == "Нажато: 1" and found.who["caller"] == "Вы"


@pytest.mark.parametrize("text", [None, "", "key = ", 'key = "x"\n[who]\nline = "x"\n[ended]\n'])
def test_labels_that_cannot_be_used_name_their_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(room, "LABELS", tmp_path)
    if text is not None:
        (tmp_path / "xx.toml").write_text(text)
    with pytest.raises(PromptError, match=r"xx\.toml"):
        room.labels("xx")
