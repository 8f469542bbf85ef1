"""Words cut into the pieces that an encoder of sentences knows.

The cut is the likeliest one by the pieces' own log probabilities; the file is SentencePiece's model, of which only the
list of pieces is read. Source: Kudo, Subword Regularization (2018), section 3.1.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

BEGIN = "▁"  # of a word
_UNKNOWN = 0
_PIECE, _TEXT, _SCORE = 0x0A, 0x0A, 0x15  # tags of the protocol buffer's fields: a message, its bytes, its float
_STRANGER = 10.0  # so much less likely than the rarest piece is a sign that has none


class Pieces:
    """Read-only after it is built."""

    def __init__(self, pieces: Sequence[str], scores: Sequence[float]) -> None:
        """pieces: the first is the unknown one. scores: log probability of each."""
        self._numbers = {piece: number for number, piece in enumerate(pieces)}
        self._scores = list(scores)
        self._strange = min(scores) - _STRANGER
        self._longest = max(map(len, pieces))

    def cut(self, said: Sequence[str]) -> list[int]:
        """The numbers of the pieces of a row of words."""
        text = "".join(BEGIN + word for word in said)
        best = [0.0] + [float("-inf")] * len(text)
        came = [(0, _UNKNOWN)] * len(best)
        for start in range(len(text)):
            for end in range(start + 1, min(start + self._longest, len(text)) + 1):
                number = self._numbers.get(text[start:end])
                if number is None and end > start + 1:
                    continue
                score = best[start] + (self._strange if number is None else self._scores[number])
                if score > best[end]:
                    best[end], came[end] = score, (start, number or _UNKNOWN)
        row, end = list[int](), len(text)
        while end:
            end, number = came[end]
            row.append(number)
        return row[::-1]


def read(data: bytes) -> Iterator[tuple[str, float]]:
    """Every piece of a SentencePiece model with its log probability. Raises ValueError when it is none."""
    at = 0
    while at < len(data) and data[at] == _PIECE:
        if at + 3 > len(data) or data[at + 1] & 0x80 or data[at + 2] != _TEXT:
            raise ValueError("no list of pieces")
        end, text = at + 2 + data[at + 1], at + 4
        behind = text + data[at + 3]
        score = struct.unpack_from("<f", data, behind + 1)[0] if behind < end and data[behind] == _SCORE else 0.0
        yield data[text:behind].decode(), score
        at = end
