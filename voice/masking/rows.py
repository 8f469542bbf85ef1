"""Rows of digits as they were said or written, in one utterance or over several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voice.masking.rules import rules
from voice.masking.said import Said
from voice.masking.spans import Kind
from voice.masking.tokens import Token
from voice.nlu.number_words import HARD_CORRECTIONS, NUMBER_WORDS, SOFT_CORRECTIONS, Rank
from voice.nlu.numbers import groups_at

_GAP = 1  # so many other words may stand inside one row: something misheard, or a caller's «сейчас»
_GAP_CORRECTED = 3  # and so many where the caller begins anew: «ой, подождите, собьюсь, заново»
_EDGE = 3  # so many other words may follow a row, or come before it, where it goes on from one utterance in the next
_CORRECTIONS = SOFT_CORRECTIONS | HARD_CORRECTIONS
_SOON_MS = 15_000  # keys pressed later belong to something else


@dataclass(frozen=True, slots=True)
class Group:
    """The digits that words first..end - 1 say. round: thousands, as sums are said («две тысячи»)."""

    digits: str
    first: int
    end: int
    round: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """Words first..last (inclusive) of one utterance. at: the index of that utterance in the call."""

    at: int
    groups: tuple[Group, ...]

    @property
    def first(self) -> int:
        return self.groups[0].first

    @property
    def last(self) -> int:
        return self.groups[-1].end - 1

    @property
    def digits(self) -> str:
        return "".join(group.digits for group in self.groups)

    @property
    def length(self) -> int:
        """How many digits there are but for the zeros of whole thousands: sums are no documents' numbers."""
        return sum(len(group.digits.removesuffix("000") if group.round else group.digits) for group in self.groups)


def rows(at: int, said: Sequence[Token]) -> list[Row]:
    """Every row of digits of an utterance, the longest way: what is taken back inside it is part of it."""
    found: list[Row] = []
    groups: list[Group] = []
    words = [token.word for token in said]
    i = 0
    while i < len(said):
        if not said[i].is_plain_number:
            i += 1
            continue
        group = _group(words, i)
        if groups and group and _parts(said[groups[-1].end : i], said[i : group.end + 1]):
            found.append(Row(at, tuple(groups)))
            groups = []
        if group:
            groups.append(group)
        i = group.end if group else i + 1
    return [*found, Row(at, tuple(groups))] if groups else found


def chains(
    call: Sequence[Said],
    words: Sequence[Sequence[Token]],
    all_rows: Sequence[Sequence[Row]],
    questions: Sequence[Kind | None],
) -> list[list[Row]]:
    """Rows that may be one number said in several breaths: each ends or begins its utterance, on the same side.

    questions: what each utterance was asked for in words; the answer to another question is another number.
    """
    found: list[list[Row]] = []
    open_: dict[str, list[Row]] = {}
    for at, said in enumerate(call):
        mine = all_rows[at]
        if said.side == "line":  # it says what it has to say in one breath
            found += [[row] for row in mine]
            continue
        before = open_.pop(said.side, [])
        entry = -1
        if before and _together(call[before[-1].at], said) and questions[at] in (None, questions[before[0].at]):
            entry = _entry(words[at], mine)
        if before and entry < 0:
            found.append(before)
        for n, row in enumerate(mine):
            chain = [*before, row] if n == entry else [row]
            if n == len(mine) - 1 and len(words[at]) - 1 - row.last <= _EDGE:
                open_[said.side] = chain
            else:
                found.append(chain)
    return found + list(open_.values())


def _entry(words: Sequence[Token], mine: Sequence[Row]) -> int:
    """Which row of an utterance may go on from the one before; -1: none («один момент»).

    Small numbers before it are none of it: «первые я сказала, потом девяносто четыре».
    """
    others = [i for i, token in enumerate(words) if not token.is_number and not token.is_filler]
    for n, row in enumerate(mine):
        if sum(i < row.first for i in others) > _EDGE:
            break
        if len(row.digits) > 1 or not others:
            return n
    return -1


def _together(one: Said, other: Said) -> bool:
    """May a number go on from one utterance in the other?"""
    if one.asked != other.asked or (one.source == "key") != (other.source == "key"):
        return False
    return one.source != "key" or (one.question == other.question and other.started_ms - one.started_ms <= _SOON_MS)


def _parts(between: Sequence[Token], later: Sequence[Token]) -> bool:
    """Do the words between two groups of digits part them? later: the second group and the word behind it."""
    rest = [token for token in between if not token.is_filler and token.word not in _CORRECTIONS]
    corrected = any(token.word in _CORRECTIONS for token in between)
    gap = _GAP_CORRECTED if corrected else _GAP
    if len(rest) > gap or any(not token.word or token.dated or _names_a_number(token.word) for token in rest):
        return True
    ordinal, counts = _is_ordinal(later[0].word), _counts(later[-1].word)
    return (ordinal and counts) or (bool(rest) and (ordinal or counts))


def _is_ordinal(word: str) -> bool:
    return word in NUMBER_WORDS and NUMBER_WORDS[word].ordinal


def _counts(word: str) -> bool:
    """Is what stands before this word so many of something, or a date?"""
    return word in rules().numbers.ends or word in rules().births.months


def _names_a_number(word: str) -> bool:
    numbers = rules().numbers
    return word in numbers.ends or any(word in words for words in numbers.called.values())


def _group(words: Sequence[str], i: int) -> Group | None:
    """The digits that begin at word `i`, read in the most natural way."""
    if words[i].isdigit():
        return Group(words[i], i, i + 1)
    ways = groups_at(words, i)
    if not ways:
        return None
    digits, end, _ = min(ways, key=lambda way: (way[2], -way[1]))
    last = NUMBER_WORDS.get(words[end - 1])
    return Group(digits, i, end, last is not None and last.rank >= Rank.THOUSAND)
