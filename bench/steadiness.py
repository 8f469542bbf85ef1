"""How much of a growing caption is taken back, and when its words are seen: figures of one utterance's updates.

Normalised erasure: units erased by updates, per unit of the final text (Arivazhagan et al., IWSLT 2020). Unstable
partial word ratio: units shown before the final that it changed or dropped, per unit of it (Shangguan et al.,
Interspeech 2020).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher


def erased(updates: Sequence[Sequence[str]]) -> int:
    """Units behind the common beginning of each update and the one before, in all updates together."""
    lost = 0
    before: Sequence[str] = ()
    for now in updates:
        lost += len(before) - common(before, now)
        before = now
    return lost


def common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many units both begin with."""
    alike = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        alike += 1
    return alike


def unkept(shown: Sequence[str], final: Sequence[str]) -> int:
    """How many of the shown units the final text changed or dropped."""
    matched = SequenceMatcher(a=shown, b=final, autojunk=False).get_matching_blocks()
    return len(shown) - sum(block.size for block in matched)


def first_seen(at_ms: Sequence[int], updates: Sequence[Sequence[str]]) -> list[int]:
    """For each word of the last update, when it was first shown in its place, or the one beside it."""
    seen = [at_ms[-1]] * len(updates[-1])
    for at, word in enumerate(updates[-1]):
        near = (when for when, text in zip(at_ms, updates, strict=True) if word in text[max(0, at - 1) : at + 2])
        seen[at] = next(near, at_ms[-1])
    return seen


@dataclass
class Steadiness:
    """Figures of many utterances."""

    words: int = 0  # of the final texts
    erased: int = 0
    steady_erased: int = 0
    unkept: int = 0  # of what was steady
    shown_ms: list[int] = field(default_factory=list)  # word's end -> shown at all
    steady_ms: list[int] = field(default_factory=list)  # word's end -> shown as steady

    def add(
        self,
        at_ms: Sequence[int],
        shown: Sequence[Sequence[str]],
        steady: Sequence[Sequence[str]],
        ends_ms: Sequence[int] = (),
    ) -> None:
        """One utterance: all that was shown, and what of it as steady, at each time; last the final text.

        ends_ms: of the final's words, when they are known.
        """
        final = shown[-1]
        self.words += len(final)
        self.erased += erased(shown)
        self.steady_erased += erased(steady)
        self.unkept += unkept(steady[-2], final) if len(steady) > 1 else 0
        if len(ends_ms) == len(final):
            self.shown_ms += [seen - end for seen, end in zip(first_seen(at_ms, shown), ends_ms, strict=True)]
            self.steady_ms += [seen - end for seen, end in zip(first_seen(at_ms, steady), ends_ms, strict=True)]

    def share(self, units: int) -> float:
        return units / max(1, self.words)
