"""Where a sentence gets its marks: only those that its words surely ask for."""

from __future__ import annotations

from collections.abc import Sequence

from voice.captions.rules import Comma, Marks, Row

_MARKED = (",", ".", "!", "?", "…", ":", ";", "-", "–", "—")
ENDED = (".", "!", "?", "…")
_LONGEST_QUESTION = 4  # words that make a question


def before(marks: Marks, said: Sequence[str], row: Row, text: str) -> str:
    """The mark between what was `said`, written as `text`, and the next words."""
    if not text or text.endswith(_MARKED):
        return ""
    if tuple(said) in marks.greetings:
        return "!"
    last, first = said[-1], row[0]
    told = said[_greeted(marks, said) :]
    answered = len(told) == 1 and first in marks.answers.get(last, ())
    apart = last in marks.apart or first in marks.apart
    return "," if apart or answered or any(_parts(comma, last, row) for comma in marks.commas) else ""


def end_mark(marks: Marks, said: Sequence[str], text: str) -> str:
    """What ends the sentence; nothing when there is none, or it has its mark."""
    if not text or text.endswith(ENDED):
        return ""
    told = list(said[_greeted(marks, said) :])
    if not told:
        return "!"
    while told and told[0] in marks.lead:
        told.pop(0)
    beginnings = (tuple(told[:length]) for length in range(1, _LONGEST_QUESTION + 1))
    return "?" if any(beginning in marks.questions for beginning in beginnings) else "."


def _parts(comma: Comma, last: str, row: Row) -> bool:
    if row not in comma.before or last in comma.but:
        return False
    return comma.behind is None or last in comma.behind


def _greeted(marks: Marks, said: Sequence[str]) -> int:
    """How many words the greeting is that stands first; 0 when there is none."""
    return max((len(row) for row in marks.greetings if tuple(said[: len(row)]) == row), default=0)
