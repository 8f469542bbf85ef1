"""The same flows in English: as a caller talks to them, and as data beside the Russian."""

import re
from dataclasses import replace

import pytest

from tests.fakes.conversation import Conversation
from voice.dialog import actions as act
from voice.dialog.question import SURE
from voice.dialog.script import Script, load_script
from voice.dialog.texts import READ
from voice.settings import ROOT, Settings

NUMBER = "one hundred twenty three four hundred fifty six seventy eight ninety"
GAP = re.compile(r"\{[^}]+\}")
# English words for what flows and back office say in Russian; what becomes of English words where they are read
OWN_TABLES = {"values", "read_as"}
RUSSIAN = re.compile(r"[а-яё]", re.IGNORECASE)


@pytest.fixture(scope="module")
def english() -> Script:
    return load_script(ROOT / "prompts" / "en", Settings.from_env().learning)


@pytest.fixture
def call(script: Script, english: Script) -> Conversation:
    conversation = Conversation(script)
    conversation.dialog.languages = {"en": english}
    conversation.listen()
    return conversation


@pytest.fixture
def in_english(call: Conversation) -> Conversation:
    call.speak("по-английски")
    return call


def spoken(call: Conversation) -> list[str]:
    return [action.language for action in call.actions if isinstance(action, act.Speak)]


def test_without_a_second_language_the_line_says_so(script: Script) -> None:
    call = Conversation(script)
    call.listen()
    assert "press zero" in call.speak("english please")
    assert call.ended is None and not spoken(call)


def test_the_call_goes_on_in_english_and_back(call: Conversation) -> None:
    call.speak("статус заявления")
    assert call.speak("можно по-английски") == (
        "All right, let us speak English. Please tell me the application number."
    )
    assert "Назовите номер заявления" in call.speak("in russian please")
    assert spoken(call) == ["en", "ru"]


def test_the_language_is_told_before_anything_is_said_in_it(call: Conversation) -> None:
    known = len(call.actions)
    call.speak("по-английски")
    new = call.actions[known:]
    first = next(i for i, action in enumerate(new) if isinstance(action, act.Speak))
    says = [i for i, action in enumerate(new) if isinstance(action, act.Say)]
    listens = [i for i, action in enumerate(new) if isinstance(action, act.Listen)]
    assert says and first < min(says) and first < listens[-1]


def test_a_language_that_is_spoken_already_is_no_change(in_english: Conversation) -> None:
    assert "I am speaking English" in in_english.speak("do you speak english")
    assert spoken(in_english) == ["en"]


def test_status_by_a_number_said_in_english(in_english: Conversation) -> None:
    assert "application number" in in_english.speak("i want to know the status of my application")
    assert in_english.speak(NUMBER) == "123 456 78 90. Is that right?"
    told = in_english.speak("yes that's right")
    assert "replacement of a passport" in told.lower() and "by 20 November" in told
    in_english.speak("no thank you")
    assert in_english.ended == act.End("goodbye")


def test_a_number_in_two_breaths_mended(in_english: Conversation) -> None:
    in_english.speak("application status")
    in_english.speak("one hundred and twenty three")
    assert in_english.speak("four hundred fifty six seventy eight ninety") == "123 456 78 90. Is that right?"
    assert in_english.speak("no the last digit is one") == "123 456 78 91. Is that right?"


def test_a_number_said_with_the_wish(in_english: Conversation) -> None:
    assert in_english.speak(f"what is the status of my application {NUMBER}") == "123 456 78 90. Is that right?"


def test_small_words_of_a_wish_are_no_digits(in_english: Conversation) -> None:
    assert in_english.speak(f"i want to ask for the status of my application {NUMBER}") == (
        "123 456 78 90. Is that right?"
    )


def test_typed_and_pressed(in_english: Conversation) -> None:
    assert "application number" in in_english.press("1")
    assert in_english.press("1234567890#") == "123 456 78 90. Is that right?"
    assert "replacement" in in_english.press("1").lower()


def test_options_are_said_with_their_keys(in_english: Conversation) -> None:
    assert "Status of an application, one." in in_english.speak("what can i say")
    assert "I cannot sign in, three." in in_english.speak("help")


def test_a_service_in_one_breath(in_english: Conversation) -> None:
    assert "marriage" in in_english.speak("which documents do i need for a marriage")


