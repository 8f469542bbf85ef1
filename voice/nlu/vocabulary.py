"""Which words of the data a heard word may stand for: the word itself, its other forms, or one a letter away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cache, lru_cache

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein
from snowballstemmer import stemmer

FORM_COST = 0.02
MISHEARD_COST = 0.12

_RUSSIAN, _ENGLISH = stemmer("russian"), stemmer("english")


@cache
def stem(word: str) -> str:
    """The word without its ending; its letters tell the language. Source: Snowball's algorithms."""
    return str((_ENGLISH if word.isascii() else _RUSSIAN).stemWord(word))


class Vocabulary:
    """The words of all templates and rules. Lookups are cached: a call says the same words again and again."""

    def __init__(self, known: Iterable[str]) -> None:
        self.known = frozenset(known)
        self._forms: dict[str, list[str]] = defaultdict(list)
        for word in sorted(self.known):
            self._forms[stem(word)].append(word)
        self._long = [word for word in sorted(self.known) if len(word) >= 5]
        self.near = lru_cache(maxsize=20_000)(self._near)

    def _near(self, word: str) -> tuple[tuple[str, float], ...]:
        """The known words it may stand for with the cost of each, nearest first."""
        forms = [(form, 0.0 if form == word else FORM_COST) for form in self._forms.get(stem(word), ())]
        if forms or len(word) < 5 or not word.isalpha():
            return tuple(sorted(forms, key=lambda pair: pair[1]))
        # A word the data does not have: misheard? Short words («да», «дата») are too alike to guess.
        alike = process.extract(word, self._long, scorer=DamerauLevenshtein.distance, score_cutoff=2, limit=12)
        return tuple((other, MISHEARD_COST) for other, edits, _ in alike if _believed(word, other, edits))


def _believed(word: str, other: str, edits: float) -> bool:
    shorter = min(len(word), len(other))
    return (edits <= 1 or shorter >= 9) and (shorter >= 7 or word[0] == other[0])
