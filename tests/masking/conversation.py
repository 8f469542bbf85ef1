"""Talk for the tests of masking."""

from __future__ import annotations

from collections.abc import Sequence

from voice.masking.find import Known, find
from voice.masking.said import Said, Side
from voice.masking.text import masked_text

SIDES: dict[str, Side] = {"l": "line", "o": "operator", "c": "caller"}


def talk(*said: str, asked: str = "", source: str = "speech") -> list[Said]:
    """Utterances; "l: ..." is said by the line, "o: ..." by a person, everything else by the caller."""
    found = []
    for n, one in enumerate(said, 1):
        side, colon, text = one.partition(": ")
        known = bool(colon) and side in SIDES
        found.append(
            Said(
                utterance=n,
                side=SIDES[side] if known else "caller",
                text=text if known else one,
                asked=asked,
                source=source,
                started_ms=n * 1_000,
                question=1,
            )
        )
    return found


def masked(call: Sequence[Said], known: Sequence[Known] = ()) -> list[str]:
    """The texts as they are read by those who may not see personal data."""
    spans = find(call, known)
    return [masked_text(one.text, [span for span in spans if span.utterance == one.utterance]) for one in call]
