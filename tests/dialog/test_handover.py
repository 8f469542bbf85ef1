"""A caller is handed over to people who do not answer, and comes back."""

from __future__ import annotations

import pytest

from tests.fakes.conversation import Conversation
from voice.dialog import actions as act
from voice.dialog.script import Script
from voice.dialog.talk import MOST_MISSES
from voice.dialog.turn import Turn
from voice.events import (
    CameBack,
    Final,
    HungUp,
    Key,
    PersonCame,
    SayStarted,
    SpeechEnded,
    SpeechStarted,
    TimerFired,
    Typed,
)


def in_vain(call: Conversation, wish: str = "соедините с оператором") -> str:
    """The caller asks for a person and comes back; what he hears then."""
    call.speak(wish)
    assert isinstance(call.ended, act.Transfer)
    call.feed(CameBack(at_ms=call.at_ms))
    return call.listen()


def asking(script: Script) -> Conversation:
    """In the middle of a matter: a service has been named."""
    call = Conversation(script)
    call.listen()
    call.speak("статус заявления")
    assert call.dialog.question.step.id == "status.number"
    return call


def test_nothing_that_is_said_to_a_person_moves_the_dialog(script: Script) -> None:
    call = asking(script)
    call.speak("соедините с оператором")
    done = len(call.actions)
    for event in (
        SpeechStarted(at_ms=1, utterance=9),
        SpeechEnded(at_ms=2, utterance=9),
        Final(at_ms=3, utterance=9, text="до свидания", confidence=1.0),
        Key(at_ms=4, digit="0"),
        TimerFired(at_ms=5, name="silence"),
        SayStarted(at_ms=6, say=1, text=""),
    ):
        call.feed(event)
    assert len(call.actions) == done and call.dialog.turn is Turn.HANDED_OVER
    call.feed(HungUp(at_ms=7, by="caller"))
    assert call.dialog.turn is Turn.ENDED


def test_only_while_a_person_is_there_may_what_is_typed_go_to_him_live(script: Script) -> None:
    call = asking(script)
    call.speak("соедините с оператором")
    waiting = call.dialog.buttons.shown
    call.feed(PersonCame(at_ms=call.at_ms))
    talking = call.dialog.buttons.shown
    call.feed(CameBack(at_ms=call.at_ms))
    back = call.dialog.buttons.shown
    assert waiting and talking and back
    assert (waiting.live, talking.live, back.live) == (False, True, False)
    assert talking.hint and not talking.choices and talking.asked > waiting.asked
    assert back.choices


def test_a_caller_who_comes_back_chooses_what_he_does_instead(script: Script) -> None:
    heard = in_vain(asking(script))
    for offered in ("заняты", "звонок", "сообщение", "подождать", "вернуться"):
        assert offered in heard.lower()


@pytest.mark.parametrize(
    ("said", "step"),
    [
        ("обратный звонок", "callback.phone"),
        ("оставлю сообщение", "message.text"),
        ("назад", "status.number"),
        ("какие нужны документы", "documents.service"),
    ],
)
def test_from_there_the_talk_goes_on(script: Script, said: str, step: str) -> None:
    call = asking(script)
    in_vain(call)
    call.speak(said)
    assert call.dialog.question.step.id == step


@pytest.mark.parametrize("again", ["подожду ещё", "соедините с оператором"])
def test_who_goes_on_waiting_is_handed_over_again(script: Script, again: str) -> None:
    call = asking(script)
    in_vain(call)
    call.speak(again)
    assert call.ended == act.Transfer("operator", "flow" if "подожду" in again else "asked")


def test_whoever_was_asked_for_is_asked_for_again(script: Script) -> None:
    call = asking(script)
    in_vain(call, "старший специалист")
    call.press("3")
    assert isinstance(call.ended, act.Transfer) and call.ended.target == "senior"


def test_the_same_people_are_tried_a_bounded_number_of_times(script: Script) -> None:
    call = asking(script)
    for _ in range(MOST_MISSES - 1):
        assert "подождать" in in_vain(call)
    assert "никто не освободился" in in_vain(call)
    heard = call.speak("соедините с оператором")
    assert call.ended is None and "обратный звонок" in heard.lower()
    call.speak("старший специалист")
    assert isinstance(call.ended, act.Transfer), "others may be free"


def test_a_caller_who_says_nothing_any_more_is_not_kept_for_ever(script: Script) -> None:
    for do in (Conversation.silence, lambda call: call.speak("абырвалг")):
        call = asking(script)
        for _ in range(MOST_MISSES):
            in_vain(call)
        for _ in range(8):
            if call.ended is None:
                do(call)
        assert isinstance(call.ended, act.End)


def test_what_a_caller_types_is_told_to_the_person(script: Script) -> None:
    call = asking(script)
    call.speak("соедините с оператором")
    call.feed(Typed(at_ms=9, text="Я не слышу"))
    assert call.listen() == "Собеседник пишет: Я не слышу"
    assert call.dialog.turn is Turn.HANDED_OVER
    call.feed(CameBack(at_ms=10))
    assert "заняты" in call.listen()
