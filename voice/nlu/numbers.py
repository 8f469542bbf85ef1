"""Russian spoken numbers: every way in which a row of number words can be written as digits.

«двадцать три» is 23 or 20 3, «тридцать два нуля» is 30 00 or 32 0. Nothing is decided here: all readings are
kept, the most natural first, and whoever knows the length or the checksum chooses. The work is bounded: of one
length only the `_KEPT` cheapest readings survive each word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf

from voice.nlu.normalise import words
from voice.nlu.number_words import (
    BY,
    DOUBLED,
    FILLERS,
    HARD_CORRECTIONS,
    NUMBER_WORDS,
    PART_NOUNS,
    PARTS,
    SAID,
    SEVERAL,
    SOFT_CORRECTIONS,
    TIMES,
    TIMES_WORDS,
    NumberWord,
    Rank,
    is_number,
)

_KEPT = 48  # readings of one length that survive a word
_LONGEST_DIGITS = 64
_LONGEST_WORDS = 60
_BRIDGE_WORDS = 2  # this many unknown words may be noise inside one number

BREAK_COST = 1.0  # the compound could go on, but is read as ended
_ODD = 1.5  # possible, but people hardly say it so
_PART = "цифра"  # stands for a word that names a part of the number
_ONE_THOUSAND = ("одна", "одну")
_NOISE = 0.5  # an unknown word inside the number was skipped


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to write what was said.

    `groups` are the caller's own groups, `used` the span of `words(text)` that was read (end exclusive),
    `cost` 0 for the natural reading, `restart` True when the caller said to begin anew.
    """

    digits: str
    groups: tuple[str, ...]
    used: tuple[int, int]
    cost: float = 0.0
    restart: bool = False


@dataclass(frozen=True, slots=True)
class _Path:
    groups: tuple[str, ...] = ()
    cost: float = 0.0
    restart: bool = False

    def add(self, group: str, cost: float) -> _Path:
        return _Path((*self.groups, group), self.cost + cost, self.restart)


@dataclass(frozen=True, slots=True)
class _Bounds:
    """What is worth keeping: so many paths of one length, no longer, no dearer above the cheapest."""

    keep: int
    longest: int = _LONGEST_DIGITS
    reach: float = inf


_ONLY_NATURAL = _Bounds(1)


def readings(
    text: str, before: Sequence[str] = (), *, longest: int = _LONGEST_DIGITS, reach: float = inf
) -> list[Reading]:
    """All readings of the longest number in `text`, best first; an empty list when there is none.

    Takes number words, digits as typed, and a mixture. Corrections inside the text («нет», «ой не сорок, а
    пятьдесят», «не так, сначала») are followed; where it is unclear how much they take back, each way is a reading.
    before: groups said earlier; the readings begin with them, and corrections may take them back. Nothing longer
    than `longest` digits is kept, nor what costs more than `reach` above the cheapest.
    """
    said = _settled(words(text))
    best: dict[tuple[str, bool], Reading] = {}
    bounds = _Bounds(_KEPT, longest, reach)
    for reading in sorted(_read_all(said, bounds, tuple(before)), key=lambda reading: reading.cost):
        best.setdefault((reading.digits, reading.restart), reading)
    return list(best.values())


def natural(text: str, before: Sequence[str] = ()) -> Reading | None:
    """The first of `readings`, found without the others: cheap enough for every partial hypothesis."""
    found = _read_all(_settled(words(text)), _ONLY_NATURAL, tuple(before))
    return min(found, key=lambda reading: reading.cost, default=None)


def begun_anew(text: str) -> bool:
    """Is the text only a wish to say the number from the beginning: «нет, не так, сначала»?"""
    said = words(text)
    only = all(_correction(said, i) or said[i] in FILLERS for i in range(len(said)))
    return only and any(word in HARD_CORRECTIONS for word in said)


def may_grow(text: str) -> bool:
    """Could one more word change the last group without adding digits: «двадцать» into «двадцать три»?"""
    said = words(text)
    last = NUMBER_WORDS.get(said[-1]) if said else None
    return last is not None and not last.ordinal and last.rank >= Rank.TEN


_MENU_TALK = """пункт пункта вариант варианта номер номером под цифра цифру кнопка кнопку нажимаю выбираю давайте
    скажите говорю мне я пожалуйста хочу и это ну вот так да пусть будет наверное лучше строка меню на э"""
_BESIDE_A_CHOICE = frozenset(_MENU_TALK.split())


