"""A number that comes in several answers: how new digits may stand to those given before.

They go on, say the end once more, begin anew, stand for a named part («последние две ...») or mend what was said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from voice.nlu import numbers
from voice.nlu.normalise import words
from voice.nlu.number_words import ONWARDS, PART_NOUNS, SAID
from voice.nlu.repair import repair

BREAKS_BELIEVED = 2.0  # a reading further from the natural one passes a checksum by chance too often
_SLACK = 4  # digits said too much that a correction may take back


def ways(lengths: Sequence[int], text: str, before: tuple[str, ...]) -> list[numbers.Reading]:
    """Every way in which the new digits may stand to those given before; the natural one costs least."""
    longest, reach = max(lengths) + _SLACK, BREAKS_BELIEVED + numbers.BREAK_COST / 2
    found = numbers.readings(text, before, longest=longest, reach=reach)
    natural = numbers.natural(text, before)
    if natural is None:
        return []
    found = [*_said_twice(lengths, natural), *found, natural]
    if not before:
        return found
    alone = numbers.readings(text, longest=longest, reach=reach)
    recalls = any(word.startswith(SAID) for word in words(text))  # «я уже сказала сто двадцать, дальше ...»
    if recalls:
        found = [_dearer(way, 0.0 if way.restart else numbers.BREAK_COST) for way in found]
    again = 0.0 if recalls else numbers.BREAK_COST / 2
    for reading in alone:
        if not reading.restart:
            found.append(_dearer(reading, again * 1.1))
            found += [_dearer(way, again) for way in _overlaps(reading, before)]
            found += [_dearer(way, numbers.BREAK_COST) for way in _grown(reading, before)]
    parts = [way for reading in alone for way in _by_part(lengths, words(text), reading, before)]
    return [*parts, *(_dearer(way, numbers.BREAK_COST) for way in found)] if parts else found


def _dearer(reading: numbers.Reading, cost: float) -> numbers.Reading:
    return replace(reading, cost=reading.cost + cost)


def _grouped(reading: numbers.Reading, groups: tuple[str, ...]) -> numbers.Reading:
    return replace(reading, digits="".join(groups), groups=groups)


def _overlaps(reading: numbers.Reading, before: tuple[str, ...]) -> list[numbers.Reading]:
    """The end of what was given is said once more before it goes on."""
    given = "".join(before)
    lengths = range(2, min(len(given), len(reading.digits)) + 1)
    return [
        _grouped(reading, (*before, *_from(reading.groups, overlap)))
        for overlap in lengths
        if given.endswith(reading.digits[:overlap])
    ]


def _said_twice(lengths: Sequence[int], reading: numbers.Reading) -> list[numbers.Reading]:
    """The whole number was said two times over, to be sure."""
    half = len(reading.digits) // 2
    if half not in lengths or reading.digits != reading.digits[:half] * 2:
        return []
    return [_grouped(reading, _upto(reading.groups, half))]


def _grown(reading: numbers.Reading, before: tuple[str, ...]) -> list[numbers.Reading]:
    """A pause fell into one group: «сто двадцать ... три»."""
    last, first = before[-1], reading.groups[0]
    stem = last[: -len(first)]
    if not stem.strip("0") or first.startswith("0") or last[-len(first) :].strip("0"):
        return []
    return [_grouped(reading, (*before[:-1], stem + first, *reading.groups[1:]))]


def _by_part(
    lengths: Sequence[int], said: Sequence[str], reading: numbers.Reading, before: tuple[str, ...]
) -> list[numbers.Reading]:
    """«первые четыре я сказала, дальше ...», «последние две сорок пять»."""
    i, count = next(((i, count) for i in range(len(said)) if (count := numbers.part_count(said, i))), (0, 0))
    length = len("".join(before))
    if not 0 < count <= length:
        return []
    is_first = said[i].startswith("перв")
    if is_first and any(word.startswith(SAID) for word in said):
        return [_grouped(reading, (*_upto(before, count), *reading.groups))]
    if len(reading.digits) != count:
        return []
    if is_first:
        return [_grouped(reading, (*reading.groups, *_from(before, count)))]
    if said[i].startswith("последн") and length in lengths:
        return [_grouped(reading, (*_upto(before, length - count), *reading.groups))]
    return []


def _upto(groups: Sequence[str], count: int) -> tuple[str, ...]:
    """The groups of the first `count` digits."""
    kept = []
    for group in groups:
        kept.append(group[:count])
        count -= len(kept[-1])
    return tuple(group for group in kept if group)


def _from(groups: Sequence[str], count: int) -> tuple[str, ...]:
    """The groups behind the first `count` digits."""
    kept = []
    for group in groups:
        kept.append(group[count:])
        count = max(0, count - len(group))
    return tuple(group for group in kept if group)


def mended(lengths: Sequence[int], text: str, before: tuple[str, ...]) -> tuple[str, ...] | None:
    """What was given before with one place of it mended; None when the text names no place in it."""
    said = words(text)
    named = any(word.startswith(PART_NOUNS) for word in said)
    if not named or any(numbers.part_count(said, i) for i in range(len(said))):
        return None
    new = numbers.natural(text)
    ends = any(word.startswith("последн") for word in said) and "не" not in said
    if ends and new and len("".join(before)) + len(new.digits) in lengths:
        return None  # «последние цифры сорок пять»: those that were still due
    goes_on = next((i for i, word in enumerate(said) if word in ONWARDS), len(said))
    new_digits = repair("".join(before), before, " ".join(said[:goes_on]))
    if new_digits is None:
        return None
    further = numbers.natural(" ".join(said[goes_on:]))
    groups = _regrouped(new_digits, before)
    return groups + (further.groups if further else ())


def _regrouped(digits: str, groups: tuple[str, ...]) -> tuple[str, ...]:
    """Other digits in the same groups, if there are as many of them."""
    if len(digits) != len("".join(groups)):
        return (digits,)
    rest = iter(digits)
    return tuple("".join(next(rest) for _ in group) for group in groups)
