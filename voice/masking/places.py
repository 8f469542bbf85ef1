"""What a word may be in an address: the name of a place, the word for one, a number of a house."""

from __future__ import annotations

from collections.abc import Sequence

from voice.masking.rules import rules
from voice.masking.tokens import Token
from voice.nlu.morphology import known, share, tags
from voice.nlu.number_words import NUMBER_WORDS

NAME_WORDS = 3  # of a street
_OFFICE_WORDS = 8  # between an address and the word for an office that has it
GAP = 4  # words between two parts of one address
_INDEX = 6  # digits
_PLACES = frozenset({"Geox", "Surn", "Name"})
_NAMES = frozenset({"Geox", "Surn", "Name", "ADJF"})
_DEEDS = frozenset({"VERB", "INFN", "NPRO", "PREP", "CONJ", "PRCL", "ADVB", "GRND", "PRED"})
_PERSON = 0.1  # a surname or a first name in the genitive
_ADJECTIVE = 0.5
_PLACES_ADJECTIVE = 0.25  # «тверская» is a street, too
_BEFORE_NUMBER = 3  # words
_COUNTED = 0.5


def of_place(token: Token) -> bool:
    """«улица», «город»."""
    words = rules().addresses
    return token.word in words.street or (
        (token.word in words.settlement or token.word in words.village) and is_word(token)
    )


def is_house(token: Token) -> bool:
    return token.word in rules().addresses.house and is_word(token)


def is_word(token: Token) -> bool:
    """A single letter stands for a word only where it is shortened, «д. 5»; a capital one is an initial."""
    return len(token.word) > 1 or (token.short and not token.initial)


def is_name(token: Token) -> bool:
    """May it be the name of a street or a town?"""
    words = rules().addresses
    if not token.word or token.is_plain_number or token.word in words.outside or token.word in words.office:
        return False
    if is_dedicated(token) or token.word in words.sizes:
        return True
    found = tags(token.word, 0.05)
    if "Apro" in found:
        return False
    return not known(token.word) or bool(found & _NAMES) or not tags(token.word, 0.3) & _DEEDS


def is_surely_name(token: Token) -> bool:
    """Is it rather the name of a place, or of whom a place is named after, than a usual word?"""
    if not is_name(token):
        return False
    if not known(token.word) or is_dedicated(token):
        return True
    return bool(tags(token.word, 0.3) & _PLACES) or (token.capital and not token.breaks)


def is_dedicated(token: Token) -> bool:
    """Is it what many streets are called: «мира», «строителей», «садовая»?"""
    word, words = token.word, rules().addresses
    return word in words.called.whole or (word in words.called and is_street_adjective(word))


def is_persons(word: str) -> bool:
    """A street's name after a person: «Ленина», «Марии Ульяновой»."""
    return any(share(word, who, "gent") >= _PERSON for who in ("Surn", "Name", "Geox"))


def is_street_adjective(word: str) -> bool:
    """«садовая», «на Садовой»; one that stands for any thing («другая», «первая») is none."""
    return "Apro" not in tags(word) and word not in NUMBER_WORDS and share(word, "ADJF", "femn", "sing") >= _ADJECTIVE


def is_district(said: Sequence[Token], i: int) -> bool:
    """Do words `i` and `i` + 1 name a district: «Тотемский район», «Вологодская область»?"""
    return (
        i + 1 < len(said)
        and said[i + 1].word in rules().addresses.district
        and share(said[i].word, "ADJF") >= _PLACES_ADJECTIVE
    )


def is_index(token: Token) -> bool:
    return len(token.word) == _INDEX and token.is_plain_number


def is_number(said: Sequence[Token]) -> bool:
    """A number alone: a house, a flat, an index."""
    counted = [token.is_plain_number for token in said if not token.is_filler]
    return bool(counted) and all(counted)


def number(said: Sequence[Token], i: int) -> int:
    """The last word of a number that begins at `i`, or a word or two later, «квартира у нас пятая»; 0: none does."""
    for _ in range(_BEFORE_NUMBER):
        if i < len(said) and said[i].word in rules().addresses.before_number and not said[i].is_plain_number:
            i += 1
    if i >= len(said) or not said[i].is_plain_number:
        return 0
    while i + 1 < len(said) and said[i + 1].is_plain_number:
        i += 1
    return 0 if i + 1 < len(said) and said[i + 1].word in rules().addresses.counted else i


def counts(said: Sequence[Token], last: int) -> bool:
    """Does the number that ends at `last` count what stands behind it: «на Иванова двенадцать заявлений»?"""
    if last + 1 >= len(said) or said[last + 1].breaks:
        return False
    token, words = said[last + 1], rules().addresses
    if token.word in words.flat or token.word in words.letters or token.word in words.parting or is_house(token):
        return False
    if token.word in words.counted or token.word in rules().numbers.ends:
        return True
    return share(token.word, "NOUN", "plur", "gent") >= _COUNTED or token.word in rules().births.months


def is_ordinal(said: Sequence[Token], i: int) -> bool:
    """«третья Парковая», «3-я Парковая» (its digits or the ending)."""
    word = said[i].word
    if word in NUMBER_WORDS:
        return NUMBER_WORDS[word].ordinal
    first = i if word.isdigit() else i - 1
    pair = said[first : first + 2] if first >= 0 else ()
    return (
        len(pair) == 2
        and pair[0].word.isdigit()
        and pair[1].word in rules().addresses.ordinals
        and pair[1].start <= pair[0].end + 1
    )


def tells_office(said: Sequence[Token], first: int, last: int) -> bool:
    """«МФЦ», «центр» beside the words `first` to `last`, in their sentence; a «районный центр» is a town."""
    words = rules().addresses
    begin, end = first, last
    while begin > max(0, first - _OFFICE_WORDS) and not said[begin].breaks:
        begin -= 1
    while end + 1 < min(len(said), last + _OFFICE_WORDS) and not said[end + 1].breaks:
        end += 1
    return any(
        said[i].word in words.office and not (i and said[i - 1].word in words.districts) for i in range(begin, end + 1)
    )


def tells_home(said: Sequence[Token]) -> bool:
    """«живу», «из деревни», «у нас на»: what follows is where somebody lives."""
    words = rules().addresses
    return any(
        token.word in words.home
        or token.word in words.ours
        or (token.word in words.out_of and i + 1 < len(said) and said[i + 1].word in words.village)
        for i, token in enumerate(said)
    )
