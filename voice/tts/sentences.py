"""A long text as pieces short enough to be said one by one."""

from __future__ import annotations

import re

LONGEST = 300  # letters; espeak's cost grows faster than its text beyond this
_END = re.compile(r"(?<=[.!?…])\s+")
_PLACES = (re.compile(r"(?<=[;:,])\s+"), re.compile(r"\s+"))
_SAYABLE = re.compile(r"\w")


def split(text: str, longest: int = LONGEST) -> list[str]:
    """Sentences in order, none longer than `longest`; pieces without a letter or digit are left out."""
    found = [piece for sentence in _END.split(text.strip()) for piece in _shorten(sentence, longest)]
    return [piece for piece in found if _SAYABLE.search(piece)]


def _shorten(sentence: str, longest: int) -> list[str]:
    pieces = []
    while len(sentence) > longest:
        cuts = [[place for place in pattern.finditer(sentence) if place.start() <= longest] for pattern in _PLACES]
        places = next((found for found in cuts if found and found[-1].start() > 0), None)
        start, end = places[-1].span() if places else (longest, longest)
        pieces.append(sentence[:start])
        sentence = sentence[end:]
    return [*pieces, sentence]