def test_an_error_of_the_website_to_its_end(in_english: Conversation) -> None:
    in_english.speak("i can't upload a file")
    for _ in range(3):
        in_english.speak("no it didn't help")
    assert "error code" in in_english.said[-1]
    in_english.speak("no")
    in_english.speak("the page says something went wrong")
    assert in_english.press("2") and "It happened: yesterday." in in_english.said[-1]
    in_english.speak("yes send it")
    assert [name for name, _ in in_english.registered] == ["new_appeal"]


def test_the_operator_is_called_in_english(in_english: Conversation) -> None:
    assert "operator" in in_english.speak("connect me with an operator")
    assert in_english.ended == act.Transfer("operator", "asked")


def test_all_that_is_said_in_english_is_latin(english: Script) -> None:
    said = [*english.texts.variants.values(), *(tuple(table.values()) for table in english.texts.tables.values())]
    assert [text for texts in said for text in texts if RUSSIAN.search(text)] == []


def test_facts_of_the_back_office_are_shown_in_latin_letters(english: Script) -> None:
    shown = english.texts.fill("{where}", {"where": "Отдел МВД по Центральному району, улица Советская, дом 8"})
    assert shown == "Police department of the Central district, ulitsa Sovetskaya, No. 8"


def test_both_languages_have_the_same_texts(script: Script, english: Script) -> None:
    assert script.texts.variants.keys() == english.texts.variants.keys()
    tables = {name: table.keys() for name, table in english.texts.tables.items() if name not in OWN_TABLES}
    assert {name: table.keys() for name, table in script.texts.tables.items() if name not in OWN_TABLES} == tables


def test_every_text_has_the_same_gaps_and_variants(script: Script, english: Script) -> None:
    wrong = []
    for key, texts in script.texts.variants.items():
        if key.removesuffix(READ) in ("english", "russian"):  # one of the two says that it cannot, the other asks on
            continue
        ours, theirs = ([sorted(GAP.findall(text)) for text in both.texts.variants[key]] for both in (script, english))
        if ours != theirs:
            wrong.append((key, texts, english.texts.variants[key]))
    for name, table in script.texts.tables.items():
        if name in OWN_TABLES:
            continue
        wrong += [
            (name, code, text)
            for code, text in table.items()
            if sorted(GAP.findall(text)) != sorted(GAP.findall(english.texts.tables[name][code]))
        ]
    assert wrong == []


def test_both_languages_know_the_same_wishes_and_values(script: Script, english: Script) -> None:
    ours, theirs = script.matcher.intents, english.matcher.intents
    assert {intent.name for intent in ours.intents} == {intent.name for intent in theirs.intents}
    values = [
        {name: {entry.value for entry in choices.entries} for name, choices in both.lists.items()}
        for both in (ours, theirs)
    ]
    assert values[0] == values[1]


def test_the_flows_are_the_very_same(script: Script, english: Script) -> None:
    assert (english.steps, english.commands, english.topics) == (script.steps, script.commands, script.topics)
    assert (english.lines, english.patience, english.operator) == (script.lines, script.patience, script.operator)


def test_examples_are_understood(english: Script) -> None:
    wrong = []
    for intent in english.matcher.intents.intents:
        for heard in intent.heard:
            best = next(iter(english.matcher.match(heard.text)), None)
            among = english.matcher.match(heard.text, {intent.name})
            good = among and among[0].confidence >= SURE and heard.slots.items() <= dict(among[0].slots).items()
            if not good or best is None:
                wrong.append((intent.name, heard.text, best, among))
        for text in intent.unheard:
            wrong += [
                (intent.name, text, match)
                for match in english.matcher.match(text)[:1]
                if match.intent == intent.name and match.confidence >= SURE
            ]
    assert wrong == []


def test_a_phrase_means_one_thing_in_one_state(english: Script) -> None:
    everywhere = {option.intent for option in english.everywhere if option.intent}
    wrong = []
    for step in english.steps.values():
        own = {option.intent for option in step.options if option.intent}
        own |= {step.slot.intent} if step.slot and step.slot.intent else set()
        for phrase in english.matcher.phrases(own):
            found = [match for match in english.matcher.match(phrase, everywhere | own) if match.whole]
            if len({match.intent for match in found if match.intent in own}) > 1:
                wrong.append((step.id, phrase, found))
    assert wrong == []


def test_a_step_that_the_other_language_lacks_keeps_the_language(script: Script, english: Script) -> None:
    without = replace(english, steps={name: step for name, step in english.steps.items() if name != "status.number"})
    call = Conversation(script)
    call.dialog.languages = {"en": without}
    call.listen()
    call.speak("статус заявления")
    assert "press zero" in call.speak("по-английски") and not spoken(call)
