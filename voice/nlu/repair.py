"""Mending one place of a number that was read back, without saying all of it again.

What is not named is never changed, and a text that could mean two places mends nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voice.nlu import numbers
from voice.nlu.normalise import words
from voice.nlu.number_words import ALIKE, NUMBER_WORDS, PART_NOUNS, SEVERAL, is_number

_FILLERS = frozenset(("там", "должна", "должен", "должно", "быть", "это", "не", "на", "а", "будет", "стоит", "идет"))
_LESS = ("лишн", "убер", "убра", "удал", "сотр", "вычеркн", "выкин")
_MORE = ("еще", "добав", "пропу", "забы", "встав", "хватает")
_FROM_THE_END = ("с", "конца")
_REFUSALS = frozenset(("нет", "не", "так", "неправильно", "неверно", "там", "а", "ой", "это"))
_WHERE = frozenset(("в", "конце", "начале"))
_FEMININE = ("ая", "ья", "ую", "ью")


@dataclass(frozen=True, slots=True)
class _Place:
    """Digits `start` to `end`; `after` is the word behind the name."""

    start: int
    end: int
    after: int
    loose: bool = False  # «последняя сорок пять» may mean two digits
    is_group: bool = False  # may change its length


def repair(digits: str, groups: Sequence[str], text: str) -> str | None:
    """Mend one place of a number that was read back: «нет, третья цифра пять», «не тридцать, а тринадцать».

    groups: as the number was read back; a group that equals what is denied goes before an accidental match.
    Returns the new digits (their number may have changed: check it again), or None when the text names no place or
    more than one.
    """
    said = words(text)
    groups = tuple(groups) if "".join(groups) == digits else ()
    for mend in (_less, _more, _by_place, _by_content, _by_ear):
        mended = mend(digits, groups, said)
        if mended is not None:
            return mended if mended != digits else None
    return None


def _less(digits: str, groups: tuple[str, ...], said: Sequence[str]) -> str | None:
    """«уберите последнюю», «третий ноль лишний», «лишний ноль в конце»."""
    if not any(word.startswith(_LESS) for word in said):
        return None
    for i in range(len(said)):
        if nth := _nth_of_a_digit(digits, said, i):
            return _cut(digits, nth, nth)
        if place := _place(said, i, digits, groups):
            return _cut(digits, place.start + 1, place.end)
    named = [numbers.plain_digits([word]) for i, word in enumerate(said) if not _of_what(said[i : i + 2])]
    which = [digit for digit in named if digit and digit in digits]
    if len(which) != 1:
        return None
    wrong = which[0]
    if _at_the_end(said):
        return digits[: -len(wrong)] if digits.endswith(wrong) else None
    if _at_the_start(said):
        return digits[len(wrong) :] if digits.startswith(wrong) else None
    shorter = {_cut(digits, i + 1, i + len(wrong)) for i in range(len(digits)) if digits.startswith(wrong, i)}
    return shorter.pop() if len(shorter) == 1 else None  # one of several equal neighbours: all the same


def _nth_of_a_digit(digits: str, said: Sequence[str], i: int) -> int:
    """The place (from 1) of «третий ноль» at word `i`; 0 when there is none."""
    nth = NUMBER_WORDS.get(said[i])
    which = NUMBER_WORDS.get(said[i + 1]) if i + 1 < len(said) else None
    if nth is None or not nth.ordinal or which is None or which.ordinal or which.value > 9:
        return 0
    places = [at for at, digit in enumerate(digits, 1) if digit == str(which.value)]
    return places[nth.value - 1] if 0 < nth.value <= len(places) else 0


def _cut(digits: str, first: int, last: int) -> str:
    return digits[: first - 1] + digits[last:]


def _more(digits: str, groups: tuple[str, ...], said: Sequence[str]) -> str | None:
    """«перед семёркой ещё ноль», «ещё ноль после третьей цифры», «в начале ещё ноль»."""
    if not any(word.startswith(_MORE) for word in said) and not {"перед", "после"} & set(said):
        return None
    for i, word in enumerate(said):
        if word in ("перед", "после") and i + 1 < len(said):
            place = _place(said, i + 1, digits, groups) or _content(said, i + 1, digits)
            if place is None:
                return None
            rest = [*said[:i], *said[place.after :]]
            return _insert(digits, place.start if word == "перед" else place.end, rest)
    if _at_the_start(said) or _at_the_end(said):
        return _insert(digits, 0 if _at_the_start(said) else len(digits), said)
    return None


def _content(said: Sequence[str], i: int, digits: str) -> _Place | None:
    """A place named by what stands there; the longest row of number words that stands there just once."""
    end = i
    while end < len(said) and is_number(said[end]):
        end += 1
    for after in range(end, i, -1):
        there = numbers.plain_digits(said[i:after])
        if there and digits.count(there) == 1:
            return _Place(digits.index(there), digits.index(there) + len(there), after)
    return None


def _insert(digits: str, at: int, rest: Sequence[str]) -> str | None:
    told = [word for word in rest if is_number(word)]
    new = numbers.plain_digits(told)
    return digits[:at] + new + digits[at:] if new else None


def _by_place(digits: str, groups: tuple[str, ...], said: Sequence[str]) -> str | None:
    """«третья цифра пять», «последние две сорок пять», «вторая группа двести», «третья пять, седьмая ноль»."""
    mended, length, i, found = list(digits), len(digits), 0, False
    while i < len(said):
        place = _place(said, i, digits, groups)
        if place is None:
            i += 1
            continue
        end = place.after
        while end < len(said) and _place(said, end, digits, groups) is None:
            end += 1
        new = _told(said[place.after : end])
        start, stop = place.start, place.end
        if place.loose:
            start = length - len(new)
        alone = place.is_group and not found and end == len(said)
        if not new or start < 0 or (len(new) != stop - start and not alone):
            return None
        if alone:
            return digits[:start] + new + digits[stop:]
        mended[start:stop] = new
        found, i = True, end
    return "".join(mended) if found else None


def _spans(groups: tuple[str, ...]) -> list[tuple[int, int]]:
    spans, at = [], 0
    for group in groups:
        spans.append((at, at + len(group)))
        at += len(group)
    return spans


def _told(told: Sequence[str]) -> str:
    """The digits that are meant: behind «не пять, а шесть» only the six."""
    pair = _denied_and_meant(told)
    if pair is not None:
        return pair[1]
    reading = numbers.natural(" ".join(word for word in told if word not in _FILLERS))
    return reading.digits if reading else ""


def _place(said: Sequence[str], i: int, digits: str, groups: tuple[str, ...]) -> _Place | None:
    """The place that is named at word `i`: a digit, a group, the first or last few."""
    word, length = said[i], len(digits)
    if count := numbers.part_count(said, i):
        after = i + 2 + (_noun(said, i + 2) != "")
        if word.startswith("перв") and count <= length:
            return _Place(0, count, after)
        return _Place(length - count, length, after) if word.startswith("послед") and count <= length else None
    number = NUMBER_WORDS.get(word)
    noun = _noun(said, i + 1)
    is_last = word.startswith(("последн", "предпоследн")) and not word.endswith(("ие", "их"))
    is_nth = number is not None and number.ordinal and 0 < number.value <= length
    if not is_last and not (is_nth and (noun or word.endswith(_FEMININE))):
        return None
    after = i + 1 + (noun != "")
    backwards = tuple(said[after : after + 2]) == _FROM_THE_END
    after += 2 * backwards
    if backwards and not noun and (noun := _noun(said, after)):
        after += 1
    is_group = noun.startswith(("групп", "част"))
    spans = _spans(groups) if is_group else [(at, at + 1) for at in range(length)]
    nth = number.value if number is not None and is_nth else 2 if word.startswith("пред") else 1
    if nth > len(spans):
        return None
    start, end = spans[-nth] if is_last or backwards else spans[nth - 1]
    return _Place(start, end, after, loose=is_last and not noun and nth == 1, is_group=is_group)


def _noun(said: Sequence[str], i: int) -> str:
    return said[i] if i < len(said) and said[i].startswith(PART_NOUNS) else ""


def _at_the_end(said: Sequence[str]) -> bool:
    return "конце" in said or "конец" in said


def _at_the_start(said: Sequence[str]) -> bool:
    return "начале" in said or "начало" in said or "впереди" in said


def _by_content(digits: str, groups: tuple[str, ...], said: Sequence[str]) -> str | None:
    """«не тридцать, а тринадцать», «тринадцать, а не тридцать», «вместо тридцати тринадцать»."""
    pair = _denied_and_meant([word for word in said if word not in _WHERE])
    if pair is None or not all(pair):
        return None
    wrong, right = pair
    in_groups = [start for start, end in _spans(groups) if digits[start:end] == wrong]
    if _at_the_end(said):
        at = len(digits) - len(wrong) if digits.endswith(wrong) else -1
    elif _at_the_start(said):
        at = 0 if digits.startswith(wrong) else -1
    elif len(in_groups) == 1:
        at = in_groups[0]
    else:
        places = [at for at in range(len(digits)) if digits.startswith(wrong, at)]
        at = places[0] if len(places) == 1 and not in_groups else -1
    return digits[:at] + right + digits[at + len(wrong) :] if at >= 0 else None


def _by_ear(digits: str, groups: tuple[str, ...], said: Sequence[str]) -> str | None:
    """«нет, пятнадцать»: in the place of the one group that sounds like it."""
    told = [word for word in said if is_number(word)]
    if len(told) == len(said) or any(not is_number(word) and word not in _REFUSALS for word in said):
        return None
    right = numbers.plain_digits(told)
    found = set()
    for i, word in enumerate(told):
        for other in ALIKE.get(word, ()):
            wrong = numbers.plain_digits([*told[:i], other, *told[i + 1 :]])
            found |= {(start, end) for start, end in _spans(groups) if digits[start:end] == wrong}
    if len(found) != 1 or right in groups:
        return None
    start, end = found.pop()
    return digits[:start] + right + digits[end:]


def _denied_and_meant(said: Sequence[str]) -> tuple[str, str] | None:
    def run(start: int) -> list[str]:
        end = start
        while end < len(said) and is_number(said[end]):
            end += 1
        return list(said[start:end])

    for i, word in enumerate(said):
        if word == "не" and (wrong := run(i + 1)):
            if i >= 2 and said[i - 1] == "а" and is_number(said[i - 2]):
                start = i - 2
                while start > 0 and is_number(said[start - 1]):
                    start -= 1
                return _pair(wrong, said[start : i - 1])
            after = i + 1 + len(wrong)
            if after < len(said) and said[after] in ("а", "там") and (right := run(after + 1)):
                return _pair(wrong, right)
        if word == "вместо" and (both := run(i + 1)):
            pair = numbers.natural(" ".join(both))
            if pair is not None and len(pair.groups) == 2:
                return pair.groups[0], pair.groups[1]
            after = i + 1 + len(both)
            while after < len(said) and said[after] in _FILLERS:
                after += 1
            if pair is not None and len(pair.groups) == 1 and (right := run(after)):
                return _pair(both, right)
    return None


def _pair(wrong: Sequence[str], right: Sequence[str]) -> tuple[str, str]:
    """Both as digits; «не два нуля, а три» speaks of zeros on both sides."""
    of_wrong, of_right = _of_what(wrong), _of_what(right)
    denied, told = numbers.plain_digits(wrong), numbers.plain_digits(right)
    if of_wrong and len(told) == len(right) == 1:
        told = of_wrong * int(told)
    if of_right and len(denied) == len(wrong) == 1:
        denied = of_right * int(denied)
    return denied, told


def _of_what(row: Sequence[str]) -> str:
    """The digit that is counted: zero of «два нуля», «один ноль»; an empty text when none is."""
    if len(row) != 2 or numbers.plain_digits(row[:1]) not in set("1234"):
        return ""
    return str(SEVERAL[row[1]]) if row[1] in SEVERAL else "0" if row[1] == "ноль" else ""
