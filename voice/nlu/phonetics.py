"""How Russian words sound, roughly: enough to tell which phrases a telephone may confuse."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from voice.nlu.normalise import words

# Unstressed vowels fall together, and voiced consonants lose their voice at a word's end and before voiceless ones.
_VOWELS = str.maketrans({"о": "а", "е": "и", "э": "и", "я": "и", "ы": "и", "ю": "у", "й": "и", "ъ": None, "ь": None})
_SIGNS = str.maketrans({"ь": None, "ъ": None})
_VOICELESS = {"б": "п", "в": "ф", "г": "к", "д": "т", "ж": "ш", "з": "с"}
_VOICED = {voiceless: voiced for voiced, voiceless in _VOICELESS.items()}
_SAID = (("тс", "ц"), ("стн", "сн"), ("здн", "зн"), ("сч", "щ"), ("зч", "щ"), ("чн", "шн"))
_SHORT = 3  # letters of a key: a phrase so short is heard inside another («да» in «дата»)
_HIDDEN = 2  # letters more than that


def sound_key(phrase: str) -> str:
    """Letters that stand for the phrase's sound; words apart by one space."""
    return " ".join(_word_key(word) for word in words(phrase))


def _word_key(word: str) -> str:
    key = word.translate(_SIGNS if len(word) <= _SHORT else _VOWELS)  # the vowel of one syllable is stressed
    key = re.sub(r"([пктшс])(?=[бгджз])", lambda found: _VOICED[found[1]], key)
    key = re.sub(r"([бвгджз])(?=$|[пфктшсхцчщ])", lambda found: _VOICELESS[found[1]], key)
    for written, said in _SAID:
        key = key.replace(written, said)
    return re.sub(r"(.)\1+", r"\1", key)


def sound_alike(phrases: Iterable[str]) -> set[tuple[str, str]]:
    """Pairs of phrases (in alphabetical order) that sound the same, differ by one sound, or hide in one another."""
    by_key: dict[str, list[str]] = defaultdict(list)
    for phrase in dict.fromkeys(phrases):
        by_key[sound_key(phrase)].append(phrase)
    shorter: dict[str, set[str]] = defaultdict(set)  # a key without one letter -> the keys it may come from
    pairs: set[tuple[str, str]] = set()
    for key in by_key:
        for i in range(len(key)):
            shorter[key[:i] + key[i + 1 :]].add(key)
    for key, same in by_key.items():
        near = set(shorter.get(key, ()))
        if len(key) > _SHORT:  # one other letter changes a short word wholly
            for i in range(len(key)):
                near |= {other for other in shorter[key[:i] + key[i + 1 :]] if _one_letter_apart(key, other)}
        for more in range(1, _HIDDEN + 1):
            if len(key) - more in range(2, _SHORT + 1) and key[:-more] in by_key:
                near.add(key[:-more])
        near.add(key)
        for other in near:
            pairs |= {(min(a, b), max(a, b)) for a in same for b in by_key.get(other, ()) if a != b}
    return pairs


def _one_letter_apart(one: str, other: str) -> bool:
    return len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True)) == 1
