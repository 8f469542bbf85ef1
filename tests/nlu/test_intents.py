from pathlib import Path

import pytest

from voice.errors import PromptError
from voice.nlu.intents import load_intents

LIST = "list: fruit\nslot: what\nvalues:\n  - {value: apple, say: [яблоко]}\n"
INTENT = "intent: buy\nsay: ['купить {fruit}']\nheard: [купить яблоко]\n"


def folder(tmp_path: Path, intent: str = INTENT, choices: str = LIST) -> Path:
    for name, text in (("intents", intent), ("lists", choices)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "one.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def test_a_small_language(tmp_path: Path) -> None:
    intents = load_intents(folder(tmp_path))
    assert [intent.name for intent in intents.intents] == ["buy"] and intents.lists["fruit"].slot == "what"


def test_sentences_to_learn_from(tmp_path: Path) -> None:
    data = folder(tmp_path, INTENT + "examples: [мне бы яблок, Почём яблоки]\n")
    assert load_intents(data).elsewhere == ()
    (data / "lists" / "elsewhere.yaml").write_text("elsewhere: [который час]\n", encoding="utf-8")
    intents = load_intents(data)
    assert intents.intents[0].examples == ("мне бы яблок", "Почём яблоки")
    assert intents.elsewhere == ("который час",) and list(intents.lists) == ["fruit"]


@pytest.mark.parametrize(
    ("intent", "line", "reason"),
    [
        ("intent: buy\nsay:\n  - да\n  - (нет\nheard: []", 4, "not closed"),
        ("intent: buy\nsay: ['{tree}']\nheard: []", 2, "no list"),
        ("intent: buy\nsay: [да]", 1, "'heard' is missing"),
        ("intent: buy\nsay: [да]\nheard: []\nsya: [нет]", 4, "unknown key 'sya'"),
        ("intent: buy\nsay: [да]\nheard: []\nnumber: moon", 4, "no such kind"),
        ("intent: buy\nsay: [да]\nheard: []\nwords:\n  - {need: ['да|']}", 5, "empty choice"),
        ("intent: buy\nsay: [да]\nheard: []\nwords:\n  - {need: [да], sure: 7}", 5, "between 0 and 1"),
        ("intent: buy\nsay: [да]\nheard: []\nexamples:\n  - да\n  - '...'", 6, "expected words"),
        ("intent: buy\nsay: ['" + "(а|б|в|г|д) " * 6 + "']\nheard: []", 2, "15625 phrases"),
    ],
)
def test_a_broken_intent_is_named_with_its_line(tmp_path: Path, intent: str, line: int, reason: str) -> None:
    with pytest.raises(PromptError, match=reason) as caught:
        load_intents(folder(tmp_path, intent))
    assert caught.value.line == line


def test_a_list_may_not_hold_a_list_nor_a_value_twice(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match="another list"):
        load_intents(folder(tmp_path, choices="list: a\nvalues:\n  - {value: x, say: ['{a}']}\n"))


def test_an_intent_stands_in_one_file(tmp_path: Path) -> None:
    (folder(tmp_path) / "intents" / "two.yaml").write_text(INTENT, encoding="utf-8")
    with pytest.raises(PromptError, match="stands in two files"):
        load_intents(tmp_path)