def value(text: str) -> int | None:
    """The one small number of a menu answer: «два», «второй пункт», «номер два», «2»; otherwise None.

    A number inside a longer sentence («у меня два вопроса») is no choice and gives None.
    """
    said = words(text)
    if any(not is_number(word) and word not in _BESIDE_A_CHOICE for word in said):
        return None
    reading = natural(text)
    if reading is None or len(reading.groups) != 1 or len(reading.digits) > 4:
        return None
    if sum(map(is_number, said)) != sum(map(is_number, said[slice(*reading.used)])):
        return None
    return int(reading.digits)


def _settled(said: Sequence[str]) -> list[str]:
    """The same number of words, of which those that only name a part of the number count no longer as digits."""
    out = list(said)
    for i, word in enumerate(said):
        follow = said[i + 1] if i + 1 < len(said) else ""
        if word in DOUBLED and (follow in NUMBER_WORDS or follow in SEVERAL):
            out[i] = DOUBLED[word]
        number = NUMBER_WORDS.get(word)
        if number is not None and number.ordinal and follow.startswith(PART_NOUNS):
            out[i] = _PART
        if part_count(said, i) and _goes_on(said, i + 2):
            out[i] = out[i + 1] = _PART
    return out


def part_count(said: Sequence[str], i: int) -> int:
    """N of «первые N», «последние N цифр» at word `i`; 0 when there is none."""
    number = NUMBER_WORDS.get(said[i + 1]) if i + 1 < len(said) else None
    if number is None or number.ordinal or not 0 < number.value <= 10:
        return 0
    several = said[i].startswith(PARTS) and said[i].endswith(("ые", "ие", "ых", "их"))
    zeros = i + 2 < len(said) and (said[i + 2] in SEVERAL or said[i + 2] in TIMES)
    return number.value if several and not zeros else 0


def _goes_on(said: Sequence[str], i: int) -> bool:
    return any(is_number(word) or word.startswith(SAID) for word in said[i:])


def _read_all(said: Sequence[str], bounds: _Bounds, before: tuple[str, ...] = ()) -> list[Reading]:
    """Read the stretch with most digits, alone and together with neighbours that only noise parts from it."""
    spans = _stretches(said)
    if not spans:
        return []
    chosen = len(spans) - 1
    if len(spans) > 1:
        chosen = max(range(len(spans)), key=lambda i: (_digits_in(said, spans[i]), i))
    first, last = chosen, chosen
    while first > 0 and spans[first][0] - spans[first - 1][1] <= _BRIDGE_WORDS:
        first -= 1
    while last + 1 < len(spans) and spans[last + 1][0] - spans[last][1] <= _BRIDGE_WORDS:
        last += 1
    found = _read(said, *spans[chosen], bounds, before)
    if first == last:
        return found
    left_out = sum(_digits_in(said, span) > 1 for span in spans[first : last + 1]) - 1
    found = [replace(reading, cost=reading.cost + 2 * left_out) for reading in found]
    return found + _read(said, spans[first][0], spans[last][1], bounds, before)


def _stretches(said: Sequence[str]) -> list[tuple[int, int]]:
    """Spans of words that are one number each: they begin and end with a number word.

    A correction right before the first number belongs to it: it says that something earlier is taken back.
    """
    spans: list[tuple[int, int]] = []
    start, end = -1, -1
    for i, word in enumerate(said):
        if is_number(word) or (word in TIMES and _is_one(said, i)):
            if start < 0:
                start = i
                while start > 0 and (said[start - 1] in FILLERS or _correction(said, start - 1)):
                    start -= 1
            end = i + 1
        elif word in TIMES and start >= 0 and end == i:
            end = i + 1
        elif start >= 0 and word not in FILLERS and not _correction(said, i):
            spans.append((start, end))
            start = -1
    if start >= 0:
        spans.append((start, end))
    return [(a, min(b, a + _LONGEST_WORDS)) for a, b in spans]


def _is_one(said: Sequence[str], i: int) -> bool:
    """Is this «раз» counting «раз, два, три» (and not «ещё раз», «пять раз ноль»)?"""
    if said[i] != "раз" or (i > 0 and (is_number(said[i - 1]) or said[i - 1] == "еще")):
        return False
    return i + 1 < len(said) and is_number(said[i + 1])


def _correction(said: Sequence[str], i: int) -> bool:
    return said[i] in SOFT_CORRECTIONS or said[i] in HARD_CORRECTIONS or said[i] in ("не", "так", "давайте", "с")


