"""Talk with personal data planted in it, and talk without any: bench/wordings/personal.yaml with values made anew, and
sets for measuring only."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from said import heard_plainly, sentences

from voice.masking.find import Said
from voice.nlu.documents import inn_ok, snils_ok
from voice.settings import ROOT
from voice.tts.numbers_ru import cardinal, ordinal

WORDINGS = Path(__file__).resolve().parent / "wordings" / "personal.yaml"
BLIND: Mapping[str, Path] = {
    "blind": WORDINGS.with_name("personal_2.yaml"),  # whoever wrote it had seen neither the rules nor WORDINGS
    "fresh": WORDINGS.with_name("personal_3.yaml"),  # written after the rules, by the same hand
    "fourth": WORDINGS.with_name("personal_4.yaml"),  # written after them by one who had not seen them
    "fifth": WORDINGS.with_name("personal_5.yaml"),  # and so this
    "sixth": WORDINGS.with_name("personal_6.yaml"),
    "seventh": WORDINGS.with_name("personal_7.yaml"),
    "eighth": WORDINGS.with_name("personal_8.yaml"),  # an ordinary day
}
UNCHECKED = 1_001_998  # СНИЛС up to this one have no checksum
TIMES = 5  # values made for each wording
SIDES: Mapping[str, Literal["operator", "line"]] = {"o:": "operator", "l:": "line"}
HALF = re.compile(r"\{(\w+)(?:/(\d))?\}")
MARK = re.compile(r"\[(\w+)\|([^\]]*)\]")
MONTHS = ["января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября"]
MONTHS += ["декабря"]
SPOKEN_LOGINS = {
    "ivanov": "иванов",
    "katya.sidorova": "катя точка сидорова",
    "petr_ivanych": "пётр нижнее подчёркивание иваныч",
    "sunny": "эс у эн эн игрек",
    "nikolay78": "николай семьдесят восемь",
    "m.kozlova": "эм точка козлова",
    "rybak2010": "рыбак две тысячи десять",
    "olga-k": "ольга тире ка",
    "dom5": "дом пять",
    "akhmetov.r": "ахметов точка эр",
}
HOSTS = {
    "yandex.ru": "яндекс точка ру",
    "mail.ru": "мейл точка ру",
    "gmail.com": "джимейл точка ком",
    "bk.ru": "бэ ка точка ру",
    "rambler.ru": "рамблер точка ру",
    "inbox.ru": "инбокс точка ру",
}


@dataclass(frozen=True, slots=True)
class Planted:
    utterance: int
    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Talk:
    """What was said, and where in it personal data stands."""

    said: tuple[Said, ...]
    planted: tuple[Planted, ...] = ()
    way: str = "typed"  # or heard


def planted(half: str, seed: int = 1) -> Iterator[Talk]:
    """Every wording of `half` (tuned, held_out), typed and heard, with TIMES values each."""
    rng = random.Random(f"{half} {seed}")
    data = _data()
    for written in data[half]:
        row = written if isinstance(written, dict) else {"talk": [written]}
        for _ in range(TIMES):
            for way in ("typed", "heard"):
                yield _talk(row["talk"], row.get("asked", ""), way, Values(rng, data["people"][half], way))


def blind(name: str) -> Iterator[Talk]:
    """Every talk with personal data in it of one set of BLIND, as it stands there."""
    data = _data(BLIND[name])
    for way in ("heard", "typed"):
        for n, row in enumerate(data[way]):
            written = row if isinstance(row, dict) else {"talk": [row]}
            yield _talk(written["talk"], written.get("asked", ""), way, Values(random.Random(n), {}, way))


def blind_clean(name: str) -> Iterator[Talk]:
    """Every utterance or talk of that set without personal data, by callers and by the line."""
    for way, rows in _data(BLIND[name])["nothing"].items():
        for row in rows:
            said = row["talk"] if isinstance(row, dict) else ["l:" + row if way == "line" else row]
            yield _talk(said, "", way, Values(random.Random(1), {}, way))


def clean() -> Iterator[Talk]:
    """Talk in which nothing may be masked: sentences for it, what callers want, what the line itself says."""
    rng = random.Random(1)
    for row in _data()["nothing"]:
        for way in ("typed", "heard"):
            yield _talk([row], "", way, Values(rng, {}, way))
    people = re.compile(rf"\b({'|'.join(_data()['people_elsewhere'])})\b")
    for text in [*(sentence.text for sentence in sentences() if sentence.intent), *_prompts_examples()]:
        yield _talk([people.sub(r"[name|\1]", heard_plainly(text))], "", "heard", Values(rng, {}, "heard"))
    for text in sorted(_said_by_the_line()):
        yield Talk((Said(utterance=1, side="line", text=text),))


class Values:
    """New values by name, spoken or written."""

    def __init__(self, rng: random.Random, people: Mapping[str, Sequence[str]], way: str) -> None:
        self._rng, self._people, self._heard = rng, people, way == "heard"
        self._halves: dict[str, tuple[str, str]] = {}

    def __call__(self, name: str, half: str) -> str:
        if half:
            if name not in self._halves or half == "1":
                digits = self._digits(name)
                at = self._rng.choice((3, 4, 5, 6))
                self._halves[name] = digits[:at], digits[at:]
            return self._number(self._halves[name][int(half) - 1], "")
        if name in DIGITS:
            return self._number(self._digits(name), name)
        made: str = getattr(self, f"_{name}")()
        return made

    def _digits(self, name: str) -> str:
        return DIGITS[name](self._rng)

    def _number(self, digits: str, name: str) -> str:
        if self._heard:
            return spoken(digits, self._rng)
        if self._rng.random() < 0.3:
            return digits
        if not name:
            return " ".join(_cut(digits, (3,)))
        shape = self._rng.choice(WRITTEN[name])
        each = iter(digits)
        return re.sub("0", lambda _: next(each), shape)

    def _n(self) -> str:
        number = self._rng.randint(1, 170)
        return cardinal(number) if self._heard else str(number)

    def _email(self) -> str:
        login, host = self._rng.choice(list(SPOKEN_LOGINS)), self._rng.choice(list(HOSTS))
        return f"{SPOKEN_LOGINS[login]} собака {HOSTS[host]}" if self._heard else f"{login}@{host}"

    def _birth(self) -> str:
        day, month, year = self._rng.randint(1, 28), self._rng.randint(1, 12), self._rng.randint(1935, 2020)
        if not self._heard:
            return self._rng.choice((f"{day:02}.{month:02}.{year}", f"{day} {MONTHS[month - 1]} {year} года"))
        if self._rng.random() < 0.25:
            return f"{ordinal(day, 'nom', 'n')} {ordinal(month, 'nom', 'n')} {ordinal(year % 100 or 2, 'gen')}"
        years = ordinal(year, "gen") if self._rng.random() < 0.7 else ordinal(year % 100 or 2, "gen")
        return f"{ordinal(day, 'gen')} {MONTHS[month - 1]} {years} года"

    def _birth_year(self) -> str:
        year = self._rng.randint(1935, 2019)
        return ordinal(year, "gen") if self._heard else str(year)

    def _man(self) -> str:
        return self._person("man", (0, 1, 2))

    def _woman(self) -> str:
        return self._person("woman", (0, 1, 2))

    def _man_fi(self) -> str:
        return self._person("man", (2, 0))

    def _woman_fi(self) -> str:
        return self._person("woman", (2, 0))

    def _man_first(self) -> str:
        return self._person("man", (0,))

    def _woman_first(self) -> str:
        return self._person("woman", (0,))

    def _man_last(self) -> str:
        return self._person("man", (2,))

    def _woman_last(self) -> str:
        return self._person("woman", (2,))

    def _person(self, who: str, parts: Sequence[int]) -> str:
        lists = [self._people[name] for name in (who, f"{who}_patronymic", f"{who}_last")]
        if len(parts) == 3 and self._rng.random() < 0.5:
            parts = (2, 0, 1)
        return " ".join(self._rng.choice(lists[part]) for part in parts)


def spoken(digits: str, rng: random.Random) -> str:
    """The digits in groups of a caller's own, with a filler now and then."""
    sizes = rng.choice(((1,), (2,), (3,), (2, 3), (1, 2, 3)))
    said = []
    for group in _cut(digits, sizes, rng):
        zeros = len(group) - len(group.lstrip("0"))
        said += ["ноль"] * zeros + ([cardinal(int(group))] if group[zeros:] else [])
        if rng.random() < 0.05:
            said.append(rng.choice(("тире", "так", "дальше")))
    return " ".join(said).removesuffix(" тире").removesuffix(" так").removesuffix(" дальше")


