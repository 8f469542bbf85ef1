"""Answers to a question of the dialog for something personal: the value in them, whatever was recognised of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from voice.masking.name_words import is_letter
from voice.masking.persons import may_be_persons
from voice.masking.rows import Row
from voice.masking.rules import rules
from voice.masking.tokens import Token
from voice.nlu import names as spoken_names
from voice.nlu.documents import State
from voice.nlu.morphology import known, tags

DIGITS = frozenset({"snils", "inn", "passport", "phone", "card"})
WORDS = frozenset({"name", "address", "email"})
_FEW = 2  # fewer digits in a longer sentence are no answer: «один момент»
_LETTERS = 3  # of a name
_STORY = 7  # words of an answer in which any noun is a name
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
    told = " ".join(token.word for token in said if not token.is_number)
    answered = kind != "name" or spoken_names.take(told).state is not State.NONE
    content = [i for i, token in enumerate(said) if _tells(token)]
    open_ = range(len(said)) if len(content) <= _STORY else content[:1]  # where any noun is a name
    begun = -1
    for i in range(len(said) + 1):
        mine = i < len(said) and (_is_part(kind, said, i) if answered else i in open_ and _is_due(said, i))
        if mine and begun < 0:
            begun = i
        if not mine and begun >= 0:
            yield begun, i - 1
            begun = -1


def _tells(token: Token) -> bool:
    return not token.is_filler and token.word not in rules().beside and len(token.word) >= _LETTERS


def _is_part(kind: str, said: Sequence[Token], i: int) -> bool:
    token = said[i]
    if kind != "name":
        return token.word not in rules().beside and not _is_deed(token)
    mine = token.word not in rules().beside and not _is_deed(token) and not token.is_number
    return mine or _spells_on(said, i)


def _is_due(said: Sequence[Token], i: int) -> bool:
    """A name in an answer with other words in it: «Попандопуло, не смейтесь»."""
    strange = len(said[i].word) >= _LETTERS and said[i].word.isalpha() and not known(said[i].word)
    return said[i].word not in rules().beside and (strange or may_be_persons(said[i]) or _spells_on(said, i))


def _spells_on(said: Sequence[Token], i: int) -> bool:
    """Is it a letter right behind or before the name of another: «тэ ё», «эр а»?"""
    if not is_letter(said[i]):
        return False
    beside = (*said[max(0, i - 2) : i], *said[i + 1 : i + 3])
    return any(is_letter(one) and len(one.word) > 1 for one in beside)


def _is_deed(token: Token) -> bool:
    return bool(tags(token.word, 0.5) & {"VERB", "INFN", "NPRO", "ADVB", "CONJ", "PRCL"})
