"""What the line makes of what it is told: one sentence in its opening state, one number where it asks for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

from said import Sentence, SpokenNumber, heard_plainly

from voice.asr.port import Recogniser
from voice.call.hearing import Heard, Hearing
from voice.desk.backoffice import EmbeddedOffice
from voice.dialog.actions import Listen
from voice.dialog.listening import Listening
from voice.dialog.question import NO, SURE, YES, Asks
from voice.dialog.script import Script
from voice.events import Final, SpeechEnded, SpeechStarted
from voice.line import HEARING_HZ, Pcm16
from voice.nlu.slots import State
from voice.workshop.rehearsal import Rehearsal

MAIN = "88005553535"
ASKING, AFTER = "status.number", "main.more"  # the step whose question is asked of every kind, and what follows it
PIECE = HEARING_HZ // 10
MOST_TURNS = 12
DIGITS = ("ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять")

Ear = Callable[[str, Listening], Heard]


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of a sentence.

    understood: what the line acts on, empty when on nothing; `same_place`: it goes where the right intent would.
    offered: what it asks back.
    """

    sentence: Sentence
    heard: str
    understood: str = ""
    offered: tuple[str, ...] = ()
    confidence: float = 0.0
    slots_right: bool = True
    same_place: bool = False

    @property
    def outcome(self) -> str:
        if self.understood:
            return "right" if self.same_place or self.understood == self.sentence.intent else "wrong"
        return "asked" if self.offered else "refused"


@dataclass(frozen=True, slots=True)
class NumberTaken:
    """What came of a number.

    tries: after how many it was right, 0: never. wrong: another that was read back as what was said. guessed: another
    that was offered, with the doubt said aloud, because no such number can be.
    """

    number: SpokenNumber
    heard: tuple[str, ...]
    tries: int = 0
    wrong: str = ""
    guessed: str = ""


class TextEar:
    """Hears every word."""

    def __call__(self, text: str, listening: Listening) -> Heard:
        return Heard(text=heard_plainly(text), confidence=1.0)


class SoundEar:
    """Hears as the line does: the state's way to listen, the real recogniser."""

    def __init__(self, recogniser: Recogniser, sound: Callable[[str], Pcm16]) -> None:
        self._recogniser, self._sound = recogniser, sound

    def __call__(self, text: str, listening: Listening) -> Heard:
        pcm = self._sound(text)
        hearing = Hearing(self._recogniser, listening, 0)
        try:
            for at in range(0, len(pcm), PIECE):
                hearing.feed(pcm[at : at + PIECE])
            return hearing.finish()
        finally:
            hearing.close()


