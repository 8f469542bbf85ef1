"""The line's side of a talk: it walks the flow, asks, fills slots, looks things up, hands over to a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from voice.dialog.actions import (
    Action,
    CancelTimer,
    End,
    Listen,
    LookUp,
    Publish,
    Register,
    StartTimer,
    Transfer,
)
from voice.dialog.buttons import label
from voice.dialog.floor import Floor
from voice.dialog.manner import Habits, Manner
from voice.dialog.memory import Memory
from voice.dialog.question import Asks, Question, Tries
from voice.dialog.script import DialledLine, Script, Slot, Step
from voice.dialog.texts import Texts
from voice.dialog.turn import Act, Turn
from voice.events import Count, Counted, LookedUp, TopicOpened, Understood
from voice.nlu import slots
from voice.nlu.documents import KINDS as NUMBERS

# Whom the caller was handed over to; and when that was in vain: "again", "last" when he was handed over often enough,
# "spent" when nothing else is left after that: he is not understood, or silent.
TARGET, UNREACHED = "target", "unreached"
OFFICE = "office"  # a timer
OFFICE_BACKSTOP_MS = 8_000  # the back office owes an answer by then
MOST_DIGITS_BY_CHANCE = 2  # in a wish; more begin a number
KEYS_RUNG = 2  # of a ladder, that offers keys
GIVES_UP_SILENT = 2  # silences after which a step that may end in silence does
MOST_MISSES = 3  # so often nobody answers before the caller is no longer handed over to the same people
SILENCE, FINAL = "silence", "final"  # timers that stop when the line does
CAPTIONS = "captions"  # the fact that this call can be read on another device, and the deed that tells where


@dataclass
class Talk:
    """What is talked about, and how far the talk has come.

    today: the caller's day, by which yesterday is understood. languages: what else may be spoken, by name: the same
    flows with other texts. facts: what texts may name in every state.
    """

    script: Script
    dialled: DialledLine
    today: date | None = None
    languages: Mapping[str, Script] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    question: Question = field(init=False)
    tries: Tries = field(init=False)
    manner: Manner = field(init=False)
    floor: Floor = field(default_factory=Floor)
    memory: Memory = field(default_factory=Memory)
    habits: Habits = field(default_factory=Habits)
    _at_ms: int = 0
    _said: list[str] = field(default_factory=list)  # since the caller's last words
    _after: Transfer | End | None = None  # what follows the last saying instead of listening
    _deaf_to: tuple[str, ...] = ()  # intents that the running saying takes no notice of
    _asking: Step | None = None  # the step whose answer the back office owes
    _reason: str = ""  # why a person is called
    _breath: Understood | None = None  # the last wish, with all that was said along with it
    _taken: set[str] = field(default_factory=set)  # slots that were already filled from it
    _missed: dict[str, int] = field(default_factory=dict)  # targets that did not answer: how often
    _bad_line: str = ""  # what is wrong with the caller's line and was not said yet
    _keys_soon: bool = False  # his line is bad: keys are offered at the first failure, not at the second
    _written: bool = False  # the call has no sound: both sides write

    def __post_init__(self) -> None:
        line = self.dialled
        self.manner = Manner(pace=line.pace, patience=line.patience, simple=line.manner == "simple")
        for name, value in {**self.facts, "line": line.name}.items():
            self.memory.keep(name, value)
        self.question = Question(self.script, self._possible(self.script.steps[line.start]), today=self.today)
        self.tries = Tries(self.script.ladders)

    @property
    def turn(self) -> Turn:
        return self.floor.turn

    @property
    def texts(self) -> Texts:
        """What is said, or written, to this caller."""
        return self.script.texts.read if self.manner.writes else self.script.texts

    # --- speaking ----------------------------------------------------------------------------------------------------

    def _say(self, text: str, *, cut: bool = True, manner: Manner | None = None) -> list[Action]:
        """manner: of this saying only."""
        self._said.append(text)
        return [CancelTimer(SILENCE), *self.floor.say(text, manner or self.manner, cut=cut)]

    def _ask_aloud(self, key: str, nth: int = 0) -> list[Action]:
        return [*self._say(self._text(key, nth)), self._ears()]

    def _hush(self) -> list[Action]:
        self._after, self._deaf_to = None, ()
        return [*self.floor.hush(), CancelTimer(SILENCE), CancelTimer(FINAL)]

    def _ears(self) -> Action:
        return Listen(self.question.listening(self.manner))

    def _text(self, key: str, nth: int = 0) -> str:
        return self.texts.say(key, {**self.memory.shown, "options": self._options()}, nth=nth)

    def _asked(self) -> str:
        """The running question in its short form."""
        step, asks = self.question.step, self.question.asks
        if asks is Asks.VALUE_RIGHT and step.slot:
            return self._text(step.slot.confirm)
        return self._text(step.confirm) if step.register else self._text(step.ask, 1)

    def _options(self) -> str:
        texts = self.texts
        return " ".join(
            texts.say(
                "option",
                {"label": label(option, texts), "key": texts.tables["keys"][option.key], "digit": option.key},
            )
            for option in self.question.step.options
            if option.label
        )

    def _keys_offered(self) -> list[Action]:
        offered = self._options()
        if self.question.takes_digits:
            offered = self._text("number.keys")
        return self._say(offered) if offered else []

    # --- steps -------------------------------------------------------------------------------------------------------

    def _go(self, target: str) -> list[Action]:
        """Walk to `target` and on to the next step that waits for somebody."""
        actions: list[Action] = []
        while True:
            step = self.script.steps[target]
            if topic := self.script.topic(step.id, self.memory.values):
                actions.append(Publish(TopicOpened(at_ms=self._at_ms, topic=topic)))
            if step.counts and not step.say:
                actions.append(self._count(step.counts, step.id))
            if step.look_up:
                return actions + self._ask_office(step, LookUp(step.look_up, self._args(step)))
            if step.register:
                self.question = Question(self.script, step, asks=Asks.CONSENT, today=self.today)
                self.memory.at(step.id)
                return actions + self._ask_aloud(step.confirm)
            if step.choose:
                target = step.cases.get(self.memory.values.get(step.choose, ""), step.otherwise)
                continue
            if step.ask:
                return actions + self._ask(step)
            if self._missed.get(step.transfer, 0) >= MOST_MISSES:
                self.memory.keep(UNREACHED, "spent" if self._reason in self.script.ladders else "last")
                target = self._unreached
                continue
            key = f"{step.say}.{self.memory.values.get(step.by, '')}" if step.by else step.say
            last = bool(step.transfer)
            actions += self._say(self._text(key, self._variant(key)), cut=not last)
            if step.counts:
                actions.append(self._count(step.counts, step.id, say=self.floor.newest))
            if step.transfer:
                self.memory.keep(TARGET, step.transfer)
                self._after = Transfer(step.transfer, self._reason or "flow")
                return actions
            if step.end:
                self._deaf_to = step.deaf_to
                self._after = End("goodbye")
                return actions
            target = step.go

    def _count(self, what: Count, step: str, *, say: int = 0) -> Action:
        return Publish(Counted(at_ms=self._at_ms, what=what, step=step, say=say))

    def _possible(self, step: Step) -> Step:
        """The step without what cannot be done in this call."""
        if CAPTIONS in self.memory.values or all(option.do != CAPTIONS for option in step.options):
            return step
        return replace(step, options=tuple(option for option in step.options if option.do != CAPTIONS))

    def _ask(self, step: Step) -> list[Action]:
        step = self._possible(step)
        self.question = Question(self.script, step, today=self.today)
        self.memory.at(step.id)
        if step.slot and self._breath and step.slot.name not in self._taken:
            if step.slot.kind and (value := self._said_along(step.slot.kind)):
                self._taken.add(step.slot.name)
                return self._value(value)
            if step.slot.intent and step.slot.name in self._breath.slots:
                self._taken.add(step.slot.name)
                return self._go(step.go)
        aloud = self._ask_aloud(step.ask, self._variant(step.ask))
        return aloud[:-1] + self._keys_offered() + aloud[-1:] if self.manner.keys_only else aloud

    def _variant(self, key: str) -> int:
        """Which variant of a text is due: the short one for whoever has heard it, knows the way or needs it brief."""
        return max(self.memory.visit(key), int(self.manner.brief))

    def _said_along(self, kind: str) -> Understood | None:
        """The number that came in the same breath as the wish, if it came whole or in part."""
        if kind not in NUMBERS or self._breath is None:
            return None
        value = self.question.value(self._breath.source, self._breath.text, self._at_ms)
        taken = value.slots.get("state") in ("COMPLETE", "SHORT")
        return value if taken and len(value.slots["value"]) > MOST_DIGITS_BY_CHANCE else None

    # --- the back office ---------------------------------------------------------------------------------------------

    def _ask_office(self, step: Step, asked: LookUp | Register) -> list[Action]:
        self._asking = step
        self.floor.move(Act.THINK)
        return [asked, StartTimer(OFFICE, OFFICE_BACKSTOP_MS)]

    def _consented(self, yes: bool) -> list[Action]:
        step = self.question.step
        self.tries.clear()
        return self._ask_office(step, Register(step.register, self._args(step))) if yes else self._go(step.refused)

    def _args(self, step: Step) -> dict[str, str]:
        return {name: self.memory.values.get(slot, "") for name, slot in step.args.items()}

    def _office_answered(self, answer: LookedUp) -> list[Action]:
        step, asked = self._asking, (self._asking.look_up or self._asking.register) if self._asking else ""
        if step is None or asked != answer.name:
            return []
        self._asking = None
        for name, fact in (answer.facts or {}).items():
            self.memory.keep(name, fact)
        known = step.missing if answer.facts is None else step.found
        target = step.failed if answer.failed else step.done if step.register else known
        return [CancelTimer(OFFICE), *self._go(target)]

    # --- values: numbers, dates, names -------------------------------------------------------------------------------

    def _value(self, heard: Understood) -> list[Action]:
        slot, state, value = self.question.step.slot, heard.slots["state"], heard.slots["value"]
        assert slot
        groups = heard.slots["groups"].split()
        others = tuple(heard.slots.get("others", "").split())
        if state == "COMPLETE":
            own = groups if len(groups) > 1 and heard.source != "key" else []
            self.question = replace(self.question, guessed=False)
            self._take(slot, value, own)
            if slot.confirm and (others or heard.source != "typed"):  # whoever typed it sees it
                return self._read_back(slot, " ".join(own) or value, others)
            self.tries.clear()
            return self._go(self.question.step.go)
        if state == "SHORT":
            self.question = replace(self.question, asks=Asks.STEP, before=" ".join(groups) or value)
            return self._ask_aloud("number.short", self.memory.visit("number.short"))
        self.question = replace(self.question, asks=Asks.STEP, before="")
        if self.tries.fail("no_match") and self.tries.exhausted("no_match"):
            return self._to_operator("no_match")
        likely = [other for other in others if len(other) == len(value)]
        if state == "WRONG" and len(likely) == 1:  # one word was misheard, most likely: offered, never just taken
            self._take(slot, likely[0], [])
            self.question = replace(self.question, refused=" ".join(groups) or value, guessed=True)
            return self._say(self._text("number.maybe")) + self._read_back(slot, likely[0])
        return self._advice() + self._ask_aloud("number.long" if state == "LONG" else "number.wrong")

    def _take(self, slot: Slot, value: str, groups: list[str]) -> None:
        self.memory.keep(slot.name, value, slots.show(slot.kind, value, groups), slot.kind)

    def _read_back(self, slot: Slot, value: str, others: tuple[str, ...] = ()) -> list[Action]:
        """others: what else the same words may mean."""
        self.question = replace(self.question, asks=Asks.VALUE_RIGHT, before=value, candidates=others)
        return self._ask_aloud(slot.confirm)

    def _value_right(self, right: bool) -> list[Action]:
        slot = self.question.step.slot
        assert slot
        if right:
            self.tries.clear()
            return self._go(self.question.step.go)
        if self.question.candidates:  # the same words may mean another value: ask for that before asking anew
            other, *_ = self.question.candidates
            self._take(slot, other, [])
            return self._read_back(slot, other)
        if self.question.guessed:  # the caller has not been wrong once more
            self.question = replace(self.question, asks=Asks.STEP, before="", guessed=False)
            return self._ask_aloud("number.again")
        self.question = replace(self.question, asks=Asks.STEP, before="", refused=self.question.before)
        nth = self.tries.fail("no_match")
        if self.tries.exhausted("no_match"):
            return self._to_operator("no_match")
        if slot.kind not in NUMBERS:
            return self._ask_aloud("value.again")
        return self._advice() + self._ask_aloud("number.again" if nth == 1 and not self._keys_soon else "number.keys")

    # --- failures ----------------------------------------------------------------------------------------------------

    def _failed(self, rung: str) -> list[Action]:
        """One rung up a ladder: said differently, then with keys, then a person."""
        nth = self.tries.fail(rung)
        if rung == "no_input" and self._written:
            if self.tries.exhausted(rung):
                return self._go(self.script.idle)
        elif rung == "no_input" and self.question.step.on_silence and nth >= GIVES_UP_SILENT:
            return self._go(self.question.step.on_silence)
        elif self.tries.exhausted(rung):
            return self._to_operator(rung)
        nth = max(nth, KEYS_RUNG) if self._keys_soon else nth
        gaps = {"question": self._asked(), "options_or_question": self._options() or self._asked()}
        return [*self._advice(), *self._say(self.texts.say(rung, gaps, nth=nth - 1)), self._ears()]

    def _advice(self) -> list[Action]:
        """What the caller can do about a bad line; each trouble is told once."""
        reason, self._bad_line = self._bad_line, ""
        key = f"bad_line.{reason}"
        return self._say(self._text(key)) if reason and not self.memory.visit(key) else []

    def _to_operator(self, reason: str) -> list[Action]:
        self._reason = reason
        return self._go(self.script.operator)

    def _nobody_answered(self) -> list[Action]:
        """The caller is back from a transfer: what he can do now is asked, and "back" leads where he left."""
        target = self.memory.values[TARGET]
        missed = self._missed[target] = self._missed.get(target, 0) + 1
        self.tries.clear()
        self._said, self._reason = [], ""
        self.memory.keep(UNREACHED, "last" if missed >= MOST_MISSES else "again")
        return self._go(self._unreached)

    @property
    def _unreached(self) -> str:
        return self.script.nobody or self.dialled.start
