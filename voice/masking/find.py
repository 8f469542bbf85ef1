"""Personal data in a call, in this order: what the dialog asked for, checksums, forms and words around, names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import get_args

from voice.masking import answers, mail
from voice.masking.addresses import addresses
from voice.masking.births import dates_of_birth
from voice.masking.echoes import echoes
from voice.masking.names import names
from voice.masking.numbers import area_codes, kind_of, scattered
from voice.masking.questions import questions
from voice.masking.rows import Row, chains, rows
from voice.masking.rules import rules
from voice.masking.said import Known, Said
from voice.masking.spans import Kind, Span, Why, joined
from voice.masking.tokens import Token, tokens

__all__ = ["Known", "Said", "find"]


def find(call: Sequence[Said], known: Sequence[Known] = ()) -> tuple[Span, ...]:
    """All personal data of a call, in order, apart from each other.

    call: its utterances in the order they were said. known: what the dialog has taken, so that it is found wherever it
    is said again, by whomever.
    """
    told = _Call(call)
    spans = [*told.answered(), *told.numbers()]
    spans += [*told.mended(spans), *told.formats(), *told.named()]
    spans += echoes(call, told.words, told.rows, spans, known)
    return joined(spans)


@dataclass
class _Call:
    said: Sequence[Said]
    words: list[tuple[Token, ...]] = field(init=False)
    rows: list[list[Row]] = field(init=False)

    def __post_init__(self) -> None:
        self.words = [tokens(one.text) for one in self.said]
        self.rows = [rows(at, words) for at, words in enumerate(self.words)]

    @cached_property
    def asked(self) -> list[tuple[Kind, ...]]:
        return questions(self.said, self.words)

    @cached_property
    def questions(self) -> list[Kind | None]:
        """The one kind of a number that was asked for before each utterance."""
        return [kinds[-1] if kinds else None for kinds in self.asked]

    def answered(self) -> Iterator[Span]:
        for at, one in enumerate(self.said):
            if one.asked not in get_args(Kind):
                continue
            kind: Kind = one.asked  # type: ignore[assignment]
            if kind in answers.DIGITS and one.side != "operator":
                yield from self._spans(
                    at, answers.digits(self.words[at], self.rows[at], line=one.side == "line"), kind, "state"
                )
            elif kind in answers.WORDS and one.side == "caller":
                yield from self._spans(at, answers.words(kind, self.words[at]), kind, "state")

    def numbers(self) -> Iterator[Span]:
        left: dict[str, list[Row]] = {}
        for chain in chains(self.said, self.words, self.rows, self.questions):
            if found := kind_of(self.said, self.words, chain, self.questions):
                for row in chain:
                    yield from self._spans(row.at, [(self._with_plus(row), row.last)], *found)
            else:
                left.setdefault(self.said[chain[0].at].side, []).extend(chain)
        for side in left.keys() - {"line"}:
            for pieces, kind in scattered(sorted(left[side], key=lambda row: (row.at, row.first))):
                for row in pieces:
                    yield from self._spans(row.at, [(row.first, row.last)], kind, "checksum")

    def _with_plus(self, row: Row) -> int:
        """The first word of a number, with the «плюс» before it."""
        plus = row.first > 0 and self.words[row.at][row.first - 1].word in rules().numbers.plus
        return row.first - plus

    def mended(self, found: Sequence[Span]) -> Iterator[Span]:
        """«Нет, последняя цифра пять» behind a number that was found."""
        kinds = {span.utterance: span.kind for span in found}
        newest: dict[str, Kind] = {}
        for at, one in enumerate(self.said):
            if one.side in newest and one.utterance not in kinds and answers.mends(self.words[at]):
                yield from self._spans(at, answers.digits(self.words[at], self.rows[at]), newest[one.side], "context")
            elif one.utterance in kinds and one.side != "line":
                newest[one.side] = kinds[one.utterance]

    def formats(self) -> Iterator[Span]:
        office = False
        for at, one in enumerate(self.said):
            words, asked = self.words[at], (one.asked,) if one.asked else self.asked[at]
            for start, end in mail.written(one.text):
                yield Span(utterance=one.utterance, start=start, end=end, kind="email", why="format")
            yield from self._spans(at, mail.spoken(words), "email", "format")
            yield from self._spans(at, dates_of_birth(words, asked="birth_date" in asked), "birth_date", "context")
            yield from self._spans(at, area_codes(words, self.rows[at]), "phone", "context")
            if one.side != "line":
                office = office and one.side == "operator"
                found = addresses(words, asked="address" in asked and one.side == "caller", office=office)
                yield from self._spans(at, found, "address", "context")
            office = any(token.word in rules().addresses.office for token in words)

    def named(self) -> Iterator[Span]:
        for at, one in enumerate(self.said):
            if one.side == "line":
                continue
            yield from self._spans(at, names(self.words[at]), "name", "name")
            for kind in self.asked[at]:
                if kind == "name" or (kind == "email" and mail.is_hinted(self.words[at])):
                    yield from self._spans(at, answers.words(kind, self.words[at]), kind, "context")

    def _spans(
        self, at: int, places: Iterator[tuple[int, int]] | list[tuple[int, int]], kind: Kind, why: Why
    ) -> Iterator[Span]:
        words = self.words[at]
        for first, last in places:
            yield Span(
                utterance=self.said[at].utterance, start=words[first].start, end=words[last].end, kind=kind, why=why
            )
