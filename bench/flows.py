"""What a benchmark needs of the flows: how the line's questions end, and the same flows with one thing changed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import yaml

from voice.dialog.script import Script, Step

NUMBER = "application_number"


def endings(script: Script) -> dict[str, list[str]]:
    """By kind of question (closed: yes or no, number, open), how its texts end; an open one may end in anything."""
    found: dict[str, list[str]] = {"closed": [], "number": [], "open": [""]}
    for kind, key in _questions(script):
        for text in script.texts.variants[key]:
            end = text.rpartition("}")[2]
            if any(sign.isalpha() for sign in end):
                found[kind].append(end.strip())
    return found


def _questions(script: Script) -> Iterator[tuple[str, str]]:
    """(kind, text key) of every closed and number question."""
    for step in script.steps.values():
        if step.listen == "menu" and {"yes", "no"} <= {option.intent for option in step.options}:
            yield "closed", step.ask
        if step.slot and step.slot.kind == NUMBER:
            yield "number", step.ask
        yield from (("closed", key) for key in _confirmations(step) if key)
    yield from (("number", key) for key in script.texts.variants if key.startswith("number."))


def _confirmations(step: Step) -> tuple[str, ...]:
    return step.confirm, step.slot.confirm if step.slot else ""


def never_asking(prompts: Path, copy: Path) -> Path:
    """A copy of prompts/ whose turns are ended by silence alone: in patience.yaml nothing asks before that."""
    shutil.copytree(prompts, copy)
    for path in copy.glob("*/patience.yaml"):
        rows = yaml.safe_load(path.read_text(encoding="utf-8"))
        for row in rows.values():
            row["ask_ms"] = row["pause_ms"]
        path.write_text(yaml.safe_dump(rows, allow_unicode=True), encoding="utf-8")
    return copy
