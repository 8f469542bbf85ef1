from voice.dialog.memory import CHOICE, Memory


def test_back_returns_to_the_question_before_with_what_was_known_then() -> None:
    memory = Memory()
    memory.at("first")
    memory.keep("region", "moscow", kind=CHOICE)
    memory.at("second")
    assert memory.back() == "first"
    assert "region" not in memory.values


def test_at_the_beginning_there_is_no_way_back() -> None:
    memory = Memory()
    memory.at("first")
    memory.at("first")
    assert memory.back() is None


def test_a_person_sees_slots_but_neither_facts_nor_secret_numbers() -> None:
    memory = Memory()
    memory.keep("application", "1234567890", kind="application_number")
    memory.keep("snils", "11223344595", kind="snils")
    memory.keep("stage", "review")
    assert memory.told() == {"application": "1234567890", "snils": "•••••••4595"}
