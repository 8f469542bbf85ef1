from pathlib import Path

import pytest

from voice.errors import PromptError
from voice.nlu.data import load, load_all


def write(folder: Path, text: str) -> Path:
    path = folder / "a.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_scalar_is_text(tmp_path: Path) -> None:
    fields = load(write(tmp_path, "intent: yes\nkey: 1\nsay: [no, on]")).fields()
    assert fields["intent"].text() == "yes" and fields["key"].text() == "1"
    assert [item.text() for item in fields["say"].items()] == ["no", "on"]
    assert fields["key"].line == 2


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("a: 1\nb: [", 2, "not YAML"),
        ("a: 1\na: 2", 2, "stands twice"),
        ("", 1, "empty"),
        ("[a]: 1", 1, "a key must be a text"),
    ],
)
def test_a_broken_file_is_named_with_its_line(tmp_path: Path, text: str, line: int, reason: str) -> None:
    with pytest.raises(PromptError, match=reason) as caught:
        load(write(tmp_path, text))
    assert caught.value.line == line and caught.value.file.endswith("a.yaml")


def test_a_file_that_is_absent_or_not_utf8(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match="cannot be read"):
        load(tmp_path / "no.yaml")
    (tmp_path / "b.yaml").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(PromptError, match="UTF-8"):
        load(tmp_path / "b.yaml")
    with pytest.raises(PromptError, match=r"no \*\.yaml"):
        list(load_all(tmp_path / "nothing"))


def test_values_of_the_wrong_shape(tmp_path: Path) -> None:
    root = load(write(tmp_path, "a: [1]\nb: x\nc: ''"))
    fields = root.fields()
    for wrong in (fields["a"].text, fields["b"].items, fields["b"].fields, fields["b"].number, fields["c"].text):
        with pytest.raises(PromptError):
            wrong()
    with pytest.raises(PromptError, match=r"a\.yaml:3: unknown key 'c'"):
        root.fields({"a", "b"})
    with pytest.raises(PromptError, match="'d' is missing"):
        root.fields(needed=("d",))
