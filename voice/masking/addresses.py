"""Addresses of people: a street with a house, a flat, and all that belongs to them; not those of offices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from voice.masking.due import may_be_any, may_be_due, place_name
from voice.masking.places import (
    GAP,
    NAME_WORDS,
    counts,
    is_district,
    is_house,
    is_index,
    is_name,
    is_number,
    is_ordinal,
    is_persons,
    is_street_adjective,
    is_surely_name,
    is_word,
    number,
    of_place,
    tells_home,
    tells_office,
)
from voice.masking.replies import replies
from voice.masking.rows import rows
from voice.masking.rules import rules
from voice.masking.streets import bare, entrance, homes, stands_as_street, without_house
from voice.masking.tokens import Token
from voice.masking.villages import called_from, named_at, village
from voice.nlu.morphology import share
from voice.nlu.number_words import SOFT_CORRECTIONS

_INDEX_DIGITS = 6
_THING = 0.5  # a noun, and no «ой», «нет», «это»
_TOWN = 0.5  # a word behind an address that may be a town


def addresses(said: Sequence[Token], *, asked: bool, office: bool) -> Iterator[tuple[int, int]]:
    """First and last word of each. asked: where somebody lives was asked. office: the talk is of an office."""
    anchors = sorted(_anchors(said, asked=asked))
    whole = _is_whole(said)
    while anchors:
        first, last, flat = anchors.pop(0)
        while anchors and anchors[0][0] - last <= GAP and not _turns(said[last + 1 : anchors[0][0]]):
            _, end, other = anchors.pop(0)
            last, flat = max(last, end), flat or other
        begin, end = _begin(said, first), _end(said, last)
        own = flat or asked or whole or tells_home([*said[max(0, begin - GAP) : first], *said[end + 1 : end + 1 + GAP]])
        words = rules().addresses
        named = begin < first or any(
            token.word in words.street or token.word in words.village or is_surely_name(token)
            for token in said[max(0, first - 1) : end + 1]
        )
        if own or (named and not office and not tells_office(said, begin, end)):
            yield begin, end


def _turns(between: Sequence[Token]) -> bool:
    """«... а живу на»: another address begins."""
    return any(token.word in rules().addresses.home for token in between)


def _anchors(said: Sequence[Token], *, asked: bool) -> Iterator[tuple[int, int, bool]]:
    """Words that an address is known by: first and last word, and is it surely somebody's own."""
    words = rules().addresses
    if asked and is_number(said):
        yield 0, len(said) - 1, True
        return
    if asked:
        yield from ((first, last, True) for first, last in replies(said))
    for i, token in enumerate(said):
        behind = number(said, i + 1)
        if token.word in words.flat and behind and not _names_street(said, behind):
            yield i, behind, True
        elif is_house(token) and behind and not counts(said, behind):
            yield i, behind, False
        elif token.word in words.index and (index := behind or _index(said, i)):
            yield i, index, True
        elif token.word in words.index and (first := _index_before(said, i)) < i:
            yield first, i, True
        elif (token.word in words.flat or is_house(token)) and i and is_ordinal(said, i - 1) and tells_home(said):
            yield i - 1, i, True
        elif token.word in words.plot and behind and (garden := _garden(said, i)) >= 0:
            yield garden, behind, True
        elif token.word in words.row and behind and is_ordinal(said, i - 1) and not is_ordinal(said, i + 1):
            yield i - 1, behind, False
        elif token.word in words.street and is_word(token) and (house := _house(said, i)):
            yield i, house, False
        elif of_place(token) and (last := _street(said, i) or village(said, i)):
            yield i + 1, last, False
        elif (last := max(without_house(said, i), called_from(said, i))) > i:
            yield i + 1, last, True
        elif token.word in words.home:
            yield from ((first, last, False) for first, last in homes(said, i))
        elif token.is_plain_number:
            if last := entrance(said, i):
                yield i, last, False
            elif place := bare(said, i):
                yield *place, False


def _names_street(said: Sequence[Token], last: int) -> bool:
    """«квартира на пятой Просёлочной»: no fifth flat."""
    return is_ordinal(said, last) and last + 1 < len(said) and is_street_adjective(said[last + 1].word)


