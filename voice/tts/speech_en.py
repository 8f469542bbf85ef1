"""Text as it is read -> words as an English voice says them."""

from __future__ import annotations

import re
from collections.abc import Callable

from voice.tts.addresses import ADDRESS, spoken

_UNDER_TWENTY = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen"""
_UNITS = _UNDER_TWENTY.split()
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SCALES = ((1_000_000_000, "billion"), (1_000_000, "million"), (1_000, "thousand"))
_ORDINAL_ENDINGS = (
    *(("one", "first"), ("two", "second"), ("three", "third"), ("five", "fifth"), ("eight", "eighth")),
    *(("nine", "ninth"), ("twelve", "twelfth"), ("ty", "tieth")),
)
_LARGEST = 10**12
_LONGEST_RUN = 3  # digits without a pause
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_ADDRESS_SIGNS = {".": "dot", ":": "colon", "/": "slash", "-": "dash"}
_SAID = {
    "SNILS": "sneels",
    "INN": "I N N",
    "CV": "C V",
    "Gosuslugi": "goss ooslooghy",
    "Goskluch": "goss klooch",
    "Moy Nalog": "moy nah log",
    "Rabota Rossii": "rabota rossee",
    "No.": "number",
}


def for_speech(text: str) -> str:
    """Every digit and sign as words. Groups of digits are read digit by digit, with a pause between them."""
    text = " ".join(text.split())
    for pattern, say in _PASSES:
        text = pattern.sub(say, text)
    return " ".join(text.split())


def cardinal(number: int) -> str:
    """The number in words, 0 to 999 999 999 999."""
    for scale, name in _SCALES:
        if number >= scale:
            rest = number % scale
            return f"{cardinal(number // scale)} {name}" + (f" {cardinal(rest)}" if rest else "")
    if number >= 100:
        rest = number % 100
        return f"{_UNITS[number // 100]} hundred" + (f" and {cardinal(rest)}" if rest else "")
    if number >= 20:
        return _TENS[number // 10] + (f" {_UNITS[number % 10]}" if number % 10 else "")
    return _UNITS[number]


def ordinal(number: int) -> str:
    """«twenty first», as `cardinal`."""
    words = cardinal(number)
    for end, instead in _ORDINAL_ENDINGS:
        if words.endswith(end):
            return words[: -len(end)] + instead
    return words + "th"


def _digits(match: re.Match[str]) -> str:
    runs = re.findall(r"\d+", match[0])
    if all(len(run) == 1 for run in runs):
        runs = ["".join(runs)]
    groups = [run[at : at + _LONGEST_RUN] for run in runs for at in range(0, len(run), _LONGEST_RUN)]
    return ", ".join(" ".join(_UNITS[int(digit)] for digit in group) for group in groups)


def _day(match: re.Match[str]) -> str:
    if not 1 <= int(match["day"]) <= 31:
        return match[0]
    return f"the {ordinal(int(match['day']))} of {match['month']}"


def _money(match: re.Match[str]) -> str:
    roubles, kopecks = int(match["roubles"].replace(" ", "")), int(match["kopecks"] or 0)
    if roubles >= _LARGEST:
        return match[0]
    said = f"{cardinal(roubles)} rouble{'s' if roubles != 1 else ''}"
    return said + (f" {cardinal(kopecks)} kopeck{'s' if kopecks != 1 else ''}" if kopecks else "")


def _address(match: re.Match[str]) -> str:
    return spoken(match, _ADDRESS_SIGNS, lambda word: word.upper() if len(word) == 1 else word)


def _number(match: re.Match[str]) -> str:
    digits = match[0]
    return cardinal(int(digits)) if len(digits) <= 3 and (digits == "0" or digits[0] != "0") else _digits(match)


_PASSES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (ADDRESS, _address),
    (re.compile("|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in _SAID)), lambda match: _SAID[match[0]]),
    (re.compile(rf"(?<!\d)(?<!\d )(?P<day>\d{{1,2}}) (?P<month>{_MONTHS})\b"), _day),
    (re.compile(r"(?<![\d,.])(?P<roubles>\d{1,3}(?: \d{3})+|\d+)(?:,(?P<kopecks>\d\d))? ?₽"), _money),
    (re.compile(r"\d+(?:[ -]\d+)+|\+ ?\d+"), _digits),
    (re.compile(r"(?<=[A-Za-z])\d+"), lambda match: f" {_digits(match)}"),
    (re.compile(r"\d+"), _number),
    (re.compile("№"), lambda match: "number "),
    (re.compile("%"), lambda match: " percent"),
    (re.compile('["«»]'), lambda match: ""),
)
