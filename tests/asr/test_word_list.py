"""The words of a model, read from its files."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from voice.asr.catalogue import locate
from voice.asr.vosk import VoskRecogniser
from voice.asr.word_list import WordList, read_words
from voice.errors import ModelCorrupt, ModelMissing
from voice.settings import Settings


def symbols(*names: str, count: int | None = None) -> bytes:
    def text(name: str) -> bytes:
        data = name.encode()
        return struct.pack("<i", len(data)) + data

    head = struct.pack("<i", 2125658996) + text("words") + struct.pack("<qq", len(names), count or len(names))
    return b"fst" * 9 + head + b"".join(text(name) + struct.pack("<q", at) for at, name in enumerate(names))


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    (tmp_path / "graph").mkdir()
    return tmp_path / "graph"


def test_words_stand_in_the_graph(graph: Path) -> None:
    (graph / "Gr.fst").write_bytes(symbols("<eps>", "[unk]", "#0", "ёлка", "да"))
    words = read_words(graph.parent)
    assert len(words) == 2
    assert "ёлка" in words and "елка" in words and "Да" in words and "нет" not in words


def test_or_in_a_list_beside_it(graph: Path) -> None:
    (graph / "words.txt").write_text("<eps> 0\nда 1\nнет 2\n", encoding="utf-8")
    assert "нет" in read_words(graph.parent)


@pytest.mark.parametrize("data", [b"nothing", symbols("да", count=9), symbols("да")[:-9]])
def test_a_damaged_graph_is_told(graph: Path, data: bytes) -> None:
    (graph / "Gr.fst").write_bytes(data)
    with pytest.raises(ModelCorrupt):
        read_words(graph.parent)


def test_no_model_and_no_graph_are_told(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing):
        read_words(tmp_path / "none")
    with pytest.raises(ModelCorrupt):
        read_words(tmp_path)


def test_the_nearest_words_begin_alike() -> None:
    words = WordList(frozenset(["просрочен", "просрочка", "прочен", "ёлка"]))
    assert words.nearest("просрочена")[0] == "просрочен"
    assert words.nearest("ёлки") == words.nearest("елки") == ["ёлка"]
    assert words.nearest("жираф") == []


def test_it_agrees_with_the_recogniser() -> None:
    words, recogniser = read_words(locate(Settings.from_env())), VoskRecogniser(locate(Settings.from_env()))
    for word in ("госуслуги", "ещё", "загранпаспорт", "самозанятый", "маткапитал", "учётка", "снилс"):
        assert (word in words) is (recogniser.spelling(word) is not None), word
