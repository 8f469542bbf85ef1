"""Where in prompts/<language> each thing stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from voice.dialog.script import flows_folder
from voice.nlu.data import Node, load_all


@dataclass(frozen=True, slots=True)
class Place:
    file: str
    line: int


@dataclass(frozen=True)
class Places:
    """By name. `phrases`: every template of an intent or a list, as (name, text)."""

    root: Path
    steps: Mapping[str, Place]
    texts: Mapping[str, Place]
    intents: Mapping[str, Place]
    phrases: Mapping[tuple[str, str], Place]

    def step(self, name: str) -> Place:
        return self.steps.get(name, Place(str(self.root / "flows"), 1))

    def text(self, key: str) -> Place:
        return self.texts.get(key, Place(str(self.root / "say"), 1))

    def intent(self, name: str) -> Place:
        return self.intents.get(name, Place(str(self.root / "intents"), 1))


def find_places(prompts: Path) -> Places:
    """Look through prompts/<language>, which has been loaded as a script before. Raises PromptError."""
    steps: dict[str, Place] = {}
    for flow in load_all(flows_folder(prompts) / "flows"):
        fields = flow.fields()
        if "steps" in fields:
            steps.update({name: _place(node) for name, node in fields["steps"].fields().items()})
    texts = {key: _place(node) for file in load_all(prompts / "say") for key, node in file.fields().items()}
    intents: dict[str, Place] = {}
    phrases: dict[tuple[str, str], Place] = {}
    for intent in load_all(prompts / "intents"):
        fields = intent.fields()
        name = fields["intent"].text()
        intents[name] = _place(intent)
        for key in fields.keys() & {"say", "more"}:
            phrases.update({(name, node.text()): _place(node) for node in fields[key].items()})
    for choices in load_all(prompts / "lists"):
        if not isinstance(choices.value, dict) or "list" not in choices.value:
            continue
        fields = choices.fields()
        for item in fields["values"].items():
            phrases.update(
                {(fields["list"].text(), node.text()): _place(node) for node in item.fields()["say"].items()}
            )
    return Places(prompts, steps, texts, intents, phrases)


def _place(node: Node) -> Place:
    return Place(node.file, node.line)
