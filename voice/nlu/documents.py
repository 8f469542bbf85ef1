"""Numbers of documents: how long each may be, its checksum, and how an answer in words becomes one.

Sources of the checksums: СНИЛС: the rules of individual records of the Pension Fund, paragraph 8 (the check applies
to numbers above 001-001-998); ИНН: the tax service's order on the taxpayer's number, weights 2 4 10 3 5 9 4 6 8.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from voice.nlu import continued, numbers
from voice.nlu.normalise import words
from voice.nlu.number_words import ALIKE
from voice.nlu.repair import repair

__all__ = ["KINDS", "Kind", "State", "Taken", "inn_ok", "length_state", "repair", "show", "snils_ok", "take"]

_SNILS_UNCHECKED = 1_001_998
_SERIES_DIGITS = 4
_PAUSE = "тире"  # parts groups that must not join
_INN_WEIGHTS = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)


class State(Enum):
    """How an answer stands to the number that was asked for."""

    COMPLETE = auto()
    SHORT = auto()  # more digits are due
    LONG = auto()  # more digits than any such number has
    WRONG = auto()  # the length is right, the checksum is not: never to be accepted
    NONE = auto()  # no number was said


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of number. `shape`: the groups in which it is written when the caller's own are not known."""

    lengths: tuple[int, ...]
    shape: tuple[int, ...]
    check: Callable[[str], bool] | None = None
    vouched: Callable[[str], bool] | None = None  # does the checksum say anything about these digits?
    fits: Callable[[str, Sequence[str]], bool] | None = None  # a rule on digits and groups, apart from the checksum
    trunk: str = ""  # first digits behind which one more may be due


@dataclass(frozen=True, slots=True)
class Taken:
    """What an answer gives.

    `digits` with the caller's own `groups`; for SHORT all digits so far, for LONG and WRONG what was heard.
    `candidates`: every reading that fits (best first), for SHORT and LONG behind what was heard; empty for NONE.
    `sure`: the natural reading fits, and where there is a checksum no other reading passes it; anything not sure must
    be asked, not only read back.
    `meant`: other numbers with a right checksum that one misheard word would explain; only to be asked: once the
    answer is refused, or for SHORT when the caller says that this is all.
    """

    state: State
    digits: str = ""
    groups: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    sure: bool = False
    meant: tuple[str, ...] = ()


def snils_ok(digits: str) -> bool:
    """Is the checksum of 11 digits of a СНИЛС right?"""
    body, control = digits[:9], int(digits[9:])
    if int(body) <= _SNILS_UNCHECKED:
        return int(body) > 0
    total = sum(int(digit) * (9 - i) for i, digit in enumerate(body))
    return total % 101 % 100 == control


def inn_ok(digits: str) -> bool:
    """Is the checksum of an ИНН right: of 10 digits (an organisation) or 12 (a person)?"""

    def control(upto: int) -> str:
        weights = _INN_WEIGHTS[len(_INN_WEIGHTS) - upto :]
        return str(sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False)) % 11 % 10)

    if digits.startswith("00"):  # there is no such region, and zeros alone would pass
        return False
    if len(digits) == 10:
        return digits[9] == control(9)
    return digits[10:] == control(10) + control(11)


def _phone_fits(digits: str, groups: Sequence[str]) -> bool:
    """Ten digits that begin with 8 are a number of Petersburg or Samara, or lack one behind the 8 of long distance."""
    if len(digits) == 11:
        return digits[0] in "78"
    return digits[0] not in "78" or (digits[0] == "8" and digits[1] in "1234567" and groups[0] != "8")


def _snils_vouched(digits: str) -> bool:
    return int(digits[:9]) > _SNILS_UNCHECKED


KINDS: dict[str, Kind] = {
    "application_number": Kind((10,), (3, 3, 2, 2)),
    "appeal_number": Kind((8,), (2, 2, 2, 2)),
    "snils": Kind((11,), (3, 3, 3, 2), check=snils_ok, vouched=_snils_vouched),
    "inn": Kind((10, 12), (4, 4, 4), check=inn_ok),
    "passport": Kind((10,), (2, 2, 3, 3)),
    "phone": Kind((10, 11), (1, 3, 3, 2, 2), fits=_phone_fits, trunk="8"),
}


