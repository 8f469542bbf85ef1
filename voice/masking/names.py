"""Names of people: by a dictionary of Russian, by their endings, and by the words behind which a name is said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from voice.masking.rules import rules
from voice.masking.tokens import Token
from voice.nlu.morphology import known, tags

_POSSIBLE = 0.02  # a word that is so rarely a name is one only behind a word that announces it
_LIKELY = 0.5  # a first name on its own
_SURELY = 0.7  # a surname on its own
_REACH = 3  # words between «фамилия» and the surname
_SPELLED = 3  # so many letters in a row, announced, are a name
_NEVER_NAMES = frozenset(
    {"VERB", "INFN", "GRND", "PRTF", "PRTS", "PREP", "CONJ", "PRCL", "NPRO", "ADVB", "PRED", "NUMR"}
)
_NEVER_NAMES |= {"INTJ", "COMP", "ADJS"}
_PART_OF_SPEECH = 0.3


def names(said: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """First and last word of each name with all its parts."""
    behind = -1
    for seed in range(len(said)):
        if seed <= behind or not _begins(said, seed):
            continue
        first = last = seed
        while first - 1 > behind and _goes_on(said, first - 1, first, last):
            first -= 1
        while last + 1 < len(said) and _goes_on(said, last + 1, first, last):
            last += 1
        yield first, last
        behind = last
    yield from _spelled(said)


def is_patronymic(word: str) -> bool:
    return "Patr" in tags(word) if known(word) else bool(rules().names.patronymic.fullmatch(word))


def is_surname(word: str, likely: float = _POSSIBLE) -> bool:
    """By the dictionary; a word that it does not have by its ending."""
    return "Surn" in tags(word, likely) if known(word) else bool(rules().names.surname.fullmatch(word))


def is_first_name(word: str, likely: float = _POSSIBLE) -> bool:
    return known(word) and "Name" in tags(word, likely)


def tells_a_person(word: str) -> bool:
    """Is the word rather a name than a usual word, wherever it stands?"""
    return is_patronymic(word) or is_first_name(word, 0.25) or is_surname(word, 0.4)


def _begins(said: Sequence[Token], i: int) -> bool:
    """Is the word a name, whatever stands around it, or one that is announced?"""
    word = said[i].word
    if not _may_be(said[i]) or _is_place(said, i):
        return False
    if is_patronymic(word):
        return True
    if len(word) > 2 and is_first_name(word, _LIKELY):
        return True
    if known(word) and is_surname(word, _SURELY) and "Geox" not in tags(word):
        return True
    return _announced(said, i)


def _announced(said: Sequence[Token], i: int) -> bool:
    """Does a word stand before it behind which a name comes: «зовут», «фамилия моя», «это»?"""
    known_names = rules().names
    word = said[i].word
    for back in range(1, _REACH + 1):
        if i - back < 0 or said[i - back + 1].breaks:
            return False
        cue = said[i - back].word
        if cue in known_names.sure:
            return _is_like_a_name(said[i])
        if cue in known_names.kin and back == 1 and not known(word):
            return not (i > 1 and said[i - 2].word in known_names.having)
        if (cue in known_names.soft or cue in known_names.kin) and back == 1:
            return (is_first_name(word) or is_surname(word)) and _more_than_a_word(said, i)
        if cue in known_names.weak and back == 1:
            return known(word) and tells_a_person(word)
        if cue not in known_names.between:
            return False
    return False


def _is_like_a_name(token: Token) -> bool:
    """May the word be a name where one is due?"""
    word = token.word
    if is_first_name(word) or is_surname(word):
        return True
    return not known(word) or (token.capital and "nomn" in tags(word)) or {"nomn", "sing", "anim"} <= tags(word)


def _more_than_a_word(said: Sequence[Token], i: int) -> bool:
    """A name that is a usual word, too («это любовь»), is one only with another part beside it."""
    word = said[i].word
    if tells_a_person(word):
        return True
    beside = [said[j] for j in (i - 1, i + 1) if 0 <= j < len(said)]
    return any(
        _may_be(one) and (is_patronymic(one.word) or is_surname(one.word) or is_first_name(one.word, 0.25))
        for one in beside
    )


def _goes_on(said: Sequence[Token], i: int, first: int, last: int) -> bool:
    """Is word `i` beside a name another part of it?"""
    token = said[i]
    later = token if i > last else said[first]
    if later.breaks:
        return False
    if token.initial:
        return True
    if not _may_be(token) or _is_place(said, i):
        return False
    word = token.word
    if is_patronymic(word) or is_first_name(word) or is_surname(word):
        return True
    if (
        not known(word)
        and len(word) > 2
        and (any(is_patronymic(said[j].word) for j in range(first, last + 1)) or _is_due(said, first))
    ):
        return True
    adjective = (
        "ADJF" in tags(word)
        and "Apro" not in tags(word)
        and "nomn" in tags(word)
        and bool(tags(word) & {"masc", "femn"})
    )
    return adjective and any(
        is_patronymic(said[j].word) or is_first_name(said[j].word, 0.25) for j in range(first, last + 1)
    )


def _may_be(token: Token) -> bool:
    word = token.word
    if not word or word in rules().names.never or token.is_number or not word.isalpha():
        return False
    found = tags(word, _PART_OF_SPEECH)
    return bool(found & {"Name", "Patr", "Surn"}) or not found & _NEVER_NAMES or not known(word)


def _is_place(said: Sequence[Token], i: int) -> bool:
    """Is it a town («из Владимира») or what a street is named after («имени Гагарина», «улица Ленина»)?"""
    before = said[i - 1].word if i else ""
    behind = said[i + 1].word if i + 1 < len(said) else ""
    streets = rules().addresses
    if before in rules().names.named_after or before in streets.street or behind in streets.street:
        return True
    if _at_office(said, i):
        return True
    place = "Geox" in tags(said[i].word, _POSSIBLE) and not is_patronymic(said[i].word)
    return place and (before in rules().names.places or behind in rules().names.places or before in streets.settlement)


def _at_office(said: Sequence[Token], i: int) -> bool:
    """«МФЦ на Ленина»: a street."""
    if i == 0 or said[i - 1].word not in rules().addresses.on:
        return False
    alone = i + 1 == len(said) or not tells_a_person(said[i + 1].word)
    return alone and "Surn" in tags(said[i].word) and any(token.word in rules().addresses.office for token in said)


def _is_due(said: Sequence[Token], first: int) -> bool:
    """Does a name that begins at `first` stand right behind «зовут» or «фамилия»?"""
    return any(token.word in rules().names.sure for token in said[max(0, first - _REACH) : first])


def _spelled(said: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """«фамилия по буквам: и, вэ, а, эн, о, вэ»."""
    letters = rules().mail.letters
    i = 0
    announced = False
    while i < len(said):
        announced = announced or said[i].word in rules().names.spelling
        end = i
        while end < len(said) and (said[end].word in letters or len(said[end].word) == 1):
            end += 1
        if announced and end - i >= _SPELLED:
            yield i, end - 1
        i = max(end, i + 1)
