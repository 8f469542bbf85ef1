"""What each utterance answers: what the other side asked for in words before it."""

from __future__ import annotations

from collections.abc import Sequence

from voice.masking.addresses import addresses
from voice.masking.answers import DIGITS, WORDS
from voice.masking.places import is_house, of_place
from voice.masking.rules import rules
from voice.masking.said import Said
from voice.masking.spans import Kind
from voice.masking.tokens import Token

QUESTION = "?"  # only what is typed or said by the line has one
_LASTS = 2  # utterances that a question is good for: «сейчас найду» comes before many a number
_SHORT = 4  # words of a question that only names a part of an address: «а переулок какой»


def questions(said: Sequence[Said], words: Sequence[Sequence[Token]]) -> list[tuple[Kind, ...]]:
    """The kinds that were asked for before each utterance, the one that was named last at the end."""
    open_: dict[str, tuple[tuple[Kind, ...], int]] = {}
    found: list[tuple[Kind, ...]] = []
    last: tuple[Kind, ...] = ()  # what was asked for, or named by the caller himself
    for one, row in zip(said, words, strict=True):
        kinds, left = open_.pop(one.side, ((), 0))
        found.append(kinds)
        if kinds and left > 1:
            open_[one.side] = (kinds, left - 1)
        if one.side == "caller":
            last = last or tuple(kind for kind in rules().asked(row) if kind not in DIGITS)
            if kinds and not any(_tells(token) for token in row):  # «да», «сейчас»
                open_[one.side] = (kinds, max(left, 1))
            continue
        last = _asked(one, row, last)
        if not last and QUESTION in one.text:
            open_.pop("caller", None)  # something else is asked
        if last:
            open_["caller"] = (last, 1 if last[-1] in WORDS else _LASTS)
    return found


def _asked(one: Said, row: Sequence[Token], last: tuple[Kind, ...]) -> tuple[Kind, ...]:
    asked = rules().asked(row)
    # What the line asks for is known from the dialog: its «Чем ещё помочь?» asks for no more of anything.
    if not asked and one.side == "operator" and rules().asks_on(row):
        asked = last
    if not asked and len(row) <= _SHORT and any(_is_part_of_address(token) for token in row):
        asked = ("address",)
    if "address" in asked and any(addresses(row, asked=False, office=False)):
        return ()  # it tells one
    return asked


def _tells(token: Token) -> bool:
    return not token.is_filler and token.word not in rules().beside


def _is_part_of_address(token: Token) -> bool:
    words = rules().addresses
    part = of_place(token) or is_house(token) or token.word in words.flat or token.word in words.parting
    return part and token.word not in words.level and token.word not in words.unasked
