"""Whole conversations with the pure dialog and the real flows."""

import pytest

from tests.fakes.conversation import Conversation
from voice.dialog import actions as act
from voice.dialog.script import Script
from voice.events import Final, Interrupted, Partial, SayDone, SpeechEnded, SpeechStarted

NUMBER = "сто двадцать три четыреста пятьдесят шесть семьдесят восемь девяносто"


@pytest.fixture
def call(script: Script) -> Conversation:
    conversation = Conversation(script)
    conversation.listen()
    return conversation


def test_a_call_begins_with_the_notice_of_recording_and_an_open_question(script: Script) -> None:
    call = Conversation(script)
    said = call.listen()
    assert "записывается" in said and said.endswith("?")


def test_status_by_a_spoken_number_is_read_back_and_told(call: Conversation) -> None:
    assert "номер" in call.speak("хочу узнать статус моего заявления").lower()
    assert call.speak(NUMBER) == "123 456 78 90. Верно?"
    assert "Замена паспорта" in call.speak("да")
    call.speak("нет спасибо")
    assert call.ended == act.End("goodbye")


def test_a_number_said_with_the_wish_is_taken_at_once(call: Conversation) -> None:
    assert call.speak(f"статус заявления {NUMBER}") == "123 456 78 90. Верно?"


def test_a_number_in_two_breaths_is_put_together(call: Conversation) -> None:
    call.speak("статус заявления")
    call.speak("сто двадцать три")
    assert call.speak("четыреста пятьдесят шесть семьдесят восемь девяносто") == "123 456 78 90. Верно?"


def test_a_read_back_number_can_be_mended_or_refused(call: Conversation) -> None:
    call.speak("статус заявления")
    call.speak(NUMBER)
    assert call.speak("нет последняя цифра один") == "123 456 78 91. Верно?"
    call.speak("нет")
    assert call.speak(NUMBER) == "123 456 78 90. Верно?"


def test_a_number_refused_again_and_again_leads_to_a_person(call: Conversation) -> None:
    call.speak("статус заявления")
    for _ in range(3):
        call.speak(NUMBER)
        call.speak("нет")
    assert call.ended == act.Transfer("operator", "no_match")


def test_an_unknown_number_offers_another_try(call: Conversation) -> None:
    call.speak("статус заявления")
    call.speak("один один один один один один один один один один")
    assert "не нашла" in call.speak("верно")
    assert "номер" in call.speak("да").lower()


@pytest.mark.parametrize(
    ("service", "named"),
    [("загранпаспорт", "загранпаспорта"), ("прописка", "жительства"), ("замена паспорта", "замены")],
)
def test_documents_of_a_service(call: Conversation, service: str, named: str) -> None:
    call.speak("какие нужны документы")
    assert named in call.speak(service)


def test_a_service_named_with_the_wish_is_answered_at_once(call: Conversation) -> None:
    assert "загранпаспорта" in call.speak("какие документы нужны на загранпаспорт")


def test_login_trouble_that_is_not_solved_goes_to_a_person(call: Conversation) -> None:
    call.speak("не могу войти в личный кабинет")
    call.speak("нет")
    assert call.ended == act.Transfer("operator", "flow")


@pytest.mark.parametrize("words", ["оператор", "соедините с оператором", "позовите живого человека"])
def test_a_person_is_reached_from_the_first_question(call: Conversation, words: str) -> None:
    assert "оператор" in call.speak(words)
    assert call.ended == act.Transfer("operator", "asked")


def test_keys_do_what_words_do(call: Conversation) -> None:
    call.press("1")
    assert call.press("1234567890") == "123 456 78 90. Верно?"
    assert "Замена паспорта" in call.press("1")
    call.press("0")
    assert call.ended == act.Transfer("operator", "asked")


def test_keys_may_pause_and_be_erased(call: Conversation) -> None:
    call.press("1")
    call.press("555*1234567")
    assert "дальше" in call.silence()
    assert call.press("890") == "123 456 78 90. Верно?"


def test_typed_words_walk_the_road_of_spoken_ones(call: Conversation) -> None:
    call.type("Статус заявления")
    assert call.type("123-456 78 90").startswith("Заявление: Замена паспорта")


def test_an_option_can_be_chosen_by_its_number_in_words(call: Conversation) -> None:
    assert "услуг" in call.speak("два")


def test_repeat_says_the_whole_last_answer_again(call: Conversation) -> None:
    answer = call.speak("какие документы на загранпаспорт")
    assert call.speak("повторите пожалуйста") == answer
    assert call.speak("ещё раз") == answer


def test_slower_repeats_more_slowly(call: Conversation) -> None:
    call.speak("помедленнее пожалуйста")
    paces = [action.pace for action in call.actions if isinstance(action, act.Say)]
    assert paces[-1] < paces[0] == 1.0


def test_back_returns_to_the_question_before(call: Conversation) -> None:
    call.speak("какие нужны документы")
    assert call.speak("назад").endswith(call.said[-1]) and "Слушаю" in call.said[-1]


def test_help_names_the_options_with_their_keys(call: Conversation) -> None:
    told = call.speak("помощь")
    assert all(word in told for word in ("Статус заявления", "один", "оператор"))


def test_waiting_is_patient(call: Conversation) -> None:
    call.speak("подождите минутку")
    assert call.timers["silence"] >= 20_000


def test_silence_is_met_differently_each_time_and_ends_at_a_person(call: Conversation) -> None:
    first, second = call.silence(), call.silence()
    assert first != second and "один" in second
    call.silence()
    assert call.ended == act.Transfer("operator", "no_input")


