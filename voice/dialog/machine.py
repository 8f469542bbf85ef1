"""The dialog of one call: an event goes in, actions come out; no I/O, no clock, no thread."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from voice.dialog.actions import Action, CancelTimer, End, Listen, Publish, StartTimer, Transfer
from voice.dialog.buttons import Buttons, label
from voice.dialog.listening import overhearing
from voice.dialog.memory import CHOICE
from voice.dialog.question import ANSWER, BACKCHANNEL, LIKELY, NO, SURE, UNSURE, YES, Asks
from voice.dialog.script import Option
from voice.dialog.talk import FINAL, OFFICE, SILENCE
from voice.dialog.turn import Act, Turn
from voice.dialog.universals import Universals
from voice.events import (
    AnyEvent,
    BadLine,
    CallStarted,
    CameBack,
    Count,
    Final,
    HungUp,
    Key,
    LookedUp,
    Partial,
    PersonCame,
    SayDone,
    SpeechEnded,
    SpeechStarted,
    Tapped,
    TimerFired,
    Transferred,
    Typed,
    Typing,
    Understood,
)
from voice.nlu import slots
from voice.nlu.normalise import words

KEYS = "keys"  # a timer
UNHEARD_MS, UNHEARD_OPEN_MS = 2_500, 4_000  # a sound without words is most likely an answer that was not caught
BETWEEN_KEYS_MS = 3_500
FINAL_BACKSTOP_MS = 4_000  # the recogniser owes a Final by then


@dataclass
class Dialog(Universals):
    """Decides what the line does. `handle` is the only way in; the same events always give the same actions."""

    _keys: str = ""
    _offered: tuple[Understood, ...] = ()  # the meanings that an unsure hearing leaves open
    _held: Understood | None = None  # said during an announcement, taken up after it
    _live: bool = False  # a person is on the line, who reads what the caller types as he types it
    buttons: Buttons = field(default_factory=Buttons)

    def handle(self, event: AnyEvent) -> list[Action]:
        """Advance by one event; return what the shell must do, in this order."""
        if self.turn is Turn.ENDED:
            return []
        self._at_ms = event.at_ms
        return self._with_buttons(self._decide(event))

    def _decide(self, event: AnyEvent) -> list[Action]:
        if self.turn is Turn.HANDED_OVER:
            return self._beside_person(event)
        if not (self.manner.keys_only and isinstance(event, SpeechStarted | SpeechEnded)):
            self.floor.move(type(event))
        match event:
            case CallStarted():
                return self._begin(event)
            case SpeechStarted():
                return self._caller_speaks()
            case Partial(stable=stable) if stable and self.turn is Turn.HEARING:
                return self.floor.pause()
            case SpeechEnded() if self.turn is Turn.THINKING:
                return [StartTimer(FINAL, FINAL_BACKSTOP_MS)]
            case Final():
                return self._heard(event)
            case Typing():
                return self._caller_writes()
            case Typed(text=text):
                return [*self._caller_writes(), *self._publish(self.question.wrote(text, event.at_ms))]
            case Tapped():
                return [*self._caller_writes(), *self._tapped(event)]
            case Key(digit=digit):
                return self._key(digit, event.at_ms)
            case Understood():
                return self._understood(event)
            case LookedUp():
                return self._office_answered(event)
            case SayDone(say=say):
                return self._said_one(say)
            case TimerFired(name=name):
                return self._timer(name, event.at_ms)
            case BadLine(reason=reason):
                self._bad_line, self._keys_soon = reason, True
        return []

    # --- the floor ---------------------------------------------------------------------------------------------------

    def _caller_speaks(self) -> list[Action]:
        if self.floor.announces or self.manner.keys_only:
            return []
        self.habits.caller_begins(self._at_ms)
        return [CancelTimer(SILENCE), CancelTimer(FINAL), *self.floor.caller_sounds()]

    def _nothing_was_said(self) -> list[Action]:
        """A cough, an echo, a murmur: go on as if it had not been."""
        if self.floor.announces:
            return []
        if self.floor.busy:
            return self.floor.resume()
        if self.question.collects or self._waiting:
            return self._listen()
        return self._listen(UNHEARD_MS if self.question.closed else UNHEARD_OPEN_MS)

    def _listen(self, after_ms: int | None = None) -> list[Action]:
        self.floor.move(Act.LISTEN)
        return [StartTimer(SILENCE, self._silent_ms if self.manner.writes or not after_ms else after_ms)]

    @property
    def _silent_ms(self) -> int:
        """How long nobody need answer; nobody hurries whoever writes."""
        rows = self.script.patience
        if self.manner.writes:
            return rows["chat" if self._written else "writing"].silent_ms
        patience = rows["waiting"] if self._waiting else self.question.patience
        return round(patience.silent_ms * self.manner.patience)

    def _said_one(self, say: int) -> list[Action]:
        if not self.floor.said(say):
            return []
        if self._held and self.floor.may_be_cut:
            held, self._held = self._held, None
            return self._understood(held)
        if self.floor.busy:
            return []
        if self._after:
            after, self._after = self._after, None
            return self._finish(after)
        self.habits.question_said(self._at_ms)
        return self._listen()

    def _finish(self, after: Transfer | End) -> list[Action]:
        if isinstance(after, End):
            self.floor.move(Act.END)
            return [after]
        self.floor.move(Act.HAND_OVER)
        tried = tuple(dict.fromkeys(place.step for place in self.memory.way))
        told = Transferred(
            at_ms=self._at_ms,
            target=after.target,
            reason=after.reason,
            tried=tried,
            slots=self.memory.told(),
            unheard=tuple(self.memory.unheard),
        )
        return [Publish(told), Listen(overhearing(self.script.patience["open"])), after]

    def _beside_person(self, event: AnyEvent) -> list[Action]:
        """What is said now is said to the person; what is typed is spoken to him."""
        match event:
            case Typed(text=text):
                told = self._say(self.texts.say("typed_to_person", {"text": text}), cut=False)
                self.floor.move(Act.HAND_OVER)
                return told
            case SayDone(say=say):
                self.floor.said(say)
                self.floor.move(Act.HAND_OVER)
            case PersonCame():
                self._live = True
            case CameBack():
                self._live = False
                return [*self.floor.hush(), *self._nobody_answered()]
            case HungUp():
                self._live = False
                self.floor.move(Act.END)
        return []

    def _timer(self, name: str, at_ms: int) -> list[Action]:
        if name == SILENCE and self.turn is Turn.LISTENING:
            return self._failed("no_input")
        if name == FINAL and self.turn is Turn.THINKING and self._asking is None:
            return self._nothing_was_said()
        if name == KEYS and self._keys:
            digits, self._keys = self._keys, ""
            return self._publish([self.question.value("key", digits, at_ms)])
        if name == OFFICE and self._asking:
            asked = self._asking.look_up or self._asking.register
            return self._office_answered(LookedUp(at_ms=at_ms, name=asked, facts=None, failed=True))
        return []

    # --- what the caller did -----------------------------------------------------------------------------------------

    def _heard(self, final: Final) -> list[Action]:
        if self.manner.keys_only:
            return self._heard_beside_keys(final)
        stop: list[Action] = [CancelTimer(FINAL)]
        if not final.text or final.echo or self.floor.is_echo(final.text):
            return stop + self._nothing_was_said()
        meanings = self.question.answer(final.text, "speech", final.at_ms, heard=final.confidence)
        for other in final.alternatives:
            if _is_whole_answer(meanings[0]):
                break
            second = self.question.answer(other, "speech", final.at_ms, heard=final.confidence)
            if _is_whole_answer(second[0]):
                meanings = second
        return stop + self._publish(meanings)

    def _heard_beside_keys(self, final: Final) -> list[Action]:
        """Whoever answers by keys is heard only when he wants a person, or to speak again."""
        meant = self.script.matcher.match(final.text, self.script.command_intents)
        wanted = {option.intent for option in self.script.commands if option.do in ("operator", "by_voice")}
        if not meant or meant[0].intent not in wanted or meant[0].confidence < SURE:
            return []
        heard = Understood(at_ms=final.at_ms, source="speech", text=final.text, intent=meant[0].intent)
        return [Publish(heard)]

    def _caller_writes(self) -> list[Action]:
        """From now on he is waited for as long as writing takes, and told what a reader needs."""
        self.manner = replace(self.manner, writes=True)
        return [StartTimer(SILENCE, self._silent_ms)] if self.turn is Turn.LISTENING else []

    def _tapped(self, tapped: Tapped) -> list[Action]:
        option = self.buttons.take(tapped, self.question)
        if option is None:
            return []
        return self._publish([self.question.chosen(option, "tapped", label(option, self.texts), tapped.at_ms)])

    def _with_buttons(self, actions: list[Action]) -> list[Action]:
        """What may be answered now is told first: an action that ends the call may follow."""
        over, waits = self._after is not None or self.turn in (Turn.HANDED_OVER, Turn.ENDED), self._asking is None
        asked = self.buttons.show(self.question, self.texts, self._at_ms, over=over, waits=waits, live=self._live)
        return [Publish(asked), *actions] if asked else actions

    def _key(self, digit: str, at_ms: int) -> list[Action]:
        if not self.question.takes_digits or self.floor.announces or (digit in "*#" and not self._keys):
            return self._publish([self.question.pressed(digit, at_ms)])
        hush = self._hush()
        if digit == "*":
            self._keys = ""
            return [*hush, CancelTimer(KEYS), *self._listen()]
        if digit != "#":
            self._keys += digit
        understood = self.question.value("key", self._keys, at_ms)
        if digit == "#" or understood.slots.get("state") != "SHORT":
            self._keys = ""
            return [*hush, *self._publish([understood])]
        self.floor.move(Act.LISTEN)
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
        self.buttons.arrived()
        self.manner = replace(self.manner, writes=self.manner.writes and (self._written or heard.source != "speech"))
        if self._asking and heard.intent in (YES, NO, ANSWER, None):  # it has its answer: the office is being asked
            return []
        if self.floor.announces and (heard.intent != "operator" or self._after):
            if self._held is None or heard.intent:
                self._held = None if self._after else heard
            return []
        if heard.intent == BACKCHANNEL:
            if not self._is_a_yes():
                return self._nothing_was_said() if heard.source == "speech" else self._ask_again()
            heard = replace(heard, intent=YES, confidence=1.0)
        if self.floor.busy and heard.intent in self._deaf_to:
            return self._nothing_was_said()
        if heard.intent is None or heard.confidence < UNSURE:
            return self._not_understood(heard)
        ahead = self.floor.busy and heard.intent != ANSWER and not self.manner.writes  # one reads faster than one hears
        actions = self._caller_was_heard(ahead=ahead)
        if heard.confidence < SURE and self.question.asks is not Asks.MEANT and heard.intent != ANSWER:
            return actions + self._ask_back(heard)
        return actions + self._answered(heard)

    def _is_a_yes(self) -> bool:
        """A murmur is one where a yes was asked for and the question heard out, but nothing is consented to by it."""
        return self.question.expects_yes and not self.floor.busy and self.question.asks is not Asks.CONSENT

    def _caller_was_heard(self, *, ahead: bool = False) -> list[Action]:
        self._last, self._said = self._said or self._last, []
        self._waiting, self._reason, self._keys = False, "", ""
        self.habits.answers_ahead += ahead
        self.manner = self.habits.suit(self.manner)
        self._after, self._deaf_to = None, ()
        return [CancelTimer(KEYS), *self.floor.caller_was_heard(), CancelTimer(SILENCE), CancelTimer(FINAL)]

    def _ask_again(self) -> list[Action]:
        return [*self._say(self._asked()), self._ears()]

    def _not_understood(self, heard: Understood) -> list[Action]:
        if self.floor.paused and len(words(heard.text)) < 2:
            return self._nothing_was_said()
        self.memory.not_understood(heard.text)
        return self._caller_was_heard() + self._failed("no_match")

    def _answered(self, heard: Understood) -> list[Action]:
        asks = self.question.asks
        if asks is Asks.MEANT and (meant := self._one_of_two(heard)):
            self.question = replace(self.question, asks=Asks.STEP, meant=())
            return self._answered(meant)
        if heard.intent in (YES, NO) and asks is not Asks.STEP:
            answers = {Asks.MEANT: self._meant, Asks.VALUE_RIGHT: self._value_right, Asks.CONSENT: self._consented}
            return answers[asks](heard.intent == YES)
        if heard.intent == ANSWER:
            return self._value(heard)
        if asks is Asks.STEP and (option := self._chosen(heard)):
            return self._choose(option, heard)
        step = self.question.step
        if step.slot and step.slot.intent == heard.intent and step.slot.name in heard.slots:
            self.tries.clear()
            self._keep_slots(heard)
            return self._go(step.go)
        for option in self.script.everywhere:
            if option.intent == heard.intent:
                return self._choose(option, heard)
        return self._failed("no_match")

    def _chosen(self, heard: Understood) -> Option | None:
        """The step's own option that was meant: by its key, or by its intent, if no slot that was heard denies it."""
        if "key" in heard.slots:
            return next((one for one in self.question.step.options if one.key == heard.slots["key"]), None)
        meant = [one for one in self.question.step.options if one.intent == heard.intent != ""]
        exact = [one for one in meant if one.slots.items() <= heard.slots.items()]
        if len(meant) == 1 and all(heard.slots.get(name, given) == given for name, given in meant[0].slots.items()):
            return meant[0]
        return exact[0] if exact else None

    def _choose(self, option: Option, heard: Understood) -> list[Action]:
        self.tries.clear()
        counted = [self._count(what, self.question.step.id) for what in self._counts(option)]
        return counted + self._follow(option, heard)

    def _counts(self, option: Option) -> list[Count]:
        counts: list[Count] = [option.counts] if option.counts else []
        if option.intent in self.script.person_intents:
            counts.append("person")
        if option.do == "repeat":
            counts.append("repeat")
        return counts

    def _follow(self, option: Option, heard: Understood) -> list[Action]:
        if option.do:
            self._reason = "asked"
            return self._universal(option.do)
        self._breath, self._taken = (None if heard.source in ("key", "tapped") else heard), set()
        for name, value in option.slots.items():
            self.memory.keep(name, value, kind=CHOICE)
        self._keep_slots(heard)
        return self._go(option.go or self.question.step.go)

    def _keep_slots(self, heard: Understood) -> None:
        """Numbers said along with a wish are taken where a step asks for them, and read back there."""
        for name, value in heard.slots.items():
            if name != "key" and name not in slots.KINDS:
                self.memory.keep(name, value, kind=CHOICE)

    # --- doubts and failures -----------------------------------------------------------------------------------------

    def _ask_back(self, heard: Understood) -> list[Action]:
        meanings = self.script.texts.tables["meanings"]
        meant = tuple(one for one in self._offered if one.intent in meanings) or (heard,)
        if heard.intent not in meanings:
            return self._answered(heard) if heard.confidence >= LIKELY else self._failed("no_match")
        self.tries.fail("no_match")
        if self.tries.exhausted("no_match"):  # a doubt is no success either
            return self._to_operator("no_match")
        self.question = replace(self.question, asks=Asks.MEANT, meant=meant)
        gaps = {"meaning": meanings[meant[0].intent or ""], "other": meanings[meant[-1].intent or ""]}
        key = "confirm.either" if len(meant) > 1 else "confirm.intent"
        return [*self._say(self.texts.say(key, gaps)), self._ears()]

    def _one_of_two(self, heard: Understood) -> Understood | None:
        """Which of the two meanings that were offered it is, with what was said along with either."""
        for meant in self.question.meant if len(self.question.meant) > 1 else ():
            if meant.intent == heard.intent:
                said = {name: value for name, value in heard.slots.items() if name != "key"}
                return replace(meant, slots={**meant.slots, **said}, confidence=1.0)
        return None

    def _meant(self, yes: bool) -> list[Action]:
        meant, self.question = self.question.meant, replace(self.question, asks=Asks.STEP, meant=())
        if yes and meant:
            return self._answered(replace(meant[0], confidence=1.0))
        return self._failed("no_match")

    # --- the beginning -----------------------------------------------------------------------------------------------

    def _begin(self, started: CallStarted) -> list[Action]:
        self._written = started.written
        self.manner = replace(self.manner, short=started.returning, writes=started.written)
        self.memory.keep("caller", started.caller)
        return [*self._say(self._text(self.dialled.notice), cut=False), *self._go(self.dialled.start)]


def _is_whole_answer(heard: Understood) -> bool:
    return heard.intent == ANSWER and heard.slots["state"] == "COMPLETE"
