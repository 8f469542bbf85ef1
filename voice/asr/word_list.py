"""All words a vosk model can hear, read from its files without loading it."""

from __future__ import annotations

import struct
from difflib import get_close_matches
from pathlib import Path

from voice.errors import ModelCorrupt, ModelMissing

_MAGIC = struct.pack("<i", 2125658996)  # of a symbol table. Source: OpenFst, symbol-table.cc
_SAME_BEGINNING = 3  # letters: people and recognisers mistake endings
_ALIKE = 0.75


class WordList:
    """The words of one model; ё and е are one letter here, since either may be written."""

    def __init__(self, words: frozenset[str]) -> None:
        self._written = {_spelled(word): word for word in sorted(words)}
        self._by_beginning: dict[str, list[str]] = {}
        for word in self._written:
            self._by_beginning.setdefault(word[:_SAME_BEGINNING], []).append(word)

    def __contains__(self, word: str) -> bool:
        return _spelled(word) in self._written

    def __len__(self) -> int:
        return len(self._written)

    def nearest(self, word: str, count: int = 3) -> list[str]:
        """Words of the model that are written alike, the nearest first."""
        alike = self._by_beginning.get(_spelled(word)[:_SAME_BEGINNING], ())
        return [self._written[near] for near in get_close_matches(_spelled(word), alike, count, _ALIKE)]


def read_words(model_dir: Path) -> WordList:
    """Raises ModelMissing; ModelCorrupt when no word list can be found in the model's graph."""
    if not model_dir.is_dir():
        raise ModelMissing(f"no model in {model_dir}")
    written, grammar = model_dir / "graph" / "words.txt", model_dir / "graph" / "Gr.fst"
    if written.is_file():
        names = [line.split(" ")[0] for line in written.read_text(encoding="utf-8").splitlines() if line]
    elif grammar.is_file():
        names = _symbols(grammar)
    else:
        raise ModelCorrupt(f"the model in {model_dir} has neither words.txt nor Gr.fst")
    return WordList(frozenset(name for name in names if name[:1] not in "<#![" and name))


def _symbols(file: Path) -> list[str]:
    """The first symbol table inside an FST file."""
    data = file.read_bytes()
    at = data.find(_MAGIC)
    if at < 0:
        raise ModelCorrupt(f"{file} holds no symbol table; fetch the model again")
    try:
        _, at = _text(data, at + len(_MAGIC))  # its name
        _, count = struct.unpack_from("<qq", data, at)
        at += 16
        names = []
        for _ in range(count):
            name, at = _text(data, at)
            names.append(name)
            at += 8  # its number
    except (struct.error, UnicodeDecodeError) as error:
        raise ModelCorrupt(f"{file} holds a damaged symbol table; fetch the model again") from error
    return names


def _text(data: bytes, at: int) -> tuple[str, int]:
    (length,) = struct.unpack_from("<i", data, at)
    return data[at + 4 : at + 4 + length].decode(), at + 4 + length


def _spelled(word: str) -> str:
    return word.lower().replace("ё", "е")
