"""Which calls are worth a reviewer's time, and why. What each reason weighs is data: risk.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from math import prod
from pathlib import Path
from typing import Any

from voice.archive.records import Record
from voice.errors import PromptError
from voice.events import Understood, from_json
from voice.review.figures import CallFigures

RULES = Path(__file__).with_name("risk.toml")
REFUSED = ("WRONG", "LONG")  # states of a number that the line could not take
UNITS: dict[str, Callable[[float], str]] = {
    "none": lambda value: "",
    "count": lambda value: f"{value:.0f}",
    "percent": lambda value: f"{value * 100:.0f}",
    "seconds": lambda value: (f"{value / 1000:.1f}" if value < 10_000 else f"{value / 1000:.0f}").replace(".", ","),
}
MEASURED: dict[str, Callable[[Record, CallFigures], float | None]] = {
    "complaint": lambda record, figures: figures.complaint,
    "low_confidence": lambda record, figures: figures.mean_confidence,
    "no_match_run": lambda record, figures: figures.longest_no_match,
    "person_not_reached": lambda record, figures: (
        figures.asked_operator and not figures.operator and figures.outcome in ("abandoned", "failed")
    ),
    "wrong_numbers": lambda record, figures: _refused_numbers(record),
    "barge_ins": lambda record, figures: figures.barge_ins,
    "repeats": lambda record, figures: figures.repeats,
    "silence": lambda record, figures: figures.longest_silence_ms,
    "no_input": lambda record, figures: figures.no_input,
    "handover": lambda record, figures: figures.outcome == "transferred",
    "long_wait": lambda record, figures: figures.waited_ms,
    "hung_up": lambda record, figures: figures.outcome == "abandoned" and figures.turns > 0,
    "failed": lambda record, figures: figures.outcome == "failed",
    "incomplete": lambda record, figures: record.call.state == "incomplete",
    "slow_replies": lambda record, figures: figures.gap_ms,
    "bad_line": lambda record, figures: figures.noise != "",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """weight: 0..1, of the whole reason. begins, whole: the figure from which it counts, and counts whole."""

    weight: float
    begins: float
    whole: float
    unit: str
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    code: str
    weight: float  # 0..1: what it adds where it is alone
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Risk:
    score: float  # 0..1
    reasons: tuple[Reason, ...]  # the heaviest first


def judge(record: Record, figures: CallFigures) -> Risk:
    """How much a call wants a reviewer. The same call gives the same risk."""
    reasons = []
    for code, rule in rules().items():
        value = MEASURED[code](record, figures)
        strength = 0.0 if value is None else (value - rule.begins) / (rule.whole - rule.begins)
        if value is not None and strength > 0:
            weight = round(rule.weight * min(strength, 1.0), 4)
            reasons.append(Reason(code=code, weight=weight, values={"value": round(float(value), 4)}))
    reasons.sort(key=lambda reason: -reason.weight)
    return Risk(round(1 - prod(1 - reason.weight for reason in reasons), 4), tuple(reasons))


def told(reason: Mapping[str, Any]) -> str:
    """A reason, as Figures keeps it, for people; its code when it is of another version."""
    rule = rules().get(reason.get("code", ""))
    if rule is None:
        return str(reason.get("code", ""))
    return rule.told.format(value=UNITS[rule.unit](float(reason.get("values", {}).get("value", 0))))


@cache
def rules(path: Path = RULES) -> Mapping[str, Rule]:
    """By code. Raises PromptError when the file cannot be used, or does not name exactly the reasons that are known."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        read = {
            code: Rule(float(row["weight"]), float(row["from"]), float(row["to"]), row["unit"], row["told"])
            for code, row in data.items()
        }
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise PromptError(str(path), 0, f"cannot be used: {error}") from error
    for code, rule in read.items():
        if not (0 <= rule.weight < 1 and rule.begins != rule.whole and rule.unit in UNITS):
            raise PromptError(
                str(path), 0, f"{code}: 'weight' is in 0..1, 'from' is not 'to', 'unit' one of {set(UNITS)}"
            )
    if read.keys() != MEASURED.keys():
        raise PromptError(str(path), 0, f"reasons differ from those known: {sorted(read.keys() ^ MEASURED.keys())}")
    return read


def _refused_numbers(record: Record) -> int:
    events = (from_json(stored.json) for stored in record.events if stored.kind == Understood.__name__)
    return sum(isinstance(event, Understood) and event.slots.get("state") in REFUSED for event in events)
