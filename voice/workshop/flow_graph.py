"""Which step may follow which, as the data has it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from voice.dialog.script import TARGETS, Option, Script, Step


@dataclass(frozen=True, slots=True)
class Edge:
    """From one step to another.

    when: the key of the data that leads there, or the value that does. option: what is chosen, if something is.
    """

    source: str
    target: str
    when: str
    option: Option | None = None


def edges(step: Step) -> Iterator[Edge]:
    """All ways on from `step` but those that are open in every state."""
    for option in step.options:
        if target := option.go or ("" if option.do else step.go):
            yield Edge(step.id, target, "option", option)
    for value, target in step.cases.items():
        yield Edge(step.id, target, value)
    for when in TARGETS:
        target = getattr(step, when)
        if target and not (when == "go" and step.options and step.slot is None):  # that one is the options' own
            yield Edge(step.id, target, when)


def reachable(script: Script, starts: Iterable[str]) -> dict[str, int]:
    """Every step that can be reached from `starts` by the flows alone -> how many steps away it is."""
    distance = dict.fromkeys(starts, 0)
    layer = list(distance)
    while layer:
        following = [edge.target for name in layer for edge in edges(script.steps[name])]
        layer = [name for name in dict.fromkeys(following) if name not in distance]
        distance.update(dict.fromkeys(layer, max(distance.values()) + 1))
    return distance


def entrances(script: Script) -> list[str]:
    """Where a caller may come in: the lines' first steps, what may be said in every state, the way to a person,
    the end of a conversation in writing.
    """
    lines = [line.start for line in script.lines.values()]
    known = [script.operator, script.idle, *filter(None, [script.nobody])]
    return list(dict.fromkeys([*lines, *(way.go for way in script.everywhere if way.go), *known]))
