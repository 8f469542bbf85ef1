"""Free speech: words that together point to an intent, and words that are denied."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from voice.nlu.intents import Intent, Rule
from voice.nlu.vocabulary import MISHEARD_COST, Vocabulary, stem

# The words of all languages of the line together: their letters keep them apart.
_DENIALS = "не ни без not without don't doesn't didn't isn't won't wasn't"
DENY = frozenset(_DENIALS.split())
_LONELY = frozenset({"без", "without"})  # deny one word, whatever follows
_REFUSALS = """надо нужно нужен нужна нужны хочу хотим буду требуется соединяйте соединяй переводите переводи
    переключайте зовите давайте прошу want need connect transfer call give"""
_REFUSED = frozenset(_REFUSALS.split())
_REQUESTS = "дайте дай соедините позовите переключите переведите хочу нужен нужна нужно надо а но лучше but just"
_ASKED = frozenset(_REQUESTS.split())
_AGAINST = -3.0  # the confidence of a rule whose words are refused
_NOTHING = frozenset({"ничего", "больше", "никак", "если", "пока", "еще"})


def denied(said: Sequence[str]) -> list[int]:
    """For each word the index of the «не» that denies it, or -1.

    «не соединяйте с оператором», «без оператора», «оператора не надо» deny the operator; «не понимаю, дайте
    оператора» does not.
    """
    by = [-1] * len(said)
    for i, word in enumerate(said):
        if word not in DENY or i + 1 >= len(said):
            continue
        by[i + 1] = i
        if word in _LONELY:
            continue
        if said[i + 1] in _REFUSED:
            for j in range(i + 2, min(i + 6, len(said))):
                if said[j] in _ASKED:
                    break
                by[j] = i
            before = said[i - 1] if i else ""
            if before and not before.isascii() and before not in _NOTHING and before not in _REFUSED:
                by[i - 1] = i
    return by


def refused(said: Sequence[str]) -> set[int]:
    """The words of a refusal and of what it refuses: all of «оператора не надо», nothing of «код не приходит»."""
    by = denied(said)
    refusals = {i for j, i in enumerate(by) if i >= 0 and j != i + 1}
    return refusals | {j for j, i in enumerate(by) if i in refusals}


@dataclass(frozen=True, slots=True)
class _Rule:
    owner: int
    need: tuple[frozenset[int], ...]
    unless: frozenset[int]
    sure: float


class Evidence:
    """The rules of all intents over one table of choices, so that each heard word is looked up once."""

    def __init__(self, intents: Sequence[Intent], vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._choices: dict[tuple[str, ...], int] = {}
        self._rules = [self._compile(owner, rule) for owner, intent in enumerate(intents) for rule in intent.rules]
        self._never = [(owner, self._numbers(intent.never)) for owner, intent in enumerate(intents) if intent.never]
        self._by_stem: dict[str, list[tuple[str, ...]]] = defaultdict(list)
        self._by_prefix: dict[str, list[tuple[str, ...]]] = defaultdict(list)
        for choice in self._choices:
            if choice[0].endswith("*"):
                self._by_prefix[choice[0][:-1]].append(choice)
            else:
                self._by_stem[stem(choice[0])].append(choice)

    def score(self, said: Sequence[str], by: Sequence[int]) -> tuple[dict[int, float], set[int]]:
        """Confidence of each intent (by its number) that a rule speaks for, and the intents that are ruled out.

        by: as `denied` gives it. What would be meant but for a refusal has a confidence below 0.
        """
        heard: set[int] = set()
        uttered: set[int] = set()
        guessed: set[int] = set()
        turned_down: set[int] = set()
        out = refused(said)
        for i in range(len(said)):
            for choice, exact in self._begin(said, i):
                number = self._choices[choice]
                uttered.add(number)
                if i in out:
                    turned_down.add(number)
                if by[i] >= 0:
                    continue
                (heard if exact else guessed).add(number)
        guessed -= heard
        scores: dict[int, float] = {}
        both = heard | guessed
        against: set[int] = set()
        for rule in self._rules:
            if any(group.isdisjoint(both | turned_down) for group in rule.need) or not rule.unless.isdisjoint(uttered):
                continue
            if any(group.isdisjoint(both) for group in rule.need):
                against.add(rule.owner)
                continue
            unsure = sum(group.isdisjoint(heard) for group in rule.need)
            scores[rule.owner] = max(scores.get(rule.owner, 0.0), rule.sure - MISHEARD_COST * unsure)
        scores |= dict.fromkeys(against - scores.keys(), _AGAINST)
        return scores, {owner for owner, never in self._never if not never.isdisjoint(uttered)}

    def _begin(self, said: Sequence[str], i: int) -> list[tuple[tuple[str, ...], bool]]:
        """The choices that stand at word `i`, and whether they were heard as written."""
        stems = {stem(said[i]): True}
        for word, cost in self._vocabulary.near(said[i]):
            stems.setdefault(stem(word), cost < MISHEARD_COST)
        found = [
            (choice, exact)
            for form, exact in stems.items()
            for choice in self._by_stem.get(form, ())
            if _continues(said, i, choice)
        ]
        for length in range(len(said[i]) + 1):
            beginning = self._by_prefix.get(said[i][:length], ())
            found += [(choice, True) for choice in beginning if _continues(said, i, choice)]
        return found

    def _compile(self, owner: int, rule: Rule) -> _Rule:
        return _Rule(owner, tuple(map(self._numbers, rule.need)), self._numbers(rule.unless), rule.sure)

    def _numbers(self, choices: tuple[tuple[str, ...], ...]) -> frozenset[int]:
        return frozenset(self._choices.setdefault(choice, len(self._choices)) for choice in choices)


def _continues(said: Sequence[str], i: int, choice: tuple[str, ...]) -> bool:
    if i + len(choice) > len(said):
        return False
    for word, wanted in zip(said[i + 1 : i + len(choice)], choice[1:], strict=True):
        if wanted.endswith("*") and not word.startswith(wanted[:-1]):
            return False
        if not wanted.endswith("*") and stem(word) != stem(wanted):
            return False
    return True
