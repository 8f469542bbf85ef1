"""Callers described in YAML: what they say, when, how well they are heard, and what the line must do.

The format is told at the head of audio_fixtures/scenarios.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from voice.nlu.data import Node, load
from voice.transports.recorded import WHENS

TURN_KEYS = ("say", "when", "wait_ms", "key", "hang_up", "pace", "louder_db", "muffled", "cut_ms", "voice")
EXPECT_KEYS = ("understood", "says", "never_says", "interrupted", "resumed", "ends", "max_gap_ms")
DEFAULT_LINE, DEFAULT_VOICE = "88005553535", "elena"

Turn = Mapping[str, str]  # some of TURN_KEYS, as written


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the line must have understood: an intent ("none" for nothing) with at least these slots."""

    intent: str
    slots: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Expected:
    """What the line must do; None: it does not matter."""

    understood: tuple[Meaning, ...] | None = None
    says: tuple[str, ...] = ()
    never_says: tuple[str, ...] = ()
    interrupted: int | None = None
    resumed: int | None = None
    ends: tuple[str, str] | None = None  # by whom, and why
    max_gap_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Noise:
    kind: str
    snr_db: float


@dataclass(frozen=True)
class Scenario:
    name: str
    title: str
    line: str
    voice: str
    turns: tuple[Turn, ...]
    pace: float
    level_db: float
    noise: Noise | None
    expected: Expected
    told: Mapping[str, object]  # `expect` as it is written


@dataclass(frozen=True)
class Scenarios:
    """`background`: what voices behind a caller say, by the kind of noise."""

    callers: tuple[Scenario, ...]
    background: Mapping[str, tuple[str, ...]]


def read_scenarios(path: Path) -> Scenarios:
    """Raises PromptError with file, line and reason."""
    fields = load(path).fields(("callers", "background"), needed=("callers",))
    background = fields["background"].fields() if "background" in fields else {}
    return Scenarios(
        tuple(map(_scenario, fields["callers"].items())),
        {kind: _texts(node) for kind, node in background.items()},
    )


def expected(node: Node) -> Expected:
    """Read `expect`. Raises PromptError."""
    fields = node.fields(EXPECT_KEYS)
    ends = _texts(fields["ends"]) if "ends" in fields else None
    if ends is not None and len(ends) != 2:
        raise fields["ends"].wrong("'ends' names who hangs up, and why")
    return Expected(
        understood=tuple(map(_meaning, fields["understood"].items())) if "understood" in fields else None,
        says=_texts(fields["says"]) if "says" in fields else (),
        never_says=_texts(fields["never_says"]) if "never_says" in fields else (),
        interrupted=int(fields["interrupted"].number()) if "interrupted" in fields else None,
        resumed=int(fields["resumed"].number()) if "resumed" in fields else None,
        ends=(ends[0], ends[1]) if ends else None,
        max_gap_ms=fields["max_gap_ms"].number() if "max_gap_ms" in fields else None,
    )


def _scenario(node: Node) -> Scenario:
    known = ("name", "title", "line", "voice", "pace", "level_db", "noise", "turns", "expect", "known_failure")
    fields = node.fields(known, needed=("name", "turns"))
    noise = fields["noise"].fields(("kind", "snr_db"), needed=("kind", "snr_db")) if "noise" in fields else None
    name = fields["name"].text()
    return Scenario(
        name=name,
        title=fields["title"].text() if "title" in fields else name,
        line=fields["line"].text() if "line" in fields else DEFAULT_LINE,
        voice=fields["voice"].text() if "voice" in fields else DEFAULT_VOICE,
        turns=tuple(map(_turn, fields["turns"].items())),
        pace=fields["pace"].number() if "pace" in fields else 1.0,
        level_db=fields["level_db"].number() if "level_db" in fields else 0.0,
        noise=Noise(noise["kind"].text(), noise["snr_db"].number()) if noise else None,
        expected=expected(fields["expect"]) if "expect" in fields else Expected(),
        told={key: _plain(fields[key]) for key in ("expect", "known_failure") if key in fields},
    )


def _turn(node: Node) -> Turn:
    fields = node.fields(TURN_KEYS)
    if not fields.keys() & {"say", "key", "hang_up"}:
        raise node.wrong("a turn says something ('say'), presses a 'key' or hangs up ('hang_up')")
    if "when" in fields and fields["when"].text() not in WHENS:
        raise fields["when"].wrong(f"'when' is one of {', '.join(WHENS)}")
    for key in fields.keys() & {"wait_ms", "pace", "louder_db", "cut_ms"}:
        fields[key].number()
    return {key: value.text() for key, value in fields.items()}


def _meaning(node: Node) -> Meaning:
    if isinstance(node.value, str):
        return Meaning(node.text())
    fields = node.fields(("intent", "slots"), needed=("intent",))
    slots = fields["slots"].fields() if "slots" in fields else {}
    return Meaning(fields["intent"].text(), {name: value.text() for name, value in slots.items()})


def _texts(node: Node) -> tuple[str, ...]:
    """A list of texts; one of them may be empty (a caller who hangs up gives no reason)."""
    return tuple(item.value if isinstance(item.value, str) else item.text() for item in node.items())


def _plain(node: Node) -> object:
    """A node as plain lists, mappings and texts."""
    if isinstance(node.value, dict):
        return {key: _plain(value) for key, value in node.value.items()}
    return [_plain(item) for item in node.value] if isinstance(node.value, list) else node.value
