"""Russian numbers as words: how many, which one, in any case and gender a prompt needs."""

from __future__ import annotations

from typing import Literal

Case = Literal["nom", "gen", "dat", "acc", "ins", "pre"]
Gender = Literal["m", "f", "n"]

_CASES: tuple[Case, ...] = ("nom", "gen", "dat", "acc", "ins", "pre")
_ONE: dict[Gender, str] = {
    "m": "один одного одному один одним одном",
    "f": "одна одной одной одну одной одной",
    "n": "одно одного одному одно одним одном",
}
_TWO: dict[Gender, str] = {
    "m": "два двух двум два двумя двух",
    "f": "две двух двум две двумя двух",
    "n": "два двух двум два двумя двух",
}
_SMALL = {
    0: "ноль ноля нолю ноль нолём ноле",
    3: "три трёх трём три тремя трёх",
    4: "четыре четырёх четырём четыре четырьмя четырёх",
    8: "восемь восьми восьми восемь восемью восьми",
    40: "сорок сорока сорока сорок сорока сорока",
    90: "девяносто девяноста девяноста девяносто девяноста девяноста",
    100: "сто ста ста сто ста ста",
    200: "двести двухсот двумстам двести двумястами двухстах",
    300: "триста трёхсот трёмстам триста тремястами трёхстах",
    400: "четыреста четырёхсот четырёмстам четыреста четырьмястами четырёхстах",
}
# «пять» and all that are declined like it: the last letter goes and comes back as the ending.
_LIKE_FIVE = {
    5: "пять",
    6: "шесть",
    7: "семь",
    9: "девять",
    10: "десять",
    **dict(
        enumerate(
            (
                "одиннадцать",
                "двенадцать",
                "тринадцать",
                "четырнадцать",
                "пятнадцать",
                "шестнадцать",
                "семнадцать",
                "восемнадцать",
                "девятнадцать",
                "двадцать",
            ),
            start=11,
        )
    ),
    30: "тридцать",
}
_ENDINGS: dict[Case, str] = {"nom": "ь", "gen": "и", "dat": "и", "acc": "ь", "ins": "ью", "pre": "и"}
_SCALES: tuple[tuple[int, Gender, str, str, str], ...] = (
    (10**9, "m", "миллиард", "миллиарда", "миллиардов"),
    (10**6, "m", "миллион", "миллиона", "миллионов"),
    (1000, "f", "тысяча", "тысячи", "тысяч"),
)
_SCALE_ONE: dict[Gender, tuple[str, ...]] = {
    "m": ("", "а", "у", "", "ом", "е"),
    "f": ("а", "и", "е", "у", "ей", "е"),
}
_SCALE_MANY: dict[Gender, tuple[str, ...]] = {
    "m": ("", "ов", "ам", "", "ами", "ах"),
    "f": ("", "", "ам", "", "ами", "ах"),
}
LARGEST = 10**12 - 1


def plural(number: int, one: str, few: str, many: str) -> str:
    """The noun's form after `number` in the nominative: 1 рубль, 2 рубля, 5 рублей."""
    last_two, last = number % 100, number % 10
    if last == 1 and last_two != 11:
        return one
    return few if 2 <= last <= 4 and not 12 <= last_two <= 14 else many


