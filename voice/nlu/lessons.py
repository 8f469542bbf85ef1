"""The sentences a classifier learns from: what people say, and some phrases made from templates and rules."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from voice.nlu import templates
from voice.nlu.intents import Intents, Rule
from voice.nlu.normalise import words
from voice.nlu.templates import Template

_PHRASES = 14  # phrases of `say` and `more` of one intent
_OF_A_RULE = 4  # rows of words that one rule of free speech gives
_MADE_UP = 0.6  # weight of such a phrase or row beside a sentence that people say
_DENIAL = 3.0  # weight of a sentence that is said not to mean an intent


@dataclass(frozen=True, slots=True)
class Lesson:
    """A sentence to learn from. owner: the number of its intent; `len(intents)` for elsewhere.

    denies: the sentence does not mean `owner`, and what else it means is not known.
    """

    text: str
    said: tuple[str, ...]
    owner: int
    weight: float = 1.0
    denies: bool = False


def lessons_of(intents: Intents) -> list[Lesson]:
    """All that the data teaches: examples, tests, elsewhere, and some phrases made from templates and rules."""
    found: dict[tuple[tuple[str, ...], int], Lesson] = {}
    for owner, intent in enumerate(intents.intents):
        chance = random.Random(intent.name)  # not its number: another intent must not change this one
        said = [*intent.examples, *(heard.text for heard in intent.heard)]
        made_up = [templates.sample(template, intents.lists, chance) for template in _spread(intent.say, intent.more)]
        made_up += [" ".join(row) for rule in intent.rules for row in _rows(rule, chance)]
        for text, weight in [(text, 1.0) for text in said] + [(text, _MADE_UP) for text in made_up]:
            row = tuple(intents.put_right(words(text)))
            if row:
                found.setdefault((row, owner), Lesson(text, row, owner, weight))
        for text in intent.unheard:
            row = tuple(intents.put_right(words(text)))
            found.setdefault((row, owner), Lesson(text, row, owner, _DENIAL, denies=True))
    nowhere = len(intents.intents)
    for text in intents.elsewhere:
        row = tuple(intents.put_right(words(text)))
        found.setdefault((row, nowhere), Lesson(text, row, nowhere))
    return list(found.values())


def _spread(say: Sequence[Template], more: Sequence[Template]) -> Iterator[Template]:
    """Each template in turn until there are enough, the usual ones first."""
    every = (*say, *more)
    yield from (every[i % len(every)] for i in range(max(_PHRASES, len(every))) if every)


def _rows(rule: Rule, chance: random.Random) -> Iterator[list[str]]:
    for _ in range(_OF_A_RULE):
        yield [word.rstrip("*") for group in rule.need for word in chance.choice(group)]
