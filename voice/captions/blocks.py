"""Rows of digits as they stand on a page: between which of them there is a space."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voice.nlu.rows import Group

TOGETHER = 3  # digits said one by one are written in threes, or in twos behind twos
CODE = 4  # but so many alone are a code, and stay together


@dataclass(frozen=True, slots=True)
class Block:
    """Digits without a space, and the word they end at (exclusive)."""

    digits: str
    end: int


def in_blocks(row: Sequence[Group], width: int, *, running: bool) -> list[Block]:
    """Groups as they are said; digits said one by one, and noughts before a number, come together.

    width: how many come together at first. running: other digits stand before these. More groups change only the last
    block, but where the row was a code.
    """
    if not running and len(row) == CODE and one_by_one(row):
        return [Block("".join(group.digits for group in row), row[-1].end)]
    blocks: list[Block] = []
    single = False  # was the last block said digit by digit?
    for group in row:
        alone = len(group.digits) == 1
        before = blocks[-1].digits if blocks and single else ""
        limit = width if alone else TOGETHER
        if before and len(before + group.digits) <= limit and (alone or not before.strip("0")):
            blocks[-1] = Block(before + group.digits, group.end)
        else:
            blocks.append(Block(group.digits, group.end))
        width = width if alone else width_behind(group.digits)
        single = alone
    return blocks


def width_behind(digits: str) -> int:
    """So many digits come together behind a block."""
    return 2 if len(digits) == 2 else TOGETHER


def one_by_one(row: Sequence[Group]) -> bool:
    return all(len(group.digits) == 1 for group in row)


def separators(form: str) -> list[str]:
    """What stands before each digit of a form like 000-00; behind its end one space."""
    found, before = [], ""
    for sign in form:
        if sign.isdigit():
            found.append(before)
            before = ""
        else:
            before += sign
    return [*found, " "]
