"""Answers to a person's question for an address: the places in them, whatever they are called."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from voice.masking.due import may_be_due, place_name
from voice.masking.places import counts, is_dedicated, is_house, is_ordinal, is_surely_name, is_word, of_place
from voice.masking.rules import rules
from voice.masking.tokens import Token


def replies(said: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """First and last word of each row of words that are of an address, when a place or a number is among them."""
    telling = set(_telling(said))
    begun = -1
    for i in range(len(said) + 1):
        mine = i < len(said) and (i in telling or _joins(said[i]))
        if mine and begun < 0:
            begun = i
        if not mine and begun >= 0:
            found = [j for j in range(begun, i) if j in telling]
            if found:
                yield _first(said, begun, found[0]), found[-1]
            begun = -1


def _telling(said: Sequence[Token]) -> Iterator[int]:
    """Numbers that count nothing, and what stands as a name of a place does."""
    i = 0
    while i < len(said):
        if is_ordinal(said, i) and (last := place_name(said, i)) > i:  # «третья Рабочая»
            yield from range(i, last + 1)
            i = last + 1
        elif said[i].is_plain_number:
            end = i
            while end + 1 < len(said) and said[end + 1].is_plain_number:
                end += 1
            if is_ordinal(said, end) and end + 1 < len(said) and is_dedicated(said[end + 1]):  # «Восьмого Марта»
                end += 1
            counted = counts(said, end)
            if not counted:
                yield from range(i, end + 1)
            i = end + 1 + counted
        elif (may_be_due(said[i]) or is_surely_name(said[i])) and said[i].word not in rules().beside:
            last = max(i * is_surely_name(said[i]), place_name(said, i))
            yield from range(i, last + 1)
            i = max(last, i) + 1
        else:
            i += 1


def _first(said: Sequence[Token], begun: int, telling: int) -> int:
    """From the word for a place right before the first that tells which: «село Покровское»."""
    while telling > begun and _joins(said[telling - 1]):
        telling -= 1
    before = said[telling - 1] if telling else None
    short = before is not None and len(before.word) == 1 and of_place(Token(before.word, 0, 0, short=True))
    return telling - 1 if short and said[telling].capital else telling  # «с Ивановка»


def _joins(token: Token) -> bool:
    return (of_place(token) and is_word(token)) or is_house(token) or token.word in rules().addresses.flat
