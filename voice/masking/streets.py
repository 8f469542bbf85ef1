"""Streets with a house that are said without the word for a street: «живу на Гагарина пять», «Садовая, 10»."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from voice.masking.due import is_usual_adjective, may_be_due, place_name
from voice.masking.places import (
    GAP,
    NAME_WORDS,
    counts,
    is_dedicated,
    is_house,
    is_name,
    is_ordinal,
    is_persons,
    is_street_adjective,
    is_surely_name,
    number,
    of_place,
    tells_home,
    tells_office,
)
from voice.masking.rules import rules
from voice.masking.tokens import Token
from voice.nlu.morphology import known, share, tags

_HOME_WORDS = 6  # between «живу» and the number of the house
_PEOPLE = 0.6  # «Строителей»: those for whom a street is named
_AVENUE = 0.4  # an adjective that a «проспект» is called by, or those for whom a street is named
_PLACES = 0.05  # of a noun: it stands as those do that somebody lives at
_TOWN = 0.5
_LIVING = 7  # words between «живу» and a street
_STREET_WORDS = 2
_HOUSE_WORDS = 4  # of a house's number: «сто двадцать дробь два»


def homes(said: Sequence[Token], i: int) -> Iterator[tuple[int, int]]:
    """The words of each number in «живу на Гагарина пять», «переехала с Кирова пять на Мира три»."""
    words = rules().addresses
    left, j = _HOME_WORDS, i + 1
    while left and j < len(said):
        if said[j].is_plain_number and not is_ordinal(said, j):
            last = number(said, j)
            if not last or not (is_name(said[j - 1]) or said[j - 1].word in words.house):
                return
            yield j, last
            left, j = _HOME_WORDS, last + 1
            continue
        joins = said[j].word in words.inside or said[j].word in words.out_of or is_ordinal(said, j)
        if not (joins or is_name(said[j]) or of_place(said[j])):
            return
        left, j = left - 1, j + 1


def entrance(said: Sequence[Token], i: int) -> int:
    """The last word of «семь, второй подъезд» behind a street's name at `i` - 1; 0: it is none."""
    words = rules().addresses
    if i == 0 or not is_surely_name(said[i - 1]):
        return 0
    last = number(said, i)
    behind = said[last + 1].word if last and last + 1 < len(said) else ""
    return last + 1 if behind in words.house or behind in words.flat else 0


def bare(said: Sequence[Token], i: int) -> tuple[int, int] | None:
    """First and last word of the number in «на Ленина двенадцать», which begins at `i`, when it is a street's house."""
    if i == 0 or said[i - 1].is_plain_number or said[i].breaks:
        return None
    last = number(said, i)
    if not last or last - i >= _HOUSE_WORDS or counts(said, last):
        return None
    at = i - 2 if is_house(said[i - 1]) and i > 1 else i - 1  # «садовая дом пять»
    if not is_name(said[at]):
        return None
    first = at
    while first > 0 and at - first < NAME_WORDS - 1 and _belongs(said, first - 1) and not said[first].breaks:
        first -= 1
    before = said[first - 1].word if first and not said[first].breaks else ""
    words = rules().addresses
    led = bool(before) and (
        before in words.leading
        or is_ordinal(said, first - 1)
        or is_house(said[first - 1])
        or "Geox" in tags(before)
        or not known(before)
    )
    starts = not before or said[first - 1].is_filler or before in words.outside
    alone = last + 1 == len(said) or said[last + 1].breaks or _goes_on(said[last + 1])
    word = said[at].word
    if before in words.persons:  # «у Иванова двенадцать»
        return None
    if word in rules().births.months:  # «на Восьмого Марта пять», no date
        on = at > 1 and is_ordinal(said, at - 1) and said[at - 2].word in words.along
        return (i, last) if on and not is_ordinal(said, last) else None
    if is_dedicated(said[at]):
        named = led or starts or alone
    elif is_persons(word) or (first < at and said[first].word in words.sizes and is_surely_name(said[at])):
        named = led or alone or not is_ordinal(said, last) or (starts and first < at)  # «Большая Ордынка»
    elif share(word, "ADJF", "femn", "nomn") >= _AVENUE and not is_usual_adjective(word) and not is_ordinal(said, at):
        whose = before in rules().names.kin and tells_home(said[:first])  # «прописана у сестры Дальняя двадцать»
        named = led or (starts and alone and at != i - 1) or (whose and not is_ordinal(said, last))
    elif is_street_adjective(word):
        named = led or (starts and alone and at != i - 1)
    elif share(word, "anim", "plur", "gent") >= _AVENUE:
        named = led or (alone and may_be_due(said[at]))
    else:  # «Кутузовский сорок шесть квартира девять»
        named = starts and share(word, "ADJF", "masc", "nomn") >= _AVENUE and last + 1 < len(said) and alone
    return (i, last) if (named and word not in words.people) or _is_due(said, at) else None


