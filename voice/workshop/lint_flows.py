"""Checks of the flows: can every step be reached, does every way lead on, is every key where it is expected."""

from __future__ import annotations

from collections.abc import Iterator

from voice.dialog.script import Script
from voice.workshop.finding import Finding, Severity
from voice.workshop.flow_graph import entrances, reachable
from voice.workshop.places import Place, Places
from voice.workshop.walks import Fault, Walked

ENGINE_INTENTS = frozenset({"yes", "no", "backchannel"})  # the dialog itself asks for them
ENOUGH_EXAMPLES = 8


def findings(script: Script, places: Places, walked: Walked) -> Iterator[Finding]:
    yield from _unreachable(script, places, walked)
    yield from _faults(walked.faults, places)
    yield from _options(script, places)
    yield from _intents(script, places)


def _unreachable(script: Script, places: Places, walked: Walked) -> Iterator[Finding]:
    near = reachable(script, entrances(script))
    for step in script.steps:
        if step not in near:
            yield _error(places.step(step), f"nothing leads to the step {step!r}")
        elif step not in walked.steps:
            yield _warning(places.step(step), f"no walk gets to the step {step!r}: only certain answers lead there")


def _faults(faults: list[Fault], places: Places) -> Iterator[Finding]:
    told = set()
    for fault in faults:
        if (fault.step, fault.reason) not in told:
            told.add((fault.step, fault.reason))
            way = ", ".join(fault.path)
            yield _error(places.step(fault.step), f"the step {fault.step!r}: {fault.reason} (after {way})")


def _options(script: Script, places: Places) -> Iterator[Finding]:
    for name, step in script.steps.items():
        place = places.step(name)
        keys = [option.key for option in step.options]
        expected = [str(n) for n in range(1, len(keys) + 1)]
        if keys != expected:
            yield _warning(place, f"the options of {name!r} have the keys {', '.join(keys)}, not {', '.join(expected)}")
        for option in step.options:
            if not option.label:
                yield _warning(place, f"the option {option.key} of {name!r} has no label: its key is never told")
    calls = [command for command in script.commands if command.do == "operator"]
    if not calls:
        yield _error(places.step(script.operator), "nothing that may be said in every state calls a person")
    elif not any(command.key for command in calls):
        yield _error(places.step(script.operator), "a person can be called by word, but by no key")


def _intents(script: Script, places: Places) -> Iterator[Finding]:
    options = [*script.everywhere, *(option for step in script.steps.values() for option in step.options)]
    used = ENGINE_INTENTS | {option.intent for option in options if option.intent}
    used |= {step.slot.intent for step in script.steps.values() if step.slot}
    known = {intent.name: intent for intent in script.matcher.intents.intents}
    for name, intent in known.items():
        if name not in used:
            yield _warning(places.intent(name), f"the intent {name!r} leads nowhere")
        count = len(intent.examples) + len(intent.heard)
        if count < ENOUGH_EXAMPLES:
            yield _warning(places.intent(name), f"the intent {name!r} has {count} examples; {ENOUGH_EXAMPLES} teach it")
    for step in script.steps.values():
        for option in step.options:
            if option.intent and option.intent not in known:
                yield _error(places.step(step.id), f"there is no intent {option.intent!r}")
        if step.slot and step.slot.intent and step.slot.intent not in known:
            yield _error(places.step(step.id), f"there is no intent {step.slot.intent!r}")
    for way in script.everywhere:
        if way.intent and way.intent not in known:
            yield _error(places.step(""), f"there is no intent {way.intent!r}, which may be said in every state")
    for way in script.topics:
        if way.intent in known and way.intent not in script.texts.tables.get("meanings", {}):
            yield _warning(
                places.text("meanings"),
                f"'meanings' has no words for {way.intent!r}: it is never asked back when unsure",
            )


def _error(place: Place, reason: str) -> Finding:
    return Finding(place.file, place.line, Severity.ERROR, reason)


def _warning(place: Place, reason: str) -> Finding:
    return Finding(place.file, place.line, Severity.WARNING, reason)
