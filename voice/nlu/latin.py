"""Russian names and words for those who read Latin letters: known words translated, the rest spelled."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

_FROM = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
_TO = "a b v g d e zh z i y k l m n o p r s t u f kh ts ch sh shch  y  e yu ya"
_LETTERS = dict(zip(_FROM, _TO.split(" "), strict=True))
_CYRILLIC = re.compile(r"[а-яё]+", re.IGNORECASE)


def latin(text: str, own: Mapping[str, str]) -> str:
    """`text` with the words and rows of words that `own` knows in its place, longest first, and all else spelled.

    own: by Russian words as they are written in lower case; the first letter of what replaces them stays a capital.
    """
    if not _CYRILLIC.search(text):
        return text
    known = _known(tuple(own))
    return _CYRILLIC.sub(_spelled, known.sub(lambda found: _as_big(found[0], own[found[0].lower()]), text))


@lru_cache(maxsize=8)
def _known(rows: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(rows, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first)) or '(?!)'})(?!\w)", re.IGNORECASE)


def _spelled(found: re.Match[str]) -> str:
    word = found[0].lower().replace("ё", "е")
    return _as_big(found[0], "".join(_LETTERS[letter] for letter in word))


def _as_big(model: str, text: str) -> str:
    return text[:1].upper() + text[1:] if model[:1].isupper() else text
