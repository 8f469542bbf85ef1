"""What a call has brought so far: values by name, the way that was gone, what was tried."""

from __future__ import annotations

from dataclasses import dataclass, field

MOST_UNHEARD = 3
SECRET = frozenset({"snils", "inn", "passport"})  # a person who takes over asks for these himself
SEEN_DIGITS = 4
CHOICE = "choice"  # the kind of a slot that holds one of a list


@dataclass(frozen=True, slots=True)
class Place:
    """A question that was asked, and what was known when it was."""

    step: str
    values: dict[str, str]
    shown: dict[str, str]


@dataclass
class Memory:
    values: dict[str, str] = field(default_factory=dict)  # slots and facts by name
    shown: dict[str, str] = field(default_factory=dict)  # the same as they are read out
    kinds: dict[str, str] = field(default_factory=dict)  # of the slots; facts of the back office have none
    way: list[Place] = field(default_factory=list)  # questions, oldest first
    unheard: list[str] = field(default_factory=list)  # the last words that were not understood
    _visits: dict[str, int] = field(default_factory=dict)

    def keep(self, name: str, value: str, shown: str = "", kind: str = "") -> None:
        self.values[name] = value
        self.shown[name] = shown or value
        if kind:
            self.kinds[name] = kind

    def at(self, step: str) -> None:
        """A question is asked; asking it again is no new place, but what is known by then may have changed."""
        if self.way and self.way[-1].step == step:
            self.way.pop()
        self.way.append(Place(step, dict(self.values), dict(self.shown)))

    def back(self) -> str | None:
        """The question before this one, with what was known then; None at the beginning."""
        if len(self.way) < 2:
            return None
        self.way.pop()
        before = self.way.pop()
        self.values, self.shown = dict(before.values), dict(before.shown)
        return before.step

    def visit(self, name: str) -> int:
        """How often it was visited before."""
        self._visits[name] = self._visits.get(name, 0) + 1
        return self._visits[name] - 1

    def not_understood(self, text: str) -> None:
        self.unheard = [*self.unheard, text][-MOST_UNHEARD:]

    def told(self) -> dict[str, str]:
        """The caller's slots for a person who takes over, secret numbers masked."""
        return {name: _masked(kind, self.values[name]) for name, kind in self.kinds.items() if name in self.values}


def _masked(kind: str, value: str) -> str:
    return "•" * (len(value) - SEEN_DIGITS) + value[-SEEN_DIGITS:] if kind in SECRET else value
