"""What the line waits for at one moment, and what an answer to it means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, auto
from functools import cached_property

from voice.dialog.listening import Listening, Patience
from voice.dialog.manner import Manner
from voice.dialog.script import Option, Script, Step
from voice.events import Source, Understood
from voice.nlu import numbers, slots
from voice.nlu.documents import KINDS as NUMBERS
from voice.nlu.matcher import Completeness, Match
from voice.nlu.normalise import plain
from voice.nlu.slots import State, Taken

ANSWER = "answer"  # the intent of an answer that fills the step's slot; its slots: kind, state, value, groups
SURE, LIKELY, UNSURE = 0.75, 0.6, 0.45  # done; done if it cannot be asked back; asked back
HEARD_BADLY = 0.4  # below this a recogniser's own doubt halves what the words seem to mean
YES, NO, BACKCHANNEL = "yes", "no", "backchannel"
KEYS = frozenset("0123456789*#")


class Asks(Enum):
    STEP = auto()  # what the step itself asks
    VALUE_RIGHT = auto()  # "... is that right?" after a number, a date, a name
    MEANT = auto()  # "do you want to ...?" after an unsure hearing
    CONSENT = auto()  # "I will ..., is that right?" before something that cannot be taken back


@dataclass(frozen=True)
class Question:
    """One question under way.

    before: what of a value was given already, in the caller's groups. meant: what an unsure hearing offers.
    candidates: other values that the same words may mean. refused: the value that was wrong. guessed: what is read
    back was not heard so, but may have been meant.
    """

    script: Script
    step: Step
    asks: Asks = Asks.STEP
    before: str = ""
    meant: tuple[Understood, ...] = ()
    candidates: tuple[str, ...] = ()
    refused: str = ""
    guessed: bool = False
    today: date | None = None

    @property
    def options(self) -> tuple[Option, ...]:
        """The state's own options: spoken, pressed and typed alike."""
        if self.asks is Asks.STEP:
            return self.step.options
        if len(self.meant) > 1:
            meant = tuple(Option(key=str(n), intent=one.intent or "") for n, one in enumerate(self.meant, 1))
            return (*meant, Option(key=str(len(meant) + 1), intent=NO, label="answer.neither"))
        return Option(key="1", intent=YES, label="answer.yes"), Option(key="2", intent=NO, label="answer.no")

    @property
    def kind(self) -> str:
        """The kind of value that may be given here; empty when none is waited for."""
        wanted = self.step.slot is not None and self.asks in (Asks.STEP, Asks.VALUE_RIGHT)
        return self.step.slot.kind if wanted and self.step.slot else ""

    @property
    def collects(self) -> bool:
        """Is a value being taken (not read back)?"""
        return bool(self.kind) and self.asks is Asks.STEP

    @property
    def takes_digits(self) -> bool:
        return self.collects and self.kind in NUMBERS

    @property
    def expects_yes(self) -> bool:
        return any(option.intent == YES for option in self.options)

    @property
    def closed(self) -> bool:
        return self.asks is not Asks.STEP or self.step.listen == "menu"

    @property
    def patience(self) -> Patience:
        return self.script.patience["menu" if self.closed else self.step.listen]

    @cached_property
    def own(self) -> frozenset[str]:
        """The intents that answer the question itself."""
        own = {option.intent for option in self.options} | {understood.intent or "" for understood in self.meant}
        if self.step.slot and self.asks is Asks.STEP:
            own.add(self.step.slot.intent)
        if self.asks is not Asks.STEP:
            own |= {YES, NO}
        return frozenset(own - {""})

    @cached_property
    def intents(self) -> frozenset[str]:
        """Every intent that means something here."""
        return self.own | {option.intent for option in self.script.everywhere if option.intent} | {BACKCHANNEL}

    @cached_property
    def _final(self) -> frozenset[str]:
        """Intents whose whole phrase ends a turn: after a greeting people go on."""
        if self.kind == "text":
            return self.script.command_intents | self.own
        return self.intents - {option.intent for option in self.script.commands if option.do == "greet"}

    def listening(self, manner: Manner) -> Listening:
        """How the ears should listen to the answer."""
        phrases: tuple[str, ...] = ()
        if self.closed and not self.collects:
            spoken = self.script.texts.tables["keys"]
            phrases = self.script.matcher.phrases(self.own) + self.script.brief_commands
            phrases += tuple(spoken[option.key] for option in self.options if option.key in spoken)
        return Listening(
            patience=self.patience,
            judge=self._judge,
            phrases=phrases,
            second=self.script.matcher.number_words() if self.takes_digits else (),
            factor=manner.patience,
        )

    def _judge(self, text: str) -> Completeness:
        if self.kind and self.kind != "text":
            told = self._in_russian(text)
            state = slots.length_state(self.kind, told, self.before)
            if state is State.COMPLETE and self.asks is Asks.STEP:
                return Completeness.COMPLETE
            if state is State.SHORT:
                full = slots.take(self.kind, told, self.before, today=self.today).state is State.COMPLETE
                return Completeness.PREFIX if full else Completeness.OPEN  # ninety may become ninety-one
        if any(
            option.key and plain(text) == self.script.texts.tables["keys"].get(option.key) for option in self.options
        ):
            return Completeness.COMPLETE
        among = self.own if self.closed else self._final  # a yes is a yes, whatever wish may begin with it
        if self.script.matcher.settled(text, among) or self.script.matcher.settled(text, self._final):
            return Completeness.COMPLETE
        return self.script.matcher.completeness(text, self._final)

    def _in_russian(self, text: str) -> str:
        """As the grammar of numbers and dates takes it; a dictated text is nobody's number."""
        return text if self.kind == "text" else self.script.matcher.in_russian(text)

    def pressed(self, digit: str, at_ms: int, source: Source = "key") -> Understood:
        """What a key means here; an unknown key has no intent."""
        for option in (*self.options, *self.script.everywhere):
            if option.key == digit:
                return self.chosen(option, source, digit, at_ms)
        return Understood(at_ms=at_ms, source=source, text=digit, intent=None)

    def wrote(self, text: str, at_ms: int) -> list[Understood]:
        """Every meaning of what was typed, best first: as if spoken, but a lone key is a key."""
        if text in KEYS and not self.takes_digits:
            return [self.pressed(text, at_ms, "typed")]
        return self.answer(text, "typed", at_ms)

    def value(self, source: Source, text: str, at_ms: int) -> Understood:
        """What digits from the keys, or words spoken with an earlier wish, give for the step's slot."""
        return self._value(text, source, at_ms) or Understood(at_ms=at_ms, source=source, text=text, intent=None)

    def answer(self, text: str, source: Source, at_ms: int, *, heard: float = 1.0) -> list[Understood]:
        """Every meaning of the words, best first; never empty (the last resort is no intent at all).

        heard: the recogniser's confidence 0..1; typed text is certain.
        """
        doubt = 1.0 if heard >= HEARD_BADLY else 0.5
        if self.kind == "text" and self.collects:
            return self._dictated(text, source, at_ms)
        matches = self.script.matcher.match(text, self.intents)
        # The same phrase may name a topic too: an answer to the question comes first.
        matches.sort(key=lambda match: not (match.whole and match.intent in self.own))
        certain = matches and (matches[0].whole or (self.kind == "name" and matches[0].confidence >= SURE))
        if certain:  # of a name every word could be one
            return [self._meant(matches[0], text, source, at_ms, doubt)]
        if self.kind and (value := self._value(text, source, at_ms)):
            return [value]
        if chosen := self._as_offered(text) or self._named_by_key(text):
            return [self.chosen(chosen, source, text, at_ms, confidence=doubt)]
        meanings = [self._meant(match, text, source, at_ms, doubt) for match in matches]
        return meanings or [Understood(at_ms=at_ms, source=source, text=text, intent=None, confidence=heard)]

    def _dictated(self, text: str, source: Source, at_ms: int) -> list[Understood]:
        """In a dictated text only a whole command or option is one: an operator in a sentence is the caller's story."""
        commands = self.script.matcher.match(text, self.script.command_intents | self.own | {BACKCHANNEL})
        if commands and commands[0].whole:
            return [self._meant(commands[0], text, source, at_ms, 1.0)]
        return [self.value(source, text, at_ms)]

    def _as_offered(self, text: str) -> Option | None:
        """The option that is named as the line offers it, though no phrase of its intent is said so."""
        say = self.script.texts.say
        return next((one for one in self.options if one.label and plain(say(one.label)) == plain(text)), None)

    def _named_by_key(self, text: str) -> Option | None:
        named = numbers.value(self.script.matcher.in_russian(text))
        return next((option for option in self.options if named is not None and option.key == str(named)), None)

    def _value(self, text: str, source: Source, at_ms: int) -> Understood | None:
        said_so = self._in_russian(text)
        before = self.before if self.asks is Asks.STEP else ""
        taken = self._mended(said_so) or slots.take(self.kind, said_so, before, today=self.today)
        if taken.state is State.NONE:
            return None
        fitting = () if taken.state is State.WRONG else taken.candidates
        said = taken.groups
        if before and said and said[0] == before.replace(" ", ""):
            said = (*before.split(), *said[1:])  # as it was grouped when it was said
        given = {
            "kind": self.kind,
            "state": taken.state.name,
            "value": taken.digits,
            "groups": " ".join(said),
            "others": " ".join(
                other for other in (*fitting, *taken.meant) if other != taken.digits and " " not in other
            ),
        }
        return Understood(at_ms=at_ms, source=source, text=text, intent=ANSWER, slots=given)

    def _mended(self, text: str) -> Taken | None:
        """What was read back, or was refused before, with one place of it put right."""
        read_back = self.before if self.asks is Asks.VALUE_RIGHT else ""
        ways = []
        for value in filter(None, (read_back, self.refused)):
            groups = value.split()
            if mended := slots.repair(self.kind, "".join(groups), groups, text):
                ways.append(slots.take(self.kind, mended, today=self.today))
        return next((way for way in ways if way.state is State.COMPLETE), ways[0] if ways else None)

    def chosen(self, option: Option, source: Source, text: str, at_ms: int, *, confidence: float = 1.0) -> Understood:
        """What it means that this option was chosen, by whatever road."""
        given: Mapping[str, str] = (
            option.slots if option in self.script.everywhere else {**option.slots, "key": option.key}
        )
        intent = option.intent or (self.step.slot.intent if self.step.slot else "")
        return Understood(at_ms=at_ms, source=source, text=text, intent=intent, slots=given, confidence=confidence)

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
