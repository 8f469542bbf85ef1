"""What the line waits for at one moment, and what an answer to it means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from voice.dialog.listening import Listening, Patience
from voice.dialog.script import Option, Script, Step
from voice.events import Source, Understood
from voice.nlu import documents, number_words, numbers
from voice.nlu.documents import State
from voice.nlu.matcher import Completeness, Match
from voice.nlu.normalise import plain

NUMBER = "number"  # the intent of an answer that gives a number; its slots: state, digits, groups
SURE, LIKELY, UNSURE = 0.75, 0.6, 0.45  # done; done if it cannot be asked back; asked back
HEARD_BADLY = 0.4  # below this a recogniser's own doubt halves what the words seem to mean
YES, NO = "yes", "no"


class Asks(Enum):
    STEP = auto()  # what the step itself asks
    NUMBER_RIGHT = auto()  # "... is that right?" after a number
    MEANT = auto()  # "do you want to ...?" after an unsure hearing


@dataclass(frozen=True)
class Question:
    """One question under way: `before` is what of a number was given already, `meant` what an unsure hearing offers."""

    script: Script
    step: Step
    asks: Asks = Asks.STEP
    before: str = ""
    groups: tuple[str, ...] = ()
    meant: tuple[Understood, ...] = ()
    refused: tuple[str, tuple[str, ...]] = ("", ())  # the number that was read back and was wrong, with its groups

    @property
    def options(self) -> tuple[Option, ...]:
        """The state's own options: spoken, pressed and typed alike."""
        if self.asks is Asks.STEP:
            return self.step.options
        yes_no = (Option(key="1", intent=YES), Option(key="2", intent=NO))
        return yes_no if len(self.meant) < 2 else ()

    @property
    def wants_number(self) -> bool:
        return self.step.slot is not None and bool(self.step.slot.kind) and self.asks is not Asks.MEANT

    @property
    def intents(self) -> frozenset[str]:
        """Every intent that means something here."""
        known = {option.intent for option in (*self.options, *self.script.everywhere) if option.intent}
        if self.step.slot and self.step.slot.intent:
            known.add(self.step.slot.intent)
        return frozenset(
            known | {understood.intent for understood in self.meant if understood.intent} | {"backchannel", YES, NO}
        )

    @property
    def closed(self) -> bool:
        return self.asks is not Asks.STEP or self.step.listen == "menu"

    @property
    def patience(self) -> Patience:
        row = "number" if self.collects else "menu" if self.closed else self.step.listen
        return self.script.patience[row]

    @property
    def collects(self) -> bool:
        """Is a number being taken (not read back)?"""
        return self.wants_number and self.asks is Asks.STEP

    def listening(self) -> Listening:
        """How the ears should listen to the answer."""
        phrases: tuple[str, ...] = ()
        if self.closed and not self.collects:
            spoken = self.script.texts.tables["keys"]
            phrases = self.script.matcher.phrases(self.intents)
            phrases += tuple(spoken[option.key] for option in self.options if option.key in spoken)
        return Listening(
            patience=self.patience,
            judge=self._judge,
            phrases=phrases,
            second=number_words.grammar() if self.collects else (),
        )

    def _judge(self, text: str) -> Completeness:
        if self.wants_number:
            assert self.step.slot
            state = documents.length_state(self.step.slot.kind, text, self.before)
            if state is State.COMPLETE and self.asks is Asks.STEP:
                return Completeness.COMPLETE
            if state is State.SHORT:
                full = documents.take(self.step.slot.kind, text, self.before).state is State.COMPLETE
                return Completeness.PREFIX if full else Completeness.OPEN  # ninety may become ninety-one
        if any(
            option.key and plain(text) == self.script.texts.tables["keys"].get(option.key) for option in self.options
        ):
            return Completeness.COMPLETE
        final = self.intents - {option.intent for option in self.script.everywhere if option.do == "greet"}
        if self.script.matcher.settled(text, final):  # after a greeting people go on
            return Completeness.COMPLETE
        return self.script.matcher.completeness(text, final)

    def pressed(self, digit: str, at_ms: int) -> Understood:
        """What a key means here; an unknown key has no intent."""
        for option in (*self.options, *self.script.everywhere):
            if option.key == digit:
                return self._chosen(option, "key", digit, at_ms)
        return Understood(at_ms=at_ms, source="key", text=digit, intent=None)

    def number(self, source: Source, digits: str, at_ms: int) -> Understood:
        """What digits from the keys mean here."""
        return self._number(digits, source, at_ms) or Understood(at_ms=at_ms, source=source, text=digits, intent=None)

    def answer(self, text: str, source: Source, at_ms: int, *, heard: float = 1.0) -> list[Understood]:
        """Every meaning of the words, best first; never empty (the last resort is no intent at all).

        heard: the recogniser's confidence 0..1; typed text is certain.
        """
        doubt = 1.0 if heard >= HEARD_BADLY else 0.5
        matches = self.script.matcher.match(text, self.intents)
        if matches and matches[0].whole:
            return [self._meant(matches[0], text, source, at_ms, doubt)]
        if self.wants_number and (number := self._number(text, source, at_ms)):
            return [number]
        if chosen := self._named_by_key(text):
            return [self._chosen(chosen, source, text, at_ms, confidence=doubt)]
        meanings = [self._meant(match, text, source, at_ms, doubt) for match in matches]
        return meanings or [Understood(at_ms=at_ms, source=source, text=text, intent=None, confidence=heard)]

    def _named_by_key(self, text: str) -> Option | None:
        named = numbers.value(text)
        return next((option for option in self.options if named is not None and option.key == str(named)), None)

    def _number(self, text: str, source: Source, at_ms: int) -> Understood | None:
        assert self.step.slot
        kind = self.step.slot.kind
        wrong, groups = (self.before, self.groups) if self.asks is Asks.NUMBER_RIGHT else self.refused
        if wrong and (mended := documents.repair(wrong, groups, text)):
            taken = documents.take(kind, mended)
        else:
            taken = documents.take(kind, text, self.before if self.asks is Asks.STEP else "")
        if taken.state is State.NONE:
            return None
        said = taken.groups
        if self.before and said and said[0] == self.before:
            said = (*self.groups, *said[1:])  # as it was grouped when it was said
        slots = {"state": taken.state.name, "digits": taken.digits, "groups": " ".join(said)}
        return Understood(at_ms=at_ms, source=source, text=text, intent=NUMBER, slots=slots)

    def _chosen(self, option: Option, source: Source, text: str, at_ms: int, *, confidence: float = 1.0) -> Understood:
        slots: Mapping[str, str] = (
            option.slots if option in self.script.everywhere else {**option.slots, "key": option.key}
        )
        intent = option.intent or (self.step.slot.intent if self.step.slot else "")
        return Understood(at_ms=at_ms, source=source, text=text, intent=intent, slots=slots, confidence=confidence)

    def _meant(self, match: Match, text: str, source: Source, at_ms: int, doubt: float) -> Understood:
        confidence = match.confidence * doubt
        return Understood(
            at_ms=at_ms, source=source, text=text, intent=match.intent, slots=dict(match.slots), confidence=confidence
        )


@dataclass
class Tries:
    """Failures in a row, counted apart; any success clears both."""

    limits: Mapping[str, int]
    counts: dict[str, int] = field(default_factory=dict)

    def fail(self, rung: str) -> int:
        """Count one more failure and return how many there are now."""
        self.counts[rung] = self.counts.get(rung, 0) + 1
        return self.counts[rung]

    def exhausted(self, rung: str) -> bool:
        return self.counts.get(rung, 0) >= self.limits[rung]

    def clear(self) -> None:
        self.counts.clear()
