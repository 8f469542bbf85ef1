"""Every kind of answer that a step may ask for, behind one door: take it, show it, mend it.

A kind is a document's number (`documents.KINDS`), or one of the few below that are no plain row of digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from voice.nlu import codes, dates, documents, names, times
from voice.nlu.documents import State, Taken
from voice.nlu.repair import repair as repair_digits

__all__ = ["KINDS", "State", "Taken", "length_state", "repair", "show", "take"]

KINDS = frozenset({*documents.KINDS, "date", "time", "error_code", "name", "text"})


def take(kind: str, text: str, before: str = "", *, today: date | None = None) -> Taken:
    """Understand an answer to a question for a `kind` (KeyError for one that is not in KINDS).

    before: what earlier utterances gave: `Taken.groups` joined by spaces (digits alone will do).
    today: the caller's day; without it «вчера» is SHORT, and so is a day without a year.
    `digits` of the answer: of a date ISO ("2026-11-12"; with gaps while SHORT: "-11-12", "--12"), of a time "15:30"
    or the part of the day ("morning", "day", "evening", "night"), of an error's code Latin capitals and digits, of a
    name and a text the words.
    """
    if kind in documents.KINDS:
        return documents.take(kind, text, before)
    match kind:
        case "date":
            return dates.take(text, before, today)
        case "time":
            return times.take(text)
        case "error_code":
            return codes.take(text)
        case "name":
            return names.take(text, before)
        case "text":
            told = " ".join(f"{before} {text}".split())
            return Taken(State.COMPLETE, told, (told,), (told,), True) if text.strip() else Taken(State.NONE, told)
    raise KeyError(kind)


def length_state(kind: str, text: str, before: str = "") -> State:
    """How the answer stands while it is still being said; cheap enough for every partial hypothesis.

    COMPLETE: nothing more is due. SHORT: more is due, or may well come; codes, names and texts have no length, so
    they stay SHORT until the caller is silent.
    """
    if kind in documents.KINDS:
        return documents.length_state(kind, text, before)
    match kind:
        case "date":
            return dates.length_state(text, before)
        case "time":
            return times.length_state(text)
        case "error_code" | "name" | "text":
            return State.NONE if take(kind, text).state is State.NONE else State.SHORT
    raise KeyError(kind)


def show(kind: str, value: str, groups: Sequence[str] = ()) -> str:
    """The value as a text reads it back: a number in the caller's own `groups`, a name with its letters.

    A date stays ISO and a part of the day its code: the texts have tables for them.
    """
    if kind in documents.KINDS:
        return documents.show(value, groups, kind)
    if kind == "error_code":
        return codes.show(value, groups)
    return names.show(value) if kind == "name" else value


def repair(kind: str, value: str, groups: Sequence[str], text: str) -> str | None:
    """Mend one place of a value that was read back; None when the text does not say what is to be mended.

    groups: as the value was read back; of a name its words. The new value is to be checked again: a number may have
    changed its length or lost its checksum.
    """
    if kind in documents.KINDS or kind == "error_code":
        return repair_digits(value, groups, text)
    if kind == "date":
        return dates.repair(value, text)
    return names.repair(" ".join(groups) or value, text) if kind == "name" else None
