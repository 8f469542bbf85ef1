"""Every task of every line without hearing and without speech: by buttons alone, and by typing alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from voice.dialog.script import Script
from voice.dialog.turn import Turn
from voice.events import CameBack
from voice.workshop.rehearsal import Rehearsal
from voice.workshop.walks import Deed, Walked, tapped, typed, walk

# As people write them.
WRITTEN = {
    "application_number": "123-456 78 90",
    "appeal_number": "12 34 56 78",
    "snils": "112-233-445 95",
    "inn": "7707083893",
    "passport": "4509 №123456",
    "phone": "+7 (916) 123-45-67",
    "date": "14.05.2026",
    "time": "15:30",
    "error_code": "E-404",
    "name": "Иванов Иван",
    "text": "На странице белый экран, и больше ничего",
}
BY_PAD = {kind: "".join(filter(str.isdigit, text)) for kind, text in WRITTEN.items()}
COURTESIES = {"main.cancel", "main.thanks"}  # no task: what is answered to thanks, and to taking a wish back


def by_buttons(call: Rehearsal) -> Iterator[Deed]:
    """Buttons and, for a number, the buttons with digits, which write it into the text field."""
    assert call.asked
    yield from map(tapped, call.asked.choices)
    yield from map(tapped, call.asked.always)
    if call.asked.digits:
        yield typed(BY_PAD[call.asked.wants])
    yield Deed("nobody answers", lambda call: in_vain(call, call.tap, "operator"))


def by_typing(call: Rehearsal) -> Iterator[Deed]:
    """What stands on the buttons, and values; nothing at all for a long time."""
    assert call.asked
    yield from (typed(choice.label) for choice in (*call.asked.choices, *call.asked.always))
    if call.asked.wants:
        yield typed(WRITTEN[call.asked.wants])
    yield from (typed("Спасибо!"), typed("отмена"))
    yield Deed("nobody answers", lambda call: in_vain(call, call.type, "Оператор"))
    yield Deed("long silence", lambda call: [call.silence() for _ in range(call.script.ladders["no_input"])])


def in_vain(call: Rehearsal, ask: Callable[[str], str], person: str) -> None:
    ask(person)
    if call.dialog.turn is Turn.HANDED_OVER:
        call.feed(CameBack(at_ms=call.at_ms))


@pytest.fixture(scope="module")
def spoken(script: Script) -> Walked:
    return walk(script)


@pytest.mark.parametrize("written", [True, False], ids=["chat", "call"])
@pytest.mark.parametrize("deeds", [by_buttons, by_typing])
def test_every_step_is_reached_without_speech(script: Script, spoken: Walked, deeds, written: bool) -> None:
    walked = walk(script, deeds, written=written)
    turnings = {name for name, step in script.steps.items() if step.choose}  # nothing is said there
    tasks = spoken.steps - turnings - (COURTESIES if deeds is by_buttons else set())
    assert walked.faults == []
    assert sorted(tasks - walked.steps) == []
    assert (script.idle in walked.steps) == (written and deeds is by_typing)


@pytest.mark.parametrize("deeds", [by_buttons, by_typing])
def test_a_person_is_called_without_speech_from_every_state(script: Script, deeds) -> None:
    lost = []

    def watched(call: Rehearsal) -> Iterator[Deed]:
        there = call.fork()
        if deeds is by_buttons:
            there.tap("operator")
        else:
            there.type("Оператор")
        if there.ended is None or not hasattr(there.ended, "target"):
            lost.append(call.dialog.question.step.id)
        yield from deeds(call)

    walk(script, watched, written=True)
    assert lost == []
