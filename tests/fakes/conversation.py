"""A conversation with the pure dialog: what the caller does goes in, what the line says comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from voice.dialog import actions as act
from voice.dialog.machine import Dialog
from voice.dialog.script import Script
from voice.dialog.turn import Turn
from voice.events import (
    AnyEvent,
    CallStarted,
    Final,
    HungUp,
    Key,
    LookedUp,
    SayDone,
    SpeechEnded,
    SpeechStarted,
    TimerFired,
    Typed,
    Understood,
)

MAIN = "88005553535"
KNOWN = {
    "1234567890": {
        "service": "Замена паспорта",
        "stage": "review",
        "filed": "2026-10-22",
        "due": "2026-11-20",
        "office": "улица Советская, дом 8",
    }
}


@dataclass
class Conversation:
    """Plays the shell of a call: sayings sound at once, timers are fired by `silence`."""

    script: Script
    dialog: Dialog = field(init=False)
    said: list[str] = field(default_factory=list)  # all that the line said
    understood: list[Understood] = field(default_factory=list)
    actions: list[act.Action] = field(default_factory=list)
    timers: dict[str, int] = field(default_factory=dict)
    facts: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: KNOWN)
    _waiting: list[act.Say] = field(default_factory=list)
    _utterance: int = 0

    def __post_init__(self) -> None:
        self.dialog = Dialog(self.script, self.script.lines[MAIN])
        self.feed(CallStarted(at_ms=0, line=MAIN, caller="", transport="test"))

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
                    self.feed(published)
                case act.LookUp(name=name, args=args):
                    self.feed(LookedUp(at_ms=0, name=name, facts=self.facts.get(args["number"])))

    def listen(self) -> str:
        """Let the line finish; returns what it said since it was last listened to."""
        heard = len(self.said) - len(self._waiting)
        while self._waiting:
            say = self._waiting.pop(0)
            self.feed(SayDone(at_ms=0, say=say.say, heard_ms=1000))
        return " ".join(self.said[heard:])

    def speak(self, text: str, *, confidence: float = 1.0) -> str:
        """The caller says `text` and hears the line out."""
        self._utterance += 1
        self.feed(SpeechStarted(at_ms=0, utterance=self._utterance))
        self.feed(SpeechEnded(at_ms=0, utterance=self._utterance))
        self.feed(Final(at_ms=0, utterance=self._utterance, text=text, confidence=confidence))
        return self.listen()

    def type(self, text: str) -> str:
        self.feed(Typed(at_ms=0, text=text))
        return self.listen()

    def press(self, digits: str) -> str:
        for digit in digits:
            self.feed(Key(at_ms=0, digit=digit))
        return self.listen()

    def silence(self) -> str:
        """Nobody says anything until the next timer fires."""
        name = min(self.timers, key=lambda timer: self.timers[timer])
        del self.timers[name]
        self.feed(TimerFired(at_ms=0, name=name))
        return self.listen()

    def hang_up(self) -> None:
        self.feed(HungUp(at_ms=0, by="caller"))

    @property
    def ended(self) -> act.Transfer | act.End | None:
        last = self.actions[-1] if self.actions else None
        return last if self.dialog.turn is Turn.ENDED and isinstance(last, act.Transfer | act.End) else None
