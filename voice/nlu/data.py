"""YAML files under prompts/ as nodes that know their file and line, so that every complaint can name them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias, Union

import yaml

from voice.errors import PromptError

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where the package was built with it

Value: TypeAlias = Union[str, "list[Node]", "dict[str, Node]"]


@dataclass(frozen=True, slots=True)
class Node:
    """One value of a data file. Scalars are always text: an answer «да» or an intent `no` is never a boolean."""

    value: Value
    file: str
    line: int

    def wrong(self, reason: str) -> PromptError:
        return PromptError(self.file, self.line, reason)

    def text(self) -> str:
        """The value as text. Raises PromptError when it is a list or a mapping, or empty."""
        if not isinstance(self.value, str) or not self.value.strip():
            raise self.wrong("expected a text")
        return self.value.strip()

    def number(self) -> float:
        """The value as a number. Raises PromptError."""
        try:
            return float(self.text())
        except ValueError:
            raise self.wrong(f"expected a number, not {self.value!r}") from None

    def items(self) -> list[Node]:
        """The value as a list. Raises PromptError."""
        if not isinstance(self.value, list):
            raise self.wrong("expected a list")
        return self.value

    def fields(self, known: Collection[str] | None = None, needed: Collection[str] = ()) -> dict[str, Node]:
        """The value as a mapping. Raises PromptError for a key out of `known` (None: any) or a missing `needed`."""
        if not isinstance(self.value, dict):
            raise self.wrong("expected a mapping")
        for key, node in self.value.items():
            if known is not None and key not in known:
                raise node.wrong(f"unknown key {key!r}; known: {', '.join(sorted(known))}")
        for key in needed:
            if key not in self.value:
                raise self.wrong(f"the key {key!r} is missing")
        return self.value


def load(path: Path) -> Node:
    """Read one YAML file. Raises PromptError for a file that is absent, empty, not UTF-8 or not YAML."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise PromptError(str(path), 0, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise PromptError(str(path), 0, f"not UTF-8 at byte {error.start}") from error
    try:
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        line = min(line, len(text.splitlines()))  # what is missing at the end is missed on the line after it
        raise PromptError(str(path), line, f"not YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise PromptError(str(path), 0, f"not YAML: {error}") from error
    if root is None:
        raise PromptError(str(path), 1, "the file is empty")
    return _node(root, str(path))


def dumped(value: object) -> str:
    """Plain lists and mappings as such a file's text, in the order given."""
    return str(yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=110))


def load_all(directory: Path) -> Iterator[Node]:
    """Every *.yaml of a directory in the order of names. Raises PromptError when there is none."""
    paths = sorted(directory.glob("*.yaml"))
    if not paths:
        raise PromptError(str(directory), 0, "there is no *.yaml file here")
    yield from (load(path) for path in paths)


def _node(node: yaml.Node, file: str) -> Node:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        fields: dict[str, Node] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise PromptError(file, line, "a key must be a text")
            if key.value in fields:
                raise PromptError(file, key.start_mark.line + 1, f"the key {key.value!r} stands twice")
            fields[key.value] = _node(value, file)
        return Node(fields, file, line)
    if isinstance(node, yaml.SequenceNode):
        return Node([_node(item, file) for item in node.value], file, line)
    return Node(str(node.value), file, line)
