"""The automatic walker: it does in every state whatever can be done there, and keeps what the line said."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from voice.dialog.question import NO, UNSURE, YES, Asks
from voice.dialog.script import Script, Step
from voice.dialog.texts import Texts
from voice.errors import EngineFailed
from voice.events import CameBack, Choice, Understood
from voice.nlu.samples import SAMPLES
from voice.nlu.templates import slots_of
from voice.workshop.rehearsal import Rehearsal

MOST_FAILURES = 12  # silences or misunderstandings in a row: a person must have been called by then
TODAY = date(2026, 5, 20)
SAMPLE_FACT = "2026-05-14"  # a date, since a gap may want one; anywhere else it is as good as any text
LOCAL = ("operator", "back", "repeat", "help", "cancel", "start")  # commands whose effect differs from state to state
CALLER = "9123456789"
_GAP = re.compile(r"\{(\w+)")


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing a caller does."""

    name: str
    do: Callable[[Rehearsal], object]


@dataclass(frozen=True, slots=True)
class Fault:
    """A walk that went wrong: the step it was in, the caller's deeds up to there, and what happened."""

    step: str
    path: tuple[str, ...]
    reason: str


@dataclass
class Walked:
    """What all walks together met."""

    steps: set[str] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)
    states: set[tuple[str, ...]] = field(default_factory=set)


class _Steps(dict[str, Step]):
    """Steps that remember which of them were taken."""

    def __init__(self, steps: Mapping[str, Step], taken: set[str]) -> None:
        super().__init__(steps)
        self._taken = taken

    def __getitem__(self, name: str) -> Step:
        self._taken.add(name)
        return super().__getitem__(name)


class _Variants(dict[str, tuple[str, ...]]):
    """Texts that remember which of them were said."""

    def __init__(self, variants: Mapping[str, tuple[str, ...]], said: set[str]) -> None:
        super().__init__(variants)
        self._said = said

    def __getitem__(self, key: str) -> tuple[str, ...]:
        self._said.add(key)
        return super().__getitem__(key)


class _Office:
    """Answers every question as it is told to, with a fact for every gap that any text has."""

    def __init__(self, facts: Mapping[str, tuple[str, ...]]) -> None:
        self._facts = facts
        self._answer, self._turn = "found", 0
        self.asked = False

    def answers(self) -> Iterator[None]:
        """Each way to answer, in turn: with every value of every fact, with nothing, not at all."""
        turns = max(map(len, self._facts.values()), default=1)
        for self._answer, self._turn in (*(("found", turn) for turn in range(turns)), ("missing", 0), ("failed", 0)):
            self.asked = False
            yield

    def look_up(self, name: str, args: Mapping[str, str]) -> Mapping[str, str] | None:
        self.asked = True
        if self._answer == "failed":
            raise EngineFailed("the walker's office is shut")
        if self._answer == "missing":
            return None
        return self._given()

    def register(self, name: str, args: Mapping[str, str], call: str = "") -> Mapping[str, str]:
        self.asked = True
        if self._answer != "found":
            raise EngineFailed("the walker's office is shut")
        return self._given()

    def _given(self) -> dict[str, str]:
        return {fact: values[self._turn % len(values)] for fact, values in self._facts.items()}


Deeds = Callable[[Rehearsal], Iterable[Deed]]


def walk(script: Script, deeds: Deeds | None = None, *, written: bool = False) -> Walked:
    """Breadth first through all that callers of all lines may do: the dialog alone, quick, nobody is heard.

    deeds: what is done in a state; by default all that can be said and pressed. written: without sound.
    """
    walked = Walked()
    script = replace(
        script,
        steps=_Steps(script.steps, walked.steps),
        texts=Texts(_Variants(script.texts.variants, walked.texts), script.texts.tables),
    )
    office = _Office(_facts(script))
    for at, line in enumerate(script.lines):
        for caller in ("", CALLER) if not at else ("",):
            call = Rehearsal(script, line, office, caller=caller, written=written, today=TODAY)
            _walk_line(call, office, walked, deeds)
    return walked


def _walk_line(first: Rehearsal, office: _Office, walked: Walked, deeds: Deeds | None) -> None:
    first.listen()
    dialled = f"line {first.dialog.dialled.number}"
    todo: deque[tuple[Rehearsal, tuple[str, ...]]] = deque([(first, (dialled,))])
    walked.states.add(_state(first))
    while todo:
        call, path = todo.popleft()
        if deeds is None:
            _meet_a_person(call, path, walked)
        once = (*_topics(call.script), NOBODY_ANSWERS) if call is first and deeds is None else ()
        for deed in (*(deeds or _deeds)(call), *once):
            for _ in office.answers():
                after = _after(call, deed, path, walked)
                if after and not after.ended and _state(after) not in walked.states:
                    walked.states.add(_state(after))
                    todo.append((after, (*path, deed.name)))
                if not office.asked:
                    break


def _state(call: Rehearsal) -> tuple[str, ...]:
    question = call.dialog.question
    return call.dialog.dialled.number, call.caller, question.step.id, question.asks.name