def _digits_in(said: Sequence[str], span: tuple[int, int]) -> int:
    found = _read(said, *span, _ONLY_NATURAL)
    return len(found[0].digits) if found else 0


def _read(said: Sequence[str], start: int, end: int, bounds: _Bounds, before: tuple[str, ...] = ()) -> list[Reading]:
    row = said[start:end]
    at: list[list[_Path]] = [[] for _ in range(len(row) + 1)]
    at[0] = [_Path(before)]
    for i in range(len(row)):
        paths = _cheapest(at[i], bounds)
        if not paths:
            continue
        for step, follow in _steps(row, i, paths, natural_only=bounds.keep == 1):
            at[step] += follow
    ready = [path for path in _cheapest(at[len(row)], bounds) if path.groups]
    return [Reading("".join(p.groups), p.groups, (start, end), p.cost, p.restart) for p in ready]


def _cheapest(paths: list[_Path], bounds: _Bounds) -> list[_Path]:
    """Of the paths of one length the cheapest; of two that give the same digits the cheaper."""
    kept: list[_Path] = []
    of_length: dict[int, int] = {}
    seen: set[tuple[str, bool]] = set()
    paths.sort(key=lambda path: path.cost)
    for path in paths:
        if path.cost > paths[0].cost + bounds.reach:
            break
        digits = "".join(path.groups)
        length = 0 if bounds.keep == 1 else len(digits)
        if len(digits) > bounds.longest or (digits, path.restart) in seen or of_length.get(length, 0) >= bounds.keep:
            continue
        seen.add((digits, path.restart))
        of_length[length] = of_length.get(length, 0) + 1
        kept.append(path)
    return kept


def _steps(row: Sequence[str], i: int, paths: list[_Path], natural_only: bool) -> list[tuple[int, list[_Path]]]:
    """Where one can get from word `i`: (next word, paths as they are there)."""
    groups = groups_at(row, i)
    if groups:
        if natural_only:
            groups = [min(groups, key=lambda group: (group[2], -group[1]))]
        return [(end, [path.add(digits, cost) for path in paths]) for digits, end, cost in groups]
    if (trailing := _but_not(row, i)) is not None:
        return [(trailing, paths)]
    if (swap := _not_but(row, i)) is not None:
        wrong, after = swap
        return [(after, [_without(path, wrong) for path in paths])]
    if _correction(row, i) and row[i] not in FILLERS:
        end = i
        while end < len(row) and (_correction(row, end) or row[end] in FILLERS):
            if end > i and _not_but(row, end) is not None:
                return [(end, paths)]
            end += 1
        hard = _is_hard(row[i:end])
        if not hard and not any(word in SOFT_CORRECTIONS or word == "не" for word in row[i:end]):
            return [(end, paths)]
        return [(end, [taken for path in paths for taken in _take_back(path, hard)])]
    if row[i] in FILLERS:
        return [(i + 1, paths)]
    return [(i + 1, [_Path(path.groups, path.cost + _NOISE, path.restart) for path in paths])]


def _is_hard(marker: Sequence[str]) -> bool:
    return any(word in HARD_CORRECTIONS for word in marker) or "не так" in " ".join(marker)


def _take_back(path: _Path, hard: bool) -> list[_Path]:
    """The path after a correction: all is taken back, or only the last groups, or it meant nothing."""
    if hard:
        return [_Path((), path.cost, restart=True)]
    if not path.groups:
        return [path]
    ways = [_Path(path.groups[:-1], path.cost + 0.1, path.restart), _Path((), path.cost + 0.2, restart=True)]
    if len(path.groups) > 2:
        ways.append(_Path(path.groups[:-2], path.cost + 0.6, path.restart))
    return [*ways, _Path(path.groups, path.cost + _ODD, path.restart)]


def _not_but(row: Sequence[str], i: int) -> tuple[str, int] | None:
    """«не сорок, а пятьдесят»: the digits taken back and the word after «а»."""
    if row[i] != "не":
        return None
    end = i + 1
    while end < len(row) and is_number(row[end]):
        end += 1
    if end == i + 1 or end >= len(row) or row[end] != "а":
        return None
    return plain_digits(row[i + 1 : end]), end + 1


def _but_not(row: Sequence[str], i: int) -> int | None:
    """«пятьдесят, а не сорок»: the word after what was denied."""
    if list(row[i : i + 2]) != ["а", "не"]:
        return None
    end = i + 2
    while end < len(row) and is_number(row[end]):
        end += 1
    return end if end > i + 2 else None


