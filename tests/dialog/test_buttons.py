"""What may be answered without speech: buttons and typed text; and what whoever reads is told."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import ROOT
from tests.fakes.conversation import Conversation
from voice.desk.backoffice import EmbeddedOffice
from voice.dialog import actions as act
from voice.dialog.buttons import Buttons
from voice.dialog.machine import Dialog
from voice.dialog.question import Asks, Question
from voice.dialog.script import Script, load_script
from voice.dialog.texts import READ
from voice.events import Asked, CallStarted, SayDone, Tapped, Typed, Typing, Understood, from_json, to_json
from voice.nlu.slots import KINDS
from voice.settings import Settings
from voice.workshop.rehearsal import Rehearsal

MAIN, DISABILITY = "88005553535", "88005553537"
TODAY = date(2026, 3, 10)
# What only a listener, a speaker or a telephone can do.
SOUND = re.compile(
    r"клавиш|\b[Сс]кажите\b|[Нн]азовите|слуша|слыш|трубк|на линии|говорите|наберите|нажмите (?:один|два|три|ноль)"
    r"|\bkeys?\b|\b[Ss]ay \"|listening|hear\b|misheard|handset|on the line|\bspeak,|\bpress (?:one|two|zero)"
)
INNER = {"read_as", "meanings", "values", "keys", "notice_captions"}  # tables that other texts are made of
SPOKEN_ONLY = re.compile(r"bad_line\.")  # texts that nobody gets who only reads


@cache
def flows(language: str = "ru") -> Script:
    return load_script(ROOT / "prompts" / language, Settings.from_env().learning)


@pytest.fixture
def chat(script: Script, tmp_path: Path) -> Rehearsal:
    office = EmbeddedOffice(tmp_path / "office.db", today=lambda: TODAY)
    call = Rehearsal(script, MAIN, office, written=True, today=TODAY)
    call.listen()
    return call


@pytest.fixture
def call(script: Script) -> Conversation:
    conversation = Conversation(script, given={"number": "12345678", "due": "2026-03-13"}, today=TODAY)
    conversation.listen()
    return conversation


def in_doubt(call: Rehearsal, *intents: str) -> None:
    """What was written may mean either."""
    written = {"at_ms": 0, "source": "typed", "text": "", "confidence": 0.6}
    call.dialog._offered = tuple(Understood(**written, intent=intent) for intent in intents)
    call.feed(call.dialog._offered[0])


def labels(call: Rehearsal) -> list[str]:
    assert call.asked
    return [choice.label for choice in call.asked.choices]


# --- buttons ---------------------------------------------------------------------------------------------------------


def test_the_buttons_are_the_spoken_options_with_their_keys(script: Script) -> None:
    for step in script.steps.values():
        shown = Buttons().show(Question(script, step), script.texts, 0, over=False, waits=True)
        assert shown
        assert [choice.choice for choice in shown.choices] == [option.key for option in step.options]
        spoken = [script.texts.say(option.label).lower() for option in step.options]
        assert [choice.label.lower() for choice in shown.choices] == spoken
        assert [choice.label for choice in shown.always] == ["Оператор", "Назад", "Повторить", "Помощь"]


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_button_does_what_its_key_does(data: st.DataObject) -> None:
    """From wherever keys have led."""
    tapping, pressing = Conversation(flows(), today=TODAY), Conversation(flows(), today=TODAY)
    for one in (tapping, pressing):
        one.listen()
        one.type("")  # whoever writes is told the same by keys and by buttons
    for _ in range(data.draw(st.integers(1, 6))):
        keyed = [choice for choice in (tapping.asked.choices if tapping.asked else ()) if choice.key]
        if tapping.ended or not keyed:
            break
        choice = data.draw(st.sampled_from(keyed))
        assert tapping.tap(choice.choice) == pressing.press(choice.key)
    assert tapping.dialog.question.step == pressing.dialog.question.step
    assert tapping.ended == pressing.ended


def test_while_a_number_is_pressed_keys_are_digits_and_buttons_stay_buttons(call: Conversation) -> None:
    call.tap("Статус заявления")
    assert call.asked and call.asked.digits and call.asked.wants == "application_number"
    assert all(not choice.key for choice in call.asked.always)
    call.tap("Оператор")
    assert isinstance(call.ended, act.Transfer)


def test_two_meanings_near_each_other_become_two_buttons(call: Conversation) -> None:
    in_doubt(call, "payment", "login_code")
    call.listen()
    assert call.dialog.question.asks is Asks.MEANT
    assert labels(call) == ["Узнать об оплате", "Получить код для входа", "Ни то, ни другое"]
    other = call.fork()
    assert "запросите новый код" in call.tap("Получить код для входа")
    assert "иначе" in other.tap("Ни то, ни другое")


def test_the_same_by_its_key_or_by_its_words(call: Conversation) -> None:
    in_doubt(call, "payment", "login_code")
    call.listen()
    other = call.fork()
    assert "запросите новый код" in call.press("2")
    assert "запросите новый код" in other.speak("не приходит код")


def test_what_may_be_answered_survives_being_stored() -> None:
    question = Question(flows(), flows().steps["site.when"])
    asked = Buttons().show(question, flows().texts, 7, over=False, waits=True)
    assert asked and asked.choices and from_json(to_json(asked)) == asked


def test_nothing_is_asked_for_once_the_call_is_handed_over(call: Conversation) -> None:
    call.tap("Оператор")
    assert call.asked and not (call.asked.choices or call.asked.always or call.asked.hint)


# --- taps that come late, twice, or from nowhere ---------------------------------------------------------------------


def to_consent(dialog: Dialog) -> Asked:
    """A dialog that asks for the consent to a message; returns what may be answered."""
    queue = [CallStarted(at_ms=0, line=MAIN, caller="", transport="test", written=True)]
    taps = iter(["голосовое сообщение", "передайте спасибо"])
    shown: Asked | None = None
    while True:
        while queue:
            for action in dialog.handle(queue.pop(0)):
                if isinstance(action, act.Publish):
                    queue.append(action.event)
                    shown = action.event if isinstance(action.event, Asked) else shown
                elif isinstance(action, act.Say):
                    queue.append(SayDone(at_ms=0, say=action.say, heard_ms=0))
        text = next(taps, None)
        if text is None:
            assert shown and dialog.question.asks is Asks.CONSENT
            return shown
        queue.append(Typed(at_ms=0, text=text))


def registered(dialog: Dialog, events: list[Tapped | Typed]) -> int:
    """How often something was registered when all these come at once, before the office has answered."""
    queue, count = [*events], 0
    while queue:
        for action in dialog.handle(queue.pop(0)):
            count += isinstance(action, act.Register)
            if isinstance(action, act.Publish):
                queue.append(action.event)
    return count


@pytest.mark.parametrize("times", [1, 2, 5])
def test_a_yes_that_is_tapped_or_written_twice_registers_once(script: Script, times: int) -> None:
    for deed in ("tap", "type"):
        dialog = Dialog(script, script.lines[MAIN])
        asked = to_consent(dialog).asked
        yes = Tapped(at_ms=0, asked=asked, choice="1") if deed == "tap" else Typed(at_ms=0, text="да")
        assert registered(dialog, [yes] * times) == 1


def test_a_late_tap_answers_no_other_question_but_always_calls_a_person(call: Conversation) -> None:
    call.tap("Статус заявления")
    step, known = call.dialog.question.step, len(call.said)
    for choice in ("1", "back", "help", "nonsense", ""):
        call.feed(Tapped(at_ms=0, asked=1, choice=choice))
    assert call.dialog.question.step is step and len(call.said) == known
    call.feed(Tapped(at_ms=0, asked=1, choice="operator"))
    call.listen()
    assert isinstance(call.ended, act.Transfer)


def test_a_refused_value_is_not_refused_twice_by_one_nervous_finger(call: Conversation) -> None:
    call.speak("статус заявления")
    call.speak("сто двадцать три четыреста пятьдесят шесть семьдесят восемь девяносто")
    assert call.asked and labels(call) == ["Да", "Нет"]
    no = Tapped(at_ms=0, asked=call.asked.asked, choice="2")
    call.feed(no)
    call.feed(no)
    assert call.dialog.tries.counts == {"no_match": 1}


# --- typed text ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["1234567890", "123 456 78 90", "123-456-78-90", "№ 1234567890.", "1 2 3 4 5 6 7 8 9 0"]
)
def test_a_typed_number_is_taken_as_it_stands_there(chat: Rehearsal, text: str) -> None:
    chat.type("Статус заявления")
    assert "Замена паспорта" in chat.type(text)


def test_a_typed_wish_with_its_number_is_answered_at_once(chat: Rehearsal) -> None:
    assert "Замена паспорта" in chat.type("Какой статус у заявления 123-456-78-90?")


def test_a_part_of_a_number_may_be_completed_or_written_anew(chat: Rehearsal) -> None:
    chat.type("статус заявления")
    assert "Допишите" in chat.type("123 456")
    anew = chat.fork()
    assert "Замена паспорта" in chat.type("78 90")
    assert "Замена паспорта" in anew.type("1234567890")


def test_a_number_that_cannot_be_is_told_without_talk_of_hearing(chat: Rehearsal) -> None:
    chat.type("когда придёт пенсия")
    chat.tap("Да")
    said = chat.type("112-233-445 96")
    assert "опечатка" in said or "Проверьте" in said
    assert not SOUND.search(said)


@pytest.mark.parametrize(("written", "step"), [("1", "status.number"), ("Да!", ""), ("2", "documents.service")])
def test_a_lone_key_that_is_typed_is_a_key(chat: Rehearsal, written: str, step: str) -> None:
    chat.type(written)
    assert chat.dialog.question.step.id == (step or "main.welcome")


def test_zero_typed_calls_a_person_and_a_digit_that_is_awaited_stays_one(chat: Rehearsal) -> None:
    number = chat.fork()
    chat.type("0")
    assert isinstance(chat.ended, act.Transfer)
    number.type("1")
    number.type("0")
    assert number.ended is None and number.dialog.question.before == "0"


def test_a_murmur_in_writing_gets_an_answer(chat: Rehearsal) -> None:
    assert chat.type("угу").endswith("?") or "Напишите" in chat.said[-1]


# --- whole tasks in writing ------------------------------------------------------------------------------------------


def test_an_appeal_in_writing_from_the_wish_to_its_number(chat: Rehearsal) -> None:
    assert "что случилось" in chat.type("хочу оставить обращение")
    assert "телефон" in chat.type("Пропал черновик заявления на паспорт, второй раз за неделю.")
    assert "Отправить?" in chat.type("+7 (916) 123-45-67")
    said = chat.tap("Да")
    assert "Обращение принято" in said and "до 13 марта" in said
    assert "Всего доброго" in chat.tap("Нет, спасибо")
    assert isinstance(chat.ended, act.End)


def test_a_call_back_by_buttons_and_the_pad_of_digits(chat: Rehearsal) -> None:
    for button in ("Другие вопросы",) * 3 + ("Обратный звонок или сообщение", "Обратный звонок"):
        chat.tap(button)
    chat.type("9161234567")
    assert labels(chat) == ["В течение 15 минут", "Утром", "Днём", "Вечером"]
    chat.tap("Утром")
    assert "Записала" in chat.tap("Да")


def test_on_the_line_of_people_with_disabilities_a_person_is_one_button_away(script: Script) -> None:
    call = Conversation(script, DISABILITY, today=TODAY)
    call.listen()
    call.tap("Да")
    assert call.ended == act.Transfer("disability", "flow")


# --- time ------------------------------------------------------------------------------------------------------------


def test_nobody_hurries_whoever_writes(script: Script, call: Conversation) -> None:
    spoken_ms = call.timers["silence"]
    call.feed(Typing(at_ms=0, text=""))
    assert call.timers["silence"] == script.patience["writing"].silent_ms > 5 * spoken_ms
    call.type("Статус заявления")
    assert call.timers["silence"] == script.patience["writing"].silent_ms
    call.speak("помощь")
    assert call.timers["silence"] < script.patience["writing"].silent_ms, "he speaks again"


def test_a_chat_waits_minutes_and_ends_with_a_word_instead_of_calling_a_person(script: Script, chat: Rehearsal) -> None:
    assert chat.timers == {"silence": script.patience["chat"].silent_ms}
    assert "время есть" in chat.silence() and "всё ещё здесь" in chat.silence()
    assert "снова в любое время" in chat.silence()
    assert chat.ended == act.End("goodbye")


def test_an_answer_after_long_silence_goes_on_as_if_nothing_was(chat: Rehearsal) -> None:
    chat.silence()
    chat.silence()
    assert "Напишите номер" in chat.type("статус заявления")
    assert chat.dialog.tries.counts == {}


# --- texts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ru", "en"])
def test_no_text_asks_a_reader_to_hear_to_speak_or_to_dial(language: str) -> None:
    read = flows(language).texts.read
    wrong = [
        text
        for key, variants in read.variants.items()
        if not key.endswith(READ) and not SPOKEN_ONLY.match(key)
        for text in variants
        if SOUND.search(text)
    ]
    shown = {name: table for name, table in read.tables.items() if name not in INNER}
    wrong += [text for table in shown.values() for text in table.values() if SOUND.search(text)]
    assert wrong == []


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_rule_of_reading_changes_something(language: str) -> None:
    texts = flows(language).texts
    rules = texts.tables["read_as"]
    told = [text for variants in texts.variants.values() for text in variants]
    told += [text for name, table in texts.tables.items() if name != "read_as" for text in table.values()]
    unused = set(rules)
    for text in told:
        now = text
        for rule, read in rules.items():
            if rule in now:
                unused.discard(rule)
                now = now.replace(rule, read)
    assert unused == set()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_kind_of_answer_has_a_hint(language: str) -> None:
    assert flows(language).texts.tables["hints"].keys() == KINDS | {"menu", "open", "person"}


def test_a_listener_is_told_as_before(script: Script, call: Conversation) -> None:
    assert "скажите" in call.speak("помощь").lower()
    assert "напишите" in call.type("помощь").lower()


def test_texts_for_readers_are_not_spoken_ahead(script: Script) -> None:
    assert script.texts.variants["idle"][0] in script.texts.static()
    assert script.texts.variants["operator.connect.read"][0] not in script.texts.static()
