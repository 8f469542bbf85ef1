"""Who speaks, and what the line is saying or will say: every method returns what the shell must do for it."""

from __future__ import annotations

from dataclasses import dataclass, field

from voice.dialog.actions import Action, Hush, Pause, Resume, Say
from voice.dialog.manner import Manner
from voice.dialog.turn import TURNS, Act, Trigger, Turn
from voice.nlu.normalise import words

ECHO_WORDS = 3  # this many of the line's own words in a row are its echo, not an answer
MOST_FALSE_STOPS = 2  # then only words silence the line: something beside the caller makes noise


@dataclass(frozen=True, slots=True)
class Saying:
    say: int
    text: str
    cut: bool  # may the caller interrupt it?


@dataclass
class Floor:
    turn: Turn = Turn.LISTENING
    paused: bool = False
    _sayings: list[Saying] = field(default_factory=list)  # begun or waiting, in order
    _next_say: int = 0
    _false_stops: int = 0  # pauses for sound that was no speech, since the caller's last words

    @property
    def busy(self) -> bool:
        """Is anything being said, or waiting to be?"""
        return bool(self._sayings)

    @property
    def announces(self) -> bool:
        return self.turn is Turn.ANNOUNCING

    @property
    def may_be_cut(self) -> bool:
        return not self._sayings or self._sayings[0].cut

    def move(self, trigger: Trigger) -> None:
        self.turn = TURNS[self.turn].get(trigger, self.turn)

    def say(self, text: str, manner: Manner, *, cut: bool = True) -> list[Action]:
        self._next_say += 1
        self._sayings.append(Saying(self._next_say, text, cut))
        if len(self._sayings) == 1:
            self._take()
        return [Say(self._next_say, text, manner.pace, manner.gain_db)]

    @property
    def newest(self) -> int:
        """The number of the last saying that was queued; 0: none was."""
        return self._next_say

    def said(self, say: int) -> bool:
        """This saying has sounded; False when it is none of those that are due."""
        if not any(saying.say == say for saying in self._sayings):
            return False
        self._sayings = [saying for saying in self._sayings if saying.say > say]
        if self._sayings:
            self._take()
        return True

    def caller_sounds(self) -> list[Action]:
        """Fall silent for the caller, unless sounds that were no speech have done it too often."""
        return [] if self._false_stops >= MOST_FALSE_STOPS else self.pause()

    def pause(self) -> list[Action]:
        if not self._sayings or self.paused:
            return []
        self.paused = True
        return [Pause()]

    def resume(self) -> list[Action]:
        self._false_stops += self.paused
        self.paused = False
        self.move(Act.SPEAK)
        return [Resume()]

    def hush(self) -> list[Action]:
        self._sayings.clear()
        self.paused = False
        return [Hush()]

    def caller_was_heard(self) -> list[Action]:
        self._false_stops = 0
        return self.hush()

    def is_echo(self, text: str) -> bool:
        """Several words in a row of what is being said: a loudspeaker brought them back."""
        heard = words(text)
        if not self.paused or len(heard) < ECHO_WORDS:
            return False
        return f" {' '.join(heard)} " in f" {' '.join(words(self._sayings[0].text))} "

    def _take(self) -> None:
        self.move(Act.SPEAK if self._sayings[0].cut else Act.ANNOUNCE)
