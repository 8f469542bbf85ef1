"""The Russian words of numbers: what each is worth and how it may join its neighbours."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum


class Rank(IntEnum):
    """The place of a word in a compound: a word may only be followed by one of a lower place."""

    ZERO = 0
    UNIT = 1
    TEEN = 2
    TEN = 3
    HUNDRED = 4
    THOUSAND = 5
    MILLION = 6
    MILLIARD = 7


@dataclass(frozen=True, slots=True)
class NumberWord:
    value: int
    rank: Rank
    ordinal: bool = False  # «двадцать первый» ends there: no compound goes on after an ordinal


_CARDINALS = {
    0: "ноль нуль нолик нулик ноля нолю нулю нулем нолем зеро",
    1: "один одна одно одну одного одной одним одному единица единицу единичка единичку единицей единичкой",
    2: "два две двух двум двумя двойка двойку двоечка двоечку двойкой двоечкой",
    3: "три трех трем тремя тройка тройку троечка троечку тройкой троечкой",
    4: "четыре четырех четырем четырьмя четверка четверку четверочка четверкой",
    5: "пять пяти пятью пятерка пятерку пятерочка пятеркой",
    6: "шесть шести шестью шестерка шестерку шестерочка шестеркой",
    7: "семь семи семью семерка семерку семерочка семеркой",
    8: "восемь восьми восемью восьмью восьмерка восьмерку восьмерочка восьмеркой",
    9: "девять девяти девятью девятка девятку девяточка девяткой",
    10: "десять десяти десятью десятка десятку",
    11: "одиннадцать одиннадцати одинадцать",
    12: "двенадцать двенадцати",
    13: "тринадцать тринадцати",
    14: "четырнадцать четырнадцати",
    15: "пятнадцать пятнадцати",
    16: "шестнадцать шестнадцати",
    17: "семнадцать семнадцати",
    18: "восемнадцать восемнадцати",
    19: "девятнадцать девятнадцати",
    20: "двадцать двадцати",
    30: "тридцать тридцати",
    40: "сорок сорока",
    50: "пятьдесят пятидесяти",
    60: "шестьдесят шестидесяти",
    70: "семьдесят семидесяти",
    80: "восемьдесят восьмидесяти",
    90: "девяносто девяноста",
    100: "сто ста сотня сотню",
    200: "двести двухсот",
    300: "триста трехсот",
    400: "четыреста четырехсот",
    500: "пятьсот пятисот",
    600: "шестьсот шестисот",
    700: "семьсот семисот",
    800: "восемьсот восьмисот",
    900: "девятьсот девятисот",
    1000: "тысяча тысячи тысяч тысячу тысячей тыща тыщи тыщ",
    1_000_000: "миллион миллиона миллионов",
    1_000_000_000: "миллиард миллиарда миллиардов",
}
_ORDINAL_STEMS = {
    0: "нулев",
    1: "перв",
    2: "втор",
    4: "четверт",
    5: "пят",
    6: "шест",
    7: "седьм",
    8: "восьм",
    9: "девят",
    10: "десят",
    11: "одиннадцат",
    12: "двенадцат",
    13: "тринадцат",
    14: "четырнадцат",
    15: "пятнадцат",
    16: "шестнадцат",
    17: "семнадцат",
    18: "восемнадцат",
    19: "девятнадцат",
    20: "двадцат",
    30: "тридцат",
    40: "сороков",
    50: "пятидесят",
    60: "шестидесят",
    70: "семидесят",
    80: "восьмидесят",
    90: "девяност",
    100: "сот",
    200: "двухсот",
    300: "трехсот",
    400: "четырехсот",
    500: "пятисот",
    600: "шестисот",
    700: "семисот",
    800: "восьмисот",
    900: "девятисот",
    1000: "тысячн",
}
_ORDINAL_ENDINGS = "ый ий ой ая ое ого ому ым ом ую ые ых"
_THIRD = "третий третья третье третьего третьей третью третьему третьим третьи"
_SEVERAL = {
    0: "нуля нулей нули ноля нолей ноли нолика ноликов нолики нулика нуликов",
    1: "единицы единиц единички единичек",
    2: "двойки двоек двоечки двоечек",
    3: "тройки троек троечки троечек",
    4: "четверки четверок",
    5: "пятерки пятерок",
    6: "шестерки шестерок",
    7: "семерки семерок",
    8: "восьмерки восьмерок",
    9: "девятки девяток",
}
_TIMES = {"дважды": 2, "трижды": 3, "четырежды": 4}
_DOUBLED = {
    "дважды": "пара пару двойной двойная двойную",
    "трижды": "тройной тройная тройную",
}
_ALIKE = """двадцать двенадцать; тридцать тринадцать; четырнадцать сорок; пятьдесят пятнадцать; шестьдесят шестнадцать;
    семьдесят семнадцать; восемьдесят восемнадцать; девяносто девятнадцать; семь восемь; пять шесть; девять десять;
    семьдесят восемьдесят; пятьдесят шестьдесят; семнадцать восемнадцать; пятнадцать шестнадцать; два три; один ноль;
    пятьсот шестьсот; семьсот восемьсот; двести триста; двенадцать тринадцать; один одиннадцать; сто шестьсот"""


def _rank(value: int) -> Rank:
    if value >= 1_000_000:
        return Rank.MILLION if value < 1_000_000_000 else Rank.MILLIARD
    for floor, rank in ((1000, Rank.THOUSAND), (100, Rank.HUNDRED), (20, Rank.TEN), (10, Rank.TEEN), (1, Rank.UNIT)):
        if value >= floor:
            return rank
    return Rank.ZERO


NUMBER_WORDS: dict[str, NumberWord] = {
    **{
        stem + ending: NumberWord(value, _rank(value), ordinal=True)
        for value, stem in _ORDINAL_STEMS.items()
        for ending in _ORDINAL_ENDINGS.split()
    },
    **{form: NumberWord(3, Rank.UNIT, ordinal=True) for form in _THIRD.split()},
    **{form: NumberWord(value, _rank(value)) for value, forms in _CARDINALS.items() for form in forms.split()},
}
SEVERAL: dict[str, int] = {form: digit for digit, forms in _SEVERAL.items() for form in forms.split()}
TIMES_WORDS: dict[str, int] = _TIMES
TIMES = frozenset({"раз", "раза"})
BY = "по"  # «два раза по нулю»
DOUBLED: dict[str, str] = {form: times for times, forms in _DOUBLED.items() for form in forms.split()}


def _alike() -> dict[str, tuple[str, ...]]:
    """word -> words that a recogniser may have heard in its place."""
    pairs = [tuple(pair.split()) for pair in _ALIKE.split(";")]
    both = [(a, b) for a, b in pairs] + [(b, a) for a, b in pairs]
    return {word: tuple(other for one, other in both if one == word) for word, _ in both}


ALIKE: dict[str, tuple[str, ...]] = _alike()

_AROUND = """тире пробел дефис дальше далее потом затем так запишите записывайте пишите номер номера серия серии
    код цифра цифры э эм эээ мм ну вот и а значит это мой моя черта дробь плюс минус точка запятая по сейчас еще
    слушайте там"""
_TAKEN_BACK = "нет ой точнее вернее ошибся ошиблась ошибка извините простите неправильно неверно"
_BEGUN_ANEW = "сначала заново снова начала стоп сброс сбросьте перечеркните"
PART_NOUNS = ("цифр", "групп", "част", "знак", "разряд")  # «вторая группа»: how words for parts of a number begin
ONWARDS = frozenset(("дальше", "далее", "потом", "затем"))
PARTS = ("перв", "последн", "следующ", "остальн", "начальн")  # «последние две»
SAID = ("сказал", "говорил", "назвал", "называл", "диктовал", "продиктовал", "давал", "дала", "записал", "повторя")
FILLERS = frozenset(_AROUND.split())  # may stand inside a number and mean nothing
SOFT_CORRECTIONS = frozenset(_TAKEN_BACK.split())  # something before is wrong
HARD_CORRECTIONS = frozenset(_BEGUN_ANEW.split())  # all before is wrong

_DIGITS = re.compile(r"\d+")


def is_number(word: str) -> bool:
    """Can the word alone be (part of) a number: «сто», «второй», «нулей», «42»?"""
    return word in NUMBER_WORDS or word in SEVERAL or word in TIMES_WORDS or _DIGITS.fullmatch(word) is not None


def grammar() -> tuple[str, ...]:
    """The usual words in which numbers are said: a closed grammar for a second hearing."""
    cardinals = (forms.split()[0] for value, forms in _CARDINALS.items() if value < 1_000_000)
    several = (forms.split()[0] for forms in _SEVERAL.values())
    return (*cardinals, *several, "нулей", "нуль", "одна", "две", "тысячи", "тысяч", "раз", "тире", "номер", "нет")
