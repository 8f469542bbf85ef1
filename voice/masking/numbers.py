"""Numbers of documents, cards and telephones: by their checksum, their form, and the words around them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from voice.masking.rows import Row
from voice.masking.rules import rules
from voice.masking.said import Said
from voice.masking.spans import Kind, Why
from voice.masking.tokens import Token
from voice.nlu import documents

LONG = 9  # so many digits in a row are somebody's number until something says otherwise
_PUBLIC = frozenset(
    {"application_number", "appeal_number", "error_code", "date", "time"}
)  # asked for, and nobody's own
_PUBLIC_DIGITS = 10  # and so many digits they have at most
_NEAR = 6  # words between a number and what it is called
_FREE = "800"
_CARD = range(16, 20)
_PIECES, _APART = 4, 4  # a number may lie in so many pieces, each so many utterances behind the one before
_SURE_LENGTHS = (11, 12, 16)  # of those with a checksum; of ten digits too many pass by chance
# A number is called by its name from so many digits on: its last four, say, tell nothing.
_LEAST: dict[Kind, int] = {"snils": 6, "inn": 6, "passport": 4, "card": 8, "phone": 5, "code": 4}
_MOST: dict[Kind, int] = {"passport": 12, "phone": 13, "code": 8}


def luhn_ok(digits: str) -> bool:
    """Is the check digit of a card's number right?"""
    doubled = (int(digit) * (1 + i % 2) for i, digit in enumerate(reversed(digits)))
    return sum(number - 9 * (number > 9) for number in doubled) % 10 == 0


def kind_of(
    call: Sequence[Said], words: Sequence[Sequence[Token]], chain: Sequence[Row], questions: Sequence[Kind | None]
) -> tuple[Kind, Why] | None:
    """What number a chain of rows is; None: nobody's own.

    questions: what each utterance was asked for by the words before it.
    """
    first = chain[0]
    said = call[first.at]
    digits = "".join(row.digits for row in chain)
    if len(chain) == 1 and _is_free(first):
        return None
    called = _called(words, chain)
    name = questions[first.at] if called is None else called
    asked_public = said.asked in _PUBLIC and len(digits) <= _PUBLIC_DIGITS
    if checked := _checked(words, chain, digits):
        kind = checked
        surely = len(digits) != 10 or name == kind or not (name == "public" or asked_public or said.side == "line")
        if surely and not (kind in ("snils", "inn") and name in ("phone", "passport")):
            return kind, "checksum"
    if name == "public" or (asked_public and called is None):
        return None if len(digits) <= _PUBLIC_DIGITS else ("number", "format")
    length = sum(row.length for row in chain)
    if name in _LEAST and _LEAST[name] <= length <= _MOST.get(name, 99) and not _counts(words, chain):
        return name, "context"
    if said.side == "line":
        return None
    if _is_phone(digits):
        return "phone", "format"
    return ("number", "format") if length >= LONG else None


def scattered(rows: Sequence[Row]) -> Iterator[tuple[Sequence[Row], Kind]]:
    """Rows of one side, in order, that only together pass a checksum: other words stand between them.

    rows: those that are nobody's number alone. Each is more than one digit, or many a sum of small numbers would pass.
    """
    for i in range(len(rows)):
        for j in range(i + 2, min(len(rows), i + _PIECES) + 1):
            part = rows[i:j]
            if any(b.at - a.at > _APART for a, b in pairwise(part)) or any(len(row.digits) < 2 for row in part):
                break
            digits = "".join(row.digits for row in part)
            if len(digits) in _SURE_LENGTHS and (kind := _passed(digits)):
                yield part, kind


def area_codes(words: Sequence[Token], mine: Sequence[Row]) -> Iterator[tuple[int, int]]:
    """First and last word of each «код города ...» before the rest of a telephone's number, in one utterance."""
    for row, rest in pairwise(mine):
        before = tuple(token.word for token in words[max(0, row.first - 2) : row.first])
        if before in rules().numbers.area and rest.length >= _LEAST["phone"]:
            yield row.first, row.last


def _counts(words: Sequence[Sequence[Token]], chain: Sequence[Row]) -> bool:
    """Are these years, or so many of something, and not the number whose name stands near?"""
    if all(len(group.digits) == 4 and group.digits.startswith(("19", "20")) for row in chain for group in row.groups):
        return True
    last = chain[-1]
    behind = [token for token in words[last.at][last.last + 1 : last.last + 2] if not _begins_an_address(token.word)]
    counted = rules().numbers.ends, rules().births.months
    return len(chain) == 1 and last.length < LONG and any(token.word in one for token in behind for one in counted)


def _begins_an_address(word: str) -> bool:
    """«дом», «квартира»: they number what is behind them, not what is before."""
    words = rules().addresses
    return word in words.house or word in words.flat or word in words.index


def _is_free(row: Row) -> bool:
    """A service's free number: said with its code apart, or written in one row."""
    heads = [group.digits for group in row.groups[:2]]
    apart = any(head.endswith(_FREE) for head in heads) or len(row.groups) == 1
    return apart and bool(rules().numbers.free.fullmatch(row.digits))


def _is_phone(digits: str) -> bool:
    return (len(digits) == 11 and digits[0] in "78" and digits[1] in "3489") or (len(digits) == 10 and digits[0] == "9")


def _checked(words: Sequence[Sequence[Token]], chain: Sequence[Row], digits: str) -> Kind | None:
    """The kind whose checksum the digits pass, in their natural reading or in another that is said alike."""
    return next(filter(None, map(_passed, _readings(words, chain, digits))), None)


def _passed(digits: str) -> Kind | None:
    """The kind of number whose length these digits have and whose checksum they pass."""
    if len(digits) == 11 and documents.snils_ok(digits):
        return "snils"
    if len(digits) in (10, 12) and documents.inn_ok(digits):
        return "inn"
    return "card" if len(digits) in _CARD and luhn_ok(digits) else None


def _readings(words: Sequence[Sequence[Token]], chain: Sequence[Row], digits: str) -> Iterator[str]:
    yield digits
    groups = [group.digits for row in chain for group in row.groups]
    for i in range(len(groups)):  # a number and something counted beside it: «один вопрос, СНИЛС ...»
        for j in range(i + 1, len(groups) + 1):
            if LONG <= len(part := "".join(groups[i:j])) < len(digits):
                yield part
    if abs(len(digits) - 11) <= 2:
        text = " ".join(token.word for row in chain for token in words[row.at][row.first : row.last + 1])
        for kind in ("snils", "inn"):
            taken = documents.take(kind, text)
            if taken.state is documents.State.COMPLETE:
                yield taken.digits


def _called(words: Sequence[Sequence[Token]], chain: Sequence[Row]) -> Kind | str | None:
    """What the number is called in its own utterance: the nearest name before it, then after it."""
    first, last = chain[0], chain[-1]
    before = words[first.at][max(0, first.first - _NEAR) : first.first]
    after = words[last.at][last.last + 1 : last.last + 1 + _NEAR]
    for token in reversed(before):
        if token.is_number:
            break
        if name := _name(token.word):
            return name
    for token in [*words[first.at][first.first : first.last], *after]:
        if name := _name(token.word):
            return name
    return None


def _name(word: str) -> Kind | str | None:
    numbers = rules().numbers
    if word in numbers.public:
        return "public"
    return next((kind for kind, names in numbers.called.items() if word in names), None)