def _atom(value: int, case: Case, gender: Gender) -> str:
    """A number that is one word: 0-20, a ten or a hundred."""
    at = _CASES.index(case)
    if value in (1, 2):
        return (_ONE if value == 1 else _TWO)[gender].split()[at]
    if value in _SMALL:
        return _SMALL[value].split()[at]
    if value in _LIKE_FIVE:
        return _LIKE_FIVE[value][:-1] + _ENDINGS[case]
    if value < 100:  # пятьдесят: both halves are declined
        half = _atom(value // 10, case, "m")
        return half + {"gen": "десяти", "dat": "десяти", "pre": "десяти", "ins": "десятью"}.get(case, "десят")
    half = _atom(value // 100, case, "m")  # пятьсот
    return half + {"gen": "сот", "dat": "стам", "ins": "стами", "pre": "стах"}.get(case, "сот")


def _below_thousand(number: int, case: Case, gender: Gender) -> list[str]:
    hundreds, rest = number // 100 * 100, number % 100
    parts = [hundreds, rest] if rest <= 20 else [hundreds, rest // 10 * 10, rest % 10]
    return [_atom(part, case, gender) for part in parts if part]


def _scale(count: int, case: Case, gender: Gender, one: str, few: str, many: str) -> str:
    if case in ("nom", "acc"):
        return (
            one[:-1] + "у"
            if case == "acc" and gender == "f" and plural(count, "1", "", "")
            else plural(count, one, few, many)
        )
    stem = one.removesuffix("а")
    return stem + (_SCALE_ONE if plural(count, "1", "", "") else _SCALE_MANY)[gender][_CASES.index(case)]


def cardinal(number: int, case: Case = "nom", gender: Gender = "m") -> str:
    """How many: 0 up to 999 999 999 999. Raises ValueError beyond.

    A bare thousand is «тысяча», not «одна тысяча»: so people say it.
    """
    if not 0 <= number <= LARGEST:
        raise ValueError(f"{number} is out of range")
    if number == 0:
        return _atom(0, case, "m")
    words: list[str] = []
    for size, scale_gender, one, few, many in _SCALES:
        count, number = number // size, number % size
        if not count:
            continue
        if count > 1 or words:
            words += _below_thousand(count, case, scale_gender)
        words.append(_scale(count, case, scale_gender, one, few, many))
    return " ".join(words + _below_thousand(number, case, gender))


_ORDINAL_STEMS = {
    0: "нулев",
    1: "перв",
    2: "втор",
    4: "четвёрт",
    5: "пят",
    6: "шест",
    7: "седьм",
    8: "восьм",
    9: "девят",
    10: "десят",
    **{value: word[:-1] for value, word in _LIKE_FIVE.items() if 11 <= value <= 30},
    40: "сороков",
    **{value: _atom(value // 10, "gen", "m") + "десят" for value in (50, 60, 70, 80)},
    90: "девяност",
    100: "сот",
    **{value: _atom(value // 100, "gen", "m") + "сот" for value in range(200, 1000, 100)},
}
_STRESSED_ENDING = {0, 2, 6, 7, 8, 40}  # второй, шестой: their masculine ends in -ой
_ADJECTIVE: dict[Gender, str] = {"m": "ый ого ому ый ым ом", "f": "ая ой ой ую ой ой", "n": "ое ого ому ое ым ом"}
_THIRD: dict[Gender, str] = {
    "m": "третий третьего третьему третий третьим третьем",
    "f": "третья третьей третьей третью третьей третьей",
    "n": "третье третьего третьему третье третьим третьем",
}


def ordinal(number: int, case: Case = "nom", gender: Gender = "m") -> str:
    """Which one: 0 up to 9999. Only the last word is declined. Raises ValueError beyond."""
    if not 0 <= number <= 9999:
        raise ValueError(f"{number} is out of range")
    at = _CASES.index(case)
    if number and number % 1000 == 0:
        count = number // 1000
        stem = ("" if count == 1 else _atom(count, "gen", "m")) + "тысячн"
        return stem + _ADJECTIVE[gender].split()[at]
    rest = number % 100
    last = rest if rest and (rest <= 20 or rest % 10 == 0) else rest % 10 or number % 1000
    before = [cardinal(number - last)] if number != last else []
    if last == 3:
        word = _THIRD[gender].split()[at]
    else:
        ending = _ADJECTIVE[gender].split()[at]
        word = _ORDINAL_STEMS[last] + ("ой" if ending == "ый" and last in _STRESSED_ENDING else ending)
    return " ".join([*before, word])
