"""Texts of prompts/<language>/say: choosing the variant and filling the gaps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from voice.nlu.data import Node
from voice.nlu.latin import latin
from voice.nlu.slots import KINDS, show

_GAP = re.compile(r"\{(\w+)(?:\|([\w.]+))?\}")


@dataclass(frozen=True)
class Texts:
    """`variants`: text key -> what is said the first time, the next, ...; `tables`: name -> code -> text.

    The table `values`, when there is one, has what flows and back office call by Russian words; what it lacks is
    written in Latin letters.
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

    def static(self) -> tuple[str, ...]:
        """Every text that has no gap: what can be spoken ahead of any call."""
        return tuple(text for texts in self.variants.values() for text in texts if "{" not in text)


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
