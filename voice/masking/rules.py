"""The words by which personal data is known, read once: rules/ru.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast, get_args

from voice.errors import PromptError
from voice.masking.spans import Kind
from voice.masking.tokens import Token
from voice.nlu.morphology import lemmas

T = TypeVar("T")

RULES = Path(__file__).with_name("rules") / "ru.toml"
LABELS = Path(__file__).with_name("labels") / "ru.toml"


@dataclass(frozen=True, slots=True)
class Words:
    """Whole words, beginnings of words, and words in any form, by the normal one."""

    whole: frozenset[str] = frozenset()
    begins: tuple[str, ...] = ()
    lemmas: frozenset[str] = frozenset()

    def __contains__(self, word: str) -> bool:
        if word in self.whole or (bool(word) and word.startswith(self.begins)):
            return True
        return bool(self.lemmas) and not self.lemmas.isdisjoint(lemmas(word))


@dataclass(frozen=True, slots=True)
class Numbers:
    called: Mapping[Kind, Words]
    public: Words
    ends: Words
    plus: Words
    free: re.Pattern[str]
    area: frozenset[tuple[str, str]]  # «код города»


@dataclass(frozen=True, slots=True)
class Births:
    cues: Words
    growing: Words
    to_be: Words
    of_whom: Words
    children: Words
    bounds: Words
    round: Words
    two: Words
    since: Words
    elsewhere: Words
    months: Words
    years: Words
    inside: Words
    short: frozenset[tuple[str, str]]  # «г.р.»


@dataclass(frozen=True, slots=True)
class Mail:
    at: Words
    dot: Words
    marks: Words
    hosts: Words
    tops: Words
    before: Words
    letters: Words
    most_words: int


@dataclass(frozen=True, slots=True)
class Names:
    sure: Words
    soft: Words
    kin: Words
    having: Words
    joining: Words
    surnames: Words
    turning: Words
    calling: Words
    myself: Words
    by_name: Words
    officials: Words
    short: Words
    usual: Words
    weak: Words
    titles: Words
    linking: Words
    behind: Words
    deeds: Words
    public: Words
    particles: Words
    elder: Words
    trades: re.Pattern[str]
    governs: Mapping[str, frozenset[str]]  # a preposition, and the cases behind it
    between: Words
    never: Words
    places: Words
    named_after: Words
    institutions: Words
    sayings: frozenset[tuple[str, str]]  # a name, and how the word behind it begins
    maiden: Words
    surname: re.Pattern[str]
    patronymic: re.Pattern[str]
    spelling: Words
    codes: Words


@dataclass(frozen=True, slots=True)
class Addresses:
    street: Words
    settlement: Words
    village: Words
    district: Words
    lying: Words
    row: Words
    garden: Words
    plot: Words
    house: Words
    flat: Words
    home: Words
    ours: Words
    index: Words
    office: Words
    inside: Words
    outside: Words
    letters: Words
    ordinals: Words
    counted: Words
    on: Words
    out_of: Words
    along: Words
    jubilee: Words
    called_so: Words
    calls: Words
    called: Words
    ranks: Words
    sizes: Words
    leading: Words
    persons: Words
    people: Words
    parting: Words
    level: Words
    instead: Words
    unasked: Words
    before_number: Words
    districts: Words
    before_words: int


@dataclass(frozen=True, slots=True)
class Usual:
    """Words of any such talk, by their normal form."""

    words: Words
    adjectives: Words
    denials: Words
    asides: Words


@dataclass(frozen=True, slots=True)
class Rules:
    numbers: Numbers
    questions: Mapping[Kind, tuple[tuple[str, ...], ...]]  # phrases, each a row of beginnings of words
    again: Words  # ask for more of what was asked
    again_words: int  # at most so many words then
    births: Births
    mail: Mail
    names: Names
    addresses: Addresses
    usual: Usual
    beside: Words  # words of an answer that are no part of the value
    parts: Words  # «цифра»: an answer that mends one place of a number

    def asked(self, row: Sequence[Token]) -> tuple[Kind, ...]:
        """What a question asks for, in the order in which it is named last."""
        last: dict[Kind, int] = {}
        for i, token in enumerate(row):
            for kind, phrases in self.questions.items():
                if any(
                    token.word.startswith(phrase[0])
                    and i + len(phrase) <= len(row)
                    and all(row[i + j].word.startswith(start) for j, start in enumerate(phrase))
                    for phrase in phrases
                ):
                    last[kind] = i
        return tuple(sorted(last, key=lambda kind: (last[kind], kind)))

    def asks_on(self, row: Sequence[Token]) -> bool:
        """Is it a short question for more of the same?"""
        return len(row) <= self.again_words and any(token.word in self.again for token in row)


@cache
def rules() -> Rules:
    """Raises PromptError when the file is not whole."""
    data = _read(RULES)
    try:
        return _rules(data)
    except (KeyError, re.error) as error:
        raise PromptError(str(RULES), 0, f"cannot be used: {error}") from error


@cache
def labels() -> Mapping[Kind, str]:
    """What is shown in the place of each kind. Raises PromptError when one is missing."""
    data = _read(LABELS)
    if missing := set(get_args(Kind)) - data.keys():
        raise PromptError(str(LABELS), 1, f"no label for {min(missing)}")
    return cast(Mapping[Kind, str], data)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PromptError(str(path), 0, f"cannot be read: {error.strerror}") from error
    except tomllib.TOMLDecodeError as error:
        raise PromptError(str(path), 0, f"cannot be used: {error}") from error


def _rules(data: Mapping[str, Any]) -> Rules:
    return Rules(
        numbers=_numbers(data["numbers"]),
        questions={
            kind: tuple(tuple(phrase.split()) for phrase in phrases) for kind, phrases in data["questions"].items()
        },
        again=Words(frozenset(data["again"]["words"]), tuple(data["again"]["begins"])),
        again_words=data["again"]["most_words"],
        births=_births(data["birth"], data["months"]),
        mail=_section(Mail, data["mail"], most_words=data["mail"]["most_words"]),
        names=_names(data["names"]),
        addresses=_section(Addresses, data["addresses"], before_words=data["addresses"]["before_words"]),
        usual=Usual(
            words=Words(whole=frozenset(usual := data["usual"]["words"].split()), lemmas=frozenset(usual)),
            adjectives=Words(lemmas=frozenset(data["usual"]["adjectives"].split())),
            denials=_whole(data["usual"]["denials"]),
            asides=_whole(data["usual"]["asides"]),
        ),
        beside=_whole(data["answers"]["beside"]),
        parts=Words(begins=tuple(data["answers"]["parts"])),
    )


def _numbers(data: Mapping[str, Any]) -> Numbers:
    whole = data["whole"]
    begins = {name: Words(frozenset(whole.get(name, ())), tuple(words)) for name, words in data["begins"].items()}
    return Numbers(
        public=begins.pop("public"),
        called=cast(Mapping[Kind, Words], begins),
        ends=_whole(data["ends"]),
        plus=_whole(data["plus"]),
        free=re.compile(data["free"]),
        area=_pairs(data["area"]),
    )


def _births(data: Mapping[str, Any], months: Mapping[str, Any]) -> Births:
    return _section(
        Births,
        data,
        months=_whole([*months["short"], *(stem + end for stem in months["words"] for end in months["endings"])]),
        short=_pairs(data["short"]),
    )


def _names(data: Mapping[str, Any]) -> Names:
    return _section(
        Names,
        data,
        surname=re.compile(rf"\w{{2,}}(?:{data['surname']})"),
        patronymic=re.compile(data["patronymic"]),
        trades=re.compile(rf"(?:{data['trades']})$"),
        sayings=_pairs(data["sayings"]),
        governs={word: frozenset(cases.split()) for word, cases in data["governs"].items()},
    )


def _section(kind: Callable[..., T], data: Mapping[str, Any], **made: object) -> T:
    """Words by the names of the fields: `x` are whole words, `x_begins` beginnings, `x_forms` words in any form;
    made: what is not of words."""
    names = {one.name for one in fields(cast(Any, kind))} - made.keys()
    if missing := {name for name in names if not {name, f"{name}_begins", f"{name}_forms"} & data.keys()}:
        raise KeyError(min(missing))
    words = {
        name: Words(
            frozenset(data.get(name, ())),
            tuple(data.get(f"{name}_begins", ())),
            frozenset(data.get(f"{name}_forms", ())),
        )
        for name in names
    }
    return kind(**words, **made)


def _pairs(phrases: Iterable[str]) -> frozenset[tuple[str, str]]:
    return frozenset(_pair(phrase) for phrase in phrases)


def _pair(phrase: str) -> tuple[str, str]:
    first, second = phrase.split()
    return first, second


def _whole(words: Iterable[str]) -> Words:
    return Words(frozenset(words))
