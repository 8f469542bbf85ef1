"""What somebody looks for among kept calls: words and filters, as an address or a kept search carries them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from voice.archive.query import LONGEST

YES, NO = "yes", "no"
_ONE_OF = {
    "side": ("caller", "line", "operator"),
    "outcome": ("solved", "registered", "transferred", "abandoned", "failed"),
    "state": ("open", "complete", "incomplete"),
    "operator": (YES, NO),
    "reviewed": (YES, NO),
    "by": ("time", "risk"),
}
_DATES = ("since", "until")
_NUMBERS = ("shortest_s", "longest_s", "least_percent", "most_percent")
_LONGEST_WORD = 100  # of a line, an intent, a language: whatever is longer names none


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """All fields together; an empty one asks for nothing. `of` makes one of whatever was sent."""

    text: str = ""
    side: str = ""  # who said it
    line: str = ""
    intent: str = ""
    outcome: str = ""
    language: str = ""
    state: str = ""
    operator: str = ""  # a person talked with the caller: YES, NO
    reviewed: str = ""
    since: str = ""  # ISO dates, both included
    until: str = ""
    shortest_s: str = ""
    longest_s: str = ""
    least_percent: str = ""  # mean confidence
    most_percent: str = ""
    by: str = "time"  # the newest first; risk: the riskiest first

    @classmethod
    def of(cls, sent: Mapping[str, Any]) -> Search:
        """What can be understood of `sent`; anything else asks for nothing. Raises nothing."""
        kept = {}
        for field in fields(cls):
            value = sent.get(field.name)
            if isinstance(value, str) and value.strip() and _means(field.name, value.strip()):
                kept[field.name] = value.strip()
        return cls(**kept)

    def sent(self) -> dict[str, str]:
        """What `of` makes this of: the fields that ask for something."""
        return {name: value for name, value in asdict(self).items() if value and (name, value) != ("by", "time")}

    @property
    def filters(self) -> int:
        """How many fields but the words and the order ask for something."""
        return len(self.sent().keys() - {"text", "side", "by"})


def _means(name: str, value: str) -> bool:
    if name in _ONE_OF:
        return value in _ONE_OF[name]
    if name in _DATES:
        return _is_date(value)
    if name in _NUMBERS:
        return _is_number(value)
    return len(value) <= (LONGEST if name == "text" else _LONGEST_WORD) and _is_whole(value)


def _is_date(value: str) -> bool:
    try:
        return 1970 <= date.fromisoformat(value).year <= 9000
    except ValueError:
        return False


def _is_number(value: str) -> bool:
    try:
        return math.isfinite(float(value)) and 0 <= float(value) <= 1e6
    except ValueError:
        return False


def _is_whole(value: str) -> bool:
    """Databases refuse zero bytes and half characters."""
    return "\0" not in value and value == value.encode(errors="ignore").decode()
