"""Where personal data stands in a call."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal[
    "snils", "inn", "passport", "card", "phone", "email", "name", "address", "birth_date", "number", "code"
]  # number: any other long row of digits; numbers of applications and appeals are no personal data  # fmt: skip
Why = Literal["state", "checksum", "format", "context", "name", "reviewer"]

_STRONGEST_FIRST: tuple[Why, ...] = ("reviewer", "state", "checksum", "format", "context", "name")


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """utterance: its number in the call. start, end: characters of its text. why: what gave it away."""

    utterance: int
    start: int
    end: int
    kind: Kind
    why: Why

    def overlaps(self, other: Span) -> bool:
        return self.utterance == other.utterance and self.start < other.end and other.start < self.end


def joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """In their order and apart: spans that overlap become one, of the kind whose reason is the strongest."""
    done: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.utterance, span.start, span.end)):
        if done and done[-1].overlaps(span):
            last = done.pop()
            best = min(last, span, key=lambda one: (_STRONGEST_FIRST.index(one.why), one.kind == "number"))
            done.append(replace(best, start=last.start, end=max(last.end, span.end)))
        else:
            done.append(span)
    return tuple(done)


def merge(auto: Sequence[Span], by_hand: Sequence[Span], removed: Sequence[Span] = ()) -> tuple[Span, ...]:
    """What was found, without what a reviewer took back, with what he marked himself.

    A found span is taken back by one of `removed` that overlaps it; what is marked by hand always stands.
    """
    kept = [span for span in auto if not any(span.overlaps(other) for other in removed)]
    return joined([*kept, *by_hand])
