"""From words to what the caller means: whole phrases first, free speech after, weighed by `belief`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from functools import lru_cache

from voice.nlu import documents, numbers, templates
from voice.nlu.automaton import Assigned, Automaton
from voice.nlu.belief import believe, confidences
from voice.nlu.evidence import DENY, Evidence, denied
from voice.nlu.intents import Intents
from voice.nlu.learned import Learned
from voice.nlu.normalise import words
from voice.nlu.templates import Choices
from voice.nlu.vocabulary import Vocabulary
from voice.settings import ALONE, Learning

_SKIPPED_INSIDE = 2.0  # weight of words that may stand inside a phrase
_KEPT_PATHS = 250
_MOST_WORDS = 60
_LIGHT_WEIGHT = 0.4
_STRANGE_WEIGHT = 1.3  # of a word that stands nowhere in the data: the talk may be of something else
_NOT_SKIPPED = DENY - {"ни", "без"} | {"нет"}  # inside a phrase they would change what it means
_OR = frozenset({"или", "либо", "or"})
_EITHER = 0.7  # confidence of each side of an «или»: between UNSURE and SURE
_NUMBER_DIGITS = 4  # a number said along with a request has at least this many digits


class Completeness(Enum):
    COMPLETE = auto()  # a whole phrase, and no longer one begins with it
    PREFIX = auto()  # a longer phrase begins with it
    OPEN = auto()  # neither: free speech


@dataclass(frozen=True, slots=True)
class Match:
    """One thing the caller may mean; `whole`: the text is a phrase of the data from its first word to its last.

    Slots of lists hold the list's value, slots of numbers the digits in the caller's own groups ("123 456 7").
    """

    intent: str
    slots: Mapping[str, str] = field(default_factory=dict)
    confidence: float = 1.0
    whole: bool = False


@dataclass(frozen=True, slots=True)
class _Walk:
    """A phrase on its way through free speech."""

    at: int
    owner: int
    matched: float = 0.0  # weight of the words that are the phrase's
    inside: float = 0.0  # weight of the words skipped within it
    cost: float = 0.0
    no: int = -1  # the last «не» that belongs to the phrase
    slots: Assigned = ()


class Matcher:
    """All intents of a language, compiled. Read-only after it is built: one serves every call."""

    def __init__(self, intents: Intents, learning: Learning = ALONE) -> None:
        self.intents = intents
        self._names = [intent.name for intent in intents.intents]
        self._numbers = [intent.number for intent in intents.intents]
        self._automaton = Automaton(intents.lists, intents.spoken)
        self._fills: list[list[tuple[str, int]]] = []  # slots with the owner numbers of the lists that fill them
        lists = {name: len(self._names) + i for i, name in enumerate(intents.lists)}
        for owner, intent in enumerate(intents.intents):
            phrases = (*intent.say, *intent.more)
            used = set().union(*map(templates.slots_of, phrases))
            self._fills.append([(intents.lists[name].slot, lists[name]) for name in sorted(used) if name in lists])
            for template in phrases:
                self._automaton.add(template, owner)
        for name, owner in lists.items():
            self._add_list(intents.lists[name], owner)
        self._automaton.seal()
        self._vocabulary = Vocabulary(self._words())
        self._evidence = Evidence(intents.intents, self._vocabulary)
        self._learned = Learned(intents, learning)
        self._expand = lru_cache(maxsize=256)(self._expanded)
        self._reach = lru_cache(maxsize=256)(self._reached)

    def match(self, text: str, among: Collection[str] | None = None) -> list[Match]:
        """What `text` may mean, best first; empty when it means nothing of `among` (None: of all intents).

        A confidence from SURE up may be acted on; from UNSURE to SURE it should be asked. Two intents that are near
        each other are both unsure. What more likely means an intent outside `among` means nothing here.
        """
        said = self.intents.put_right(words(text))[:_MOST_WORDS]
        if not said:
            return []
        owners = self._owners(among)
        whole = self._whole(said, owners)
        if whole:
            return whole
        if either := self._either(said, owners):
            return either
        by = denied(said)
        walks = self._walks(said, by, owners)
        ends = {owner: (score, slots) for owner, (score, slots) in walks.items() if owner < len(self._names)}
        listed = {owner: slots for owner, (_, slots) in walks.items() if owner >= len(self._names)}
        rules, never = self._evidence.score(said, by)
        phrases = {owner: score for owner, (score, _) in ends.items()}
        belief = believe(self._learned.scores(said), phrases, rules, owners, never)
        found = [
            self._finish(owner, dict(ends[owner][1]) if owner in ends else {}, listed, said, confidence, whole=False)
            for owner, confidence in confidences(belief).items()
        ]
        return sorted(found, key=lambda match: (-match.confidence, -len(match.slots), match.intent))

    def neighbours(self, text: str, most: int = 5) -> list[tuple[str, str, float]]:
        """Why `text` is understood so: the sentences of the data most like it, as (sentence, intent, likeness 0..1).

        The intent of a sentence that means none is an empty text. Slow (tens of ms): for people, not for calls.
        """
        names = (*self._names, "")
        said = self.intents.put_right(words(text))
        return [(lesson.text, names[lesson.owner], alike) for lesson, alike in self._learned.neighbours(said, most)]

    def phrases(self, among: Collection[str] | None = None) -> tuple[str, ...]:
        """Every phrase of `say` of the intents, spelled as in the data (with ё): what a closed grammar needs.

        Those of `more` are not among them, and templates with open slots (numbers) give none. Every template is
        bounded when it is loaded.
        """
        return self._expand(frozenset(self._names if among is None else among))

    def in_russian(self, text: str) -> str:
        """`text` as the number grammar, which is Russian, takes it: «twenty three» is «двадцать три»."""
        return self.intents.spoken.in_russian(text)

    def number_words(self) -> tuple[str, ...]:
        """A closed grammar of the words in which numbers are said."""
        return self.intents.spoken.grammar()

    def completeness(self, text: str, among: Collection[str] | None = None) -> Completeness:
        """May the turn be closed at these words? Cheap enough for every partial hypothesis."""
        ends, goes_on, _ = self._reach(text, _frozen(among))
        return Completeness.PREFIX if goes_on else Completeness.COMPLETE if ends else Completeness.OPEN

    def settled(self, text: str, among: Collection[str] | None = None) -> bool:
        """Is `text` a whole phrase, and would every longer phrase mean the same («да» of «да, конечно»)?

        Weaker than COMPLETE: more words may come, but they change neither the intent nor its slots.
        """
        ends, _, may_mean = self._reach(text, _frozen(among))
        return bool(ends) and len(ends | may_mean) == 1

    def _reached(
        self, text: str, among: frozenset[str] | None
    ) -> tuple[set[tuple[int, Assigned]], bool, set[tuple[int, Assigned]]]:
        """Meanings of the phrases that end here; does any go on; what those that go on may mean.

        A partial asks it twice, and many a partial says what the one before said: see `_reach`.
        """
        positions = self._automaton.positions
        walks = self._exact(self.intents.put_right(words(text)), self._owners(among))
        ends = {(walk.owner, walk.slots) for walk in walks if positions[walk.at].last}
        on = [walk for walk in walks if positions[walk.at].follow]
        later: set[tuple[int, Assigned]] = set()
        seen: set[int] = set()
        for walk in on:
            todo = [walk.at]
            while todo:
                for follow in positions[todo.pop()].follow.values():
                    for at in follow:
                        if at in seen:
                            continue
                        seen.add(at)
                        todo.append(at)
                        if positions[at].last:
                            later.add((walk.owner, _assign(walk.slots, positions[at].assigns, at, "")))
        return ends, bool(on), later

    def _owners(self, among: Collection[str] | None) -> frozenset[int]:
        return frozenset(i for i, name in enumerate(self._names) if among is None or name in among)

    def _exact(self, said: Sequence[str], owners: frozenset[int]) -> list[_Walk]:
        """Walks that have used every word exactly as the data has it."""
        positions = self._automaton.positions
        walks = [_Walk(-1, -1)]
        for word in said:
            seen: dict[tuple[int, Assigned], _Walk] = {}
            for walk in walks:
                for at in self._automaton.next(walk.at, word):
                    place = positions[at]
                    if place.owner in owners:
                        slots = _assign(walk.slots, place.assigns, at, place.opens and f"{place.opens} {word}")
                        seen[at, slots] = _Walk(at, place.owner, slots=slots)
            walks = list(seen.values())
            if not walks:
                return []
        return walks if said else []

    def _whole(self, said: Sequence[str], owners: frozenset[int]) -> list[Match]:
        ends = [walk for walk in self._exact(said, owners) if self._automaton.positions[walk.at].last]
        best: dict[int, _Walk] = {}
        for walk in ends:
            if walk.owner not in best or len(walk.slots) > len(best[walk.owner].slots):
                best[walk.owner] = walk
        found = [self._finish(o, dict(_joined(w.slots)), {}, said, 1.0, whole=True) for o, w in best.items()]
        return sorted(found, key=lambda match: match.intent)

    def _either(self, said: Sequence[str], owners: frozenset[int]) -> list[Match]:
        """Two whole phrases with «или» between them are a doubt of the caller's own: both, to be asked about."""
        for i, word in enumerate(said):
            if word in _OR:
                sides = [self._whole(side, owners)[:1] for side in (said[:i], said[i + 1 :])]
                if all(sides) and len({side[0].intent for side in sides}) > 1:
                    return [replace(side[0], confidence=_EITHER, whole=False) for side in sides]
        return []

    def _walks(
        self, said: Sequence[str], by: Sequence[int], owners: frozenset[int]
    ) -> dict[int, tuple[float, Assigned]]:
        """The best phrase of each intent (or list) found in order inside free speech, with its confidence."""
        weights = self._weights(said)
        total = sum(weights)
        positions, step = self._automaton.positions, self._automaton.next
        living: list[_Walk] = []
        best: dict[int, tuple[float, Assigned]] = {}
        for i, word in enumerate(said):
            moved: dict[tuple[int, Assigned], _Walk] = {}
            near = self._vocabulary.near(word) or ((word, 0.0),)
            weight = weights[i] or _LIGHT_WEIGHT / 2
            for walk in (_Walk(-1, -1), *living):
                if by[i] >= 0 and by[i] != walk.no:
                    continue
                for form, cost in near:
                    for at in step(walk.at, form):
                        place = positions[at]
                        if place.owner not in owners and place.owner < len(self._names):
                            continue
                        new = _Walk(
                            at,
                            place.owner,
                            walk.matched + weight,
                            walk.inside,
                            walk.cost + cost,
                            i if word in DENY else walk.no,
                            _assign(walk.slots, place.assigns, at, place.opens and f"{place.opens} {word}"),
                        )
                        key = at, new.slots
                        if key not in moved or _worth(new) > _worth(moved[key]):
                            moved[key] = new
                        if place.last:
                            score = _confidence(new, total)
                            if score > best.get(new.owner, (0.0, ()))[0]:
                                best[new.owner] = (score, _joined(new.slots))
            for walk in living:
                inside = walk.inside + weights[i]
                if inside <= _SKIPPED_INSIDE and positions[walk.at].follow and word not in _NOT_SKIPPED:
                    kept = _Walk(walk.at, walk.owner, walk.matched, inside, walk.cost, walk.no, walk.slots)
                    if (walk.at, walk.slots) not in moved:
                        moved[walk.at, walk.slots] = kept
            living = list(moved.values())
            if len(living) > _KEPT_PATHS:
                living = sorted(living, key=_worth, reverse=True)[:_KEPT_PATHS]
        return best

    def _weights(self, said: Sequence[str]) -> list[float]:
        """How much each word means: carriers nothing, light words little."""
        near, light = self._vocabulary.near, self.intents.light
        weights = [_LIGHT_WEIGHT if word in light else 1.0 if near(word) else _STRANGE_WEIGHT for word in said]
        for i, word in enumerate(said):
            for carrier in self.intents.carriers.get(word, ()):
                if tuple(said[i : i + len(carrier)]) == carrier:
                    weights[i : i + len(carrier)] = [0.0] * len(carrier)
        return weights

    def _finish(
        self,
        owner: int,
        slots: dict[str, str],
        listed: Mapping[int, Assigned],
        said: Sequence[str],
        confidence: float,
        whole: bool,
    ) -> Match:
        """Fill the slots that were said outside the phrase, and write numbers as digits."""
        for slot, filler in self._fills[owner]:
            if slot not in slots and filler in listed:
                slots.update(dict(listed[filler]))
        kind = self._numbers[owner]
        if kind and kind not in slots:
            told = self.in_russian(" ".join(said))
            reading = numbers.natural(told)
            if reading is not None and len(reading.digits) >= _NUMBER_DIGITS:
                slots[kind] = " ".join(told.split()[slice(*reading.used)])
        for slot, spoken in slots.items():
            if slot in documents.KINDS:
                taken = documents.take(slot, self.in_russian(spoken))
                slots[slot] = documents.show(taken.digits, taken.groups)
            elif slot == "number":
                small = numbers.value(self.in_russian(spoken))
                slots[slot] = "" if small is None else str(small)
        return Match(self._names[owner], slots, round(confidence, 3), whole)

    def _expanded(self, among: frozenset[str]) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for intent in self.intents.intents:
            if intent.name in among:
                for template in intent.say:
                    found.update(dict.fromkeys(templates.expand(template, self.intents.lists)))
        return tuple(found)

    def _add_list(self, choices: Choices, owner: int) -> None:
        for entry in choices.entries:
            for say in entry.say:
                self._automaton.add(say, owner, (choices.slot, entry.value))

    def _words(self) -> Iterable[str]:
        for position in self._automaton.positions:
            yield position.word
        for intent in self.intents.intents:
            for rule in intent.rules:
                for group in rule.need:
                    yield from (word for choice in group for word in choice if not word.endswith("*"))


def _frozen(among: Collection[str] | None) -> frozenset[str] | None:
    return None if among is None else frozenset(among)


def _assign(slots: Assigned, assigns: tuple[str, str] | None, at: int, spoken: str) -> Assigned:
    """Slots after one more word; words of an open slot gather until `_joined`."""
    if assigns is not None:
        return (*(pair for pair in slots if pair[0] != assigns[0]), assigns)
    if spoken:
        name, word = spoken.split(" ", 1)
        return (*slots, (name, word))
    return slots


def _joined(slots: Assigned) -> Assigned:
    together: dict[str, str] = {}
    for name, said in slots:
        together[name] = f"{together[name]} {said}" if name in together else said
    return tuple(together.items())


def _worth(walk: _Walk) -> float:
    return walk.matched - walk.inside - walk.cost


def _confidence(walk: _Walk, total: float) -> float:
    """How likely a phrase heard inside free speech is meant.

    The share of the meaning words it covers; a long phrase is believed even in a long sentence, one word is not.
    """
    covered = walk.matched / max(total, walk.matched)
    alone = max(0.0, min(0.75, 0.3 * (walk.matched - 1)))
    return max(0.0, alone + (0.97 - alone) * covered - walk.cost - 0.05 * walk.inside)
