"""What the search for personal data reads: who said what, and what was asked for at that moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Side = Literal["caller", "line", "operator"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One utterance of a call.

    asked: the kind of value that the dialog was asking for or reading back, a kind of voice/nlu/slots.py; empty: none.
    question: grows with each question of the dialog, so that keys pressed for different ones are not taken together.
    source: speech, typed, tapped or key (one digit of a telephone's keys).
    """

    utterance: int
    side: Side
    text: str
    source: str = "speech"
    started_ms: int = 0
    asked: str = ""
    question: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A value that the dialog has taken: whoever says it again says personal data. kind: as `Said.asked`."""

    kind: str
    value: str
