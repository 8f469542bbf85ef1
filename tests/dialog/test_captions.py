"""Whoever wants to read the call is told where, slowly, in every state."""

import pytest

from tests.fakes.conversation import MAIN, Conversation
from voice.dialog import actions as act
from voice.dialog.script import Script, load_script
from voice.settings import ROOT, Settings

DISABILITY = "88005553537"
KNOWN = {"captions": "here", "captions_address": "line.example/c", "captions_pin": "12 04 56 00"}
WHERE = "Откройте на телефоне или компьютере адрес line.example/c и введите код 12 04 56 00."


def call(script: Script, line: str = MAIN, known: dict[str, str] = KNOWN) -> Conversation:
    conversation = Conversation(script, line, known=known)
    conversation.listen()
    return conversation


@pytest.mark.parametrize("wish", ["субтитры", "хочу читать", "дайте мне субтитры пожалуйста"])
def test_the_address_and_the_pin_are_told_slowly_and_the_question_again(script: Script, wish: str) -> None:
    talk = call(script)
    talk.speak("узнать статус заявления")
    talk.speak(wish)
    told, asked = [action for action in talk.actions if isinstance(action, act.Say)][-2:]
    assert told.text == WHERE and asked.text == "Назовите номер заявления."
    assert told.pace < asked.pace, "digits are written down"
    talk.speak("повторите")
    assert WHERE in talk.said[-2:]
    talk.speak("сто двадцать три четыреста пятьдесят шесть семьсот восемьдесят девять ноль")
    assert "123 456 789 0. Верно?" in talk.said[-1], "the flow goes on where it was"


def test_there_is_time_to_type_it(script: Script) -> None:
    talk = call(script)
    usual_ms = talk.timers["silence"]
    talk.speak("субтитры")
    talk.listen()
    assert talk.timers["silence"] > usual_ms


def test_the_line_of_people_with_disabilities_offers_it_first(script: Script) -> None:
    talk = call(script, DISABILITY)
    assert "Хотите читать его с экрана, нажмите три." in talk.said[0] and talk.said[-1] == "Соединить с оператором?"
    talk.press("3")
    assert talk.said[-2:] == [WHERE, "Соединить с оператором?"]
    talk.speak("да")
    assert "Соединяю" in talk.said[-1]


def test_what_cannot_be_read_is_not_offered(script: Script) -> None:
    talk = call(script, DISABILITY, known={})
    assert talk.said[0] == "Здравствуйте! Это линия госуслуг. Разговор записывается."
    assert talk.asked and [choice.label for choice in talk.asked.choices] == ["Да", "Нет"]
    talk.press("3")
    assert not any("адрес" in said for said in talk.said)


def test_where_nobody_can_read_along_the_line_says_so(script: Script) -> None:
    talk = call(script, known={})
    talk.speak("субтитры")
    assert talk.said[-2:] == ["Прочитать этот разговор на другом устройстве нельзя.", "Слушаю вас."]


def test_in_english_too(script: Script) -> None:
    talk = call(script)
    talk.dialog.languages = {"en": load_script(ROOT / "prompts" / "en", Settings.from_env().learning)}
    talk.speak("по-английски")
    talk.speak("can i have subtitles please")
    where = "On your phone or computer, open the address line.example/c and enter the code 12 04 56 00."
    assert talk.said[-2:] == [where, "I am listening."]
