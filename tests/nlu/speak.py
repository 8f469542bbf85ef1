"""Digits as a person says them, for the tests: independent of the line's own speech output."""

from __future__ import annotations

import random

ONES = ["ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять"]
TEENS = ["десять", "одиннадцать", "двенадцать", "тринадцать", "четырнадцать", "пятнадцать", "шестнадцать"]
TEENS += ["семнадцать", "восемнадцать", "девятнадцать"]
TENS = ["", "", "двадцать", "тридцать", "сорок", "пятьдесят", "шестьдесят", "семьдесят", "восемьдесят", "девяносто"]
HUNDREDS = ["", "сто", "двести", "триста", "четыреста", "пятьсот", "шестьсот", "семьсот", "восемьсот", "девятьсот"]
MANY = ["нуля", "единицы", "двойки", "тройки", "четвёрки", "пятёрки", "шестёрки", "семёрки", "восьмёрки", "девятки"]


def group(digits: str, rng: random.Random) -> str:
    """One group of at most three digits: leading zeros by name, the rest as a number."""
    if len(digits) in (2, 3) and len(set(digits)) == 1 and rng.random() < 0.5:
        return f"{'два' if len(digits) == 2 else 'три'} {MANY[int(digits[0])]}"
    said: list[str] = []
    while digits.startswith("0"):
        said.append("ноль")
        digits = digits[1:]
    if len(digits) == 3:
        said.append(HUNDREDS[int(digits[0])])
        digits = digits[1:].lstrip("0") if digits[1:] != "00" else ""
    if len(digits) == 2 and digits[0] == "1":
        return " ".join([*said, TEENS[int(digits[1])]])
    if len(digits) == 2:
        said.append(TENS[int(digits[0])])
        digits = digits[1:].lstrip("0")
    if digits:
        said.append(ONES[int(digits)])
    return " ".join(said)


def cut(digits: str, rng: random.Random, sizes: tuple[int, ...] = (1, 2, 3)) -> list[str]:
    parts: list[str] = []
    while digits:
        size = rng.choice(sizes)
        parts.append(digits[:size])
        digits = digits[size:]
    return parts


def spoken(digits: str, rng: random.Random) -> tuple[str, list[str]]:
    """The digits in a random style with a filler now and then, and the groups in which they were said."""
    style = rng.choice([(1,), (2,), (3,), (2, 3), (1, 2, 3)])
    parts = cut(digits, rng, style)
    said = []
    for part in parts:
        said.append(group(part, rng))
        if rng.random() < 0.1:
            said.append(rng.choice(["тире", "так", "дальше", "ну", "пробел"]))
    return " ".join(said), parts