def test_what_is_not_understood_is_met_differently_and_ends_at_a_person(call: Conversation) -> None:
    first, second = call.speak("кошка лежит на окошке"), call.speak("борщ с пампушками")
    assert first != second and "один" in second
    call.speak("ля ля ля ля")
    assert call.ended == act.Transfer("operator", "no_match")


@pytest.mark.parametrize("words", ["да", "нет"])
def test_a_yes_where_none_is_asked_for_is_no_success(call: Conversation, words: str) -> None:
    for _ in range(3):
        call.speak(words)
    assert call.ended == act.Transfer("operator", "no_match")


def test_success_clears_the_ladders(call: Conversation) -> None:
    call.speak("кошка лежит на окошке")
    call.speak("борщ с пампушками")
    call.speak("какие нужны документы")
    call.speak("кошка лежит на окошке")
    assert call.ended is None


def begin_reply(call: Conversation) -> int:
    """The line begins a long answer; returns its saying's number."""
    call.feed(Final(at_ms=0, utterance=50, text="документы на загранпаспорт", confidence=1.0))
    return next(action.say for action in reversed(call.actions) if isinstance(action, act.Say)) - 1


def test_a_cough_pauses_the_line_and_it_goes_on(call: Conversation) -> None:
    say = begin_reply(call)
    call.feed(SpeechStarted(at_ms=0, utterance=51))
    assert isinstance(call.actions[-1], act.Pause)
    call.feed(Interrupted(at_ms=0, say=say, heard_ms=700))
    call.feed(SpeechEnded(at_ms=0, utterance=51))
    call.feed(Final(at_ms=0, utterance=51, text=""))
    assert isinstance(call.actions[-1], act.Resume)


@pytest.mark.parametrize("words", ["угу", "ага"])
def test_a_nod_does_not_stop_the_line(call: Conversation, words: str) -> None:
    begin_reply(call)
    call.feed(SpeechStarted(at_ms=0, utterance=51))
    call.feed(SpeechEnded(at_ms=0, utterance=51))
    call.feed(Final(at_ms=0, utterance=51, text=words, confidence=1.0))
    assert isinstance(call.actions[-1], act.Resume)


def test_the_lines_own_words_from_a_loudspeaker_are_no_answer(call: Conversation) -> None:
    begin_reply(call)
    call.feed(SpeechStarted(at_ms=0, utterance=51))
    call.feed(SpeechEnded(at_ms=0, utterance=51))
    call.feed(Final(at_ms=0, utterance=51, text="нужны заявление паспорт одна", confidence=1.0))
    assert isinstance(call.actions[-1], act.Resume)


def test_a_real_interruption_is_answered(call: Conversation) -> None:
    begin_reply(call)
    call.speak("соедините с оператором")
    assert call.ended == act.Transfer("operator", "asked")


def test_the_notice_is_not_cut_and_what_was_said_during_it_is_answered_after(script: Script) -> None:
    call = Conversation(script)
    call.feed(SpeechStarted(at_ms=0, utterance=1))
    assert not any(isinstance(action, act.Pause) for action in call.actions)
    call.feed(Final(at_ms=0, utterance=1, text="какие нужны документы", confidence=1.0))
    call.feed(SayDone(at_ms=0, say=1, heard_ms=3000))
    assert "услуга" in call.said[-1]


def test_an_operator_is_reached_even_during_the_notice(script: Script) -> None:
    call = Conversation(script)
    call.speak("оператор")
    assert call.ended == act.Transfer("operator", "asked")


def test_nothing_is_done_after_the_end(call: Conversation) -> None:
    call.hang_up()
    done = len(call.actions)
    call.speak("статус заявления")
    assert len(call.actions) == done


def test_a_number_that_was_refused_can_still_be_mended(call: Conversation) -> None:
    call.speak("статус заявления")
    call.speak(NUMBER)
    call.speak("нет")
    assert call.speak("последняя цифра один") == "123 456 78 91. Верно?"


def test_six_digits_are_the_beginning_of_a_number(call: Conversation) -> None:
    call.speak("статус заявления")
    assert "дальше" in call.speak("сто двадцать три четыреста пятьдесят шесть")
    assert call.speak("семьдесят восемь девяносто") == "123 456 78 90. Верно?"


def test_a_greeting_is_returned_and_costs_nothing(call: Conversation) -> None:
    assert call.speak("здравствуйте").startswith("Здравствуйте!")
    assert not call.dialog.tries.counts


def test_a_service_alone_is_a_wish(call: Conversation) -> None:
    assert "загранпаспорта" in call.speak("загранпаспорт")


def test_whoever_has_nothing_more_to_say_is_bidden_goodbye(call: Conversation) -> None:
    call.speak("документы на загранпаспорт")
    call.silence()
    call.silence()
    assert call.ended == act.End("goodbye")


@pytest.mark.parametrize("words", ["спасибо", "нет", "до свидания"])
def test_the_goodbye_is_not_reopened_by_thanks(call: Conversation, words: str) -> None:
    call.feed(Final(at_ms=0, utterance=9, text="до свидания", confidence=1.0))
    call.speak(words)
    assert call.ended == act.End("goodbye")


def test_noise_behind_the_caller_stops_the_line_only_so_often(call: Conversation) -> None:
    begin_reply(call)
    for utterance in range(51, 56):
        call.feed(SpeechStarted(at_ms=0, utterance=utterance))
        call.feed(SpeechEnded(at_ms=0, utterance=utterance))
        call.feed(Final(at_ms=0, utterance=utterance, text=""))
    assert sum(isinstance(action, act.Pause) for action in call.actions) == 2
    call.feed(SpeechStarted(at_ms=0, utterance=60))
    call.feed(Partial(at_ms=0, utterance=60, stable="мне нужен", rest="оператор"))
    assert sum(isinstance(action, act.Pause) for action in call.actions) == 3
