"""Texts of prompts/<language>/say: choosing the variant and filling the gaps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from voice.nlu.data import Node
from voice.nlu.latin import latin
from voice.nlu.slots import KINDS, show

READ = ".read"  # ends the key of a text or a table for whoever reads
READ_AS = "read_as"  # the table of what is told to a listener -> what a reader is told instead
_GAP = re.compile(r"\{(\w+)(?:\|([\w.]+))?\}")


@dataclass(frozen=True)
class Texts:
    """`variants`: text key -> what is said the first time, the next, ...; `tables`: name -> code -> text.

    The table `values`, when there is one, has what flows and back office call by Russian words; what it lacks is
    written in Latin letters. What ends with READ is for readers only.
    """

    variants: Mapping[str, tuple[str, ...]]
    tables: Mapping[str, Mapping[str, str]]

    def __contains__(self, key: str) -> bool:
        return key in self.variants

    def say(self, key: str, gaps: Mapping[str, str] | None = None, *, nth: int = 0) -> str:
        """The `nth` variant of a text (the last one stays), its gaps filled.

        `{name}` is a value of `gaps`; `{name|table}` is the table's text for that value, its own gaps filled;
        `{name|day}` turns an ISO date into a day and a month, `{name|appeal_number}` shows a value of that kind in its
        usual groups. An unknown value stands as it is.
        """
        variants = self.variants[key]
        return self.fill(variants[min(nth, len(variants) - 1)], gaps or {})

    def fill(self, text: str, gaps: Mapping[str, str]) -> str:
        def gap(found: re.Match[str]) -> str:
            value = self._value(gaps.get(found[1], ""))
            if found[2] == "day":
                return self._day(value)
            if found[2] in KINDS:
                return show(found[2], value)
            return self.fill(self.tables[found[2]].get(value, value), gaps) if found[2] else value

        return " ".join(_GAP.sub(gap, text).split())

    def _value(self, value: str) -> str:
        own = self.tables.get("values")
        return latin(value, own) if own else value

    def _day(self, iso: str) -> str:
        parts = iso.split("-")
        return f"{int(parts[2])} {self.tables['months'][parts[1]]}" if len(parts) == 3 else iso

    @cached_property
    def read(self) -> Texts:
        """The same for a caller who reads and writes: nothing there is to be heard, said or dialled.

        A text or a table with READ at the end of its key takes the place of its namesake; the others are changed by
        the table READ_AS, in its order.
        """
        variants = {key: tuple(map(self._as_read, texts)) for key, texts in self.variants.items()}
        tables = {
            name: {code: self._as_read(text) for code, text in table.items()} for name, table in self.tables.items()
        }
        for name in self.tables:
            if name.endswith(READ):
                tables[name.removesuffix(READ)] |= tables.pop(name)
        own = {key.removesuffix(READ): variants[key] for key in self.variants if key.endswith(READ)}
        return Texts({**variants, **own}, tables)

    def _as_read(self, text: str) -> str:
        for told, read in self.tables.get(READ_AS, {}).items():
            text = text.replace(told, read)
        return text

    def static(self) -> tuple[str, ...]:
        """Every text that has no gap: what can be spoken ahead of any call."""
        said = (texts for key, texts in self.variants.items() if not key.endswith(READ))
        return tuple(text for texts in said for text in texts if "{" not in text)


def read_texts(files: Iterable[Node]) -> Texts:
    """Raises PromptError for a key given in two files or a gap that names no table."""
    variants: dict[str, tuple[str, ...]] = {}
    tables: dict[str, Mapping[str, str]] = {}
    said: list[Node] = []
    for file in files:
        for key, node in file.fields().items():
            if key in variants or key in tables:
                raise node.wrong(f"the text {key!r} stands in another file too")
            if isinstance(node.value, dict):
                tables[key] = {code: text.text() for code, text in node.fields().items()}
                if key == READ_AS and any(told != told.strip() for told in tables[key]):
                    raise node.wrong("what is read instead stands without spaces around it, so what is told must too")
                said += node.fields().values()
            else:
                nodes = node.items() if isinstance(node.value, list) else [node]
                variants[key] = tuple(text.text() for text in nodes)
                said += nodes
    for node in said:
        for _, table in _GAP.findall(node.text()):
            if table and table not in ("day", *KINDS, *tables):
                raise node.wrong(f"there is no table {table!r}")
    return Texts(variants, tables)


def capital(text: str) -> str:
    """The text with a capital letter at its front."""
    return text[:1].upper() + text[1:]
