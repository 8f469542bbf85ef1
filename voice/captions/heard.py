"""How much of a saying has been heard, when only the time that it sounded is known.

An estimate by the voice's pace: sayings that ended by themselves teach it, and until the first of them a usual pace
is taken. Good to a word or two, which is what a reader needs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

USUAL_MS_PER_SIGN = 70.0
SIGNS_OF_A_DIGIT = 5  # a digit sounds about as long as five letters
_WORDS = re.compile(r"\S+\s*")


@dataclass
class Pace:
    """The line's ms for one sign of its text, learnt during the call."""

    ms_per_sign: float = USUAL_MS_PER_SIGN

    def learn(self, text: str, took_ms: int) -> None:
        signs = _signs(text)
        if signs and took_ms > 0:
            self.ms_per_sign += 0.5 * (took_ms / signs - self.ms_per_sign)


def split_heard(text: str, heard_ms: int, pace: Pace) -> tuple[str, str]:
    """Cut `text` between two words: what sounded in `heard_ms`, and the rest. Together they are `text`."""
    at, sounded_ms = 0, 0.0
    for word in _WORDS.finditer(text):
        sounded_ms += _signs(word.group()) * pace.ms_per_sign
        if sounded_ms > heard_ms:
            break
        at = word.end()
    return text[:at], text[at:]


def _signs(text: str) -> int:
    return sum(SIGNS_OF_A_DIGIT if sign.isdigit() else 1 for sign in text)
