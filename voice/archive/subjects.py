"""Whom or what a call is about, so that it can be found again by a number that nobody can read back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, get_args

from voice.archive.keys import KeyRing
from voice.archive.records import Record
from voice.events import CallStarted, LookedUp, Understood, from_json
from voice.office import plain

Kind = Literal["phone", "snils", "inn", "passport", "appeal", "application"]
KINDS: tuple[Kind, ...] = get_args(Kind)
# What the dialog calls them: the kinds of its slots, and what the back office was asked for.
OF_SLOTS: dict[str, Kind] = {
    "phone": "phone",
    "snils": "snils",
    "inn": "inn",
    "passport": "passport",
    "appeal_number": "appeal",
    "application_number": "application",
}
APPLICATION = "application_status"  # its facts name an application; all other numbers are appeals'
NUMBER = "number"


def token(keys: KeyRing, kind: str, value: str) -> str:
    """Empty for a value without digits."""
    return keys.token(kind, plain(kind, value))


def numbers(record: Record) -> Iterator[tuple[Kind, str]]:
    """Every number of a person or a matter that the call has understood, been told or been given, with its digits."""
    for stored in record.events:
        match from_json(stored.json):
            case CallStarted(caller=caller):
                yield from _number("phone", caller)
            case Understood(slots=slots) if (kind := OF_SLOTS.get(slots.get("kind", ""))) and slots.get("value"):
                yield from _number(kind, slots["value"])
            case LookedUp(name=name, facts=facts) if facts and NUMBER in facts:
                yield from _number("application" if name == APPLICATION else "appeal", facts[NUMBER])


def _number(kind: Kind, value: str) -> Iterator[tuple[Kind, str]]:
    if digits := plain(kind, value):
        yield kind, digits
