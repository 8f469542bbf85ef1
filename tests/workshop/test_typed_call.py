"""The typed conversation of `voice try`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.conversation import MAIN, Conversation
from voice.desk.backoffice import EmbeddedOffice
from voice.dialog.script import Script
from voice.settings import Settings
from voice.workshop.typed_call import DIM, TypedCall


def talk(script: Script, *typed: str, colour: bool = False) -> list[str]:
    written: list[str] = []
    TypedCall(Conversation(script), written.append, colour=colour).run(typed)
    return written


def test_what_is_said_and_what_was_understood(script: Script) -> None:
    lines = talk(script, "статус заявления", "сто двадцать три четыреста пятьдесят шесть семьдесят восемь девяносто")
    told = "\n".join(lines)
    assert script.texts.say("main.welcome") in told
    assert "application_status 1.00" in lines
    assert any(line.startswith("answer 1.00 (") and "value 1234567890" in line for line in lines)
    assert lines[-1].startswith("[status.number (value_right)]")
    assert "1 статус заявления" in told


def test_keys_and_silence(script: Script) -> None:
    lines = talk(script, ":key 1", ":silence", ":silence", ":silence")
    assert lines[-1] == "the call is over: to operator"


def test_the_call_ends_with_the_line_or_with_quit(script: Script) -> None:
    assert talk(script, "оператор", "да")[-1] == "the call is over: to operator"
    assert len(talk(script, ":quit", "да")) == len(talk(script))


def test_why_shows_what_the_words_could_mean(script: Script) -> None:
    assert talk(script, ":why")[-1] == "nothing was said yet"
    assert any(
        line.startswith("application_status ") and "whole" in line for line in talk(script, "статус заявления", ":why")
    )


def test_why_shows_the_sentences_of_the_data_that_are_nearest(script: Script) -> None:
    sentence = next(one for one in script.matcher.intents.intents if one.name == "pension").examples[0]
    assert any(line.startswith("pension ") and sentence in line for line in talk(script, sentence, ":why"))


def test_words_heard_badly_are_asked_back(script: Script) -> None:
    lines = talk(script, ":hear 0.3 статус заявления")
    assert any(line.startswith("application_status 0.5") for line in lines)
    assert ":hear" in talk(script, ":hear badly")[-1]


@pytest.mark.parametrize("colour", [False, True])
def test_only_a_terminal_gets_colours(script: Script, colour: bool) -> None:
    assert any(DIM in line for line in talk(script, "да", colour=colour)) is colour


def test_an_unknown_command_is_answered_with_help(script: Script) -> None:
    assert ":quit" in talk(script, ":dance")[-1]


def test_the_real_back_office_answers(script: Script, tmp_path: Path) -> None:
    office = EmbeddedOffice.of(Settings(data=tmp_path))
    call = Conversation(script, MAIN, office=office)
    written: list[str] = []
    TypedCall(call, written.append, colour=False).run(["статус заявления 1234567890", "да"])
    assert call.dialog.memory.values["stage"] == "review"
