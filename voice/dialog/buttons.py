"""What may be answered without speech: the options that are spoken and chosen by keys, as buttons."""

from __future__ import annotations

from dataclasses import dataclass, replace

from voice.dialog.question import Question
from voice.dialog.script import Option
from voice.dialog.texts import Texts, capital
from voice.events import Asked, Choice, Tapped


@dataclass
class Buttons:
    """The buttons that the caller has before him, and which of his taps count."""

    shown: Asked | None = None
    _of: tuple[object, ...] = ()  # the state that they belong to
    _under_way: bool = False  # a tap was taken, and what it means is on its way through the stream

    def show(
        self, question: Question, texts: Texts, at_ms: int, *, over: bool, waits: bool, live: bool = False
    ) -> Asked | None:
        """What the caller must be shown now; None when he has it.

        over: no answer is waited for, the call ends or is handed over. waits: False while the question has its answer
        and only what means the same in every state is taken. live: a person reads what is typed as it is typed.
        """
        state = (question, texts, over, waits, live)
        if self._of and all(one is other for one, other in zip(state, self._of, strict=True)):
            return None
        number = self.shown.asked + 1 if self.shown else 1
        kind = question.kind if question.collects else ""
        self._of = state
        self.shown = Asked(at_ms=at_ms, asked=number, step=question.step.id)
        if live:
            self.shown = replace(self.shown, live=True, hint=_of(texts, "hints", "person"))
        elif not over:
            self.shown = Asked(
                at_ms=at_ms,
                asked=number,
                step=question.step.id,
                choices=tuple(_choices(question, texts)) if waits else (),
                always=tuple(_always(question, texts)),
                wants=kind,
                digits=question.takes_digits,
                hint=_of(texts, "hints", kind or ("menu" if question.closed else "open")),
            )
        return self.shown

    def take(self, tapped: Tapped, question: Question) -> Option | None:
        """The option that was meant; None for a tap that came late or twice: only a person is called by such a one."""
        if self.shown is None or tapped.choice not in {one.choice for one in (*self.shown.choices, *self.shown.always)}:
            return None
        option = _option(question, tapped.choice)
        late = self._under_way or tapped.asked != self.shown.asked
        if option is None or (late and option.do != "operator"):
            return None
        self._under_way = True
        return option

    def arrived(self) -> None:
        """What was meant last has come through the stream."""
        self._under_way = False


def label(option: Option, texts: Texts) -> str:
    """What stands on the option's button; empty when nobody can read it."""
    return capital(texts.say(option.label) if option.label else _of(texts, "meanings", option.intent))


def _of(texts: Texts, table: str, code: str) -> str:
    return texts.tables.get(table, {}).get(code, "")


def _choices(question: Question, texts: Texts) -> list[Choice]:
    labelled = ((option, label(option, texts)) for option in question.options)
    return [Choice(choice=option.key, label=text, key=_key(question, option)) for option, text in labelled if text]


def _always(question: Question, texts: Texts) -> list[Choice]:
    return [
        Choice(choice=option.intent, label=label(option, texts), key=_key(question, option))
        for option in question.script.commands
        if option.label
    ]


def _key(question: Question, option: Option) -> str:
    """While a number is pressed digit by digit, a key is a digit and chooses nothing."""
    return "" if question.takes_digits else option.key


def _option(question: Question, choice: str) -> Option | None:
    for option in question.options:
        if option.key == choice:
            return option
    return next((option for option in question.script.commands if option.label and option.intent == choice), None)
