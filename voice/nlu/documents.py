"""Numbers of documents: how long each may be, its checksum, and how an answer in words becomes one.

Sources of the checksums: СНИЛС: the rules of individual records of the Pension Fund, paragraph 8 (the check applies
to numbers above 001-001-998); ИНН: the tax service's order on the taxpayer's number, weights 2 4 10 3 5 9 4 6 8.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from voice.nlu import numbers
from voice.nlu.normalise import words
from voice.nlu.number_words import NUMBER_WORDS, Rank, is_number

_SNILS_UNCHECKED = 1_001_998
_BREAKS_BELIEVED = 2.0  # a reading further from the natural one passes a checksum by chance too often
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
    fits: Callable[[str], bool] | None = None  # a further rule on the digits, told apart from the checksum


@dataclass(frozen=True, slots=True)
class Taken:
    """What an answer gives.

    `digits` with the caller's own `groups`; for SHORT all digits so far, for LONG and WRONG what was heard.
    `candidates`: every reading that fits (best first), empty for NONE. `sure`: the natural reading fits, and where
    there is a checksum no other reading passes it; anything not sure must be asked, not only read back.
    """

    state: State
    digits: str = ""
    groups: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    sure: bool = False


def snils_ok(digits: str) -> bool:
    """Is the checksum of 11 digits of a СНИЛС right?"""
    body, control = digits[:9], int(digits[9:])
    if int(body) <= _SNILS_UNCHECKED:
        return True
    total = sum(int(digit) * (9 - i) for i, digit in enumerate(body))
    return total % 101 % 100 == control


def inn_ok(digits: str) -> bool:
    """Is the checksum of an ИНН right: of 10 digits (an organisation) or 12 (a person)?"""

    def control(upto: int) -> str:
        weights = _INN_WEIGHTS[len(_INN_WEIGHTS) - upto :]
        return str(sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False)) % 11 % 10)

    if len(digits) == 10:
        return digits[9] == control(9)
    return digits[10:] == control(10) + control(11)


def _phone_fits(digits: str) -> bool:
    return digits[0] in "78" if len(digits) == 11 else digits[0] not in "78"


KINDS: dict[str, Kind] = {
    "application_number": Kind((10,), (3, 3, 2, 2)),
    "appeal_number": Kind((8,), (2, 2, 2, 2)),
    "snils": Kind((11,), (3, 3, 3, 2), check=snils_ok),
    "inn": Kind((10, 12), (4, 4, 4), check=inn_ok),
    "passport": Kind((10,), (2, 2, 3, 3)),
    "phone": Kind((10, 11), (1, 3, 3, 2, 2), fits=_phone_fits),
}


def take(kind: str, text: str, before: str = "") -> Taken:
    """Understand an answer to "say the number".

    kind: a key of KINDS (KeyError otherwise). before: digits given in earlier utterances, or an empty text; the new
    ones continue them, overlap them or replace them, whichever fits.
    All readings whose length fits are kept, the checksum chooses among them. With a checksum COMPLETE means that it
    is right; where several readings pass it, all of them are in `candidates` and `sure` is False.
    """
    rules = KINDS[kind]
    ways = [way for reading in numbers.readings(text) for way in _joined(reading, before)]
    if not ways:
        return Taken(State.NONE, before, (before,) if before else ())
    ways.sort(key=lambda way: way.cost)
    natural = ways[0]
    near = [way for way in ways if way.cost - natural.cost <= _BREAKS_BELIEVED]
    if rules.check is None and len(natural.digits) < max(rules.lengths) - 1:
        near = [way for way in near if way.cost - natural.cost < numbers.BREAK_COST]  # more is due: nothing vouches
    fitting = _distinct([way for way in near if _fits(rules, way.digits)])
    passing = [way for way in fitting if rules.check is None or rules.check(way.digits)]
    if passing:
        best = passing[0]
        is_natural = best.cost - natural.cost < numbers.BREAK_COST
        alone = len(passing) == 1 if rules.check else len(passing) == 1 or passing[1].cost > best.cost
        return Taken(
            State.COMPLETE, best.digits, best.groups, tuple(way.digits for way in passing), is_natural and alone
        )
    if _fits(rules, natural.digits):
        return Taken(State.WRONG, natural.digits, natural.groups, tuple(way.digits for way in fitting))
    state = State.SHORT if len(natural.digits) < max(rules.lengths) else State.LONG
    return Taken(state, natural.digits, natural.groups, (natural.digits,))


def length_state(kind: str, text: str, before: str = "") -> State:
    """How the number stands while it is still being said; cheap enough for every partial hypothesis.

    COMPLETE only when nothing more is due: the longest length is reached (or the checksum is right), and no next
    word can change the last group («двадцать» may become «двадцать три»). A wrong checksum gives WRONG.
    """
    rules = KINDS[kind]
    reading = numbers.natural(text)
    if reading is None:
        return State.NONE
    digits = reading.digits if reading.restart else before + reading.digits
    if not _fits(rules, digits):
        digits = reading.digits if _fits(rules, reading.digits) else digits
    if not _fits(rules, digits):
        return State.SHORT if len(digits) < max(rules.lengths) else State.LONG
    checked = rules.check is not None and rules.check(digits)
    if numbers.may_grow(text) and not checked:
        return State.SHORT
    if len(digits) < max(rules.lengths) and rules.fits is None:
        return State.SHORT
    return State.WRONG if rules.check is not None and not checked else State.COMPLETE


def show(digits: str, groups: Sequence[str] = (), kind: str = "") -> str:
    """The digits for reading back and for captions: "123 456 78 90".

    In the caller's own `groups` when they make up `digits`; else in the groups in which the `kind` is written; else
    by threes.
    """
    if groups and "".join(groups) == digits:
        return " ".join(groups)
    shape = list(KINDS[kind].shape) if kind in KINDS else []
    if kind == "phone" and len(digits) == 10:
        shape = shape[1:]
    parts, at = [], 0
    while at < len(digits):
        step = shape.pop(0) if shape else 3
        parts.append(digits[at : at + step])
        at += step
    return " ".join(parts)


def repair(digits: str, groups: Sequence[str], text: str) -> str | None:
    """Mend one place of a number that was read back: «нет, третья цифра пять», «не тридцать, а тринадцать».

    groups: as the number was read back; a group that equals what is denied goes before an accidental match.
    Returns the new digits (their number may have changed: check it again), or None when the text names no place or
    more than one.
    """
    said = words(text)
    for mend in (_by_place, _by_content):
        mended = mend(digits, groups, said)
        if mended is not None:
            return mended
    return None


def _joined(reading: numbers.Reading, before: str) -> list[numbers.Reading]:
    """The new digits alone, after those given before, and after the part of them that was not said again."""
    if not before or reading.restart:
        return [reading]
    ways = [_with(reading, (before, *reading.groups), 0.0), _with(reading, reading.groups, numbers.BREAK_COST / 2)]
    for overlap in range(2, min(len(before), len(reading.digits)) + 1):
        if before.endswith(reading.digits[:overlap]):
            ways.append(_with(reading, (before, reading.digits[overlap:]), numbers.BREAK_COST / 2))
    return ways


def _with(reading: numbers.Reading, groups: tuple[str, ...], cost: float) -> numbers.Reading:
    kept = tuple(group for group in groups if group)
    return numbers.Reading("".join(kept), kept, reading.used, reading.cost + cost, reading.restart)


def _fits(rules: Kind, digits: str) -> bool:
    return len(digits) in rules.lengths and (rules.fits is None or rules.fits(digits))


def _distinct(ways: Sequence[numbers.Reading]) -> list[numbers.Reading]:
    first: dict[str, numbers.Reading] = {}
    for way in ways:
        first.setdefault(way.digits, way)
    return list(first.values())


_MEND_FILLERS = frozenset(("цифра", "цифру", "цифры", "там", "должна", "быть", "это", "не", "на", "а", "будет"))


def _by_place(digits: str, groups: Sequence[str], said: Sequence[str]) -> str | None:
    """«третья цифра пять», «последняя семь», «последние две цифры сорок пять», «первые три сто двадцать»."""
    for i, word in enumerate(said):
        start, count, after = _place(said, i, len(digits))
        if count == 0:
            continue
        told = [w for w in said[after:] if w not in _MEND_FILLERS]
        new = numbers.natural(" ".join(told[_denied(said[after:]) :]))
        if new is None:
            return None
        if len(new.digits) != count and (word.startswith("последн") or word.startswith("перв")):
            count = len(new.digits)
            start = 0 if word.startswith("перв") else len(digits) - count
        if len(new.digits) != count or start < 0 or start + count > len(digits):
            return None
        return digits[:start] + new.digits + digits[start + count :]
    return None


def _denied(told: Sequence[str]) -> int:
    """Number words to skip in «не пять, а шесть»."""
    if "не" in told and "а" in told and list(told).index("не") < list(told).index("а"):
        return sum(is_number(word) for word in told[: list(told).index("а")])
    return 0


def _place(said: Sequence[str], i: int, length: int) -> tuple[int, int, int]:
    """(first digit, how many, next word) of a place named at word `i`; how many is 0 when none is named there."""
    word = said[i]
    after = i + 1
    if word.startswith(("последн", "предпоследн", "перв")) and word not in ("первый", "первого"):
        count = 1
        if word in ("последние", "последних", "первые", "первых"):
            number = NUMBER_WORDS.get(said[after]) if after < len(said) else None
            if number is None or number.rank is not Rank.UNIT:
                return 0, 0, after
            count, after = number.value, after + 1
        elif word.startswith("перв") and (after >= len(said) or not said[after].startswith("цифр")):
            return 0, 0, after
        start = 0 if word.startswith("перв") else length - count - (1 if word.startswith("пред") else 0)
        return start, count, after
    ordinal = NUMBER_WORDS.get(word)
    is_named = after < len(said) and said[after].startswith("цифр")
    if ordinal is None or not ordinal.ordinal or not (is_named or word.endswith(("ая", "ья", "ую", "ью"))):
        return 0, 0, after
    return ordinal.value - 1, 1, after


def _by_content(digits: str, groups: Sequence[str], said: Sequence[str]) -> str | None:
    """«не тридцать, а тринадцать», «тринадцать, а не тридцать», «вместо тридцати тринадцать»."""
    pair = _denied_and_meant(list(said))
    if pair is None:
        return None
    wrong, right = pair
    if not wrong or not right:
        return None
    in_groups = [i for i, group in enumerate(groups) if group == wrong]
    if len(in_groups) == 1 and "".join(groups) == digits:
        at = len("".join(groups[: in_groups[0]]))
    elif not in_groups and digits.count(wrong) == 1:
        at = digits.index(wrong)
    else:
        return None
    return digits[:at] + right + digits[at + len(wrong) :]


def _denied_and_meant(said: list[str]) -> tuple[str, str] | None:
    def run(start: int) -> list[str]:
        end = start
        while end < len(said) and is_number(said[end]):
            end += 1
        return said[start:end]

    for i, word in enumerate(said):
        if word == "не" and (wrong := run(i + 1)):
            if i >= 2 and said[i - 1] == "а" and is_number(said[i - 2]):
                start = i - 2
                while start > 0 and is_number(said[start - 1]):
                    start -= 1
                return numbers.plain_digits(wrong), numbers.plain_digits(said[start : i - 1])
            after = i + 1 + len(wrong)
            if after < len(said) and said[after] in ("а", "там") and (right := run(after + 1)):
                return numbers.plain_digits(wrong), numbers.plain_digits(right)
        if word == "вместо" and i + 1 < len(said) and is_number(said[i + 1]):
            both = run(i + 1)
            pair = numbers.natural(" ".join(both))
            if pair is not None and len(pair.groups) == 2:
                return pair.groups[0], pair.groups[1]
    return None
