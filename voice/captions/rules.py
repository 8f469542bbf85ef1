"""How the words of a language are written, read from rules/<language>.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from voice.errors import PromptError
from voice.nlu.normalise import words
from voice.nlu.rows import RUSSIAN
from voice.nlu.spoken import Spoken

RULES = Path(__file__).with_name("rules")

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """Words that name a document (as text: any word that begins so), and the forms of its digits.

    A form shows where separators stand: "000-000"; a first digit other than 0 must be the number's own.
    """

    named: str
    forms: tuple[str, ...]

    def form(self, digits: str) -> str:
        """The form for a number that begins with `digits`."""
        return next((form for form in self.forms if form[0] in ("0", digits[0])), self.forms[-1])


@dataclass(frozen=True, slots=True)
class Numbers:
    """Which spoken numbers are written how; the file says what each list is."""

    labels: frozenset[str]
    units: Row
    dated: Row
    year: frozenset[str]
    in_year: frozenset[str]
    clock: frozenset[str]
    without: frozenset[str]
    plus: frozenset[str]
    bare: frozenset[str]
    joins: Mapping[str, str]
    endings: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Comma:
    before: frozenset[Row]
    but: frozenset[str]
    behind: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Marks:
    greetings: frozenset[Row]
    apart: frozenset[str]
    commas: tuple[Comma, ...]
    answers: Mapping[str, frozenset[str]]  # first word: words before which a comma follows it
    lead: frozenset[str]
    questions: frozenset[Row]


@dataclass(frozen=True)
class Rules:
    """One language, read-only."""

    names: Mapping[Row, str]
    numbers: Numbers
    documents: tuple[Document, ...]
    asked_digits: Row
    introductions: frozenset[Row]  # a name stands right behind
    marks: Marks
    spoken: Spoken

    @cached_property
    def rows(self) -> frozenset[Row]:
        """Words that are written together, or whose mark depends on all of them."""
        parted = {row for comma in self.marks.commas for row in comma.before}
        return frozenset(self.names) | self.marks.greetings | parted

    @cached_property
    def beginnings(self) -> frozenset[Row]:
        """Of each row, every part that may be its beginning."""
        return frozenset(row[:length] for row in self.rows for length in range(1, len(row)))

    def document(self, word: str) -> Document | None:
        """The document that the word names, in any of its forms."""
        return next((document for document in self.documents if word.startswith(document.named)), None)


def rules(language: str, spoken: Spoken = RUSSIAN) -> Rules:
    """Raises PromptError when the language has no rules or they cannot be used."""
    path = RULES / f"{language}.toml"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        return Rules(
            names={_row(said): written for said, written in data["names"].items()},
            numbers=_numbers(data["numbers"]),
            documents=tuple(Document(one["named"], tuple(one["forms"])) for one in data["documents"]),
            asked_digits=_row(data["asked"]["digits"]),
            introductions=frozenset(map(_row, data["introductions"])),
            marks=_marks(data["marks"]),
            spoken=spoken,
        )
    except OSError as error:
        raise PromptError(str(path), 0, f"cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise PromptError(str(path), 0, f"cannot be used: {error}") from error


def _row(text: str) -> Row:
    return tuple(words(text))


def _any(text: str) -> frozenset[str]:
    return frozenset(words(text))


def _numbers(data: dict[str, Any]) -> Numbers:
    lists = ("labels", "year", "in_year", "clock", "without", "plus", "bare")
    return Numbers(
        units=_row(data["units"]),
        dated=_row(data["dated"]),
        joins=data["joins"],
        endings=data["endings"],
        **{name: _any(data[name]) for name in lists},
    )


def _marks(data: dict[str, Any]) -> Marks:
    return Marks(
        greetings=frozenset(map(_row, data["greetings"])),
        apart=_any(data["apart"]),
        commas=tuple(
            Comma(
                frozenset(map(_row, one["before"])),
                _any(one.get("but", "")),
                _any(one["behind"]) if "behind" in one else None,
            )
            for one in data["commas"]
        ),
        answers={one["first"]: _any(one["before"]) for one in data["answers"]},
        lead=_any(data["questions"]["lead"]),
        questions=frozenset(map(_row, data["questions"]["begin"])),
    )
