"""Codes that an error shows: «ошибка пятьсот четыре», «эр пятьсот», «икс ноль ноль эм пять», "E-1024"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from voice.nlu import numbers
from voice.nlu.documents import State, Taken
from voice.nlu.normalise import words
from voice.nlu.number_words import is_number

_LETTERS = {
    "A": "а эй",
    "B": "бэ би",
    "C": "цэ си",
    "D": "дэ ди",
    "E": "е",
    "F": "эф",
    "G": "гэ джи же жэ",
    "H": "аш ха хэ эйч",
    "I": "ай и",
    "J": "йот джей жи",
    "K": "ка кей кэй",
    "L": "эль эл",
    "M": "эм",
    "N": "эн",
    "O": "о оу",
    "P": "пэ пи",
    "Q": "ку кью",
    "R": "эр ар",
    "S": "эс",
    "T": "тэ ти",
    "U": "у ю",
    "V": "вэ ви",
    "W": "даблю даблъю дубльвэ",
    "X": "икс экс",
    "Y": "игрек уай",
    "Z": "зет зэт зэд",
}
_NAMES = {name: letter for letter, names in _LETTERS.items() for name in names.split()}
_LOOKALIKES = dict(zip("авекмнорстух", "ABEKMHOPCTYX", strict=True))  # typed in Russian letters
_SHORT_WORDS = frozenset(("а", "е", "и", "о", "у", "ю", "ха", "ар", "ти", "си", "ди", "ви", "пи", "би", "же", "жи"))
_LEADS = ("код", "ошибк", "номер", "букв", "латинск", "английск", "русск", "заглавн", "больш", "маленьк", "цифр")
_LEADS_TYPED = frozenset(("error", "code", "http", "https"))
_MARKS = frozenset(("тире", "дефис", "минус", "пробел", "точка", "подчеркивание", "нижнее", "дробь", "слэш", "слеш"))
_CORRECTIONS = frozenset(("нет", "ой", "точнее", "вернее", "ошибся", "ошиблась", "неправильно", "неверно", "простите"))
_TWO_WORDS = (("дабл ю", "даблю"), ("дубль вэ", "дубльвэ"), ("дубль ве", "дубльвэ"), ("два вэ", "дубльвэ"))
_COUNTED = ("раз", "час", "минут", "секунд", "дн", "день", "год", "лет", "недел", "рубл", "вопрос", "процент")
_LETTERS_ALONE = 3  # a code without a digit has at least so many letters
_TYPED_LETTERS = 4  # a longer Latin word before digits is a word, no part of the code
_LONGEST = 16
_SHOWN_WHOLE = 4  # digits


@dataclass(slots=True)
class _Run:
    """Neighbouring words that may be one code. `led`: the words «код» or «ошибка» stand before it."""

    groups: list[str]
    letters: int = 0
    led: bool = False
    corrects: bool = False

    @property
    def code(self) -> str:
        return "".join(self.groups)

    @property
    def is_code(self) -> bool:
        has_digit = any(group.isdigit() for group in self.groups)
        return len(self.code) <= _LONGEST and (has_digit or self.letters >= _LETTERS_ALONE)


def take(text: str) -> Taken:
    """The code in Latin capitals and digits ("504", "E1024"), its groups as they were said.

    Never `sure` with letters in it: their names are too short to be told apart by ear. NONE when the text holds no
    code; a number that counts something («три раза») is none.
    """
    plain = " ".join(words(text))
    for said, one in _TWO_WORDS:
        plain = plain.replace(said, one)
    runs = [run for run in _runs(_undenied(plain.split())) if run.is_code]
    led = [run for run in runs if run.led]
    others = len(plain.split()) > 2
    fitting = led or [run for run in runs if len(run.code) > 1 or not others]
    if not fitting:
        return Taken(State.NONE)
    best = next((run for run in reversed(fitting) if run.corrects), max(fitting, key=lambda run: len(run.code)))
    return Taken(State.COMPLETE, best.code, tuple(best.groups), (best.code,), best.letters == 0)


def show(code: str, groups: Sequence[str] = ()) -> str:
    """Letters apart from digits: "E 1024"; in the caller's own groups when they make up the code."""
    if groups and "".join(groups) == code:
        return " ".join(groups)
    parts = re.findall(r"[A-Z]+|\d+", code)
    return " ".join(part if len(part) <= _SHOWN_WHOLE else " ".join(re.findall(r"\d{1,3}", part)) for part in parts)


def _undenied(said: list[str]) -> list[str]:
    """Without the denied part of «не пятьсот три, а пятьсот четыре»."""
    for start, word in enumerate(said[:-1]):
        if word == "не" and (is_number(said[start + 1]) or said[start + 1] in _NAMES) and "а" in said[start + 2 :]:
            return [*said[:start], "нет", *said[said.index("а", start) + 1 :]]
    return said


def _runs(said: Sequence[str]) -> list[_Run]:
    runs = [_Run([])]
    led = corrects = False
    i = 0
    while i < len(said):
        word = said[i]
        if word in _CORRECTIONS:
            corrects, led = True, led or runs[-1].led
            runs.append(_Run([]))
        elif is_number(word):
            end = i + 1
            while end < len(said) and is_number(said[end]):
                end += 1
            counted = end < len(said) and said[end].startswith(_COUNTED)
            reading = None if counted else numbers.natural(" ".join(said[i:end]))
            if reading is None:
                runs.append(_Run([]))
            else:
                runs[-1].groups += reading.groups
            i = end - 1
        elif letter := _letter(said, i, within=bool(runs[-1].groups) or (led and not runs[-1].groups)):
            runs[-1].groups.append(letter)
            runs[-1].letters += len(letter)
        elif word.startswith(_LEADS) or word in _LEADS_TYPED:
            led = True
            if runs[-1].groups and not word.startswith(("букв", "цифр", "номер")):
                runs.append(_Run([]))
        elif word not in _MARKS:
            runs.append(_Run([]))
        if runs[-1].groups:
            runs[-1].led, runs[-1].corrects = led, corrects
        i += 1
    return runs


def _letter(said: Sequence[str], i: int, within: bool) -> str:
    """The Latin letter (or typed letters) at word `i`, or an empty text."""
    word = said[i]
    follow = next((other for other in said[i + 1 :] if other not in _MARKS), "")
    leads_on = is_number(follow) or follow in _NAMES
    if word.isascii():
        joins = is_number(follow) or (within and (len(word) == 1 or not follow))
        return word.upper() if len(word) <= _TYPED_LETTERS and joins and word not in _LEADS_TYPED else ""
    if word in _NAMES and word not in _SHORT_WORDS:
        return _NAMES[word]
    letter = _NAMES.get(word) or _LOOKALIKES.get(word, "")
    ends_a_code = within and not follow
    alone = i == 0 or said[i - 1].startswith(_LEADS)
    return letter if letter and ((leads_on and (within or alone)) or ends_a_code) else ""