def _cut(digits: str, sizes: Sequence[int], rng: random.Random | None = None) -> list[str]:
    parts = []
    while digits:
        size = rng.choice(sizes) if rng else sizes[0]
        parts.append(digits[:size])
        digits = digits[size:]
    return parts


def _snils(rng: random.Random) -> str:
    return next(number for number in _random(rng, 11) if int(number[:9]) > UNCHECKED and snils_ok(number))


def _inn(rng: random.Random, length: int) -> str:
    return next(number for number in _random(rng, length) if inn_ok(number))


def _card(rng: random.Random) -> str:
    return next(number for number in _random(rng, 16, rng.choice("2245"), exactly=True) if _luhn(number))


def _luhn(digits: str) -> bool:
    doubled = [int(digit) * (2 - i % 2) for i, digit in enumerate(digits)]
    return sum(number - 9 * (number > 9) for number in doubled) % 10 == 0


def _random(rng: random.Random, length: int, head: str = "", *, exactly: bool = False) -> Iterator[str]:
    while True:
        number = "".join(rng.choice("0123456789") for _ in range(length))
        yield head + number[len(head) :] if exactly else number


DIGITS: Mapping[str, Callable[[random.Random], str]] = {
    "snils": _snils,
    "inn10": lambda rng: _inn(rng, 10),
    "inn12": lambda rng: _inn(rng, 12),
    "card": _card,
    "passport": lambda rng: next(_random(rng, 10)),
    "phone": lambda rng: next(_random(rng, 11, "89", exactly=True)),
    "city_phone": lambda rng: next(_random(rng, 11, "8495", exactly=True)),
}
WRITTEN: Mapping[str, Sequence[str]] = {
    "snils": ("000-000-000 00", "000 000 000 00", "000-000-000-00"),
    "inn10": ("0000000000",),
    "inn12": ("000000000000", "0000 0000 0000"),
    "card": ("0000 0000 0000 0000", "0000-0000-0000-0000"),
    "passport": ("0000 000000", "00 00 000000", "0000 № 000000"),
    "phone": ("0 000 000-00-00", "0(000)0000000", "0-000-000-00-00"),
    "city_phone": ("0 (000) 000-00-00", "0 000 0000000"),
}


