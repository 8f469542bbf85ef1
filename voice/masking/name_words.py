"""What a word may be in the name of a person: by a dictionary of Russian, and by endings where it does not have it."""

from __future__ import annotations

from collections.abc import Sequence

from voice.masking.rules import rules
from voice.masking.tokens import Token
from voice.nlu.morphology import CASES, known, share, tags

POSSIBLE = 0.02  # a word that is so rarely a name is one only behind a word that announces it
LIKELY = 0.5  # a first name on its own
SURELY = 0.7  # a surname on its own
USUAL = 0.3  # a usual word that stands where a surname is due
INITIALS = 2
_SHORT = 2  # letters of no name
_LONG = 4  # letters of none that no dictionary has
_SAID_LETTER = 2  # signs of «эм»
_PART_OF_SPEECH = 0.3
_NEVER_NAMES = frozenset(
    {"VERB", "INFN", "GRND", "PRTF", "PRTS", "PREP", "CONJ", "PRCL", "NPRO", "ADVB", "PRED", "NUMR"}
)
_NEVER_NAMES |= {"INTJ", "COMP", "ADJS"}


def is_patronymic(word: str) -> bool:
    return "Patr" in tags(word) if known(word) else bool(rules().names.patronymic.fullmatch(word))


def is_surname(word: str, likely: float = POSSIBLE) -> bool:
    """By the dictionary; a word that it does not have by its ending."""
    return "Surn" in tags(word, likely) if known(word) else bool(rules().names.surname.fullmatch(word))


def is_first_name(word: str, likely: float = POSSIBLE) -> bool:
    return known(word) and "Name" in tags(word, likely)


def is_persons(word: str) -> bool:
    """Is it nearly always somebody's name: «Регина», a first name and a surname?"""
    surely = share(word, "Name") + share(word, "Surn") + share(word, "Patr") >= SURELY
    return surely and len(word) > (_SHORT if known(word) else _LONG) and "Geox" not in tags(word)


def tells_a_person(word: str) -> bool:
    """Is the word rather a name than a usual word, wherever it stands?"""
    return is_patronymic(word) or is_first_name(word, 0.25) or is_surname(word, 0.4)


def is_name_or_town(word: str) -> bool:
    """«Софья», «София»: a first name or a town; which, the words around tell (`_is_place`)."""
    return is_first_name(word, 0.2) and share(word, "Name") + share(word, "Geox") >= SURELY


def may_be_name(token: Token) -> bool:
    word = token.word
    if not word or word in rules().names.never or token.is_number or not word.isalpha():
        return False
    found = tags(word, _PART_OF_SPEECH)
    return bool(found & {"Name", "Patr", "Surn"}) or not found & _NEVER_NAMES or not known(word)


def agree(surname: str, first: str) -> bool:
    if not (is_surname(surname, 0.25) and is_first_name(first)):
        return False
    return any(
        share(surname, "Surn", case, gender) > 0 and share(first, "Name", case, gender) > 0
        for case in CASES
        for gender in ("masc", "femn")
    )


def are_joined(one: str, other: str) -> bool:
    """May both be first names in one case: «Вани и Ксюши»?"""
    return any(share(one, "Name", case) > POSSIBLE and share(other, "Name", case) > POSSIBLE for case in CASES)


def has_initials(said: Sequence[Token], i: int) -> bool:
    """Do two letters stand behind word `i`?"""
    row = said[i + 1 : i + 1 + INITIALS]
    return len(row) == INITIALS and all(map(is_letter, row))


def is_letter(token: Token) -> bool:
    """«а», «эм»."""
    if "NPRO" in tags(token.word, LIKELY):  # «я»
        return False
    return (len(token.word) == 1 and token.word.isalpha()) or (
        token.word in rules().mail.letters and len(token.word) == _SAID_LETTER
    )
