"""The line's own texts as one reads them: digits that it says one by one stand together, documents in their form."""

from __future__ import annotations

import re

from voice.captions.blocks import TOGETHER, in_blocks, separators
from voice.captions.rules import Document, Rules
from voice.nlu.normalise import words
from voice.nlu.rows import Group

SPACE = "\u00a0"  # inside a sum: it must not be parted at the end of a line

_ROW = re.compile(r"(?<![\d,.:/-])\d+(?: \d+)+(?![\d:/-]|[,.]\d)")
_SUM = re.compile(r"(?<![\d,.:/-])(?<!\d )\d{5,}(?=\s?(?:₽|\w))")


def read_back(text: str, rules: Rules) -> str:
    """A text that has its marks; only its numbers are written anew, and no digit of them changes."""

    def row(match: re.Match[str]) -> str:
        groups = match[0].split(" ")
        before = words(match.string[: match.start()])[-1:]
        document = rules.document(before[0]) if before else None
        return (document and _in_form("".join(groups), document)) or _together(groups)

    def amount(match: re.Match[str]) -> str:
        unit = match.string[match.end() :].lstrip()
        return sum_of(int(match[0])) if unit.startswith(("₽", *rules.numbers.units)) else match[0]

    return _ROW.sub(row, _SUM.sub(amount, text))


def sum_of(value: int) -> str:
    """12500 as 12 500."""
    return f"{value:,}".replace(",", SPACE)


def _in_form(digits: str, document: Document) -> str:
    """Empty when there are more or fewer digits than the form has."""
    before = separators(document.form(digits))[:-1]
    return "".join(map("".join, zip(before, digits, strict=True))) if len(before) == len(digits) else ""


def _together(groups: list[str]) -> str:
    row = [Group(digits, at, at + 1) for at, digits in enumerate(groups)]
    return " ".join(block.digits for block in in_blocks(row, TOGETHER, running=False))