def _after(call: Rehearsal, deed: Deed, path: tuple[str, ...], walked: Walked) -> Rehearsal | None:
    """The call after a deed; None when the line broke down over it, which is kept."""
    after = call.fork()
    try:
        deed.do(after)
        after.listen()
    except Exception as error:  # whatever it is, a caller would meet it
        reason = f"{type(error).__name__}: {error}"
        walked.faults.append(Fault(call.dialog.question.step.id, (*path, deed.name), reason))
        return None
    return after


def _meet_a_person(call: Rehearsal, path: tuple[str, ...], walked: Walked) -> None:
    """From every state a person is called by word, by silence and by not being understood; or the call ends."""
    asked = next((way.intent for way in call.script.everywhere if way.do == "operator"), "")
    for name, deed, most in (
        ("operator", meant(asked), 1),
        ("silence", SILENCE, MOST_FAILURES),
        ("nonsense", meant(None), MOST_FAILURES),
    ):
        here: Rehearsal | None = call
        for _ in range(most):
            if here and not here.ended:
                here = _after(here, deed, path, walked)
        if here and not here.ended:
            step = call.dialog.question.step.id
            walked.faults.append(Fault(step, path, f"no way to a person by {name} ({most} times)"))


def meant(intent: str | None, slots: Mapping[str, str] | None = None, *, confidence: float = 1.0) -> Deed:
    """The caller says something that is understood as `intent`."""
    understood = Understood(at_ms=0, source="speech", text="", intent=intent, slots=slots or {}, confidence=confidence)

    def do(call: Rehearsal) -> None:
        call.feed(replace(understood, at_ms=call.at_ms))

    return Deed(" ".join(filter(None, (intent or "nonsense", *(slots or {}).values()))), do)


def pressed(digit: str) -> Deed:
    return Deed(f"key {digit}", lambda call: call.press(digit))


def tapped(choice: Choice) -> Deed:
    return Deed(f"button {choice.label}", lambda call: call.tap(choice.choice))


def typed(text: str) -> Deed:
    return Deed(f"\u00ab{text}\u00bb typed", lambda call: call.type(text))


SILENCE = Deed("silence", Rehearsal.silence)


def _in_vain(call: Rehearsal) -> None:
    meant(next((way.intent for way in call.script.everywhere if way.do == "operator"), "")).do(call)
    call.listen()
    call.feed(CameBack(at_ms=call.at_ms))


NOBODY_ANSWERS = Deed("a person, and nobody answers", _in_vain)


def said(words: str) -> Deed:
    return Deed(f"\u00ab{words}\u00bb", lambda call: call.speak(words))


def _deeds(call: Rehearsal) -> Iterator[Deed]:
    """What may be done in this state; what means the same in every state is tried once, see `_topics`."""
    script, question = call.script, call.dialog.question
    for option in question.options:
        if option.key:
            yield pressed(option.key)
        if option.intent:
            yield meant(option.intent, option.slots)
    slot = question.step.slot
    if question.asks is not Asks.STEP:
        yield from (meant(YES), meant(NO))
    elif slot and slot.kind:
        yield said(SAMPLES[slot.kind])
    elif slot:
        yield from (meant(slot.intent, {slot.name: value}) for value in _values(script, slot.name))
    yield from (meant(command.intent) for command in script.commands if command.do in LOCAL)
    yield meant(None)
    yield SILENCE


def _topics(script: Script) -> Iterator[Deed]:
    """Everything that does the same in every state, alone and with each value that its phrases may carry."""
    yield from (meant(command.intent) for command in script.commands if command.do not in LOCAL)
    lists = script.matcher.intents.lists
    phrases = {intent.name: (*intent.say, *intent.more) for intent in script.matcher.intents.intents}
    for way in script.topics:
        yield from (meant(way.intent, way.slots), meant(way.intent, way.slots, confidence=UNSURE))
        carried = {name for template in phrases.get(way.intent, ()) for name in slots_of(template) if name in lists}
        for name in sorted(carried):
            for entry in lists[name].entries:
                yield meant(way.intent, {**way.slots, lists[name].slot: entry.value})


def _values(script: Script, slot: str) -> list[str]:
    lists = script.matcher.intents.lists.values()
    return [entry.value for choices in lists if choices.slot == slot for entry in choices.entries]


def _facts(script: Script) -> dict[str, tuple[str, ...]]:
    """Every name that a text has a gap for -> a value; for one that chooses a step or a text, each value that does."""
    texts = [text for variants in script.texts.variants.values() for text in variants]
    texts += [text for table in script.texts.tables.values() for text in table.values()]
    values = {name: {SAMPLE_FACT} for text in texts for name in _GAP.findall(text)}
    steps = script.steps.values()
    chosen = {choices.slot for choices in script.matcher.intents.lists.values()}
    chosen |= {name for step in steps for option in step.options for name in option.slots}  # by the caller
    for step in steps:
        if step.choose and step.choose not in chosen:
            values.setdefault(step.choose, {SAMPLE_FACT}).update(step.cases)
        if step.by and step.by not in chosen:
            named = [
                key.removeprefix(f"{step.say}.") for key in script.texts.variants if key.startswith(f"{step.say}.")
            ]
            values[step.by] = values.get(step.by, set()) - {SAMPLE_FACT} | set(named)
    return {name: tuple(sorted(known)) or (SAMPLE_FACT,) for name, known in values.items()}
