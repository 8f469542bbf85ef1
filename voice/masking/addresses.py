"""Addresses of people: a street with a house, a flat, and all that belongs to them; not those of offices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from voice.masking.rules import rules
from voice.masking.tokens import Token
from voice.nlu.morphology import known, tags

_GAP = 4  # words between two parts of one address
_NAME_WORDS = 3  # of a street
_HOME_WORDS = 6  # between «живу» and the number of the house
_NAMES = frozenset({"Geox", "Surn", "Name", "ADJF"})
_DEEDS = frozenset({"VERB", "INFN", "NPRO", "PREP", "CONJ", "PRCL", "ADVB", "GRND", "PRED"})


def addresses(said: Sequence[Token], *, asked: bool, office: bool) -> Iterator[tuple[int, int]]:
    """First and last word of each. asked: where somebody lives was asked. office: the talk is of an office."""
    anchors = sorted(_anchors(said, asked=asked))
    while anchors:
        first, last, flat = anchors.pop(0)
        while anchors and anchors[0][0] - last <= _GAP:
            _, end, other = anchors.pop(0)
            last, flat = max(last, end), flat or other
        begin = _begin(said, first)
        own = flat or asked or any(token.word in rules().addresses.home for token in said[max(0, begin - _GAP) : first])
        named = begin < first or any(token.word in rules().addresses.street for token in said[first : last + 1])
        if own or (named and not office and not _tells_office(said)):
            yield begin, _end(said, last)


def _anchors(said: Sequence[Token], *, asked: bool) -> Iterator[tuple[int, int, bool]]:
    """Words with a number that belong to an address: first and last word, and is it a flat."""
    words = rules().addresses
    for i, token in enumerate(said):
        number = _number(said, i + 1)
        if token.word in words.flat and number:
            yield i, number, True
        elif _is_house(token) and number:
            yield i, number, False
        elif token.word in words.index and number:
            yield i, number, True
        elif token.word in words.street and (house := _house(said, i)):
            yield i, house, False
        elif token.word in words.home and (home := _home(said, i)):
            yield home, home, False
        elif asked and i > 0 and _is_name(said[i - 1]) and token.is_plain_number and (number := _number(said, i)):
            yield i, number, False


def _number(said: Sequence[Token], i: int) -> int:
    """The last word of a number that begins at `i`, or one word later; 0: none does."""
    if i < len(said) and said[i].word in rules().addresses.inside and not said[i].is_plain_number:
        i += 1
    if i >= len(said) or not said[i].is_plain_number:
        return 0
    while i + 1 < len(said) and said[i + 1].is_plain_number:
        i += 1
    return 0 if i + 1 < len(said) and said[i + 1].word in rules().addresses.counted else i


def _house(said: Sequence[Token], i: int) -> int:
    """The last word of the house's number behind a street's word and its name; 0: there is none."""
    for j in range(i + 1, min(len(said), i + 2 + _NAME_WORDS)):
        if said[j].is_plain_number:
            return _number(said, j)
        if not _is_name(said[j]) and said[j].word not in rules().addresses.house:
            return 0
    return 0


def _home(said: Sequence[Token], i: int) -> int:
    """The word of the number in «живу на Гагарина пять»; 0: it tells no address."""
    for j in range(i + 1, min(len(said), i + 1 + _HOME_WORDS)):
        if said[j].is_plain_number:
            return j if _is_name(said[j - 1]) or said[j - 1].word in rules().addresses.house else 0
        if not (_is_name(said[j]) or said[j].word in rules().addresses.inside or _of_place(said[j])):
            return 0
    return 0


def _begin(said: Sequence[Token], first: int) -> int:
    """The first word of the names before an address's number."""
    words = rules().addresses
    begin = at = first
    while at > 0 and first - at < words.before_words:
        at -= 1
        token = said[at]
        if _of_place(token) or (_is_name(token) and token.word not in words.outside):
            begin = at
        elif not (token.word in words.inside and token.word) and not token.is_plain_number:
            break
    return begin


def _end(said: Sequence[Token], last: int) -> int:
    """With the letter of a house: «пять а», «12 б»."""
    return last + 1 if last + 1 < len(said) and said[last + 1].word in rules().addresses.letters else last


def _of_place(token: Token) -> bool:
    words = rules().addresses
    return token.word in words.street or (token.word in words.settlement and _is_word(token))


def _is_house(token: Token) -> bool:
    return token.word in rules().addresses.house and _is_word(token)


def _is_word(token: Token) -> bool:
    """A single letter stands for a word only where it is shortened: «д. 5»."""
    return len(token.word) > 1 or token.short


def _is_name(token: Token) -> bool:
    """May it be the name of a street or a town?"""
    words = rules().addresses
    if not token.word or token.is_plain_number or token.word in words.outside or token.word in words.office:
        return False
    found = tags(token.word, 0.05)
    return not known(token.word) or bool(found & _NAMES) or not tags(token.word, 0.3) & _DEEDS


def _tells_office(said: Sequence[Token]) -> bool:
    return any(token.word in rules().addresses.office for token in said)
