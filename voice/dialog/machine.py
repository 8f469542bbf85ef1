"""The dialog of one call: an event goes in, actions come out; no I/O, no clock, no thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from voice.dialog.actions import (
    Action,
    CancelTimer,
    End,
    Hush,
    Listen,
    LookUp,
    Pause,
    Publish,
    Resume,
    Say,
    StartTimer,
    Transfer,
)
from voice.dialog.question import LIKELY, NO, NUMBER, SURE, UNSURE, YES, Asks, Question, Tries
from voice.dialog.script import DialledLine, Option, Script, Step
from voice.dialog.turn import TURNS, Act, Trigger, Turn
from voice.events import (
    AnyEvent,
    CallStarted,
    Final,
    Key,
    LookedUp,
    Partial,
    SayDone,
    SpeechEnded,
    SpeechStarted,
    TimerFired,
    Transferred,
    Typed,
    Understood,
)
from voice.nlu.documents import show
from voice.nlu.normalise import words

SILENCE, KEYS, FINAL, ANSWER = "silence", "keys", "final", "answer"  # timers
UNHEARD_MS, UNHEARD_OPEN_MS = 2_500, 4_000  # a sound without words is most likely an answer that was not caught
MOST_FALSE_STOPS = 2  # then only words silence the line: something beside the caller makes noise
MOST_DIGITS_BY_CHANCE = 2  # in a wish; more begin a number
GIVES_UP_SILENT = 2  # silences after which a step that may end in silence does
BETWEEN_KEYS_MS = 3_500
FINAL_BACKSTOP_MS = 4_000  # the recogniser owes a Final by then
ANSWER_BACKSTOP_MS = 8_000  # the back office owes an answer by then
SLOWER, SLOWEST = 0.85, 0.6
ECHO_WORDS = 3  # this many of the line's own words in a row are its echo, not an answer


@dataclass(frozen=True, slots=True)
class Saying:
    say: int
    text: str
    cut: bool  # may the caller interrupt it?


@dataclass
class Dialog:
    """Decides what the line does. `handle` is the only way in; the same events always give the same actions."""

    script: Script
    dialled: DialledLine
    turn: Turn = Turn.LISTENING
    question: Question = field(init=False)
    tries: Tries = field(init=False)
    values: dict[str, str] = field(default_factory=dict)  # slots and facts by name
    shown: dict[str, str] = field(default_factory=dict)  # the same as they are read out
    history: list[str] = field(default_factory=list)  # steps that asked, oldest first
    visits: dict[str, int] = field(default_factory=dict)
    pace: float = 1.0
    _sayings: list[Saying] = field(default_factory=list)  # begun or waiting, in order
    _said: list[str] = field(default_factory=list)  # since the caller's last words
    _last: list[str] = field(default_factory=list)  # between the caller's last words and those before: for "repeat"
    _paused: bool = False
    _next_say: int = 0
    _keys: str = ""
    _offered: tuple[Understood, ...] = ()  # the meanings that an unsure hearing leaves open
    _waiting: bool = False  # the caller asked for time
    _at_ms: int = 0
    _held: Understood | None = None  # said during an announcement, taken up after it
    _after: Transfer | End | None = None  # what follows the last saying instead of listening
    _false_stops: int = 0  # pauses for sound that was no speech, since the caller's last words
    _deaf_to: tuple[str, ...] = ()  # intents that the running saying takes no notice of
    _looking_up: Step | None = None
    _reason: str = ""  # why a person is called

    def __post_init__(self) -> None:
        self.question = Question(self.script, self.script.steps[self.dialled.start])
        self.tries = Tries(self.script.ladders)

    def handle(self, event: AnyEvent) -> list[Action]:
        """Advance by one event; return what the shell must do, in this order."""
        if self.turn is Turn.ENDED:
            return []
        self._at_ms = event.at_ms
        self._move(type(event))
        match event:
            case CallStarted():
                return self._begin()
            case SpeechStarted():
                return self._caller_speaks()
            case Partial(stable=stable) if stable and self.turn is Turn.HEARING:
                return self._pause()
            case SpeechEnded() if self.turn is Turn.THINKING:
                return [StartTimer(FINAL, FINAL_BACKSTOP_MS)]
            case Final():
                return self._heard(event)
            case Typed(text=text):
                return self._publish(self.question.answer(text, "typed", event.at_ms))
            case Key(digit=digit):
                return self._key(digit, event.at_ms)
            case Understood():
                return self._understood(event)
            case LookedUp():
                return self._looked_up(event)
            case SayDone(say=say):
                return self._said_one(say)
            case TimerFired(name=name):
                return self._timer(name, event.at_ms)
            case _:
                return []

    # --- the floor ---------------------------------------------------------------------------------------------

    def _move(self, trigger: Trigger) -> None:
        self.turn = TURNS[self.turn].get(trigger, self.turn)

    def _caller_speaks(self) -> list[Action]:
        if self.turn is Turn.ANNOUNCING:
            return []
        quiet: list[Action] = [CancelTimer(SILENCE), CancelTimer(FINAL)]
        return quiet if self._false_stops >= MOST_FALSE_STOPS else quiet + self._pause()

    def _pause(self) -> list[Action]:
        if not self._sayings or self._paused:
            return []
        self._paused = True
        return [Pause()]

    def _nothing_was_said(self) -> list[Action]:
        """A cough, an echo, a «угу»: go on as if it had not been."""
        if self.turn is Turn.ANNOUNCING:
            return []
        if self._sayings:
            self._false_stops += self._paused
            self._paused = False
            self._move(Act.SPEAK)
            return [Resume()]
        if self.question.collects or self._waiting:
            return self._listen()
        return self._listen(UNHEARD_MS if self.question.closed else UNHEARD_OPEN_MS)

    def _listen(self, after_ms: int | None = None) -> list[Action]:
        self._move(Act.LISTEN)
        patience = self.script.patience["waiting"] if self._waiting else self.question.patience
        return [StartTimer(SILENCE, after_ms or patience.silent_ms)]

    def _hush(self) -> list[Action]:
        self._sayings.clear()
        self._paused = False
        self._after, self._deaf_to = None, ()
        return [Hush(), CancelTimer(SILENCE), CancelTimer(FINAL)]

    def _say(self, text: str, *, cut: bool = True) -> list[Action]:
        self._next_say += 1
        self._sayings.append(Saying(self._next_say, text, cut))
        self._said.append(text)
        if len(self._sayings) == 1:
            self._move(Act.SPEAK if cut else Act.ANNOUNCE)
        return [CancelTimer(SILENCE), Say(self._next_say, text, self.pace)]

    def _said_one(self, say: int) -> list[Action]:
        if not any(saying.say == say for saying in self._sayings):
            return []
        self._sayings = [saying for saying in self._sayings if saying.say > say]
        if self._sayings:
            self._move(Act.SPEAK if self._sayings[0].cut else Act.ANNOUNCE)
        if self._held and (not self._sayings or self._sayings[0].cut):
            held, self._held = self._held, None
            return self._understood(held)
        if self._sayings:
            return []
        if self._after:
            after, self._after = self._after, None
            return self._finish(after)
        return self._listen()

    def _finish(self, after: Transfer | End) -> list[Action]:
        self._move(Act.END)
        if isinstance(after, Transfer):
            return [Publish(Transferred(at_ms=self._at_ms, target=after.target, reason=after.reason)), after]
        return [after]

    def _timer(self, name: str, at_ms: int) -> list[Action]:
        if name == SILENCE and self.turn is Turn.LISTENING:
            return self._failed("no_input")
        if name == FINAL and self.turn is Turn.THINKING and self._looking_up is None:
            return self._nothing_was_said()
        if name == KEYS and self._keys:
            digits, self._keys = self._keys, ""
            return self._publish([self.question.number("key", digits, at_ms)])
        if name == ANSWER and self._looking_up:
            return self._looked_up(LookedUp(at_ms=at_ms, name=self._looking_up.look_up, facts=None, failed=True))
        return []

    # --- what the caller did -----------------------------------------------------------------------------------

    def _heard(self, final: Final) -> list[Action]:
        stop: list[Action] = [CancelTimer(FINAL)]
        if not final.text or final.echo or self._is_echo(final.text):
            return stop + self._nothing_was_said()
        meanings = self.question.answer(final.text, "speech", final.at_ms, heard=final.confidence)
        for other in final.alternatives:
            if meanings[0].intent == NUMBER and meanings[0].slots["state"] == "COMPLETE":
                break
            second = self.question.answer(other, "speech", final.at_ms, heard=final.confidence)
            if second[0].intent == NUMBER and second[0].slots["state"] == "COMPLETE":
                meanings = second
        return stop + self._publish(meanings)

    def _is_echo(self, text: str) -> bool:
        """Several words in a row of what is being said: a loudspeaker brought them back."""
        heard = words(text)
        if not self._paused or len(heard) < ECHO_WORDS:
            return False
        said = f" {' '.join(words(self._sayings[0].text))} "
        return f" {' '.join(heard)} " in said

    def _key(self, digit: str, at_ms: int) -> list[Action]:
        collecting = self.question.collects and self.turn is not Turn.ANNOUNCING
        if not collecting or (digit in "*#" and not self._keys):
            return self._publish([self.question.pressed(digit, at_ms)])
        hush = self._hush()
        if digit == "*":
            self._keys = ""
            return [*hush, CancelTimer(KEYS), *self._listen()]
        if digit != "#":
            self._keys += digit
        understood = self.question.number("key", self._keys, at_ms)
        if digit == "#" or understood.slots.get("state") != "SHORT":
            self._keys = ""
            return [*hush, *self._publish([understood])]
        self._move(Act.LISTEN)
        return [*hush, StartTimer(KEYS, BETWEEN_KEYS_MS)]

    def _publish(self, meanings: list[Understood]) -> list[Action]:
        """The best meaning goes into the stream; two that are close go as one doubt."""
        best, *others = meanings
        if best.confidence < SURE and others and others[0].confidence >= max(UNSURE, best.confidence - 0.15):
            self._offered = (best, others[0])
        else:
            self._offered = (best,)
        return [Publish(best)]

    def _understood(self, heard: Understood) -> list[Action]:
        if self.turn is Turn.ANNOUNCING and (heard.intent != "operator" or self._after):
            if self._held is None or heard.intent:
                self._held = None if self._after else heard
            return []
        if heard.intent == "backchannel" or (self._sayings and heard.intent in self._deaf_to):
            return self._nothing_was_said()
        if heard.intent is None or heard.confidence < UNSURE:
            return self._not_understood(heard)
        actions = self._caller_was_heard()
        if heard.confidence < SURE and self.question.asks is not Asks.MEANT and heard.intent != NUMBER:
            return actions + self._ask_back(heard)
        return actions + self._answered(heard)

    def _caller_was_heard(self) -> list[Action]:
        self._last, self._said = self._said or self._last, []
        self._waiting, self._reason, self._keys, self._false_stops = False, "", "", 0
        return [CancelTimer(KEYS), *self._hush()]

    def _not_understood(self, heard: Understood) -> list[Action]:
        if self._paused and len(words(heard.text)) < 2:
            return self._nothing_was_said()
        return self._caller_was_heard() + self._failed("no_match")

    def _answered(self, heard: Understood) -> list[Action]:
        asks = self.question.asks
        if asks is Asks.MEANT and heard.intent in (YES, NO):
            return self._meant(heard.intent == YES)
        if asks is Asks.NUMBER_RIGHT and heard.intent in (YES, NO):
            return self._number_right(heard.intent == YES)
        if heard.intent == NUMBER:
            return self._number(heard)
        self.tries.clear()
        step = self.question.step
        for option in step.options if asks is Asks.STEP else ():
            if heard.slots.get("key") == option.key or (
                "key" not in heard.slots and option.intent == heard.intent != ""
            ):
                return self._choose(option, heard)
        if step.slot and step.slot.intent == heard.intent and step.slot.name in heard.slots:
            self._keep(step.slot.name, heard.slots[step.slot.name])
            return self._go(step.go)
        for option in self.script.everywhere:
            if option.intent == heard.intent:
                return self._choose(option, heard)
        return self._failed("no_match")

    def _choose(self, option: Option, heard: Understood) -> list[Action]:
        if option.do:
            self._reason = "asked"
            deeds: dict[str, Callable[[], list[Action]]] = {
                "operator": lambda: self._go(self.script.operator),
                "back": self._back,
                "repeat": self._repeat,
                "slower": self._slower,
                "help": self._help,
                "wait": self._wait,
                "greet": self._greet,
            }
            return deeds[option.do]()
        for name, given in (*option.slots.items(), *heard.slots.items()):
            if name != "key":
                self._keep(name, given)
        return self._go(option.go or self.question.step.go, heard)

    def _keep(self, name: str, given: str, shown: str = "") -> None:
        self.values[name] = given
        self.shown[name] = shown or given

    # --- numbers -----------------------------------------------------------------------------------------------

    def _number(self, heard: Understood) -> list[Action]:
        slot, state, digits = self.question.step.slot, heard.slots["state"], heard.slots["digits"]
        assert slot
        groups = tuple(heard.slots["groups"].split())
        if state == "COMPLETE":
            groups = groups if len(groups) > 1 and heard.source != "key" else ()
            self._keep(slot.name, digits, show(digits, groups, slot.kind))
            self.question = replace(self.question, asks=Asks.NUMBER_RIGHT, before=digits, groups=groups)
            return [*self._say(self._text(slot.confirm)), self._ears()]
        if state == "SHORT":
            self.question = replace(self.question, asks=Asks.STEP, before=digits, groups=groups)
            return [*self._say(self._text("number.short", self._visit("number.short"))), self._ears()]
        self.question = replace(self.question, asks=Asks.STEP, before="", groups=())
        if self.tries.fail("no_match") and self.tries.exhausted("no_match"):
            return self._to_operator("no_match")
        return [*self._say(self._text("number.long" if state == "LONG" else "number.wrong")), self._ears()]

    def _number_right(self, right: bool) -> list[Action]:
        if right:
            self.tries.clear()
            return self._go(self.question.step.go)
        refused = (self.question.before, self.question.groups)
        self.question = replace(self.question, asks=Asks.STEP, before="", groups=(), refused=refused)
        nth = self.tries.fail("no_match")
        if self.tries.exhausted("no_match"):
            return self._to_operator("no_match")
        return [*self._say(self._text("number.again" if nth == 1 else "number.keys")), self._ears()]

    # --- doubts and failures -----------------------------------------------------------------------------------

    def _ask_back(self, heard: Understood) -> list[Action]:
        meanings = self.script.texts.tables["meanings"]
        meant = tuple(one for one in self._offered if one.intent in meanings) or (heard,)
        if heard.intent not in meanings:
            return self._answered(heard) if heard.confidence >= LIKELY else self._failed("no_match")
        self.question = replace(self.question, asks=Asks.MEANT, meant=meant)
        gaps = {"meaning": meanings[meant[0].intent or ""], "other": meanings[meant[-1].intent or ""]}
        key = "confirm.either" if len(meant) > 1 else "confirm.intent"
        return [*self._say(self.script.texts.say(key, gaps)), self._ears()]

    def _meant(self, yes: bool) -> list[Action]:
        meant, self.question = self.question.meant, replace(self.question, asks=Asks.STEP, meant=())
        if yes and meant:
            return self._answered(replace(meant[0], confidence=1.0))
        return self._failed("no_match")

    def _failed(self, rung: str) -> list[Action]:
        """One rung up a ladder: said differently, then with keys, then a person."""
        nth = self.tries.fail(rung)
        if rung == "no_input" and self.question.step.on_silence and nth >= GIVES_UP_SILENT:
            return self._go(self.question.step.on_silence)
        if self.tries.exhausted(rung):
            return self._to_operator(rung)
        gaps = {"question": self._asked(), "options_or_question": self._options() or self._asked()}
        return [*self._say(self.script.texts.say(rung, gaps, nth=nth - 1)), self._ears()]

    def _to_operator(self, reason: str) -> list[Action]:
        self._reason = reason
        return self._go(self.script.operator)

    # --- deeds -------------------------------------------------------------------------------------------------

    def _back(self) -> list[Action]:
        if len(self.history) < 2:
            return [*self._say(self._text("back.start")), *self._go(self.dialled.start)]
        self.history.pop()
        return self._go(self.history.pop())

    def _repeat(self) -> list[Action]:
        texts = self._last or [self._asked()]
        return [action for text in texts for action in self._say(text)] + [self._ears()]

    def _slower(self) -> list[Action]:
        self.pace = max(SLOWEST, self.pace * SLOWER)
        return [*self._say(self._text("slower")), *self._repeat()]

    def _help(self) -> list[Action]:
        key = self.question.step.help if self.question.asks is Asks.STEP else "confirm_help"
        return [*self._say(self.script.texts.say(key, {**self.shown, "options": self._options()})), self._ears()]

    def _wait(self) -> list[Action]:
        self._waiting = True
        return self._say(self._text("wait"))

    def _greet(self) -> list[Action]:
        return [*self._say(self.script.texts.say("greet", {"question": self._asked()})), self._ears()]

    # --- steps -------------------------------------------------------------------------------------------------

    def _begin(self) -> list[Action]:
        return [*self._say(self._text(self.dialled.notice), cut=False), *self._go(self.dialled.start)]

    def _go(self, target: str, heard: Understood | None = None) -> list[Action]:
        """Walk to `target` and on to the next step that waits for somebody."""
        actions: list[Action] = []
        while True:
            step = self.script.steps[target]
            if step.look_up:
                self._looking_up = step
                self._move(Act.THINK)
                args = {name: self.values.get(slot, "") for name, slot in step.args.items()}
                return [*actions, LookUp(step.look_up, args), StartTimer(ANSWER, ANSWER_BACKSTOP_MS)]
            if step.ask:
                return actions + self._ask(step, heard)
            key = f"{step.say}.{self.values.get(step.by, '')}" if step.by else step.say
            last = bool(step.transfer)
            actions += self._say(self._text(key, self._visit(step.id)), cut=not last)
            if step.transfer:
                self._after = Transfer(step.transfer, self._reason or "flow")
                return actions
            if step.end:
                self._deaf_to = step.deaf_to
                self._after = End("goodbye")
                return actions
            target = step.go

    def _ask(self, step: Step, heard: Understood | None) -> list[Action]:
        self.question = Question(self.script, step)
        if not self.history or self.history[-1] != step.id:
            self.history.append(step.id)
        if heard and step.slot:
            if step.slot.kind and (number := self._number_in(heard)):
                return self._number(number)
            if step.slot.name in heard.slots:
                return self._go(step.go)
        return [*self._say(self._text(step.ask, self._visit(step.id))), self._ears()]

    def _number_in(self, heard: Understood) -> Understood | None:
        """The number that came in the same breath as the wish, if it came whole or in part."""
        if heard.source == "key":
            return None
        number = self.question.number(heard.source, heard.text, heard.at_ms)
        taken = number.slots.get("state") in ("COMPLETE", "SHORT")
        return number if taken and len(number.slots["digits"]) > MOST_DIGITS_BY_CHANCE else None

    def _looked_up(self, answer: LookedUp) -> list[Action]:
        step, self._looking_up = self._looking_up, None
        if step is None or step.look_up != answer.name:
            return []
        for name, fact in (answer.facts or {}).items():
            self._keep(name, fact)
        target = step.failed if answer.failed else step.missing if answer.facts is None else step.found
        return [CancelTimer(ANSWER), *self._go(target)]

    def _ears(self) -> Action:
        return Listen(self.question.listening())

    def _visit(self, name: str) -> int:
        self.visits[name] = self.visits.get(name, 0) + 1
        return self.visits[name] - 1

    def _text(self, key: str, nth: int = 0) -> str:
        return self.script.texts.say(key, {**self.shown, "options": self._options()}, nth=nth)

    def _asked(self) -> str:
        """The running question in its short form."""
        if self.question.asks is Asks.NUMBER_RIGHT and self.question.step.slot:
            return self._text(self.question.step.slot.confirm)
        return self._text(self.question.step.ask, 1)

    def _options(self) -> str:
        texts = self.script.texts
        return " ".join(
            texts.say("option", {"label": _capital(texts.say(option.label)), "key": texts.tables["keys"][option.key]})
            for option in self.question.step.options
            if option.label
        )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
