"""Addresses of people: a street with a house, a flat, and all that belongs to them; not those of offices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from voice.masking.rules import rules
from voice.masking.tokens import Token
from voice.nlu.morphology import known, tags
from voice.nlu.number_words import NUMBER_WORDS

_GAP = 4  # words between two parts of one address
_NAME_WORDS = 3  # of a street
_HOME_WORDS = 6  # between «живу» and the number of the house
_INDEX = 6  # digits
_PLACES = frozenset({"Geox", "Surn", "Name"})
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
        begin, end = _begin(said, first), _end(said, last)
        own = flat or asked or any(_is_home(said, i) for i in range(max(0, begin - _GAP), first))
        words = rules().addresses
        named = begin < first or any(
            token.word in words.street or token.word in words.village for token in said[max(0, first - 1) : end + 1]
        )
        if own or (named and not office and not _tells_office(said)):
            yield begin, end


def _anchors(said: Sequence[Token], *, asked: bool) -> Iterator[tuple[int, int, bool]]:
    """Words with a number that belong to an address: first and last word, and is it a flat."""
    words = rules().addresses
    if asked and _is_number(said):
        yield 0, len(said) - 1, True
        return
    for i, token in enumerate(said):
        number = _number(said, i + 1)
        if token.word in words.flat and number:
            yield i, number, True
        elif _is_house(token) and number:
            yield i, number, False
        elif token.word in words.index and (index := number or _index(said, i)):
            yield i, index, True
        elif token.word in words.plot and number and _is_garden(said, i):
            yield i, number, True
        elif token.word in words.street and (house := _house(said, i)):
            yield i, house, False
        elif token.word in words.village and _is_word(token) and (last := _village(said, i)):
            yield i + 1, last, False
        elif token.word in words.home:
            yield from ((first, last, False) for first, last in _homes(said, i))
        elif token.is_plain_number and (last := _entrance(said, i)):
            yield i, last, False
        elif asked and i > 0 and _is_name(said[i - 1]) and token.is_plain_number and (number := _number(said, i)):
            yield i, number, False


def _is_number(said: Sequence[Token]) -> bool:
    """A number alone: a house, a flat, an index."""
    counted = [token.is_plain_number for token in said if not token.is_filler]
    return bool(counted) and all(counted)


def _is_home(said: Sequence[Token], i: int) -> bool:
    """«живу», «из деревни»."""
    words = rules().addresses
    return said[i].word in words.home or (
        said[i].word in words.out_of and i + 1 < len(said) and said[i + 1].word in words.village
    )


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


def _homes(said: Sequence[Token], i: int) -> Iterator[tuple[int, int]]:
    """The words of each number in «живу на Гагарина пять», «переехала с Кирова пять на Мира три»."""
    words = rules().addresses
    left, j = _HOME_WORDS, i + 1
    while left and j < len(said):
        if said[j].is_plain_number and not _is_ordinal(said, j):
            last = _number(said, j)
            if not last or not (_is_name(said[j - 1]) or said[j - 1].word in words.house):
                return
            yield j, last
            left, j = _HOME_WORDS, last + 1
            continue
        joins = said[j].word in words.inside or said[j].word in words.out_of or _is_ordinal(said, j)
        if not (joins or _is_name(said[j]) or _of_place(said[j])):
            return
        left, j = left - 1, j + 1


def _entrance(said: Sequence[Token], i: int) -> int:
    """The last word of «семь, второй подъезд» behind a street's name at `i` - 1; 0: it is none."""
    words = rules().addresses
    if i == 0 or not _is_surely_name(said[i - 1]):
        return 0
    last = _number(said, i)
    behind = said[last + 1].word if last and last + 1 < len(said) else ""
    return last + 1 if behind in words.house or behind in words.flat else 0


def _is_garden(said: Sequence[Token], i: int) -> bool:
    """Is the plot at `i` one of a garden society's: «СНТ Ромашка, участок 5»?"""
    return any(token.word in rules().addresses.garden for token in said[max(0, i - _GAP) : i])


def _index(said: Sequence[Token], i: int) -> int:
    """The last word of the number in «индекс мой ...»; 0: there is none."""
    return _number(said, i + 2) if i + 1 < len(said) and said[i + 1].word in rules().names.between else 0


def _village(said: Sequence[Token], i: int) -> int:
    """The last word of a village's name, and of the street and the house behind it; 0: none is named."""
    words = rules().addresses
    own = any(token.word in words.home or token.word in words.out_of for token in said[max(0, i - _GAP) : i])
    last = 0
    for j in range(i + 1, min(len(said), i + 1 + _NAME_WORDS)):
        token = said[j]
        if token.is_plain_number and last:
            return _number(said, j) or last
        if _is_surely_name(token) or (token.capital and said[j - 1].short):
            last = j
        elif not ("ADJF" in tags(token.word) and _agree(said, j)):
            break
        elif own:
            last = j
    return last


def _agree(said: Sequence[Token], j: int) -> bool:
    """Does an adjective stand as names of places do, «Нижние ...», «хутор Весёлый»: before a name or at the end?"""
    return j + 1 == len(said) or _is_surely_name(said[j + 1])


def _is_ordinal(said: Sequence[Token], i: int) -> bool:
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


def _begin(said: Sequence[Token], first: int) -> int:
    """The first word of the names before an address's number."""
    words = rules().addresses
    begin = at = first
    while at > 0 and first - at < words.before_words:
        at -= 1
        token = said[at]
        named = _of_place(token) or (_is_name(token) and token.word not in words.outside)
        if named or (begin == at + 1 and (_is_index(token) or _is_ordinal(said, at))):
            begin = at
        elif not (token.word in words.inside and token.word) and not token.is_plain_number:
            break
    return begin


def _end(said: Sequence[Token], last: int) -> int:
    """With the letter of a house, «пять а», the flat behind it, «12б-40», and a street that is named last."""
    words = rules().addresses
    if last + 1 < len(said) and said[last + 1].word in words.letters:
        last += 1
        joined = said[last].start == said[last - 1].end and last + 1 < len(said)
        if joined and said[last + 1].is_plain_number and said[last + 1].start == said[last].end + 1:
            last += 1
    for i in range(last + 1, min(len(said), last + 3)):
        if said[i].word in words.street:
            return max(
                (j for j in range(i + 1, min(len(said), i + 1 + _NAME_WORDS)) if _is_surely_name(said[j])), default=last
            )
    return last


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
    if "Apro" in found:
        return False
    return not known(token.word) or bool(found & _NAMES) or not tags(token.word, 0.3) & _DEEDS


def _is_surely_name(token: Token) -> bool:
    """Is it rather the name of a place, or of whom a place is named after, than a usual word?"""
    if not _is_name(token):
        return False
    return not known(token.word) or bool(tags(token.word, 0.3) & _PLACES) or (token.capital and not token.breaks)


def _is_index(token: Token) -> bool:
    return len(token.word) == _INDEX and token.is_plain_number


def _tells_office(said: Sequence[Token]) -> bool:
    return any(token.word in rules().addresses.office for token in said)
