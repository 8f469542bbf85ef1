"""Answers to a person's question for an address: the places in them, however short."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from voice.masking.places import is_house, is_name, is_surely_name, is_word, of_place
from voice.masking.rules import rules
from voice.masking.tokens import Token
from voice.nlu.morphology import tags

_SHORT = 3  # words of an answer in which any noun is a place: «новаторов»


def replies(said: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """First and last word of each row of words that are of an address, when a place or a number is among them."""
    content = [token for token in said if token.word not in rules().beside and not token.is_filler]
    short = len(content) <= _SHORT
    begun = -1
    for i in range(len(said) + 1):
        mine = i < len(said) and (_tells(said[i], short=short) or _joins(said[i]))
        if mine and begun < 0:
            begun = i
        if not mine and begun >= 0:
            telling = [j for j in range(begun, i) if _tells(said[j], short=short)]
            if telling:
                yield _first(said, begun, telling[0]), telling[-1]
            begun = -1


def _first(said: Sequence[Token], begun: int, telling: int) -> int:
    """From the word for a place right before the first that tells which: «село Покровское»."""
    while telling > begun and _joins(said[telling - 1]):
        telling -= 1
    before = said[telling - 1] if telling else None
    short = before is not None and len(before.word) == 1 and of_place(Token(before.word, 0, 0, short=True))
    return telling - 1 if short and said[telling].capital else telling  # «с Ивановка»


def _tells(token: Token, *, short: bool) -> bool:
    if token.is_plain_number or is_surely_name(token):
        return True
    if not is_name(token) or of_place(token) or is_house(token) or token.word in rules().addresses.flat:
        return False
    found = tags(token.word)
    return "ADJF" in found or (short and "NOUN" in found)


def _joins(token: Token) -> bool:
    return (of_place(token) and is_word(token)) or is_house(token) or token.word in rules().addresses.flat
