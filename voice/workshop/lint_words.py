"""Checks of what callers may say: can it be heard, does it sound like something else, does it mean two things."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from voice.asr.word_list import WordList
from voice.dialog.script import Script, Step
from voice.nlu.normalise import plain
from voice.nlu.phonetics import sound_alike
from voice.nlu.templates import expand
from voice.workshop.finding import Finding, Severity
from voice.workshop.lint_flows import ENGINE_INTENTS
from voice.workshop.places import Places

WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
MOST_EXAMPLES = 3  # of phrases, in one finding


def findings(script: Script, places: Places, vocabulary: WordList | None) -> Iterator[Finding]:
    if vocabulary is not None:
        yield from _unheard(script, places, vocabulary)
    yield from _alike(script, places)
    yield from _clashes(script, places)
    yield from _values(script, places)


def _unheard(script: Script, places: Places, vocabulary: WordList) -> Iterator[Finding]:
    """Words that the model lacks; those for which lists/heard_as.yaml says what is heard instead are looked after."""
    minded = {word for meant in script.matcher.intents.heard_as.values() for word in meant}
    where = defaultdict(list)
    for (_, phrase), place in places.phrases.items():
        for word in dict.fromkeys(WORD.findall(re.sub(r"\{.*?\}", " ", phrase))):
            # A word in Latin letters is typed, never heard.
            if word not in vocabulary and not word.isascii() and not minded.issuperset(plain(word).split()):
                where[place].append(word.lower())
    for place, words in where.items():
        near = {word: ", ".join(vocabulary.nearest(word)) or "none" for word in dict.fromkeys(words)}
        reason = "; ".join(f"{word!r} (nearest: {nearest})" for word, nearest in near.items())
        yield Finding(place.file, place.line, Severity.WARNING, f"the recogniser lacks {reason}")


def _alike(script: Script, places: Places) -> Iterator[Finding]:
    """Phrases of different options of a closed state that a telephone may confuse."""
    closed = [step for step in script.steps.values() if step.listen == "menu" and step.options]
    owners = _said_by(script, closed)
    pairs = sound_alike(owners)
    told = set()
    for step in closed:
        keys = script.texts.tables.get("keys", {})
        means: dict[str, set[str]] = defaultdict(set)
        for option in step.options:
            for phrase in script.matcher.phrases([option.intent]) if option.intent else ():
                means[phrase].add(option.key)
            means[keys.get(option.key, "")].add(option.key)
        for one, other in sorted(pairs):
            if one in means and other in means and means[one] != means[other] and (one, other) not in told:
                told.add((one, other))
                place = places.step(step.id)
                reason = f"in {step.id!r} {one!r} and {other!r} sound alike and choose different options"
                yield Finding(place.file, place.line, Severity.WARNING, reason)


def _said_by(script: Script, closed: list[Step]) -> set[str]:
    keys = script.texts.tables.get("keys", {})
    intents = {option.intent for step in closed for option in step.options if option.intent}
    return {*script.matcher.phrases(intents), *(keys[o.key] for step in closed for o in step.options if o.key in keys)}


def _clashes(script: Script, places: Places) -> Iterator[Finding]:
    """Whole phrases that mean two things in one state."""
    meaning: dict[str, set[str]] = defaultdict(set)
    for phrase in script.matcher.phrases():
        whole = [match.intent for match in script.matcher.match(phrase) if match.whole]
        meaning[plain(phrase)].update(whole)
    everywhere = ENGINE_INTENTS | {way.intent for way in script.everywhere}
    clashes: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for phrase, intents in meaning.items():
        if len(intents) > 1:
            clashes[tuple(sorted(intents))].append(phrase)
    for names, phrases in clashes.items():
        step = next((step for step in script.steps.values() if len(_known(step, everywhere) & set(names)) > 1), None)
        if step is None:
            continue
        both = sorted(_known(step, everywhere) & set(names))
        place = places.intent(both[0])
        shown = ", ".join(map(repr, phrases[:MOST_EXAMPLES]))
        more = f" and {len(phrases) - MOST_EXAMPLES} more" if len(phrases) > MOST_EXAMPLES else ""
        reason = f"{shown}{more} mean both {' and '.join(both)} in the step {step.id!r}"
        yield Finding(place.file, place.line, Severity.ERROR, reason)


def _values(script: Script, places: Places) -> Iterator[Finding]:
    """Phrases of a list that name two of its values."""
    for name, choices in script.matcher.intents.lists.items():
        named: dict[str, set[str]] = defaultdict(set)
        for entry in choices.entries:
            for phrase in (phrase for template in entry.say for phrase in expand(template, {})):
                named[plain(phrase)].add(entry.value)
        place = next(place for (owner, _), place in places.phrases.items() if owner == name)
        for said, values in named.items():
            if len(values) > 1:
                reason = f"in the list {name!r} {said!r} names both {' and '.join(sorted(values))}"
                yield Finding(place.file, place.line, Severity.ERROR, reason)


def _known(step: Step, everywhere: frozenset[str] | set[str]) -> set[str]:
    slot = {step.slot.intent} if step.slot and step.slot.intent else set()
    return {*everywhere, *(option.intent for option in step.options if option.intent), *slot}
