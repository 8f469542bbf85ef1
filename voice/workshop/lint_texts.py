"""Checks of the texts: is each there that may be asked for, is each said by somebody, are they short enough."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from voice.dialog.script import Script, Step
from voice.dialog.texts import READ
from voice.tts.length import spoken_ms
from voice.workshop.finding import Finding, Severity
from voice.workshop.places import Places
from voice.workshop.walks import Walked

MOST_WORDS = 25
MOST_MS = 9_000  # longer is forgotten before it ends
MOST_OPTIONS_MS = 12_000  # of a list of options, which is chosen from while it is said
# The texts of these files are the dialog's own: which of them it needs it knows itself.
ENGINE_TEXTS = ("common", "reading")
GAP = re.compile(r"\{(\w+)(?:\|([\w.]+))?\}")
VALUE = "0000"  # stands for a value: two words or so


def findings(script: Script, places: Places, walked: Walked) -> Iterator[Finding]:
    for step in script.steps.values():
        for key in _missing(script, step):
            place = places.step(step.id)
            yield Finding(
                place.file, place.line, Severity.ERROR, f"there is no text {key!r}, which {step.id!r} may say"
            )
    used = _used(script)
    for key, variants in script.texts.variants.items():
        place = places.text(key)
        engine = Path(place.file).stem in ENGINE_TEXTS
        if key.endswith(READ) and key.removesuffix(READ) not in script.texts:
            yield Finding(
                place.file, place.line, Severity.ERROR, f"{key!r} is read instead of a text that is not there"
            )
        if key not in used and key not in walked.texts and not engine:
            yield Finding(place.file, place.line, Severity.WARNING, f"nobody says the text {key!r}")
        elif key not in walked.texts and not engine:
            yield Finding(
                place.file, place.line, Severity.WARNING, f"no walk ever says the text {key!r}: it is untested"
            )
        for variant in variants:
            if complaint := _too_long(_filled(script, variant), MOST_MS):
                yield Finding(place.file, place.line, Severity.WARNING, f"the text {key!r} {complaint}")
    for step in script.steps.values():
        options = " ".join(script.texts.say(option.label) + ", 0." for option in step.options if option.label)
        if spoken_ms(options) > MOST_OPTIONS_MS:
            place = places.step(step.id)
            seconds = spoken_ms(options) / 1000
            reason = f"the options of {step.id!r} take {seconds:.0f} s to say, more than {MOST_OPTIONS_MS // 1000}"
            yield Finding(place.file, place.line, Severity.WARNING, reason)


def _too_long(text: str, most_ms: int) -> str:
    count, length_ms = len(text.split()), spoken_ms(text)
    if count > MOST_WORDS:
        return f"has {count} words, more than the ear keeps ({MOST_WORDS})"
    if length_ms > most_ms:
        return f"takes {length_ms / 1000:.0f} s to say, more than {most_ms // 1000}"
    return ""


def _filled(script: Script, text: str) -> str:
    """The text with every gap filled as long as it gets; the list of options counts by itself."""

    def gap(found: re.Match[str]) -> str:
        if found[1] in ("options", "options_or_question", "question"):
            return ""
        table = script.texts.tables.get(found[2] or "", {})
        return max((_filled(script, entry) for entry in table.values()), key=len, default=VALUE)

    return GAP.sub(gap, text)


def _missing(script: Script, step: Step) -> list[str]:
    """Texts of a step whose key ends with a slot's value, for every value that is known."""
    if not step.by:
        return []
    lists = script.matcher.intents.lists.values()
    values = [entry.value for choices in lists if choices.slot == step.by for entry in choices.entries]
    values += [
        option.slots[step.by] for other in script.steps.values() for option in other.options if step.by in option.slots
    ]
    wanted = [f"{step.say}.{value}" for value in dict.fromkeys(values)]
    if not wanted and not any(key.startswith(f"{step.say}.") for key in script.texts.variants):
        return [f"{step.say}.<{step.by}>"]
    return [key for key in wanted if key not in script.texts]


def _used(script: Script) -> set[str]:
    used = {line.notice for line in script.lines.values()} | {command.label for command in script.commands}
    for step in script.steps.values():
        used |= {step.ask, step.say, step.help, step.confirm, *(option.label for option in step.options)}
        if step.slot:
            used.add(step.slot.confirm)
        if step.by:
            used |= {key for key in script.texts.variants if key.startswith(f"{step.say}.")}
    return used