def _talk(rows: Sequence[str], asked: str, way: str, values: Values) -> Talk:
    said, found = [], []
    for n, row in enumerate(rows, 1):
        side = SIDES.get(row[:2], "caller")
        text, places = _written(row[2:].strip() if row[:2] in SIDES else row, values)
        if way == "heard" and side != "line":
            text, places = _heard(text, places)
        said.append(Said(utterance=n, side=side, text=text, asked=asked, started_ms=n * 4_000))
        found += [Planted(n, start, end, kind) for start, end, kind in places]
    return Talk(tuple(said), tuple(found), way)


def _written(row: str, values: Values) -> tuple[str, list[tuple[int, int, str]]]:
    text, places, at = "", [], 0
    for mark in MARK.finditer(row):
        text += row[at : mark.start()]
        value = HALF.sub(lambda half: values(half[1], half[2] or ""), mark[2])
        places.append((len(text), len(text) + len(value), mark[1]))
        text, at = text + value, mark.end()
    return text + row[at:], places


def _heard(text: str, places: Sequence[tuple[int, int, str]]) -> tuple[str, list[tuple[int, int, str]]]:
    """As a recogniser writes it; digits stay where a text has them."""
    words, kept = [], []
    for match in re.finditer(r"[а-яёa-z]+|\d+", text.lower()):
        words.append((match[0], match.start(), match.end()))
    out, at = "", {}
    for i, (word, start, _) in enumerate(words):
        out += " " * bool(i)
        at[start] = len(out), len(out) + len(word)
        out += word
    for start, end, kind in places:
        inside = [at[begin] for _, begin, _ in words if start <= begin < end]
        kept.append((inside[0][0], inside[-1][1], kind))
    return out, kept


@cache
def _said_by_the_line() -> frozenset[str]:
    """Every text of prompts/ru/say, as it stands; in place of a value an empty one."""
    texts: set[str] = set()

    def gather(node: Any) -> None:
        if isinstance(node, dict):
            for one in node.values():
                gather(one)
        elif isinstance(node, list):
            for one in node:
                gather(one)
        elif isinstance(node, str) and len(node) > 12:
            texts.add(re.sub(r"\{[^}]*\}", "", node))

    for path in sorted((ROOT / "prompts" / "ru" / "say").glob("*.yaml")):
        gather(yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader))
    return frozenset(texts)


def _prompts_examples() -> list[str]:
    """What callers may say, as prompts/ru/intents has it: phrases to learn from, and those that are not to be taken."""
    found: dict[str, None] = {}
    for path in sorted((ROOT / "prompts" / "ru" / "intents").glob("*.yaml")):
        intent = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
        heard = [one["text"] if isinstance(one, dict) else one for one in intent.get("heard", ())]
        found |= dict.fromkeys([*heard, *intent.get("unheard", ()), *intent.get("examples", ())])
    return list(found)


@cache
def _data(path: Path = WORDINGS) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))
