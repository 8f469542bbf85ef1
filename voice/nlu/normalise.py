"""Text as the matching sees it: lower case, ё as е, words only."""

from __future__ import annotations

import re

_WORD = re.compile(r"[а-я]+|[a-z]+(?:'[a-z]+)?|\d+")


def words(text: str) -> list[str]:
    """Split into lower-case words («don't» is one) and runs of digits; ё becomes е; all other signs only separate.

    For MATCHING only: the recogniser's vocabulary and everything shown keep their ё.
    """
    return _WORD.findall(text.lower().replace("ё", "е").replace("’", "'"))


def plain(text: str) -> str:
    """The words of `text` joined by single spaces."""
    return " ".join(words(text))