def _is_due(said: Sequence[Token], at: int) -> bool:
    """Is word `at`, before a number, a street's because it stands where one does: «на Хлебозаводе четыре»?"""
    words = rules().addresses
    for first in range(at, max(-1, at - NAME_WORDS), -1):
        if not may_be_due(said[first]) or said[at].word in words.people or said[at].word in rules().names.kin:
            return False
        if first == 0 or said[first].breaks or said[first - 1].word in words.outside:
            break
        if is_ordinal(said, first - 1) or "Geox" in tags(said[first - 1].word, _TOWN):
            break
    else:
        return False
    before = said[first - 1].word if first and not said[first].breaks else ""
    town = "Geox" in tags(before, _TOWN) and share(said[at].word, "nomn") > 0  # «Тында Красная Пресня пять»
    if town or (before in words.along and stands_as_street(said[at].word)):
        return True
    avenue = share(said[at].word, "ADJF", "masc") >= _AVENUE and "Qual" not in tags(said[at].word)
    return avenue and (before in words.along or before in words.out_of)  # «с Лермонтовского семнадцать»


def _goes_on(token: Token) -> bool:
    words = rules().addresses
    return token.word in words.flat or is_house(token) or token.word in words.letters or token.word in words.parting


def _belongs(said: Sequence[Token], i: int) -> bool:
    """A word before a street's last: «маршала Жукова», «Карла Маркса», «Большая Садовая»."""
    word = said[i].word
    return (
        is_persons(word) or word in rules().addresses.ranks or word in rules().addresses.sizes or is_dedicated(said[i])
    )


def without_house(said: Sequence[Token], i: int) -> int:
    """The last word of somebody's own street behind a «на» at `i`, «живу на Садовой»; `i`: none is there."""
    if said[i].word not in rules().addresses.along and said[i].word not in rules().addresses.out_of:
        return i
    last = place_name(said, i + 1, _STREET_WORDS)
    if last == i or (last + 1 < len(said) and said[last + 1].word in rules().addresses.home):
        return last if last > i and stands_as_street(said[last].word) else i
    words = rules().addresses
    if any(one.word in words.home or one.word in words.flat for one in said[max(0, i - _LIVING) : i]):
        return last if stands_as_street(said[last].word) else i
    # «у нас на» comes before any place, too.
    ours = tells_home(said[max(0, i - GAP) : i]) and not share(said[last].word, "NOUN", "loct")
    return last if ours and stands_as_street(said[last].word) and not tells_office(said, i, last) else i


def stands_as_street(word: str) -> bool:
    """«на Садовой», «на Мостовой», «на Строителей»; no «на копейки», no «на Камчатке»."""
    if "Geox" in tags(word, _TOWN):
        return False
    return (
        is_street_adjective(word)
        or is_persons(word)
        or not known(word)
        or share(word, "NOUN", "sing", "loct") >= _PLACES
        or share(word, "anim", "plur", "gent") >= _AVENUE
        or word in rules().addresses.called
        or _is_genitive(word)
    )


def _is_genitive(word: str) -> bool:
    """«по Стачек»: a case that no «на» and no «по» has, but a street's name has."""
    genitive = share(word, "NOUN", "inan", "plur", "gent")
    return genitive >= _PEOPLE and not any(share(word, case) for case in ("datv", "accs", "loct"))
