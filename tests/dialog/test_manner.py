"""How the line speaks: by a caller's word, and by the way he listens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.conversation import Conversation
from voice.dialog import actions as act
from voice.dialog.manner import FASTEST, LOUDEST_DB, QUIETEST_DB, SLOWEST, Manner
from voice.dialog.script import Script
from voice.events import BadLine, CallStarted, Final, Transferred


@pytest.fixture
def call(script: Script) -> Conversation:
    conversation = Conversation(script)
    conversation.listen()
    return conversation


def says(call: Conversation) -> list[act.Say]:
    return [action for action in call.actions if isinstance(action, act.Say)]


@given(st.lists(st.sampled_from(["slower", "faster", "louder", "quieter", "simpler"])))
def test_every_wish_stays_within_what_can_be_understood(wishes: list[str]) -> None:
    manner = Manner()
    for wish in wishes:
        manner = getattr(manner, wish)()
    assert SLOWEST <= manner.pace <= FASTEST
    assert QUIETEST_DB <= manner.gain_db <= LOUDEST_DB
    assert manner.patience >= 1


def test_louder_is_louder_until_it_cannot_be(call: Conversation) -> None:
    call.speak("громче")
    assert says(call)[-1].gain_db > 0
    call.speak("громче")
    call.speak("громче")
    assert "уже не могу" in " ".join(call.said)


def test_quieter_takes_louder_back(call: Conversation) -> None:
    call.speak("громче")
    call.speak("тише")
    assert says(call)[-1].gain_db == 0


def test_two_repeats_make_the_line_simple_and_slow(call: Conversation) -> None:
    call.speak("какие документы на загранпаспорт")
    call.speak("повторите")
    assert says(call)[-1].pace == 1
    call.speak("повторите ещё раз")
    call.speak("статус заявления")
    assert call.dialog.manner.simple and says(call)[-1].pace < 1
    assert call.dialog.manner.patience > 1


def test_slow_answers_make_the_line_patient(call: Conversation) -> None:
    for text in ("статус заявления", "назад"):
        call.at_ms += 8_000
        call.speak(text)
    assert not call.dialog.manner.simple
    call.at_ms += 8_000
    call.speak("статус заявления")
    assert call.dialog.manner.simple


def test_who_answers_ahead_twice_gets_the_short_texts(call: Conversation) -> None:
    for utterance in (1, 2):
        call.feed(Final(at_ms=0, utterance=utterance, text="статус заявления", confidence=1.0))
        call.feed(Final(at_ms=0, utterance=utterance, text="какие нужны документы", confidence=1.0))
    assert call.dialog.manner.short and not call.dialog.manner.simple


def test_who_has_called_lately_is_asked_briefly(script: Script) -> None:
    call = Conversation(script, start=False)
    call.feed(CallStarted(at_ms=0, line=call.dialog.dialled.number, caller="", transport="test", returning=True))
    text = script.texts.variants[script.steps[call.dialog.dialled.start].ask]
    assert call.listen().endswith(text[1])


def test_with_keys_only_speech_is_noise_but_a_person_is_reached(call: Conversation) -> None:
    assert "клавишами" in call.speak("буду отвечать цифрами")
    done = len(call.actions)
    call.speak("какие нужны документы")
    assert len(call.actions) == done
    assert call.press("1")
    call.speak("оператор")
    assert isinstance(call.ended, act.Transfer)


def test_a_voice_may_come_back_after_keys(call: Conversation) -> None:
    call.speak("буду отвечать цифрами")
    call.speak("голосом")
    assert "услуг" in call.speak("какие нужны документы")


def test_a_bad_line_is_told_once_and_only_when_something_fails(call: Conversation) -> None:
    call.feed(BadLine(at_ms=0, reason="noisy"))
    told = call.speak("кошка лежит на окошке")
    assert told.startswith("Мешает шум") and "нажмите" in told
    call.feed(BadLine(at_ms=0, reason="noisy"))
    assert "шум" not in call.speak("борщ с пампушками")


def test_on_a_bad_line_a_number_is_asked_for_by_keys_at_once(call: Conversation) -> None:
    call.speak("статус заявления")
    call.feed(BadLine(at_ms=0, reason="quiet"))
    call.speak("сто двадцать три четыреста пятьдесят шесть семьдесят восемь девяносто")
    assert "Наберите, пожалуйста, номер на телефоне" in call.speak("нет")


def test_a_nod_is_a_yes_where_a_yes_was_asked_for(call: Conversation) -> None:
    call.speak("статус заявления")
    call.speak("сто двадцать три четыреста пятьдесят шесть семьдесят восемь девяносто")
    assert "Замена паспорта" in call.speak("угу")


def test_cancel_ends_what_was_begun(call: Conversation) -> None:
    call.speak("статус заявления")
    assert call.speak("отмена").startswith("Хорошо")
    assert call.dialog.question.step.id == "main.menu"


def test_a_person_sees_what_was_tried(call: Conversation) -> None:
    call.speak("статус заявления")
    call.speak("сто двадцать три четыреста пятьдесят шесть семьдесят восемь девяносто")
    call.speak("кошка лежит на окошке")
    call.speak("оператор")
    events = [action.event for action in call.actions if isinstance(action, act.Publish)]
    told = next(event for event in events if isinstance(event, Transferred))
    assert "status.number" in told.tried
    assert told.slots["application"] == "1234567890"
    assert told.unheard == ("кошка лежит на окошке",)
