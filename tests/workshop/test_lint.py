"""Every check of the lint finds what is planted for it, and nothing in flows that are right."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.workshop.conftest import FLOWS, SAY, intent
from voice.asr.word_list import WordList
from voice.settings import Settings
from voice.workshop.finding import Severity
from voice.workshop.lint import lint

KNOWN = frozenset(["красный", "красного", "цвета", "синий", "синего"])
OWN = ("main.yaml", "red.yaml", "blue.yaml")


def found(language: Path, vocabulary: WordList | None = None) -> list[str]:
    """The findings in the small language's own files, as lines; those of borrowed files are not its fault."""
    return [f"{Path(one.file).name}:{one}" for one in lint(language, vocabulary) if Path(one.file).name in OWN]


def plant(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def only(findings: list[str], degree: str, told: str) -> None:
    assert len(findings) == 1, findings
    assert f": {degree}: " in findings[0] and told in findings[0], findings


def test_what_is_right_is_not_reported(language: Path) -> None:
    assert found(language, WordList(KNOWN)) == []


FLOW_FAULTS = [
    ("  bye:\n", "  lost:\n    say: bye\n    go: more\n  bye:\n", "error", "nothing leads to the step 'lost'"),
    ("go: more\n  more", "go: ring\n  ring:\n    say: bye\n    go: tell\n  more", "error", "without asking anything"),
    ('{intent: operator, key: "0", do: operator}', "{intent: operator, do: operator}", "error", "but by no key"),
    ('key: "1", intent: red', 'key: "3", intent: red', "warning", "have the keys 3, 2, not 1, 2"),
    ("intent: blue, label: label.blue", "intent: blue", "warning", "its key is never told"),
    ("intent: blue, label", "intent: green, label", "error", "there is no intent 'green'"),
    ("say: tell\n", "say: tell\n    by: colour\n", "error", "there is no text 'tell.<colour>'"),
]


@pytest.mark.parametrize(("old", "new", "degree", "told"), FLOW_FAULTS)
def test_a_fault_in_a_flow_is_found(language: Path, old: str, new: str, degree: str, told: str) -> None:
    plant(language / "flows" / "main.yaml", old, new)
    assert [one for one in found(language) if f": {degree}: " in one and told in one], found(language)


def test_a_flow_that_cannot_be_loaded_is_one_finding(language: Path) -> None:
    plant(language / "flows" / "main.yaml", "go: bye", "go: nowhere")
    only(found(language), "error", "there is no step 'nowhere'")


def test_a_finding_names_the_place(language: Path) -> None:
    plant(language / "flows" / "main.yaml", "  bye:\n", "  lost:\n    say: bye\n    go: more\n  bye:\n")
    (one,) = [one for one in lint(language, None) if "'lost'" in one.reason]
    line = (language / "flows" / "main.yaml").read_text(encoding="utf-8").splitlines()[one.line - 1]
    assert "say: bye" in line
    assert one.severity is Severity.ERROR


def test_a_breakdown_on_the_way_is_an_error_with_the_way(language: Path) -> None:
    """A text chosen by a value that some callers never give: only walking there shows it."""
    plant(language / "flows" / "main.yaml", "say: tell\n", "say: tell\n    by: colour\n")
    plant(language / "say" / "main.yaml", "tell: Хороший", "tell.red: Хороший")
    (one,) = [one for one in found(language) if ": error: " in one]
    assert "KeyError" in one and "line 100, key 1" in one


def test_texts_nobody_says_and_texts_too_long(language: Path) -> None:
    text = "idle: Никто не скажет.\n" + SAY.replace("Хороший цвет.", "Очень хороший цвет. " * 9)
    (language / "say" / "main.yaml").write_text(text, encoding="utf-8")
    texts = found(language)
    assert len(texts) == 2
    assert "nobody says the text 'idle'" in texts[0] and "has 27 words" in texts[1]


def test_a_sentence_that_no_walk_gets_to(language: Path) -> None:
    text = FLOWS.replace(
        "  bye:\n",
        "  check:\n    choose: colour\n    cases: {x: rare}\n    otherwise: more\n  rare:\n"
        "    say: rare\n    go: more\n  bye:\n",
    ).replace("say: tell\n    go: more", "say: tell\n    go: check")
    (language / "flows" / "main.yaml").write_text(text, encoding="utf-8")
    plant(language / "say" / "main.yaml", "bye: До", "rare: Редко.\nbye: До")
    told = [one for one in found(language) if "no walk" in one]
    assert len(told) == 2 and "the step 'rare'" in told[0] and "the text 'rare'" in told[1]


def test_a_phrase_with_two_meanings(language: Path) -> None:
    (language / "intents" / "blue.yaml").write_text(intent("blue", "синий", "красный"), encoding="utf-8")
    told = [one for one in found(language) if ": error: " in one]
    only(told, "error", "'красный' mean both blue and red in the step 'ask.colour'")


def test_phrases_that_sound_alike(language: Path) -> None:
    (language / "intents" / "blue.yaml").write_text(intent("blue", "прекрасный", "крассный"), encoding="utf-8")
    told = [one for one in found(language) if "ask.colour" in one]
    only(told, "warning", "'красный' and 'крассный' sound alike")


def test_words_the_recogniser_lacks_with_the_nearest(language: Path) -> None:
    told = [one for one in found(language, WordList(KNOWN - {"синий"} | {"синие"})) if "the recogniser lacks" in one]
    only(told, "warning", "lacks 'синий' (nearest: синие)")


def test_intents_with_few_examples_and_intents_that_lead_nowhere(language: Path) -> None:
    text = "intent: green\nsay: [зелёный]\nheard: [{text: зелёный}]\n"
    (language / "intents" / "red.yaml").rename(language / "intents" / "scarlet.yaml")
    (language / "intents" / "red.yaml").write_text(text, encoding="utf-8")
    told = found(language)
    assert len(told) == 2
    assert "has 1 examples" in told[0] and "'green' leads nowhere" in told[1]


def test_the_flows_of_the_line_have_no_errors() -> None:
    found = lint(ROOT / "prompts" / "ru", None, Settings.from_env().learning)
    assert [one for one in found if one.severity is Severity.ERROR] == []
