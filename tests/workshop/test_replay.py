"""Archived calls before changed flows: what goes otherwise is shown, and nothing else is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.workshop.kept_calls import Kept, kept
from voice.archive.records import Record
from voice.dialog.script import Script, load_script
from voice.errors import EngineFailed
from voice.workshop.replay import replay_text

MAIN = "88005553535"
NUMBER = "один два три четыре пять шесть семь восемь девять ноль"


class Office:
    """It knows one application, and counts what is written down."""

    def __init__(self) -> None:
        self.registered = 0

    def look_up(self, name: str, args: Mapping[str, str]) -> Mapping[str, str] | None:
        facts = {"service": "Замена паспорта", "stage": "review", "filed": "2026-10-22", "due": "2026-11-20"}
        return {**facts, "office": "улица Советская, дом 8"} if name == "application" else None

    def register(self, name: str, args: Mapping[str, str], call: str = "") -> Mapping[str, str]:
        self.registered += 1
        return {"number": "12345678", "term": "2026-12-20", "due": "2026-12-20", "ticket": "1"}


def asks_for_status(call: Kept) -> None:
    for words in ("узнать статус заявления", NUMBER, "да", "нет спасибо"):
        call.speak(words)


def presses(call: Kept) -> None:
    for keys in ("0",):
        call.press(keys)


def is_silent_then_taps(call: Kept) -> None:
    call.silence()
    assert call.asked
    call.tap(call.asked.choices[0].choice)


def talks_nonsense(call: Kept) -> None:
    for _ in range(4):
        call.speak("карл у клары украл кораллы", confidence=0.9)


@pytest.mark.parametrize("talk", [asks_for_status, presses, is_silent_then_taps, talks_nonsense])
def test_before_the_same_flows_nothing_goes_otherwise(script: Script, talk) -> None:  # type: ignore[no-untyped-def]
    replayed = replay_text(kept(script, MAIN, Office(), talk), script, {}, {})
    assert replayed.before.turns > 0
    assert replayed.before.ends != "unfinished"
    assert replayed.changes == {}


def test_the_back_office_gives_the_answers_that_it_gave_and_writes_nothing_down(script: Script) -> None:
    office = Office()
    record = kept(script, MAIN, office, asks_for_status)
    assert [event.kind for event in record.events].count("LookedUp") == 1
    office.look_up = _asked_in_vain  # type: ignore[method-assign]
    assert replay_text(record, script, {}, {}).changes == {}


def _asked_in_vain(name: str, args: Mapping[str, str]) -> Mapping[str, str] | None:
    raise EngineFailed("it is asked although the call is only replayed")


def test_a_changed_flow_shows_as_other_steps_and_another_end(language: Path) -> None:
    record = _two_colours(language)
    flows = language / "flows" / "main.yaml"
    flows.write_text(flows.read_text(encoding="utf-8").replace("go: more\n", "go: bye\n"), encoding="utf-8")
    replayed = replay_text(record, load_script(language), {}, {})
    assert replayed.changes == {
        "steps": (("ask.colour", "more"), ("ask.colour",)),
        "intents": (("red", "no"), ("red",)),
        "turns": (2, 1),
    }
    assert replayed.plain()["changed"]["turns"] == {"before": 2, "after": 1}  # type: ignore[index]


def test_a_phrase_taken_away_shows_as_not_understood(language: Path) -> None:
    record = _two_colours(language, "бордовый")
    phrases = language / "intents" / "red.yaml"
    phrases.write_text(phrases.read_text(encoding="utf-8").replace("[красный,", "[красный, бордовый,"), "utf-8")
    assert replay_text(record, load_script(language), {}, {}).changes["intents"] == (("none", "none"), ("red", "no"))


def test_corrected_words_take_the_place_of_those_that_were_recognised(script: Script) -> None:
    record = kept(
        script, MAIN, Office(), lambda call: (call.speak("карл у клары украл кораллы"), call.speak("оператор"))
    )
    plain, corrected = (replay_text(record, script, {}, said) for said in ({}, {1: "узнать статус заявления"}))
    assert plain.changes == {}
    assert corrected.after.intents[0] == "application_status"
    assert corrected.after.ends == "transfer:operator"


def _two_colours(language: Path, colour: str = "красный") -> Record:
    return kept(load_script(language), "100", Office(), lambda call: (call.speak(colour), call.speak("нет")))
