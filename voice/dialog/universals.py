"""What a caller may ask for at every step: to hear it again, slower, to go back, help, keys, another language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from voice.dialog.actions import Action, Speak
from voice.dialog.manner import Manner
from voice.dialog.question import Asks
from voice.dialog.talk import CAPTIONS, Talk


@dataclass
class Universals(Talk):
    _last: list[str] = field(default_factory=list)  # between the caller's last words and those before: for "repeat"
    _waiting: bool = False  # the caller asked for time

    def _universal(self, do: str) -> list[Action]:
        return self._deeds[do]()

    @property
    def _deeds(self) -> dict[str, Callable[[], list[Action]]]:
        return {
            "operator": lambda: self._go(self.script.operator),
            "back": self._back,
            "restart": self._restart,
            "repeat": self._repeat,
            "slower": lambda: self._change("slower", self.manner.slower()),
            "faster": lambda: self._change("faster", self.manner.faster()),
            "louder": lambda: self._change("louder", self.manner.louder()),
            "quieter": lambda: self._change("quieter", self.manner.quieter()),
            "simple": lambda: self._change("simple", self.manner.simpler()),
            "help": self._help,
            "wait": self._wait,
            "greet": self._greet,
            CAPTIONS: self._captions,
            "keys_only": lambda: self._answer_by(keys=True),
            "by_voice": lambda: self._answer_by(keys=False),
            "english": lambda: self._speak("en", "english"),
            "russian": lambda: self._speak("ru", "russian"),
        }

    def _back(self) -> list[Action]:
        if self.question.asks in (Asks.VALUE_RIGHT, Asks.MEANT):
            return self._go(self.question.step.id)
        self._breath = None  # what was said then is undone with it
        before = self.memory.back()
        if before is None:
            return [*self._say(self._text("back.start")), *self._go(self.dialled.start)]
        return self._go(before)

    def _restart(self) -> list[Action]:
        """A value is begun anew; anything else is the whole talk."""
        taking = self.question.step.slot and self.question.asks in (Asks.STEP, Asks.VALUE_RIGHT)
        return self._go(self.question.step.id if taking else self.dialled.start)

    def _repeat(self) -> list[Action]:
        self.habits.repeats += 1
        return self._say_again()

    def _say_again(self) -> list[Action]:
        texts = self._last or [self._asked()]
        return [action for text in texts for action in self._say(text)] + [self._ears()]

    def _change(self, key: str, manner: Manner) -> list[Action]:
        """Another way of speaking: said in it, with what was said last."""
        told = self._text(key, int(manner == self.manner))
        self.manner = manner
        return [*self.floor.say(told, manner), *self._say_again()]

    def _help(self) -> list[Action]:
        return self._ask_aloud(self.question.step.help if self.question.asks is Asks.STEP else "confirm_help")

    def _wait(self) -> list[Action]:
        self._waiting = True
        return self._say(self._text("wait"))

    def _greet(self) -> list[Action]:
        return [*self._say(self.texts.say("greet", {"question": self._asked()})), self._ears()]

    def _captions(self) -> list[Action]:
        """Where the call can be read: told slowly, and the caller is given time to get there."""
        if CAPTIONS not in self.memory.values:
            return [*self._say(self._text("captions.none")), *self._say(self._asked()), self._ears()]
        self._waiting = True
        told = self._say(self._text("captions.where"), manner=self.manner.slower())
        return [*told, *self._say(self._asked()), self._ears()]

    def _answer_by(self, *, keys: bool) -> list[Action]:
        self.manner = replace(self.manner, keys_only=keys)
        gaps = {"question": self._asked()}
        return [
            *self._say(self.texts.say("keys_only" if keys else "by_voice", gaps)),
            *(self._keys_offered() if keys else []),
            self._ears(),
        ]

    def _speak(self, language: str, unable: str) -> list[Action]:
        """Go on in another language: the running question once more, short; `unable` is said when it cannot be."""
        other = self.languages.get(language)
        if other is None or other is self.script or self.question.step.id not in other.steps:
            return [*self._say(self.texts.say(unable, {"question": self._asked()})), self._ears()]
        self.languages = {**self.languages, self.script.language: self.script}
        self.script, asks = other, self.question.asks
        self.question = replace(
            self.question,
            script=other,
            step=self._possible(other.steps[self.question.step.id]),
            asks=Asks.STEP if asks is Asks.MEANT else asks,
            meant=(),
        )
        asked = self._say(self.texts.say("switched", {"question": self._asked()}))
        return [Speak(language), *asked, self._ears()]
