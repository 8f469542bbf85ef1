"""Which words of a growing hypothesis will not change any more. Pure.

A word is shown as stable once another follows it and it has stood so in several hypotheses in a row. A recogniser may
still rewrite such a word; captions never take one back, so the words already stable stay, and only what follows them
comes from the new hypothesis. docs/captions_measured.md has what other rules would show and cost.
"""

from __future__ import annotations

from collections import deque

HELD = 1  # the last words of a hypothesis are never stable: they are still being said
AGREED = 4  # hypotheses, one every 100 ms of sound, that must have a word in its place


class Stabiliser:
    """The captions of one utterance: `push` its hypotheses, however often they stay the same."""

    def __init__(self, held: int = HELD, agreed: int = AGREED) -> None:
        self._held = held
        self._committed: list[str] = []
        self._shown: deque[list[str]] = deque(maxlen=agreed)

    def push(self, text: str) -> tuple[str, str]:
        """Take the hypothesis as it looks now; return (stable, rest): each `stable` begins with the one before."""
        rest = self._after_committed(text.split())
        shown = self._committed + rest
        self._shown.append(shown)
        sure = min(self._agreed(), len(shown) - self._held)
        self._committed = shown[: max(sure, len(self._committed))]
        return " ".join(self._committed), " ".join(shown[len(self._committed) :])

    def _agreed(self) -> int:
        """How many words the newest hypotheses begin with alike."""
        if len(self._shown) < (self._shown.maxlen or 0):
            return 0
        alike = 0
        for words in zip(*self._shown, strict=False):
            if len(set(words)) > 1:
                break
            alike += 1
        return alike

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
