"""What a caller keeps of a call: what came of it on top, then all that was said."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from voice.captions.export import plain_text
from voice.captions.labels import Labels
from voice.events import AnyEvent, LookedUp, SayStarted
from voice.nlu.slots import show

NUMBER = "number"  # the fact that names an appeal or an application
KINDS = {"application_status": "application_number"}  # of that number, by what was asked; all others are appeals


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the back office knew or wrote down, in the line's own words: terms and what to do next.

    number: of the appeal or the application, in its usual groups, when the words do not have it.
    """

    number: str
    text: str


def outcomes(events: Iterable[AnyEvent]) -> list[Outcome]:
    """In the order they were told; what was told twice is there once."""
    found: dict[Outcome, None] = {}
    answer: LookedUp | None = None
    for event in events:
        match event:
            case LookedUp(facts=facts, failed=failed):
                answer = event if facts is not None and not failed else None
            case SayStarted(text=text) if answer is not None:
                found.setdefault(Outcome(_number(answer, text), text))
                answer = None
    return list(found)


def as_text(events: Sequence[AnyEvent], labels: Labels, head: str) -> str:
    """Plain text: `head`, what came of the call, an empty line, what was said."""
    top = [f"{came.number}: {came.text}" if came.number else came.text for came in outcomes(events)]
    return "\n".join([head, *top, "", plain_text(events, labels)])


def _number(answer: LookedUp, text: str) -> str:
    number = (answer.facts or {}).get(NUMBER, "")
    told = number in re.sub(r"\D", "", text)
    return "" if told else show(KINDS.get(answer.name, "appeal_number"), number, [])
