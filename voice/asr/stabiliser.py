"""Which words of a growing hypothesis will not change any more. Pure.

Hold-1: a word is shown as stable once another follows it. A recogniser may still rewrite such a word; captions never
take one back, so the words already stable stay, and only what follows them comes from the new hypothesis. The final
text puts it right.
"""

from __future__ import annotations


class Stabiliser:
    """The captions of one segment after another: `push` its hypotheses, then `final`."""

    def __init__(self) -> None:
        self._committed: list[str] = []

    def push(self, text: str) -> tuple[str, str]:
        """Take the hypothesis as it looks now; return (stable, rest): each `stable` begins with the one before."""
        rest = self._after_committed(text.split())
        self._committed += rest[:-1]
        return " ".join(self._committed), " ".join(rest[-1:])

    def final(self, text: str) -> str:
        """Take the segment's last word on it; return the caption in full and begin the next segment."""
        shown = self._committed + self._after_committed(text.split())
        self._committed = []
        return " ".join(shown)

    def _after_committed(self, words: list[str]) -> list[str]:
        """The words of a hypothesis that stand after those already committed, even if it spells these otherwise."""
        if words[: len(self._committed)] == self._committed:
            return words[len(self._committed) :]
        return words[_nearest_prefix(self._committed, words) :]


def _nearest_prefix(known: list[str], words: list[str]) -> int:
    """How many of `words` say what `known` says: the prefix with the fewest edits, of equals the nearest in length."""
    row = list(range(len(words) + 1))  # edits from none of `known` to each prefix of `words`
    for taken, word in enumerate(known, 1):
        diagonal, row[0] = row[0], taken
        for at, other in enumerate(words, 1):
            diagonal, row[at] = row[at], min(diagonal + (word != other), row[at] + 1, row[at - 1] + 1)
    return min(range(len(words) + 1), key=lambda at: (row[at], abs(at - len(known))))
