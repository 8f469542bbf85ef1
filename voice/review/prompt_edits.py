"""Ticked proposals as a patch of prompts/: lines are put into the files as text, so comments and order stay.

The patched flows are loaded and tried before anybody gets the patch.
"""

from __future__ import annotations

import difflib
import json
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from voice.dialog.question import SURE
from voice.dialog.script import load_script
from voice.errors import PromptError
from voice.nlu.data import load_all
from voice.nlu.matcher import Matcher
from voice.nlu.normalise import plain
from voice.review.proposals import Proposal
from voice.settings import ALONE, Learning

KEYS = {"example": "examples", "phrase": "say"}
ALIASES = "lists/heard_as.yaml"
BARE = re.compile(r"[^\W\d_]+(?:[ -][^\W\d_]+)*")  # what YAML reads as the text it is


@dataclass(frozen=True, slots=True)
class Patch:
    """text: a unified diff for `git apply`, from the folder that holds prompts/. troubles: what callers would meet."""

    text: str
    troubles: tuple[str, ...]


def patch(prompts: Path, chosen: Sequence[Proposal], learning: Learning = ALONE) -> Patch:
    """For prompts/<language>. Takes seconds, since the patched flows learn anew. Raises PromptError."""
    before = {path: path.read_text(encoding="utf-8") for path in sorted(prompts.rglob("*.yaml"))}
    after = dict(before)
    for proposal in chosen:
        path = _file(prompts, proposal)
        if path is not None:
            after[path] = edited(after[path], proposal)
    changed = {path: text for path, text in after.items() if text != before[path]}
    diff = "".join(
        _diff(f"prompts/{prompts.name}/{path.relative_to(prompts).as_posix()}", before[path], text)
        for path, text in changed.items()
    )
    return Patch(diff, tuple(_troubles(prompts, changed, chosen, learning)) if changed else ())


def edited(text: str, proposal: Proposal) -> str:
    """The file with the proposal in it."""
    if proposal.kind == "heard_as":
        return with_alias(text, proposal.target, proposal.text)
    return with_item(text, KEYS[proposal.kind], proposal.text)


def with_item(text: str, key: str, item: str) -> str:
    """One more item at the end of the list `key`, written as the others are; a list that is not there is begun."""
    lines = _lines(text)
    at = next((n for n, line in enumerate(lines) if re.match(rf"{key}:\s*(#.*)?$", line)), None)
    if at is None:
        return "".join([*lines, f"{key}:\n", f"  - {_scalar(item)}\n"])
    last = at
    for n in range(at + 1, len(lines)):
        if lines[n].strip() and not lines[n].startswith((" ", "-", "#")):
            break
        if lines[n].startswith((" ", "-")) and not lines[n].lstrip().startswith("#"):
            last = n
    indent = re.match(r" *", lines[at + 1])[0] if last > at else "  "  # type: ignore[index]
    return "".join([*lines[: last + 1], f"{indent}- {_scalar(item)}\n", *lines[last + 1 :]])


def with_alias(text: str, said: str, heard: str) -> str:
    """One more text that stands for `said`: in its last row, or in a row of its own."""
    lines = _lines(text)
    row = None
    for n, line in enumerate(lines[:-1]):
        known = re.match(r"- said:\s*(.*?)\s*$", line)
        if known and plain(known[1]) == plain(said) and re.match(r"\s+heard:\s*\[.*\]\s*$", lines[n + 1]):
            row = n + 1
    if row is None:
        return "".join([*lines, f"- said: {_scalar(said)}\n", f"  heard: [{_scalar(heard)}]\n"])
    lines[row] = f"{lines[row].rstrip()[:-1]}, {_scalar(heard)}]\n"
    return "".join(lines)


def _file(prompts: Path, proposal: Proposal) -> Path | None:
    """None: the intent is gone meanwhile, or there is no list of aliases."""
    if proposal.kind == "heard_as":
        path = prompts / ALIASES
        return path if path.is_file() else None
    for node in load_all(prompts / "intents"):
        if node.fields()["intent"].text() == proposal.target:
            return Path(node.file)
    return None


def _lines(text: str) -> list[str]:
    """Each with its end, also the last."""
    return [f"{line}\n" for line in text.splitlines()]


def _scalar(text: str) -> str:
    return text if BARE.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def _diff(name: str, before: str, after: str) -> str:
    rows = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), f"a/{name}", f"b/{name}"
    )
    return "".join(row if row.endswith("\n") else f"{row}\n\\ No newline at end of file\n" for row in rows)


def _troubles(prompts: Path, changed: dict[Path, str], chosen: Sequence[Proposal], learning: Learning) -> Iterator[str]:
    """What is wrong with the patched flows that is not wrong with them now."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "prompts" / prompts.name
        shutil.copytree(prompts.parent, copy.parent)  # a language may share the flows of another
        for path, text in changed.items():
            (copy / path.relative_to(prompts)).write_text(text, encoding="utf-8")
        try:
            now, then = (load_script(root, learning).matcher for root in (prompts, copy))
        except PromptError as error:
            yield f"{Path(error.file).name}:{error.line}: {error.reason}"
            return
    yield from sorted(_misunderstood(then) - _misunderstood(now))
    for proposal in chosen:
        if proposal.kind == "heard_as":
            mentioned = [one for one in now.phrases() if f" {proposal.text} " in f" {plain(one)} "]
            yield from (f"{one}: -" for one in mentioned if _whole(then, one) != _whole(now, one))
        else:
            meant = [match.intent for match in then.match(proposal.text)]
            others = _whole(then, proposal.text) - {proposal.target}
            if meant[:1] != [proposal.target] or others:
                yield f"{proposal.text}: {', '.join(sorted(others) or meant[:1])}"


def _whole(matcher: Matcher, text: str) -> set[str]:
    """What it means as a phrase of the data."""
    return {match.intent for match in matcher.match(text) if match.whole}


def _misunderstood(matcher: Matcher) -> set[str]:
    """Texts that the data says how to understand, and that are not surely understood so."""
    wrong = set()
    for intent in matcher.intents.intents:
        for heard in intent.heard:
            meant = matcher.match(heard.text)
            if not meant or meant[0].intent != intent.name or meant[0].confidence < SURE:
                wrong.add(f"{heard.text}: {meant[0].intent if meant else '-'}, {intent.name}")
        for text in intent.unheard:
            if (meant := matcher.match(text)) and meant[0].intent == intent.name:
                wrong.add(f"{text}: {intent.name}")
    return wrong