def _is_whole(said: Sequence[Token]) -> bool:
    """Is nothing said but an address, or a piece of one: «дом двенадцать литера б»?"""
    words, beside = rules().addresses, rules().beside
    units = [token for token in said if is_house(token) or token.word in words.flat or token.word in words.plot]
    tells = len(units) > 1 or any(token.word not in words.level for token in units)
    return tells and all(
        token.is_plain_number or token.is_filler or is_house(token) or of_place(token) or token.word in beside
        or token.word in words.flat or token.word in words.plot or token.word in words.inside
        or token.word in words.letters or token.word in words.parting or is_surely_name(token)
        or token.word in rules().usual.denials
        for token in said
    )  # fmt: skip


def _house(said: Sequence[Token], i: int) -> int:
    """The last word of the house's number behind a street's word and its name; 0: there is none."""
    for j in range(i + 1, min(len(said), i + 2 + NAME_WORDS)):
        if said[j].is_plain_number:
            last = j
            while last + 1 < len(said) and said[last + 1].is_plain_number:
                last += 1
            return (_counted_name(said, last) if j == i + 1 else 0) or number(said, j)
        inside = said[j].word in rules().addresses.inside or said[j].is_filler
        due = j == i + 1 and may_be_any(said[j])
        if not (due or is_name(said[j]) or is_house(said[j]) or inside):
            return 0
    return 0


def _counted_name(said: Sequence[Token], last: int) -> int:
    """The house behind a name that begins with a number: «двадцати шести бакинских комиссаров сорок»; 0: none."""
    for j in range(last + 1, min(len(said), last + 2 + NAME_WORDS)):
        if said[j].is_plain_number:
            return number(said, j) if j > last + 1 else 0
        if not is_name(said[j]) and not is_house(said[j]):
            return 0
    return 0


def _street(said: Sequence[Token], i: int) -> int:
    """The last word of the name of a street, without a house; 0: it has no name."""
    if said[i].word not in rules().addresses.street:
        return 0
    begin = named_at(said, i)
    last = place_name(said, begin)
    return last if last >= begin else 0


def _garden(said: Sequence[Token], i: int) -> int:
    """Where the address of a plot at `i` begins, «СНТ Ромашка, линия 2, участок 5»; -1: it is in no garden society."""
    words = rules().addresses
    for first in range(i - 1, max(0, i - 2 * GAP) - 1, -1):
        if said[first].word in words.garden:
            whole = all(
                one.is_plain_number or one.word in words.row or is_name(one) or one.word in words.inside
                for one in said[first + 1 : i]
            )
            return first if whole else i
    return -1


def _index(said: Sequence[Token], i: int) -> int:
    """The last word of the number in «индекс мой ...»; 0: there is none."""
    return number(said, i + 2) if i + 1 < len(said) and said[i + 1].word in rules().names.between else 0


def _index_before(said: Sequence[Token], i: int) -> int:
    """The first word of the index in «... это индекс»; `i`: there is none."""
    end = i - 1 if i and said[i - 1].is_filler else i
    first = _with_index(said, end)
    return first if first < end else i


def _begin(said: Sequence[Token], first: int) -> int:
    """The first word of the names before an address's number."""
    words = rules().addresses
    begin = at = first
    while at > 0 and first - at < words.before_words:
        at -= 1
        token = said[at]
        may_name = is_name if begin == at + 1 else is_surely_name  # over «на» only what surely is a place
        named = of_place(token) or (may_name(token) and token.word not in words.outside)
        counted = token.is_plain_number and is_ordinal(said, begin)  # «сто двенадцатый квартал»
        if named or (begin == at + 1 and (token.initial or is_index(token) or is_ordinal(said, at) or counted)):
            begin = at
        elif not _lies_inside(token):
            break
    if said[begin].word in words.jubilee:
        while begin > 0 and said[begin - 1].is_plain_number:
            begin -= 1
    return _with_index(said, begin)


def _lies_inside(token: Token) -> bool:
    """May it stand between the names of an address: «в», «номер», «участок», a number?"""
    words = rules().addresses
    return bool(token.word) and (token.word in words.inside or token.word in words.plot or token.is_plain_number)


