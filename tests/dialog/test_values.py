"""Numbers that are secret, checked and read back; consent before anything is written down."""

import pytest

from tests.fakes.conversation import MAIN, Conversation
from voice.dialog import actions as act
from voice.dialog.script import Script
from voice.events import CallStarted, Transferred
from voice.nlu.documents import snils_ok

RIGHT = "сто двенадцать двести тридцать три четыреста сорок пять девяносто пять"
MISHEARD = "сто тринадцать двести тридцать три четыреста сорок пять девяносто пять"  # «двенадцать» is meant


@pytest.fixture
def call(script: Script) -> Conversation:
    conversation = Conversation(script)
    conversation.listen()
    conversation.speak("когда придёт пенсия")
    conversation.speak("да")
    return conversation


def looked_up(call: Conversation) -> list[act.LookUp]:
    return [action for action in call.actions if isinstance(action, act.LookUp) and "snils" in action.args]


def test_a_wrong_checksum_is_never_looked_up_but_what_may_be_meant_is_offered(call: Conversation) -> None:
    assert not snils_ok("11323344595") and snils_ok("11223344595")
    said = call.speak(MISHEARD)
    assert "ослышалась" in said and "112 233 445 95" in said
    assert not looked_up(call)
    call.speak("да")
    assert [asked.args["snils"] for asked in looked_up(call)] == ["11223344595"]


def test_what_is_offered_may_be_refused_and_said_anew(call: Conversation) -> None:
    call.speak(MISHEARD)
    call.speak("нет")
    assert "112 233 445 95" in call.speak(RIGHT)
    assert not looked_up(call)


def test_a_person_sees_only_the_end_of_a_secret_number(call: Conversation) -> None:
    call.speak(RIGHT)
    call.speak("оператор")
    events = [action.event for action in call.actions if isinstance(action, act.Publish)]
    told = next(event for event in events if isinstance(event, Transferred))
    assert told.slots["snils"].endswith("4595") and "1122" not in told.slots["snils"]


def test_a_refused_guess_does_not_count_against_the_caller(call: Conversation) -> None:
    for _ in range(2):
        call.speak(MISHEARD)
        call.speak("нет")
    assert call.ended is None


@pytest.fixture
def complaint(script: Script) -> Conversation:
    conversation = Conversation(script, start=False)
    conversation.feed(CallStarted(at_ms=0, line=MAIN, caller="79161234567", transport="test"))
    conversation.listen()
    conversation.speak("хочу пожаловаться на решение")
    conversation.speak("мне отказали без объяснений")
    return conversation


def test_nothing_is_written_down_without_a_plain_yes(complaint: Conversation) -> None:
    complaint.speak("угу")
    assert not complaint.registered
    complaint.speak("да")
    assert [name for name, _ in complaint.registered] == ["complaint"]
    assert complaint.registered[0][1]["reason"] == "мне отказали без объяснений"


def test_a_no_writes_nothing_down(complaint: Conversation) -> None:
    complaint.speak("нет")
    assert not complaint.registered


def test_a_command_inside_a_dictated_text_belongs_to_the_text(script: Script) -> None:
    call = Conversation(script)
    call.listen()
    call.speak("хочу пожаловаться на решение")
    call.speak("оператор сказал мне что документов не хватает")
    assert call.ended is None
    call.speak("оператор")
    assert isinstance(call.ended, act.Transfer)


def test_from_the_beginning_means_the_value_that_is_being_taken(call: Conversation) -> None:
    call.speak("сто двенадцать двести тридцать три")
    call.speak("ой я запуталась давайте всё заново")
    assert "112 233 445 95" in call.speak(RIGHT)
