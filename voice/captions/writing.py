"""What a recogniser hears, as one reads it: numbers in digits, names as they are written, a sentence as a sentence.

    stable "code one hundred and two", rest "three"  ->  "Code" and " 102 3"

What is shown as steady stays: more words only add to it, and the finished sentence begins with it, as long as the
recogniser itself takes no word back.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from voice.captions.digits import Digits
from voice.captions.marks import ENDED
from voice.captions.read_back import read_back
from voice.captions.rules import Rules, rules
from voice.captions.utterance import Utterance, capital
from voice.nlu.normalise import words
from voice.nlu.spoken import read_spoken
from voice.settings import ROOT

PROMPTS = ROOT / "prompts"
_ENGLISH = "en"


class Writing:
    """Read-only. The language of a text is told by its letters."""

    def __init__(self, languages: Mapping[str, Rules], language: str) -> None:
        """language: of a text without Latin letters."""
        self._languages, self._language = languages, language

    def growing(self, stable: str, rest: str, question: str = "") -> tuple[str, str]:
        """Words that stay and words that may change, as (steady, rest): together they read as one text.

        question: what the line asked last; it tells how digits are written.
        """
        utterance = self._begin(f"{stable} {rest}", question)
        _push(utterance, stable)
        steady = utterance.text
        _push(utterance, rest)
        return steady, utterance.close()[len(steady) :]

    def sentence(self, text: str, question: str = "") -> str:
        """Finished words as a sentence; a text that has its marks already is left as it is."""
        text = text.strip()
        if text.endswith(ENDED):
            return capital(text)
        utterance = self._begin(text, question)
        _push(utterance, text)
        return utterance.close() + utterance.mark

    def said(self, text: str) -> str:
        """A text of the line: its words and marks as they are, its digits as one reads them."""
        return read_back(text, self._languages[self._language])

    def _begin(self, text: str, question: str) -> Utterance:
        latin = any("a" <= letter <= "z" for letter in text.lower())
        chosen = self._languages.get(_ENGLISH) if latin else None
        rules = chosen or self._languages[self._language]
        asked = words(question)
        documents = {document for word in asked if (document := rules.document(word))}
        return Utterance(
            rules,
            Digits(
                rules,
                document=documents.pop() if len(documents) == 1 else None,
                digits=any(word.startswith(rules.asked_digits) for word in asked),
            ),
        )


def writing(language: str = "ru", prompts: Path = PROMPTS) -> Writing:
    """Raises PromptError."""
    known = {name: rules(name, read_spoken(prompts / name)) for name in {language, _ENGLISH}}
    return Writing(known, language)


def _push(utterance: Utterance, text: str) -> None:
    for word in filter(None, text.split(" ")):
        utterance.push(word)
