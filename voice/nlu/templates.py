"""Sentence templates: «(где|что с) [моё] заявление», «документы на {services}».

    (a|b)    one of
    [a|b]    one of, or nothing
    {name}   a phrase of the list `name`, or an open slot (a number) when `name` is one of `OPEN_SLOTS`

Brackets nest; they stand between words, never inside one. A list's phrases are templates too, without lists.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise, product
from random import Random
from typing import TypeAlias

from voice.nlu.data import Node
from voice.nlu.documents import KINDS

OPEN_SLOTS = frozenset(KINDS) | {"number"}
EXPANSION_LIMIT = 4_000

_TOKEN = re.compile(r"\s+|[()\[\]|]|\{[^{}]*\}|[^\s()\[\]|{}]+|[{}]")


@dataclass(frozen=True, slots=True)
class Said:
    """One word, as written in the data (with its ё)."""

    word: str


@dataclass(frozen=True, slots=True)
class Row:
    parts: tuple[Template, ...]


@dataclass(frozen=True, slots=True)
class OneOf:
    choices: tuple[Template, ...]


@dataclass(frozen=True, slots=True)
class Maybe:
    inner: Template


@dataclass(frozen=True, slots=True)
class Slot:
    name: str


Template: TypeAlias = Said | Row | OneOf | Maybe | Slot


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of a list and the templates by which people name it."""

    value: str
    say: tuple[Template, ...]


@dataclass(frozen=True, slots=True)
class Choices:
    """A list of prompts/<lang>/lists: `slot` is where a heard value goes."""

    name: str
    slot: str
    entries: tuple[Entry, ...]


Lists = Mapping[str, Choices]


def parse(node: Node) -> Template:
    """Read one template. Raises PromptError with file and line for unbalanced, touching or empty brackets."""
    text = node.text()
    tokens = _TOKEN.findall(text)
    for before, here in pairwise(tokens):
        if _touch(before, here):
            raise node.wrong(f"brackets may not touch a word: {before + here!r} in {text!r}")
    parser = _Parser(node, [token for token in tokens if not token.isspace()])
    template = parser.choice()
    if parser.rest:
        raise node.wrong(f"{parser.rest[0]!r} closes nothing in {text!r}")
    if can_be_empty(template):
        raise node.wrong(f"nothing at all would match {text!r}")
    return template


def can_be_empty(template: Template) -> bool:
    match template:
        case Maybe():
            return True
        case Row(parts):
            return all(map(can_be_empty, parts))
        case OneOf(choices):
            return any(map(can_be_empty, choices))
        case _:
            return False


def slots_of(template: Template) -> set[str]:
    """The names in {braces}."""
    match template:
        case Slot(name):
            return {name}
        case Row(inner) | OneOf(inner):
            return set().union(*map(slots_of, inner))
        case Maybe(inner):
            return slots_of(inner)
        case _:
            return set()


def count(template: Template, lists: Lists) -> int:
    """How many phrases `expand` would give, found without expanding; an open slot counts as one."""
    match template:
        case Said():
            return 1
        case Maybe(inner):
            return 1 + count(inner, lists)
        case OneOf(choices):
            return sum(count(choice, lists) for choice in choices)
        case Row(parts):
            total = 1
            for part in parts:
                total *= count(part, lists)
            return total
        case Slot(name):
            if name not in lists:
                return 1
            return sum(count(say, lists) for entry in lists[name].entries for say in entry.say)


def expand(template: Template, lists: Lists) -> tuple[str, ...]:
    """Every phrase of the template, in its own spelling. One with an open slot gives none: it has no end.

    Raises ValueError when there are more than EXPANSION_LIMIT.
    """
    total = count(template, lists)
    if total > EXPANSION_LIMIT:
        raise ValueError(f"{total} phrases, more than {EXPANSION_LIMIT}")
    return tuple(dict.fromkeys(" ".join(row) for row in _rows(template, lists)))


def sample(template: Template, lists: Lists, chance: Random) -> str:
    """One phrase of the template, drawn with `chance`; an open slot says «пять три»."""
    match template:
        case Said(word):
            return word
        case Row(parts):
            return " ".join(filter(None, (sample(part, lists, chance) for part in parts)))
        case OneOf(choices):
            return sample(chance.choice(choices), lists, chance)
        case Maybe(inner):
            return sample(inner, lists, chance) if chance.random() < 0.5 else ""
        case Slot(name):
            if name not in lists:
                return "пять три"
            return sample(chance.choice(chance.choice(lists[name].entries).say), lists, chance)


def _rows(template: Template, lists: Lists) -> Iterator[tuple[str, ...]]:
    match template:
        case Said(word):
            yield (word,)
        case Maybe(inner):
            yield ()
            yield from _rows(inner, lists)
        case OneOf(choices):
            for choice in choices:
                yield from _rows(choice, lists)
        case Row(parts):
            for rows in product(*(tuple(_rows(part, lists)) for part in parts)):
                yield tuple(word for row in rows for word in row)
        case Slot(name):
            if name in lists:
                for entry in lists[name].entries:
                    for say in entry.say:
                        yield from _rows(say, lists)


def _touch(before: str, here: str) -> bool:
    def is_word(token: str) -> bool:
        return not token.isspace() and token not in "()[]|" and not token.startswith("{")

    opens, closes = here in ("(", "[") or here.startswith("{"), before in (")", "]") or before.startswith("{")
    return (is_word(before) and opens) or (closes and is_word(here)) or (closes and opens)


class _Parser:
    def __init__(self, node: Node, tokens: list[str]) -> None:
        self.node, self.rest = node, tokens

    def choice(self) -> Template:
        choices = [self.row()]
        while self.rest and self.rest[0] == "|":
            self.rest.pop(0)
            choices.append(self.row())
        return choices[0] if len(choices) == 1 else OneOf(tuple(choices))

    def row(self) -> Template:
        parts: list[Template] = []
        while self.rest and self.rest[0] not in ("|", ")", "]"):
            parts.append(self.part())
        if not parts:
            raise self.node.wrong(f"an empty choice in {self.node.text()!r}")
        return parts[0] if len(parts) == 1 else Row(tuple(parts))

    def part(self) -> Template:
        token = self.rest.pop(0)
        if token in ("(", "["):
            inner = self.choice()
            closing = ")" if token == "(" else "]"
            if not self.rest or self.rest.pop(0) != closing:
                raise self.node.wrong(f"{token!r} is not closed in {self.node.text()!r}")
            return inner if token == "(" else Maybe(inner)
        if token in ("{", "}"):
            raise self.node.wrong(f"a lone {token!r} in {self.node.text()!r}")
        if token.startswith("{"):
            return Slot(token[1:-1].strip())
        return Said(token)
