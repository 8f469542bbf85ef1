"""What is personal stays so wherever it is said again: read back by the line, repeated by a person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import get_args

from voice.masking.name_words import tells_a_person
from voice.masking.persons import may_be_persons
from voice.masking.rows import Row
from voice.masking.said import Known, Said
from voice.masking.spans import Kind, Span, Why
from voice.masking.tokens import Token, tokens
from voice.nlu.morphology import lemmas, tags

_LETTERS = 4  # of a name's part that is looked for alone
_NOUN = 0.5
_DIGITS = 5  # fewer may be anything
_TRUNK = 10  # digits of a telephone number without the 8 or +7 before it


@dataclass(frozen=True, slots=True)
class _Value:
    """What is looked for: words in a row, or digits however they are said."""

    kind: Kind
    why: Why
    words: tuple[str, ...] = ()
    digits: str = ""


def echoes(
    call: Sequence[Said],
    words: Sequence[Sequence[Token]],
    rows: Sequence[Sequence[Row]],
    spans: Sequence[Span],
    known: Sequence[Known],
) -> Iterator[Span]:
    """Spans of the same values elsewhere in the call."""
    at = {one.utterance: n for n, one in enumerate(call)}
    values = set(_taken(known))
    for span in spans:
        values.update(_value(span, words[at[span.utterance]], rows[at[span.utterance]]))
    for n, one in enumerate(call):
        here = {form for token in words[n] for form in (token.word, *lemmas(token.word))}
        for value in values:
            if value.words and here.isdisjoint((value.words[0], *lemmas(value.words[0]))):
                continue
            for first, last in _places(value, words[n], rows[n]):
                start, end = words[n][first].start, words[n][last].end
                yield Span(utterance=one.utterance, start=start, end=end, kind=value.kind, why=value.why)


def _value(span: Span, words: Sequence[Token], rows: Sequence[Row]) -> Iterator[_Value]:
    inside = tuple(token.word for token in words if span.start <= token.start < span.end)
    if len(inside) > 1 and all(inside):
        yield _Value(span.kind, span.why, inside)
    if span.kind == "name":
        yield from (
            _Value("name", span.why, (token.word,))
            for token in words
            if span.start <= token.start < span.end and len(token.word) >= _LETTERS and _tells(token)
        )
    for row in rows:
        if span.start <= words[row.first].start and words[row.last].end <= span.end:
            yield from _digits(span.kind, span.why, row.digits)


def _taken(known: Sequence[Known]) -> Iterator[_Value]:
    for one in known:
        if one.kind not in get_args(Kind):
            continue
        kind: Kind = one.kind  # type: ignore[assignment]
        row = tuple(token.word for token in tokens(one.value))
        if any(word.isdigit() for word in row):
            yield from _digits(kind, "state", "".join(row))
        elif row and all(row) and len("".join(row)) >= _LETTERS:
            yield _Value(kind, "state", row)


def _digits(kind: Kind, why: Why, digits: str) -> Iterator[_Value]:
    if len(digits) >= _DIGITS and digits.isdigit():
        yield _Value(kind, why, digits=digits[-_TRUNK:] if kind == "phone" else digits)


def _places(value: _Value, words: Sequence[Token], rows: Sequence[Row]) -> Iterator[tuple[int, int]]:
    """First and last word of each place where the value stands."""
    if value.digits:
        yield from ((row.first, row.last) for row in rows if value.digits in row.digits)
        return
    size = len(value.words)
    if value.kind == "name" and size == 1:
        yield from ((i, i) for i, token in enumerate(words) if _is_same_name(token, value.words[0]))
        return
    for i in range(len(words) - size + 1):
        if all(token.word == word for token, word in zip(words[i : i + size], value.words, strict=True)):
            yield i, i + size - 1


def _is_same_name(token: Token, name: str) -> bool:
    """The same word, or the same name in another case."""
    return token.word == name or (_tells(token) and not set(lemmas(token.word)).isdisjoint(lemmas(name)))


def _tells(token: Token) -> bool:
    """Is it a part of a name by which it is known again?"""
    return tells_a_person(token.word) or (may_be_persons(token) and "NOUN" in tags(token.word, _NOUN))
