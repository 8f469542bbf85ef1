"""Names of people with all their parts: what is a name by itself, what is announced, and what goes with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from voice.masking.announced import announces_surname, is_announced, is_led
from voice.masking.due import is_strange, is_usual
from voice.masking.name_words import (
    INITIALS,
    LIKELY,
    POSSIBLE,
    USUAL,
    agree,
    are_joined,
    has_initials,
    is_first_name,
    is_letter,
    is_name_or_town,
    is_patronymic,
    is_persons,
    is_surname,
    may_be_name,
    tells_a_person,
)
from voice.masking.persons import (
    SYLLABLES,
    begins_syllables,
    is_before_patronymic,
    is_called_surname,
    is_common_surname,
    is_due,
    is_syllable,
    may_be_persons,
)
from voice.masking.rules import rules
from voice.masking.tokens import Token
from voice.nlu.morphology import known, share, tags

_HONOURS = 6  # words between «имени» and a name
_SPELLED = 3  # so many letters in a row, announced, are a name
_SPELLED_ALONE = 5  # fewer are an abbreviation
_CODES = 2  # letters that are no words: «эм», «бэ»
_OFFICIAL = 0.15  # a surname before initials


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
        while first - 1 > behind and _goes_on(said, first - 1, first, last):  # what only a whole name tells
            first -= 1
        yield first, last
        behind = last
    yield from _spelled(said)


def _begins(said: Sequence[Token], i: int) -> bool:
    """Is the word a name, whatever stands around it, or one that is announced?"""
    word = said[i].word
    if _is_place(said, i):
        return False
    if _has_written_initials(said, i) or begins_syllables(said, i) or is_called_surname(said, i):
        return True
    if not may_be_name(said[i]):
        return word in rules().names.usual and announces_surname(said, i)
    if is_patronymic(word):
        return True
    if len(word) > 2 and (is_first_name(word, LIKELY) or is_name_or_town(word)):
        return True
    if is_strange(said[i]) and is_surname(word) and not share(word, "ADJF"):
        return True
    if is_persons(word) and (known(word) or not is_usual(word)):
        return not _is_public(said, i)
    return _is_pair(said, i) or is_announced(said, i) or _is_listed(said, i) or is_due(said, i)


def _is_public(said: Sequence[Token], i: int) -> bool:
    """«Путин» alone, of whom everybody knows."""
    beside = (*said[max(0, i - 1) : i], *said[i + 1 : i + 2])
    return said[i].word in rules().names.public and not any(tells_a_person(token.word) for token in beside)


def _has_written_initials(said: Sequence[Token], i: int) -> bool:
    """«Соловей П. П.», «П. П. Соловей»."""
    beside = (said[max(0, i - INITIALS) : i], said[i + 1 : i + 1 + INITIALS])
    return said[i].capital and any(len(row) == INITIALS and all(token.initial for token in row) for row in beside)


def _is_pair(said: Sequence[Token], i: int) -> bool:
    """A surname and a first name that agree, though each may be a usual word, «Саркисян Роман», or two initials."""
    short = said[i].word in rules().names.short
    if (short or is_surname(said[i].word, _OFFICIAL)) and has_initials(said, i):
        return True
    if i + 1 >= len(said) or said[i + 1].breaks or not may_be_name(said[i + 1]):
        return False
    one, other = said[i].word, said[i + 1].word
    return agree(one, other) or agree(other, one)


def _is_listed(said: Sequence[Token], i: int) -> bool:
    """A first name that may be another word, joined to one that is none: «Вани и Ксюши»."""
    return any(
        0 <= j < len(said)
        and said[(i + j) // 2].word in rules().names.joining
        and is_first_name(said[j].word, LIKELY)
        and are_joined(said[i].word, said[j].word)
        for j in (i - 2, i + 2)
    )


def _goes_on(said: Sequence[Token], i: int, first: int, last: int) -> bool:
    """Is word `i` beside a name another part of it?"""
    token = said[i]
    later = token if i > last else said[first]
    if later.breaks:
        return False
    if token.initial or _is_initial(said, i, first, last):
        return True
    if token.word in rules().names.short:
        return any(is_patronymic(said[j].word) or is_first_name(said[j].word, 0.25) for j in range(first, last + 1))
    if is_syllable(token) and first + SYLLABLES > i > last and begins_syllables(said, first):
        return True
    if i == first - 1 and token.word in rules().names.titles and is_first_name(said[first].word):
        return True
    if i == first - 1 and (token.word in rules().names.particles or is_before_patronymic(said, i)):
        return True
    if _is_place(said, i):
        return False
    if is_common_surname(said, i, first, last):
        return True
    if not may_be_name(token):
        return False
    if i == first - 1 and may_be_persons(token) and is_strange(said[first]) and is_led(said, i):
        return True  # «на имя Бат Эрдэнэ»
    word = token.word
    if is_usual(word) and not tells_a_person(word):
        return False
    if is_patronymic(word) or is_first_name(word) or is_surname(word):
        return True
    if (
        not known(word)
        and len(word) > 2
        and (
            any(is_patronymic(said[j].word) for j in range(first, last + 1)) or is_led(said, first) or is_strange(token)
        )
    ):
        return True
    if _has_surnames_shape(said, i, first, last):
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


def _is_initial(said: Sequence[Token], i: int, first: int, last: int) -> bool:
    """«Воробьёв д а»: two letters behind a surname, as they are heard."""
    base = last
    while base > first and is_letter(said[base]):
        base -= 1
    surname = is_surname(said[base].word) or said[base].word in rules().names.short
    return base < i <= base + INITIALS and has_initials(said, base) and surname


def _has_surnames_shape(said: Sequence[Token], i: int, first: int, last: int) -> bool:
    """A place, too, beside a patronymic, «Егор Кузьмич Дрынов»; an adjective behind a surname that is announced."""
    word = said[i].word
    if not rules().names.surname.fullmatch(word):
        return False
    if "Geox" in tags(word) and any(is_patronymic(said[j].word) for j in range(first, last + 1)):
        return True
    return i > last and share(word, "ADJF", "nomn", "sing") >= USUAL and announces_surname(said, first)


def _is_place(said: Sequence[Token], i: int) -> bool:
    """Is it a town («из Владимира») or what a street is named after («имени Гагарина», «улица Ленина»)?"""
    before = said[i - 1].word if i and not said[i - 1].initial else ""
    behind = said[i + 1].word if i + 1 < len(said) else ""
    streets = rules().addresses
    by_name = i > 1 and said[i - 2].word in rules().names.by_name  # «сотрудник по имени Денис»
    named_after = _is_named_after(said, i) and not by_name
    if named_after or before in streets.street or behind in streets.street:
        return True
    if i > 1 and said[i - 2].word in streets.street and share(said[i].word, "gent") and share(before, "Name", "gent"):
        return True  # «улица Льва Толстого»
    if _at_office(said, i) or _is_eponym(said, i) or _is_saying(said, i):
        return True
    place = "Geox" in tags(said[i].word, POSSIBLE) and not is_patronymic(said[i].word)
    return place and (before in rules().names.places or _is_region(behind) or before in streets.settlement)


def _is_named_after(said: Sequence[Token], i: int) -> bool:
    """«имени Гагарина», «имени героя Советского Союза Мусы Джалиля»."""
    for j in range(i - 1, max(-1, i - _HONOURS), -1):
        if said[j].word in rules().names.named_after:
            return True
        if not share(said[j].word, "gent"):
            return False
    return False


def _is_region(word: str) -> bool:
    """«область», «района» behind a name, but no preposition."""
    return word in rules().names.places and "PREP" not in tags(word)


def _is_eponym(said: Sequence[Token], i: int) -> bool:
    """«поликлиника Семашко»; no «директор школы Иванова», whose surname is announced."""
    alone = i + 1 == len(said) or not tells_a_person(said[i + 1].word)
    word = said[i].word
    named_after = share(word, "Surn", "gent") > 0 and ("Fixd" in tags(word) or not share(word, "Surn", "nomn"))
    after = i > 0 and said[i - 1].word in rules().names.institutions
    return after and named_after and alone and not is_announced(said, i)


def _is_saying(said: Sequence[Token], i: int) -> bool:
    """«как сидорову козу», «альфа банк»."""
    behind = said[i + 1].word if i + 1 < len(said) else ""
    return any(said[i].word == name and behind.startswith(begins) for name, begins in rules().names.sayings)


def _at_office(said: Sequence[Token], i: int) -> bool:
    """«МФЦ на Ленина»: a street."""
    if i == 0 or said[i - 1].word not in rules().addresses.on:
        return False
    alone = i + 1 == len(said) or not tells_a_person(said[i + 1].word)
    return alone and "Surn" in tags(said[i].word) and any(token.word in rules().addresses.office for token in said)


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
        codes = sum(token.word in rules().names.codes for token in said[i:end])
        if end - i >= (_SPELLED if announced else _SPELLED_ALONE) and (announced or codes >= _CODES):
            yield i, end - 1
        i = max(end, i + 1)
