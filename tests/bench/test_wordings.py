"""The wordings to measure with are whole: a slip in them would be measured as the line's."""

from collections import Counter

from said import goals, heard_plainly, sentences, spoken_numbers

from voice.dialog.script import Script
from voice.nlu.documents import KINDS, inn_ok, snils_ok

CHECKS = {"snils": snils_ok, "inn": inn_ok}


def test_every_intent_has_enough_sentences_and_is_known_to_the_line(script: Script) -> None:
    counts = Counter(sentence.intent for sentence in sentences())
    assert counts.pop("") >= 60
    assert sum(counts.values()) >= 400
    assert min(counts.values()) >= 6
    assert counts.keys() <= {intent.name for intent in script.matcher.intents.intents}


def test_no_sentence_is_measured_twice() -> None:
    assert not [text for text, n in Counter(heard_plainly(one.text) for one in sentences()).items() if n > 1]


def test_numbers_are_what_they_are_said_to_be() -> None:
    numbers = spoken_numbers()
    assert len(numbers) >= 150
    for number in numbers:
        assert number.said
        for digits in filter(None, (number.value, number.misspoken)):
            if number.kind in KINDS:
                assert len(digits) in KINDS[number.kind].lengths, number
        if number.kind in CHECKS and number.value:
            assert CHECKS[number.kind](number.value), number


def test_a_number_is_never_its_own_slip() -> None:
    slips = [number for number in spoken_numbers() if number.misspoken]
    assert slips
    assert all(number.misspoken != number.value for number in slips)


def test_goals_name_lines_and_steps_that_exist(script: Script) -> None:
    assert len(goals()) == 30
    for goal in goals():
        assert goal.line in script.lines
        assert set(goal.reached) <= script.steps.keys(), goal.wants
