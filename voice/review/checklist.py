"""The questions that a reviewer answers about a call: data, see prompts/<lang>/checklist.yaml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from voice.nlu.data import Node, load
from voice.settings import ROOT

Answer = Literal["yes", "no", "not_applicable"]
ANSWERS: tuple[Answer, ...] = get_args(Answer)

SHIPPED = ROOT / "prompts" / "ru" / "checklist.yaml"
_ID = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Item:
    id: str
    ask: str
    help: str


@dataclass(frozen=True, slots=True)
class Checklist:
    version: str
    items: tuple[Item, ...]

    def known(self, answers: Mapping[str, str]) -> dict[str, Answer]:
        """Those of `answers` that this list knows. Raises ValueError for an answer that is none."""
        known: dict[str, Answer] = {}
        for item in self.items:
            match answers.get(item.id):
                case None | "":
                    pass
                case "yes" | "no" | "not_applicable" as answer:
                    known[item.id] = answer
                case other:
                    raise ValueError(f"{item.id}: {other!r} is no answer")
        return known

    def missing(self, answers: Mapping[str, str]) -> list[str]:
        """The ids of what is not answered yet."""
        return [item.id for item in self.items if not answers.get(item.id)]


def read_checklist(prompts: Path) -> Checklist:
    """The list among the prompts of one language, or the one that comes with this program. Raises PromptError."""
    own = prompts / SHIPPED.name
    fields = load(own if own.exists() else SHIPPED).fields(("version", "items"), ("version", "items"))
    items = [_item(node) for node in fields["items"].items()]
    if not items:
        raise fields["items"].wrong("a checklist asks something")
    seen: set[str] = set()
    for item, node in zip(items, fields["items"].items(), strict=True):
        if item.id in seen:
            raise node.wrong(f"the id {item.id!r} stands twice")
        seen.add(item.id)
    return Checklist(fields["version"].text(), tuple(items))


def _item(node: Node) -> Item:
    fields = node.fields(("id", "ask", "help"), ("id", "ask", "help"))
    name = fields["id"].text()
    if not _ID.fullmatch(name):
        raise fields["id"].wrong("an id is small Latin letters, digits and _")
    return Item(name, fields["ask"].text(), fields["help"].text())
