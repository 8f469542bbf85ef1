"""Addresses of electronic mail: as they are written, and as they are said («иванов собака яндекс точка ру»)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from voice.masking.rules import rules
from voice.masking.tokens import Token

WRITTEN = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*", re.UNICODE)
_HOST_WORDS = 5


def written(text: str) -> Iterator[tuple[int, int]]:
    """Characters from, to."""
    for match in WRITTEN.finditer(text):
        yield match.span()


def spoken(said: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """First and last word of each."""
    mail = rules().mail
    for at, token in enumerate(said):
        if token.word in mail.at and (end := _host(said, at + 1)):
            first = at
            while first > 0 and at - first < mail.most_words and _of_login(said, first - 1):
                first -= 1
            yield first, end - 1


def is_hinted(said: Sequence[Token]) -> bool:
    """Is there a word that only an address has, even if the sign in its middle was not heard?"""
    mail = rules().mail
    return any(token.word in words for token in said for words in (mail.at, mail.dot, mail.hosts))


def _of_login(said: Sequence[Token], i: int) -> bool:
    mail, word = rules().mail, said[i].word
    spelled = word in mail.letters and said[i + 1].word in mail.letters
    return word in mail.marks or spelled or (bool(word) and word not in mail.before)


def _host(said: Sequence[Token], start: int) -> int:
    """The word behind «яндекс точка ру» that begins at `start`; 0 when nothing like it is there."""
    mail = rules().mail
    last = 0
    for i in range(start, min(len(said), start + _HOST_WORDS)):
        if said[i].word in mail.tops and i > start and (said[i - 1].word in mail.dot or said[i - 1].word in mail.hosts):
            return i + 1
        if said[i].word in mail.hosts:
            last = i + 1
        elif said[i].word in mail.dot and i + 1 < len(said) and i > start:
            last = max(last, i + 2)
    return last