def take(kind: str, text: str, before: str = "") -> Taken:
    """Understand an answer to "say the number".

    kind: a key of KINDS (KeyError otherwise). before: digits given in earlier utterances, best in their groups
    ("123 45"), or an empty text; the new ones continue them, overlap them, mend them or replace them.
    All readings whose length fits are kept, the checksum chooses among them. With a checksum COMPLETE means that it
    is right; where several readings pass it, all of them are in `candidates` and `sure` is False.
    """
    rules, groups = KINDS[kind], tuple(before.split())
    if kind == "passport":
        text, groups = _passport_order(text, groups)
    if groups and (mended := continued.mended(rules.lengths, text, groups)):
        text, groups = f" {_PAUSE} ".join(mended), ()
    ways = continued.ways(rules.lengths, text, groups)
    if not ways and groups and numbers.begun_anew(text):
        return Taken(State.SHORT)
    if not ways:
        return Taken(State.NONE, "".join(groups), groups)
    ways.sort(key=lambda way: way.cost)
    natural = ways[0]
    near = [way for way in ways if way.cost - natural.cost <= continued.BREAKS_BELIEVED]
    fitting = whole = _distinct([way for way in near if _fits(rules, way)])
    is_length = len(natural.digits) in rules.lengths and not _fits(rules, natural)
    if rules.check is None and (is_length or len(natural.digits) < max(rules.lengths) - 1):
        fitting = [way for way in fitting if way.cost - natural.cost < numbers.BREAK_COST]  # more is due: no vouching
    passing = [way for way in fitting if rules.check is None or rules.check(way.digits)]
    length = len(natural.digits)
    near_length = any(abs(length - fitting_length) <= 1 for fitting_length in rules.lengths)
    meant = _misheard(rules, text, groups) if rules.check and near_length else ()
    if passing:
        best = passing[0]
        is_natural = best.cost - natural.cost < numbers.BREAK_COST
        alone = len(passing) == 1 or (rules.check is None and passing[1].cost > best.cost)
        sure = is_natural and alone and (rules.vouched is None or rules.vouched(best.digits))
        digits = tuple(way.digits for way in passing)
        others = tuple(number for number in meant if number not in digits)
        return Taken(State.COMPLETE, best.digits, best.groups, digits, sure, others)
    heard = natural.digits, natural.groups
    if length in rules.lengths and rules.check:
        return Taken(State.WRONG, *heard, tuple(way.digits for way in fitting), meant=meant)
    state = State.SHORT if length < max(rules.lengths) else State.LONG
    return Taken(state, *heard, (natural.digits, *(way.digits for way in whole)), meant=meant)


def length_state(kind: str, text: str, before: str = "") -> State:
    """How the number stands while it is still being said; cheap enough for every partial hypothesis.

    COMPLETE only when nothing more is due: the longest length is reached (or the checksum is right), and no next
    word can change the last group («двадцать» may become «двадцать три»). A wrong checksum gives WRONG.
    """
    rules, groups = KINDS[kind], tuple(before.split())
    reading = numbers.natural(text, groups)
    if reading is None:
        return State.NONE
    if groups and not _fits(rules, reading):
        alone = numbers.natural(text)
        reading = alone if alone is not None and _fits(rules, alone) else reading
    if not _fits(rules, reading):
        return State.SHORT if len(reading.digits) < max(rules.lengths) else State.LONG
    checked = rules.check is not None and rules.check(reading.digits)
    if numbers.may_grow(text) and not checked:
        return State.SHORT
    if len(reading.digits) < max(rules.lengths) and (rules.fits is None or reading.digits[0] in rules.trunk):
        return State.SHORT
    return State.WRONG if rules.check is not None and not checked else State.COMPLETE


def show(digits: str, groups: Sequence[str] = (), kind: str = "") -> str:
    """The digits for reading back and for captions: "123 456 78 90".

    In the caller's own `groups` when they make up `digits` or have its length; else in the groups in which the `kind`
    is written; else by threes.
    """
    shape = [len(group) for group in groups]
    if not groups or sum(shape) != len(digits):
        shape = list(KINDS[kind].shape) if kind in KINDS else []
        if kind == "phone" and len(digits) == 10:
            shape = shape[1:]
    parts, at = [], 0
    while at < len(digits):
        step = shape.pop(0) if shape else 3
        parts.append(digits[at : at + step])
        at += step
    return " ".join(parts)


def _misheard(rules: Kind, text: str, before: tuple[str, ...]) -> tuple[str, ...]:
    """Numbers with a right checksum that one misheard word would explain: to be asked, never to be accepted."""
    said, found = words(text), []
    for i, word in enumerate(said):
        for other in ALIKE.get(word, ()):
            reading = numbers.natural(" ".join([*said[:i], other, *said[i + 1 :]]), before)
            if reading and _fits(rules, reading) and rules.check and rules.check(reading.digits):
                found.append(reading.digits)
    return tuple(dict.fromkeys(found))


def _passport_order(text: str, before: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The series first, in whatever order they were said: «номер ... серия ...»."""
    said = words(text)
    at = next((i for i, word in enumerate(said) if word.startswith("сери")), -1)
    if at < 0:
        return text, before
    series = numbers.natural(" ".join(said[at:]))
    number = numbers.natural(" ".join(said[:at]))
    given = number.groups if number else before
    if series is None or len(series.digits) != _SERIES_DIGITS or len("".join(given)) != _SERIES_DIGITS + 2:
        return text, before
    return f" {_PAUSE} ".join((*series.groups, *given)), ()


def _fits(rules: Kind, reading: numbers.Reading) -> bool:
    return len(reading.digits) in rules.lengths and (rules.fits is None or rules.fits(reading.digits, reading.groups))


def _distinct(ways: Sequence[numbers.Reading]) -> list[numbers.Reading]:
    first: dict[str, numbers.Reading] = {}
    for way in ways:
        first.setdefault(way.digits, way)
    return list(first.values())
