"""A typed conversation with the line: what it says, what may be pressed, and what it understood."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from voice.dialog.actions import Transfer
from voice.dialog.question import Question
from voice.events import Understood
from voice.workshop.rehearsal import Rehearsal

HELP = ":key DIGITS, :silence, :hear CONFIDENCE WORDS, :why (what the last words matched), :quit; all else is said"
MOST_ALIKE = 3  # sentences of the data that are shown as the nearest
DIM, PLAIN = "\x1b[2m", "\x1b[0m"


class TypedCall:
    """Carries a Rehearsal over lines of text. `write` gets one line at a time, without its end."""

    def __init__(self, rehearsal: Rehearsal, write: Callable[[str], None], *, colour: bool) -> None:
        self._call, self._write = rehearsal, write
        self._dim = (DIM, PLAIN) if colour else ("", "")
        self._asked: tuple[str, Question] | None = None  # the caller's last words, and the question they answered

    def run(self, read: Iterable[str]) -> None:
        """Talk until the line hangs up, `:quit`, or there is nothing more to read."""
        self._aside(HELP)
        self._answer(self._call.listen())
        for line in read:
            if line.strip() == ":quit":
                return
            self._do(line.strip())
            if self._call.ended:
                return

    def _do(self, line: str) -> None:
        known = len(self._call.understood)
        command, _, rest = line.partition(" ")
        match command:
            case "":
                return
            case ":why":
                self._why()
                return
            case ":key":
                said = self._call.press(rest.replace(" ", ""))
            case ":silence":
                said = self._call.silence()
            case ":hear":
                confidence, _, words = rest.partition(" ")
                try:
                    heard = float(confidence)
                except ValueError:
                    self._aside(HELP)
                    return
                self._asked = words, self._call.dialog.question
                said = self._call.speak(words, confidence=heard)
            case _ if command.startswith(":"):
                self._aside(HELP)
                return
            case _:
                self._asked = line, self._call.dialog.question
                said = self._call.speak(line)
        for understood in self._call.understood[known:]:
            self._understood(understood)
        self._answer(said)

    def _answer(self, said: str) -> None:
        if said:
            self._write(said)
        if ended := self._call.ended:
            self._aside(f"the call is over: {f'to {ended.target}' if isinstance(ended, Transfer) else ended.reason}")
            return
        texts, question = self._call.dialog.script.texts, self._call.dialog.question
        keys = [f"{option.key} {texts.say(option.label)}" for option in question.options if option.label]
        asks = question.asks.name.lower()
        where = question.step.id if asks == "step" else f"{question.step.id} ({asks})"
        self._aside(" · ".join([f"[{where}]", *keys]))

    def _understood(self, understood: Understood) -> None:
        slots = ", ".join(f"{name} {value}" for name, value in understood.slots.items() if value)
        meant = understood.intent or "not understood"
        self._aside(f"{meant} {understood.confidence:.2f} {f'({slots})' if slots else ''}".rstrip())

    def _why(self) -> None:
        if self._asked is None:
            self._aside("nothing was said yet")
            return
        words, question = self._asked
        matcher = self._call.dialog.script.matcher
        for found in matcher.match(words, question.intents):
            slots = " ".join(f"{name}={value}" for name, value in found.slots.items())
            how = "a whole phrase" if found.whole else "free speech"
            self._aside(f"{found.intent:22} {found.confidence:.2f} {how} {slots}".rstrip())
        elsewhere = [found for found in matcher.match(words) if found.intent not in question.intents]
        for found in elsewhere:
            self._aside(f"{found.intent:22} {found.confidence:.2f} but it means nothing in this state")
        for sentence, intent, likeness in matcher.neighbours(words, MOST_ALIKE):
            self._aside(f"{intent or 'elsewhere':22} {likeness:.2f} as in {sentence!r}")

    def _aside(self, text: str) -> None:
        self._write(f"{self._dim[0]}{text}{self._dim[1]}")
