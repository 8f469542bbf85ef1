"""All templates as one machine over words: no phrase is written out, whatever the number of its forms.

Each word of a template is a position; `follow` says which positions may come next (Glushkov's construction), so a
walk needs no empty moves and its state is a plain number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from voice.nlu.normalise import words
from voice.nlu.spoken import Spoken
from voice.nlu.templates import Lists, Maybe, OneOf, Row, Said, Slot, Template, can_be_empty

OPEN = "#"  # stands for any word of a spoken number
Assigned = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Position:
    word: str
    owner: int
    assigns: tuple[str, str] | None = None  # slot and value known when this word ends a list's phrase
    opens: str = ""  # the open slot this word belongs to
    follow: dict[str, tuple[int, ...]] = field(default_factory=dict)
    last: bool = False


@dataclass(frozen=True, slots=True)
class _Part:
    first: frozenset[int]
    last: frozenset[int]


class Automaton:
    """Built once; read-only afterwards."""

    def __init__(self, lists: Lists, spoken: Spoken) -> None:
        self.positions: list[Position] = []
        self.start: dict[str, tuple[int, ...]] = {}
        self._lists, self._spoken = lists, spoken
        self._follow: dict[int, list[frozenset[int]]] = defaultdict(list)
        self._first: set[int] = set()

    def add(self, template: Template, owner: int, assigns: tuple[str, str] | None = None) -> None:
        part = self._build(template, owner)
        self._first |= part.first
        for at in part.last:
            self.positions[at].last = True
            if assigns is not None:
                self.positions[at].assigns = assigns

    def seal(self) -> None:
        """Call once after the last `add`."""
        self.start = self._by_word(self._first)
        shared: dict[tuple[frozenset[int], ...], dict[str, tuple[int, ...]]] = {}
        for at, follow in self._follow.items():
            key = tuple(follow)
            if key not in shared:  # every «for» before a list of a thousand names leads to the same places
                shared[key] = self._by_word(frozenset().union(*follow))
            self.positions[at].follow = shared[key]

    def next(self, at: int, word: str) -> tuple[int, ...]:
        """Where one word leads from a position; from the beginning when `at` is -1."""
        edges = self.start if at < 0 else self.positions[at].follow
        found = edges.get(word, ())
        inside = at >= 0 and self.positions[at].word == OPEN
        if OPEN in edges and (self._spoken.is_number(word) or (inside and self._spoken.in_number(word))):
            found = (*found, *edges[OPEN])
        return found

    def _by_word(self, places: Iterable[int]) -> dict[str, tuple[int, ...]]:
        edges: dict[str, list[int]] = defaultdict(list)
        for at in sorted(places):
            edges[self.positions[at].word].append(at)
        return {word: tuple(ats) for word, ats in edges.items()}

    def _new(self, word: str, owner: int) -> int:
        self.positions.append(Position(word, owner))
        return len(self.positions) - 1

    def _build(self, template: Template, owner: int) -> _Part:
        match template:
            case Said(word):
                return self._chain([_single(self._new(piece, owner)) for piece in words(word)])
            case Maybe(inner):
                return self._build(inner, owner)
            case OneOf(choices):
                return _either([self._build(choice, owner) for choice in choices])
            case Row(parts):
                return self._chain([self._build(part, owner) for part in parts], [can_be_empty(part) for part in parts])
            case Slot(name):
                return self._slot(name, owner)

    def _slot(self, name: str, owner: int) -> _Part:
        if name not in self._lists:
            at = self._new(OPEN, owner)
            self.positions[at].opens = name
            self._follow[at].append(frozenset((at,)))
            return _single(at)
        choices = self._lists[name]
        parts = []
        for entry in choices.entries:
            for say in entry.say:
                part = self._build(say, owner)
                for at in part.last:
                    self.positions[at].assigns = (choices.slot, entry.value)
                parts.append(part)
        return _either(parts)

    def _chain(self, parts: list[_Part], empty: list[bool] | None = None) -> _Part:
        empty = empty or [False] * len(parts)
        first: set[int] = set()
        ends: set[int] = set()
        open_front = True
        for part, may_miss in zip(parts, empty, strict=True):
            for at in ends:
                self._follow[at].append(part.first)
            if open_front:
                first |= part.first
            open_front = open_front and may_miss
            ends = ends | part.last if may_miss else set(part.last)
        return _Part(frozenset(first), frozenset(ends))


def _single(at: int) -> _Part:
    return _Part(frozenset((at,)), frozenset((at,)))


def _either(parts: list[_Part]) -> _Part:
    return _Part(frozenset().union(*(part.first for part in parts)), frozenset().union(*(part.last for part in parts)))
