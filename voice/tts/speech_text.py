"""Text as it is read -> words as a Russian speaker says them. The tables stand in speech_ru.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, cast

from voice.tts.addresses import ADDRESS, spoken
from voice.tts.numbers_ru import LARGEST, Case, Gender, cardinal, ordinal, plural

_DATA: dict[str, Any] = tomllib.loads((Path(__file__).parent / "speech_ru.toml").read_text(encoding="utf-8"))
_MONTHS = {number: name for name, number in _DATA["months"].items()}
_CASE_AFTER: dict[str, Case] = {word: case for case, words in _DATA["case_after"].items() for word in words}


def _any(words: list[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_NOT_IN_NUMBER = r"(?<![\d,.:/])(?<!\d[- ])"
_UNIT = _any(list(_DATA["units"])) + r"|рубл(?:ь|я|ей|ю|ям|ём|ями|ях)|копе(?:йка|йки|ек|йку)"
_COUNTED = "|".join(stem for stems in _DATA["counted"].values() for stem in stems)
_AMOUNT = r"\d{1,3}(?: \d{3})+|\d+"

_PHONE = re.compile(
    r"(?<![\d-])(?P<country>\+\s?7|8)[\s(-]*(?P<a>\d{3})[)\s-]*(?P<b>\d{3})[\s-]?(?P<c>\d{2})[\s-]?(?P<d>\d{2})(?![\d-])"
)
_DATE = re.compile(
    r"(?<![\d.])(?:(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})|(?P<y2>\d{4})-(?P<m2>\d\d)-(?P<d2>\d\d))(?![\d-])"
    r"(?:\s*(?:года|г\.))?"
)
_DAY_OF_MONTH = re.compile(
    rf"(?<!\d)(?P<d>\d{{1,2}})\s(?P<month>{_any(list(_DATA['months']))})\b(?:\s(?P<y>\d{{4}})\b(?:\s*(?:года|г\.))?)?"
)
_TIME = re.compile(r"(?<![\d:])(?P<h>[01]?\d|2[0-3]):(?P<m>[0-5]\d)(?![\d:])")
_MEASURED = re.compile(rf"{_NOT_IN_NUMBER}(?P<n>{_AMOUNT})(?:,(?P<part>\d{{1,3}}))?\s?(?P<unit>{_UNIT})(?!\w)")
_DECIMAL = re.compile(r"(?<![\d,.])(?P<n>\d+)[,.](?P<part>\d{1,3})(?![\d,.]\d|\d)")
_SUFFIXED = re.compile(rf"(?<!\d)(?P<n>\d{{1,4}})-(?P<end>{_any(list(_DATA['ordinal_endings']))})\b")
_NUMBERED = re.compile(rf"(?<![\d-])(?P<n>\d{{1,4}})\s(?P<noun>{_any(list(_DATA['numbered']))})(?!\w)")
_WORD = re.compile(rf"(?<![\w-])(?:{_any(list(_DATA['words']))})(?![\w])")
_SHORT = re.compile(rf"(?<!\w)(?:{_any(list(_DATA['short']))})(?!\w)")
_BEFORE_NUMBER = re.compile(rf"(?<!\w)(?P<short>{_any(list(_DATA['before_number']))})\s*(?=\d)")
_SITE_DOT = re.compile(r"(?<=[a-zа-яё])\.(?=(?:ru|рф|com)\b)", re.IGNORECASE)
_CAPITALS = re.compile(r"(?<![A-Za-z])[A-Z]{1,5}(?![A-Za-z])")
_SPACED_COUNT = re.compile(rf"{_NOT_IN_NUMBER}(?P<n>\d{{1,3}}(?: \d{{3}})+)(?=\s(?P<noun>(?:{_COUNTED})\w*))")
_RANGE = re.compile(r"(?<![\d-])(?P<a>\d{1,4})\s?[-–—]\s?(?P<b>\d{1,4})(?![-–—\d])(?=\s[а-яё]{3,})")
_GROUPS = re.compile(r"(?<!\d)\d+(?:(?:\s?[-–—]\s?| )\d+)+")
_NUMBER = re.compile(r"\d+(?:(?=\s(?P<noun>[а-яё]{3,}))|)")
_LATIN = re.compile(_any(list(_DATA["latin"])))
_LAST_WORD = re.compile(r"([а-яё]+)\s*$", re.IGNORECASE)


def for_speech(text: str) -> str:
    """Every digit, sign and abbreviation as words; text without them comes back as it was, but for its spaces.

    Digit groups are read group by group with a pause between them, a leading zero is said.
    """
    text = re.sub(r"\s+", " ", text).strip()
    for pattern, say in _PASSES:
        text = pattern.sub(say, text)
    return re.sub(r"\s+", " ", text).strip()


def _case(match: re.Match[str], otherwise: Case = "nom") -> Case:
    """The case that the word before the match asks for."""
    before = _LAST_WORD.search(match.string[: match.start()])
    return _CASE_AFTER.get(before[1].lower(), otherwise) if before else otherwise


def _gender(noun: str | None) -> Gender:
    genders: tuple[Gender, ...] = ("f", "n")
    for gender in genders:
        if noun and noun.startswith(tuple(_DATA["counted"][gender])):
            return gender
    return "m"


def _count(digits: str) -> int:
    return int(digits.replace(" ", ""))


def _group(digits: str) -> str:
    """One digit group: its zeros one by one, then up to three digits as a number."""
    if len(digits) > 3:
        return ", ".join(_group(part) for part in cut(digits))
    zeros = len(digits) - len(digits.lstrip("0"))
    return " ".join(["ноль"] * zeros + ([cardinal(int(digits))] if zeros < len(digits) else []))


def cut(digits: str) -> list[str]:
    """A run without spaces in the groups people use: threes, then twos so that no digit is alone."""
    twos = {0: 0, 1: 2, 2: 1}[len(digits) % 3] if len(digits) > 1 else 0
    threes = len(digits) - 2 * twos
    return [digits[at : at + 3] for at in range(0, threes, 3)] + [
        digits[at : at + 2] for at in range(threes, len(digits), 2)
    ]


def _phone(match: re.Match[str]) -> str:
    if match[0].isdigit():  # eleven digits in a row may as well be a СНИЛС
        return match[0]
    country = "плюс семь" if "7" in match["country"] else "восемь"
    return ", ".join([country, *(_group(match[part]) for part in "abcd")])


def _date(match: re.Match[str]) -> str:
    day, month, year = (int(match[name] or match[name + "2"]) for name in "dmy")
    if not (1 <= day <= 31 and 1 <= month <= 12):
        return match[0]
    return f"{_day(match, day)} {_MONTHS[month]} {ordinal(year, 'gen')} года"


def _day(match: re.Match[str], day: int) -> str:
    # «принято 22 ноября» is «двадцать второго», «на 22 ноября» is «двадцать второе».
    return ordinal(day, _case(match, "gen"), "n")


def _day_of_month(match: re.Match[str]) -> str:
    if not 1 <= int(match["d"]) <= 31:
        return match[0]
    year = f" {ordinal(int(match['y']), 'gen')} года" if match["y"] else ""
    return f"{_day(match, int(match['d']))} {match['month']}{year}"


def _time(match: re.Match[str]) -> str:
    hours, minutes = int(match["h"]), int(match["m"])
    case = _case(match)
    said = f"{cardinal(hours, case)} {_noun(hours, case, 'час')}"
    return f"{said} {cardinal(minutes, case, 'f')} {_noun(minutes, case, 'минута')}" if minutes else said


_NOUNS = {
    "час": ("час часа часу час часом часе", "часы часов часам часы часами часах"),
    "минута": ("минута минуты минуте минуту минутой минуте", "минуты минут минутам минуты минутами минутах"),
}


def _noun(number: int, case: Case, noun: str) -> str:
    one, many = (forms.split() for forms in _NOUNS[noun])
    at = ("nom", "gen", "dat", "acc", "ins", "pre").index(case)
    if case in ("nom", "acc"):
        return plural(number, one[at], one[1], many[1])
    return plural(number, one[at], many[at], many[at])


def _measured(match: re.Match[str]) -> str:
    number, unit, part = _count(match["n"]), match["unit"], match["part"]
    if number > LARGEST:
        return match[0]
    written = unit.startswith(("рубл", "копе"))
    forms = _DATA["units"]["коп." if unit.startswith("копе") else "₽"] if written else _DATA["units"][unit]
    one, few, many, gender = forms
    case = _case(match)
    roubles = one == "рубль"
    if part and not (roubles and len(part) == 2):
        return f"{_decimal(match)} {few}"
    if case in ("gen", "nom", "acc"):
        oblique = case == "gen"
        noun = plural(number, few if oblique else one, many if oblique else few, many)
        noun = noun[:-1] + "у" if case == "acc" and gender == "f" and noun == one else noun
    else:
        case, noun = "nom", plural(number, one, few, many)
    said = f"{cardinal(number, case, gender)} {unit if written else noun}"
    if part and int(part):
        pennies = _DATA["units"]["коп."]
        said += f" {cardinal(int(part), 'nom', 'f')} {plural(int(part), *pennies[:3])}"
    return said


def _decimal(match: re.Match[str]) -> str:
    whole, part = _count(match["n"]), match["part"]
    if whole > LARGEST:
        return match[0]
    share = {1: ("десятая", "десятых"), 2: ("сотая", "сотых"), 3: ("тысячная", "тысячных")}[len(part)]
    return (
        f"{cardinal(whole, 'nom', 'f')} {plural(whole, 'целая', 'целых', 'целых')} "
        f"{cardinal(int(part), 'nom', 'f')} {plural(int(part), share[0], share[1], share[1])}"
    )


def _suffixed(match: re.Match[str]) -> str:
    case, gender = _DATA["ordinal_endings"][match["end"]]
    return ordinal(int(match["n"]), case, gender)


def _numbered(match: re.Match[str]) -> str:
    number, noun = int(match["n"]), match["noun"]
    if noun in ("год", "года", "году", "годом", "г.") and number < 1000:
        return match[0]  # 2 года are counted
    case, gender = _DATA["numbered"][noun]
    return f"{ordinal(number, case, gender)} {'года' if noun == 'г.' else noun}"


def _spaced_count(match: re.Match[str]) -> str:
    number = _count(match["n"])
    return cardinal(number, _case(match), _gender(match["noun"])) if number <= LARGEST else match[0]


def _range(match: re.Match[str]) -> str:
    first, last = int(match["a"]), int(match["b"])
    if first >= last or match["a"].startswith("0"):
        return match[0]
    case = _case(match)
    return f"{cardinal(first, case)} — {cardinal(last, case)}"


def _groups(match: re.Match[str]) -> str:
    return ", ".join(_group(digits) for digits in re.findall(r"\d+", match[0]))


def _number(match: re.Match[str]) -> str:
    digits, noun = match[0], match["noun"]
    counted = noun is not None and re.match(_COUNTED, noun) is not None
    if (len(digits) > 1 and digits.startswith("0")) or len(digits) > 12:
        return _group(digits)
    if len(digits) > 3 and not counted:
        return _group(digits)
    case = _case(match)
    if noun and noun.endswith(("ами", "ями")):
        case = "ins"
    return cardinal(int(digits), case, _gender(noun))


def _address(match: re.Match[str]) -> str:
    return spoken(match, _DATA["address_signs"], _address_word)


def _address_word(word: str) -> str:
    """One Latin letter is named; a Latin word is read as the Russian one it most likely stands for."""
    if word.isdigit():
        return _group(word)
    if len(word) == 1 and word.isascii():
        return str(_DATA["letters"][word.upper()])
    return str(_DATA["words"].get(word) or _LATIN.sub(lambda match: _DATA["latin"][match[0]], word))


def _table(name: str) -> Callable[[re.Match[str]], str]:
    return lambda match: cast(str, _DATA[name][match[0]])


@cache
def _spelled(capitals: str) -> str:
    return " ".join(_DATA["letters"][letter] for letter in capitals)


_PASSES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (ADDRESS, _address),
    (_SITE_DOT, lambda match: " точка "),
    (_WORD, _table("words")),
    (re.compile(r"\bru\b"), lambda match: "ру"),
    (_SHORT, _table("short")),
    (_BEFORE_NUMBER, lambda match: _DATA["before_number"][match["short"]] + " "),
    (re.compile("№"), lambda match: "номер "),
    (_PHONE, _phone),
    (_DATE, _date),
    (_DAY_OF_MONTH, _day_of_month),
    (_TIME, _time),
    (_MEASURED, _measured),
    (_SUFFIXED, _suffixed),
    (_NUMBERED, _numbered),
    (_SPACED_COUNT, _spaced_count),
    (_RANGE, _range),
    (_GROUPS, _groups),
    (_DECIMAL, _decimal),
    (_NUMBER, _number),
    (_CAPITALS, lambda match: f" {_spelled(match[0])} "),
    (re.compile('[«»"]'), lambda match: ""),
    (re.compile(r"₽|\bруб\."), lambda match: "рублей"),
    (re.compile("%"), lambda match: " процентов"),
)
