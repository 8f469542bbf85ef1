"""A conversation with the pure dialog: what the caller does goes in, what the line says comes out; no sound."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from voice.dialog import actions as act
from voice.dialog.machine import Dialog
from voice.dialog.script import Script
from voice.errors import EngineFailed
from voice.events import (
    AnyEvent,
    Asked,
    CallStarted,
    Final,
    HungUp,
    Key,
    LookedUp,
    SayDone,
    SpeechEnded,
    SpeechStarted,
    Tapped,
    TimerFired,
    Typed,
    Understood,
)
from voice.office import Office

SAID_MS = 1_000  # how long every saying takes here


class Rehearsal:
    """Plays the shell of a call: sayings sound at once, timers are fired by `silence`, the office answers at once.

    caller: the number that calls, if it is known. known: what texts may name in every state. written: there is no
    sound, both sides write. start: False leaves CallStarted to the one who rehearses.
    Time stands still but for what is added to `at_ms`.
    """

    def __init__(
        self,
        script: Script,
        line: str,
        office: Office,
        *,
        caller: str = "",
        written: bool = False,
        start: bool = True,
        today: date | None = None,
        languages: Mapping[str, Script] | None = None,
        known: Mapping[str, str] | None = None,
    ) -> None:
        self.script, self.office, self.caller = script, office, caller
        self.dialog = Dialog(script, script.lines[line], today=today, languages=languages or {}, facts=known or {})
        self.said: list[str] = []  # all that the line said
        self.heard: list[str] = []  # of that, what was heard out
        self.understood: list[Understood] = []
        self.actions: list[act.Action] = []
        self.timers: dict[str, int] = {}
        self.asked: Asked | None = None  # what may be answered now
        self.at_ms = 0  # of all that happens from now on
        self._waiting: list[act.Say] = []
        self._utterance = 0
        if start:
            self.feed(CallStarted(at_ms=0, line=line, caller=caller, transport="rehearsal", written=written))

    def feed(self, event: AnyEvent) -> None:
        for action in self.dialog.handle(event):
            self.actions.append(action)
            match action:
                case act.Say():
                    self.said.append(action.text)
                    self._waiting.append(action)
                case act.Hush():
                    self._waiting.clear()
                case act.StartTimer(name=name, after_ms=after_ms):
                    self.timers[name] = after_ms
                case act.CancelTimer(name=name):
                    self.timers.pop(name, None)
                case act.Publish(event=published):
                    if isinstance(published, Understood):
                        self.understood.append(published)
                    if isinstance(published, Asked):
                        self.asked = published
                    self.feed(published)
                case act.LookUp(name=name, args=args):
                    self.feed(self._asked(self.office.look_up, name, args))
                case act.Register(name=name, args=args):
                    self.feed(self._asked(self.office.register, name, args))

    def listen(self) -> str:
        """Let the line finish; returns what it said since it was last listened to."""
        heard = len(self.said) - len(self._waiting)
        while self._waiting:
            self.hear_one()
        return " ".join(self.said[heard:])

    def hear_one(self) -> None:
        """Let the line finish the saying that sounds now, if any does."""
        if self._waiting:
            say = self._waiting.pop(0)
            self.heard.append(say.text)
            self.feed(SayDone(at_ms=self.at_ms, say=say.say, heard_ms=SAID_MS))

    def speak(self, text: str, *, confidence: float = 1.0) -> str:
        """The caller says `text` and hears the line out."""
        self._utterance += 1
        self.feed(SpeechStarted(at_ms=self.at_ms, utterance=self._utterance))
        self.feed(SpeechEnded(at_ms=self.at_ms, utterance=self._utterance))
        self.feed(Final(at_ms=self.at_ms, utterance=self._utterance, text=text, confidence=confidence))
        return self.listen()

    def type(self, text: str) -> str:
        self.feed(Typed(at_ms=self.at_ms, text=text))
        return self.listen()

    def tap(self, choice: str) -> str:
        """Press a button that is shown now, by its name or by what stands on it."""
        shown = (*self.asked.choices, *self.asked.always) if self.asked else ()
        names = {name: one.choice for one in shown for name in (one.label, one.choice)}
        self.feed(Tapped(at_ms=self.at_ms, asked=self.asked.asked if self.asked else 0, choice=names[choice]))
        return self.listen()

    def press(self, digits: str) -> str:
        for digit in digits:
            self.feed(Key(at_ms=self.at_ms, digit=digit))
        return self.listen()

    def silence(self) -> str:
        """Nobody says anything until the next timer fires; nothing happens when none runs."""
        if self.timers:
            name = min(self.timers, key=lambda timer: self.timers[timer])
            del self.timers[name]
            self.feed(TimerFired(at_ms=self.at_ms, name=name))
        return self.listen()

    def hang_up(self) -> None:
        self.feed(HungUp(at_ms=self.at_ms, by="caller"))

    def fork(self) -> Rehearsal:
        """The same conversation once more, to go on differently."""
        other = copy.copy(self)
        other.dialog = _copied(self.dialog)
        other.said, other.understood, other.actions = [*self.said], [*self.understood], [*self.actions]
        other.heard = [*self.heard]
        other.timers, other._waiting = dict(self.timers), [*self._waiting]
        return other

    @property
    def ended(self) -> act.Transfer | act.End | None:
        last = self.actions[-1] if self.actions else None
        return last if isinstance(last, act.Transfer | act.End) else None

    def _asked(
        self, ask: Callable[[str, Mapping[str, str]], Mapping[str, str] | None], name: str, args: Mapping[str, str]
    ) -> LookedUp:
        try:
            return LookedUp(at_ms=self.at_ms, name=name, facts=ask(name, args))
        except EngineFailed:
            return LookedUp(at_ms=self.at_ms, name=name, facts=None, failed=True)


def _copied(part: Any) -> Any:
    """A deep copy of what may change: containers, dataclasses that are not frozen. Much quicker than copy.deepcopy."""
    if isinstance(part, list):
        return [_copied(item) for item in part]
    if isinstance(part, dict):
        return {key: _copied(value) for key, value in part.items()}
    if isinstance(part, set):
        return set(part)
    settings = getattr(type(part), "__dataclass_params__", None)
    if settings is None or settings.frozen:
        return part
    other = copy.copy(part)
    for name, value in vars(part).items():
        setattr(other, name, _copied(value))
    return other
