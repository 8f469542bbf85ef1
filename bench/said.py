"""The wordings to measure with: bench/wordings, written apart from those the line was built with."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

WORDINGS = Path(__file__).resolve().parent / "wordings"


@dataclass(frozen=True, slots=True)
class Sentence:
    """`intent` is empty for what is no business of the line; `slots` must be among those understood."""

    text: str
    intent: str = ""
    slots: Mapping[str, str] = field(default_factory=dict)
    near: bool = False  # of other matters, but in the line's words


@dataclass(frozen=True, slots=True)
class SpokenNumber:
    """One value in one or more utterances.

    value: empty when there is none that may be taken; a date without a year as "--MM-DD", "today-1" is yesterday.
    misspoken: what the first utterance says by the caller's own mistake.
    """

    kind: str
    said: tuple[str, ...]
    value: str = ""
    misspoken: str = ""


@dataclass(frozen=True, slots=True)
class Goal:
    """What a caller wants, and what he says to get it: see the head of goals.yaml."""

    who: str
    wants: str
    line: str
    says: str
    again: str
    means: tuple[str, ...]
    answers: Mapping[str, str]
    reached: tuple[str, ...]


def sentences() -> list[Sentence]:
    """Every sentence that has an intent, then those that have none."""
    found = []
    for intent, rows in _load("intents").items():
        for row in rows:
            found.append(Sentence(row, intent) if isinstance(row, str) else Sentence(intent=intent, **row))
    elsewhere = _load("elsewhere")
    return found + [Sentence(text, near=place == "near") for place in elsewhere for text in elsewhere[place]]


def spoken_numbers() -> list[SpokenNumber]:
    return [SpokenNumber(**{**row, "said": tuple(row["said"])}) for row in _load("numbers")]


def goals() -> list[Goal]:
    return [Goal(**{**row, "means": tuple(row["means"]), "reached": tuple(row["reached"])}) for row in _load("goals")]


def heard_plainly(text: str) -> str:
    """As a recogniser that hears every word would write it."""
    return " ".join(re.findall(r"[а-яё]+", text.lower()))


def sample(rows: list[Any], size: int) -> Iterator[Any]:
    """About `size` of the rows, spread evenly; all of them for 0."""
    yield from rows[:: max(1, len(rows) // size)] if size else rows


def _load(name: str) -> Any:
    # BaseLoader: every value is a text, so that the intents yes and no stay words
    return yaml.load((WORDINGS / f"{name}.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