def _without(path: _Path, wrong: str) -> _Path:
    """Take the denied digits off the end of the path; when they are not there, its last group."""
    if "".join(path.groups).endswith(wrong):
        left, groups = len(wrong), list(path.groups)
        while left:
            group = groups.pop()
            if len(group) > left:
                groups.append(group[:-left])
                break
            left -= len(group)
        return _Path(tuple(groups), path.cost, path.restart)
    return _Path(path.groups[:-1], path.cost + 0.5, path.restart)


def plain_digits(row: Sequence[str]) -> str:
    """The natural reading of number words alone, as digits; empty when there is none."""
    found = _read(row, 0, len(row), _ONLY_NATURAL)
    return found[0].digits if found else ""


def groups_at(row: Sequence[str], i: int) -> list[tuple[str, int, float]]:
    """Every group that may begin at word `i`: (digits, next word, cost)."""
    word = row[i]
    if word.isdigit():
        return [(word, i + 1, 0.0)] if len(word) <= _LONGEST_DIGITS else []
    if word in TIMES_WORDS:
        digit = _digit(row, i + 1)
        return [(digit * TIMES_WORDS[word], i + 2, 0.0)] if digit else []
    if word in SEVERAL:
        return [(str(SEVERAL[word]), i + 1, _ODD)]
    if word == "раз":
        return [("1", i + 1, 0.0)] if _is_one(row, i) else []
    number = NUMBER_WORDS.get(word)
    if number is None:
        return []
    return _repeated(row, i, number) + _compounds(row, i)


def _repeated(row: Sequence[str], i: int, number: NumberWord) -> list[tuple[str, int, float]]:
    """«два нуля», «три семёрки», «пять раз ноль», «два раза по нулю»."""
    if number.rank is not Rank.UNIT or number.value < 2 or number.ordinal or i + 1 >= len(row):
        return []
    follow = row[i + 1]
    if follow in SEVERAL:
        return [(str(SEVERAL[follow]) * number.value, i + 2, 0.0)]
    if follow in TIMES:
        at = i + 3 if i + 2 < len(row) and row[i + 2] == BY else i + 2
        digit = _digit(row, at)
        return [(digit * number.value, at + 1, 0.0)] if digit else []
    return []


def _digit(row: Sequence[str], i: int) -> str:
    """The single digit at word `i`, or an empty text."""
    number = NUMBER_WORDS.get(row[i]) if i < len(row) else None
    if number is not None and number.value < 10:
        return str(number.value)
    if i < len(row) and row[i] in SEVERAL:
        return str(SEVERAL[row[i]])
    return row[i] if i < len(row) and row[i].isdigit() and len(row[i]) == 1 else ""


def _compounds(row: Sequence[str], i: int) -> list[tuple[str, int, float]]:
    """«сто двадцать три» and each of its beginnings; the longest costs nothing, a beginning costs a break."""
    ends: list[tuple[int, int]] = []
    total, part, below, scale = 0, 0, Rank.THOUSAND, len(Rank)
    agrees = len(row)  # «один тысяча девятьсот» is 1 and 1900: behind this word the endings speak against a compound
    for j in range(i, len(row)):
        number = NUMBER_WORDS.get(row[j])
        if number is None:
            break
        if number.rank >= Rank.THOUSAND:
            if number.rank >= scale:
                break
            if row[j] == "тысяча" and j > i and row[j - 1] not in _ONE_THOUSAND:
                agrees = min(agrees, j)
            total, part, below, scale = total + max(part, 1) * number.value, 0, Rank.THOUSAND, number.rank
        elif number.rank is Rank.ZERO:
            if j > i:
                break
            return [(str(number.value), i + 1, 0.0)]
        elif number.rank < below and not (number.rank is Rank.TEEN and below is Rank.TEN):
            part += number.value
            below = Rank.ZERO if number.rank is Rank.TEEN else number.rank
        else:
            break
        ends.append((total + part, j + 1))
        if number.ordinal:
            break
    longest = max(end for _, end in ends if end <= agrees)
    shared = longest - 1  # «тридцать два нуля»: «два» rather counts the zeros
    counts = shared > i and _repeated(row, shared, NUMBER_WORDS[row[shared]])
    costs = {longest: 0.1 if counts else 0.0, shared: 0.0 if counts else BREAK_COST}
    return [(str(amount), end, costs.get(end, BREAK_COST)) for amount, end in ends]
