"""A language so small that every fault planted in it is the only one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.conftest import ROOT

RU = ROOT / "prompts" / "ru"
WORDS = ("operator", "back", "repeat", "help", "backchannel", "thanks")

LINES = """
lines:
  - {number: "100", name: main, title: Справка, notice: notice, start: ask.colour}
"""
FLOWS = """
steps:
  ask.colour:
    ask: ask.colour
    help: ask.help
    listen: menu
    options:
      - {key: "1", intent: red, label: label.red, go: tell}
      - {key: "2", intent: blue, label: label.blue, go: tell}
  tell:
    say: tell
    go: more
  more:
    ask: more
    help: more.help
    listen: menu
    options:
      - {key: "1", intent: "no", label: label.no, go: bye}
      - {key: "2", intent: "yes", label: label.yes, go: ask.colour}
  bye:
    say: bye
    end: true
  person:
    say: person
    transfer: operator
commands:
  - {intent: operator, key: "0", do: operator}
  - {intent: back, key: "*", do: back}
  - {intent: repeat, key: "#", do: repeat}
  - {intent: help, do: help}
topics:
  - {intent: thanks, go: more}
ladders: {no_input: 3, no_match: 3}
operator: person
"""
SAY = """
notice: Здравствуйте!
ask.colour: Красный или синий?
ask.help: "Назовите цвет. {options}"
tell: Хороший цвет.
more: Ещё раз?
more.help: Скажите «да» или «нет».
bye: До свидания!
person: Соединяю.
label.red: красный
label.blue: синий
label.yes: да
label.no: нет
"""
INTENT = """
intent: {name}
say: [{phrases}]
examples: [{examples}]
heard: [{{text: {first}}}]
"""


def intent(name: str, *phrases: str) -> str:
    examples = ", ".join(f"{phrases[0]} номер {chr(ord('а') + n)}" for n in range(8))
    return INTENT.format(name=name, phrases=", ".join(phrases), examples=examples, first=phrases[0])


@pytest.fixture
def language(tmp_path: Path) -> Path:
    """prompts/<language> of a line that asks for a colour; nothing of its own is wrong with it."""
    folder = tmp_path / "xx"
    for name in ("flows", "say", "intents", "lists"):
        (folder / name).mkdir(parents=True)
    for name in WORDS:
        shutil.copy(RU / "intents" / f"{name}.yaml", folder / "intents")
    shutil.copy(RU / "say" / "common.yaml", folder / "say")
    shutil.copy(RU / "lists" / "carriers.yaml", folder / "lists")
    shutil.copy(RU / "patience.yaml", folder)
    (folder / "lines.yaml").write_text(LINES, encoding="utf-8")
    (folder / "flows" / "main.yaml").write_text(FLOWS, encoding="utf-8")
    (folder / "say" / "main.yaml").write_text(SAY, encoding="utf-8")
    (folder / "intents" / "yes.yaml").write_text(intent("yes", "да"), encoding="utf-8")
    (folder / "intents" / "no.yaml").write_text(intent("no", "нет"), encoding="utf-8")
    (folder / "intents" / "red.yaml").write_text(intent("red", "красный", "красного цвета"), encoding="utf-8")
    (folder / "intents" / "blue.yaml").write_text(intent("blue", "синий", "синего цвета"), encoding="utf-8")
    return folder
