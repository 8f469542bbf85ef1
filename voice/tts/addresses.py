"""An address of a page as people read it to one another: «линия точка рф, косая черта, си»."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

# A path or a port, and a dot or a port before the path: «и/или» and «8/10» are no addresses.
ADDRESS = re.compile(
    r"(?<![\w./-])(?P<host>[a-zа-яё\d-]*[a-zа-яё][a-zа-яё\d-]*(?:\.[a-zа-яё\d-]+)*|\d+(?:\.\d+){3})"
    r"(?P<port>:\d+)?(?P<path>/[a-zа-яё\d/-]*[a-zа-яё\d])(?!\w)"
)
_PIECE = re.compile(r"[a-z]+|[а-яё]+|\d+|[.:/-]")


def spoken(address: re.Match[str], signs: Mapping[str, str], word: Callable[[str], str]) -> str:
    """The address of `ADDRESS` with its signs named; `word` reads a run of letters or digits."""
    if "." not in address["host"] and not address["port"]:
        return address[0]
    return " ".join(signs.get(piece) or word(piece) for piece in _PIECE.findall(address[0]))