def _with_index(said: Sequence[Token], begin: int) -> int:
    """The first word of an index that is said before the place that begins at `begin`."""
    first = begin
    while first > 0 and said[first - 1].is_plain_number:
        first -= 1
    digits = "".join(group.digits for row in rows(0, said[first:begin]) for group in row.groups)
    return first if len(digits) == _INDEX_DIGITS else begin


def _end(said: Sequence[Token], last: int) -> int:
    """With all that goes on behind a house's number."""
    last = _mended(said, _with_street(said, _with_letter(said, _joined(said, last))))
    last = _with_denied(said, _with_place(said, last))
    flat = last + 1 < len(said) and (is_house(said[last + 1]) or said[last + 1].word in rules().addresses.flat)
    return last + 1 if flat and is_ordinal(said, last) else last  # «сорок первый дом, пятая квартира»


def _with_letter(said: Sequence[Token], last: int) -> int:
    """With the letter of a house, «пять а», and the flat behind it, «12б-40», «12б, 40»."""
    words = rules().addresses
    counted = said[last].is_plain_number or said[last].word in words.parting
    if counted and last + 1 < len(said) and said[last + 1].word in words.letters and not _puts_right(said, last + 1):
        last += 1
        joined = said[last].start == said[last - 1].end and last + 1 < len(said)
        if joined and said[last + 1].is_plain_number and said[last + 1].start <= said[last].end + 2:
            last += 1
    return last


def _puts_right(said: Sequence[Token], i: int) -> bool:
    """«... сто шесть, а сто шестнадцать», «четырнадцать, а не двенадцать»: no letter."""
    apart = i + 1 < len(said) and said[i + 1].start > said[i].end
    right = apart and (said[i + 1].is_plain_number or said[i + 1].word in rules().usual.denials)
    return said[i].word in rules().addresses.instead and right


def _with_street(said: Sequence[Token], last: int) -> int:
    """With a street that is named behind the house: «дом пять по Садовой»."""
    words = rules().addresses
    for i in range(last + 1, min(len(said), last + 3)):
        led = said[i].word in words.along and i + 1 < len(said) and stands_as_street(said[i + 1].word)
        if said[i].word in words.street or led:
            end = place_name(said, i + 1)
            if end > i:
                return end
    return last


def _mended(said: Sequence[Token], last: int) -> int:
    """With the number that is put right: «дом тридцать, ой нет, сорок три», but «дом пять, нет света три дня»."""
    corrected = last + 1 < len(said) and said[last + 1].word in rules().addresses.instead
    for i in range(last + 1, min(len(said), last + 2 + 2 * GAP)):
        corrected = corrected or said[i].word in SOFT_CORRECTIONS
        if said[i].is_plain_number:
            end = number(said, i)
            return (
                _joined(said, end) if corrected and end and not counts(said, end) and not is_ordinal(said, i) else last
            )
        if corrected and share(said[i].word, "NOUN") >= _THING:
            return last
    return last


def _with_denied(said: Sequence[Token], last: int) -> int:
    """With the street that it is not: «Ленинградская восемнадцать, а не Ленина»."""
    words, i = rules(), last + 1
    while i < len(said) and (said[i].word in words.addresses.instead or said[i].word in words.usual.denials):
        i += 1
    named = last + 1 < i < len(said) and may_be_due(said[i]) and is_persons(said[i].word)
    return i if named else last


def _with_place(said: Sequence[Token], last: int) -> int:
    """With the town or the district that is said last: «дом два в Арзамасе», «это Тотемский район»."""
    i = last + 1
    if i < len(said) and said[i].word in rules().addresses.lying:
        i += 1
    while i < len(said) and not said[i].breaks and (named := _town(said, i)):
        last, i = named, named + 1
    return last


def _town(said: Sequence[Token], i: int) -> int:
    """The last word of a town's or a district's name that begins at `i`; 0: none does."""
    if is_district(said, i):
        return i + 1
    return i if share(said[i].word, "Geox") >= _TOWN and is_name(said[i]) else 0


def _joined(said: Sequence[Token], last: int) -> int:
    """With what a house's number goes on by: «дробь два», «литера б»."""
    words = rules().addresses
    while last + 2 < len(said) and said[last + 1].word in words.parting:
        further = said[last + 2]
        if not (further.is_plain_number or further.word in words.letters):
            break
        last = number(said, last + 2) or last + 2
    return last
