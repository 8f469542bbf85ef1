"""Answers to a question of the dialog for something personal: the value in them, whatever was recognised of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from voice.masking.name_words import is_letter
from voice.masking.rows import Row
from voice.masking.rules import rules
from voice.masking.tokens import Token
from voice.nlu import names as spoken_names
from voice.nlu.documents import State
from voice.nlu.morphology import tags

DIGITS = frozenset({"snils", "inn", "passport", "phone", "card"})
WORDS = frozenset({"name", "address", "email"})
_FEW = 2  # fewer digits in a longer sentence are no answer: «один момент»
_READ_BACK = 5  # the line's own question names small numbers: «одиннадцать цифр»


def digits(said: Sequence[Token], found: Sequence[Row], *, line: bool = False) -> Iterator[tuple[int, int]]:
    """First and last word of the digits in an answer, or in what the line reads back of one."""
    if line:
        yield from ((row.first, row.last) for row in found if len(row.digits) >= _READ_BACK)
        return
    told = sum(len(row.digits) for row in found)
    others = [token for token in said if not token.is_number and not token.is_filler]
    if found and (told >= _FEW or mends(said) or not others):
        yield found[0].first, found[-1].last


def mends(said: Sequence[Token]) -> bool:
    """Does it name a place in a number: «третья цифра пять»?"""
    return any(token.word in rules().parts for token in said)


def words(kind: str, said: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """First and last word of each piece of an answer in words; nothing when it is no answer, or is masked already."""
    if not all(token.word for token in said):
        return
    if kind == "name":
        told = " ".join(token.word for token in said if not token.is_number)
        if spoken_names.take(told).state is State.NONE:
            return
    begun = -1
    for i, token in enumerate(said):
        mine = bool(token.word) and token.word not in rules().beside and not _is_deed(token)
        mine = mine or (kind == "name" and _spells_on(said, i))
        mine = mine and not (kind == "name" and token.is_number)
        if mine and begun < 0:
            begun = i
        if not mine and begun >= 0:
            yield begun, i - 1
            begun = -1
    if begun >= 0:
        yield begun, len(said) - 1


def _spells_on(said: Sequence[Token], i: int) -> bool:
    """Is it a letter right behind or before the name of another: «тэ ё», «эр а»?"""
    if not is_letter(said[i]):
        return False
    beside = (*said[max(0, i - 1) : i], *said[i + 1 : i + 2])
    return any(is_letter(one) and len(one.word) > 1 for one in beside)


def _is_deed(token: Token) -> bool:
    return bool(tags(token.word, 0.5) & {"VERB", "INFN", "NPRO"})