@dataclass
class Line:
    """The line at one of its questions, as often as it is wanted."""

    script: Script
    folder: Path  # for the back office's file
    today: date = field(default_factory=date.today)
    _starts: dict[str, Rehearsal] = field(default_factory=dict)
    _office: EmbeddedOffice = field(init=False)

    def __post_init__(self) -> None:
        self._office = EmbeddedOffice(self.folder / "office.db")

    def sentence(self, sentence: Sentence, ear: Ear) -> Answered:
        """Say it as the first words of a call; a yes or no where one is asked for."""
        step = AFTER if sentence.intent in (YES, NO) else self.script.lines[MAIN].start
        call = self._start(step)
        heard = ear(sentence.text, listening(call))
        tell(call, heard)
        dialog = call.dialog
        understood = call.understood[-1] if call.understood else None
        if dialog.question.asks is Asks.MEANT:
            offered = tuple(meant.intent or "" for meant in dialog.question.meant)
            return Answered(sentence, heard.text, "", offered, understood.confidence if understood else 0.0)
        doubted = understood is not None and understood.confidence < SURE
        failed = doubted and dialog.tries.counts.get("no_match")
        if understood is None or not understood.intent or failed:
            return Answered(sentence, heard.text)
        given = {**understood.slots, **dialog.memory.values}
        right = all(_same("", given.get(name, ""), value) for name, value in sentence.slots.items())
        places = {topic.intent: topic.go for topic in self.script.topics}
        meant = places.get(sentence.intent)
        same = meant is not None and places.get(understood.intent) == meant
        return Answered(sentence, heard.text, understood.intent, (), understood.confidence, right, same)

    def number(self, number: SpokenNumber, ear: Ear) -> NumberTaken:
        """Say it where the line asks for it, say no to what is wrong, and say it once more digit by digit."""
        call = self._start(ASKING, number.kind)
        waiting, heard = list(number.said), list[str]()
        denied = retold = 0
        wrong = guessed = ""

        def say(text: str) -> None:
            told = ear(text, listening(call))
            heard.append(told.text)
            tell(call, told)

        for _ in range(MOST_TURNS):
            dialog = call.dialog
            if call.ended or dialog.question.step.id != ASKING:
                break
            if dialog.question.asks is Asks.VALUE_RIGHT:
                assert dialog.question.step.slot
                got = dialog.memory.values[dialog.question.step.slot.name]
                if number.value and _same(number.kind, got, self._day(number.value)):
                    return NumberTaken(number, tuple(heard), max(denied, retold) + 1, wrong, guessed)
                if got == number.misspoken and waiting:
                    say(waiting.pop(0))
                    continue
                states = [understood.slots["state"] for understood in call.understood if "state" in understood.slots]
                if states[-1] == State.WRONG.name:
                    guessed = got
                elif got != number.misspoken:
                    wrong = got
                denied += 1
                tell(call, Heard(text="нет", confidence=1.0))
            elif waiting:
                say(waiting.pop(0))
            elif retold or not number.value:
                break
            else:
                retold += 1
                waiting = [_digit_by_digit(number)]
        return NumberTaken(number, tuple(heard), 0, wrong, guessed)

    def _start(self, step: str, kind: str = "") -> Rehearsal:
        """A call at this question; with a `kind` the question asks for a value of it."""
        place = f"{step} {kind}"
        if place not in self._starts:
            script = self.script
            first = script.steps[step]
            if kind:
                assert first.slot
                first = replace(first, slot=replace(first.slot, kind=kind), go=AFTER)
            line = replace(script.lines[MAIN], start=step)
            script = replace(script, steps={**script.steps, step: first}, lines={**script.lines, MAIN: line})
            call = Rehearsal(script, MAIN, self._office, today=self.today)
            call.listen()
            self._starts[place] = call
        return self._starts[place].fork()

    def _day(self, value: str) -> str:
        if not value.startswith("today"):
            return value
        return (self.today + timedelta(days=int(value.removeprefix("today") or 0))).isoformat()


def listening(call: Rehearsal) -> Listening:
    """How the line listens now."""
    return next(action.listening for action in reversed(call.actions) if isinstance(action, Listen))


def tell(call: Rehearsal, heard: Heard) -> str:
    """Let the line have heard this; return what it says to it."""
    utterance = len(call.understood) + 1
    call.feed(SpeechStarted(at_ms=call.at_ms, utterance=utterance))
    call.feed(SpeechEnded(at_ms=call.at_ms, utterance=utterance))
    call.feed(
        Final(
            at_ms=call.at_ms,
            utterance=utterance,
            text=heard.text,
            confidence=heard.confidence,
            alternatives=heard.alternatives,
        )
    )
    return call.listen()


def _same(kind: str, got: str, wanted: str) -> bool:
    if kind == "date":
        return got.endswith(wanted.removeprefix("-"))
    if not wanted.isdigit():
        return got == wanted
    digits = got.replace(" ", "")
    return digits[-10:] == wanted[-10:] if kind == "phone" else digits == wanted


def _digit_by_digit(number: SpokenNumber) -> str:
    if not number.value.isdigit():
        return number.said[-1]
    return " ".join(DIGITS[int(digit)] for digit in number.value)
