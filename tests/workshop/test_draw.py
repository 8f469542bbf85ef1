"""The pictures of the flows."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

from tests.conftest import ROOT
from voice.dialog.script import Script, load_script
from voice.workshop.draw import draw
from voice.workshop.places import find_places

STEP = re.compile(r'data-step="([^"]+)"')


def test_every_step_has_its_card_and_every_picture_is_xml(script: Script) -> None:
    pictures = draw(script, find_places(ROOT / "prompts" / "ru"))
    assert sorted(step for picture in pictures.values() for step in STEP.findall(picture)) == sorted(script.steps)
    for picture in pictures.values():
        ElementTree.fromstring(picture)


def test_a_card_tells_its_text_its_keys_and_where_they_lead(language: Path) -> None:
    (picture,) = draw(load_script(language), find_places(language)).values()
    words = [text.text for text in ElementTree.fromstring(picture).iter("{http://www.w3.org/2000/svg}text")]
    for told in ("100", "ask.colour", "Красный или синий?", "1  красный", "\u2192 ask.colour", "\u2192 operator"):
        assert told in words


def test_marks_of_xml_in_a_text_are_harmless(language: Path) -> None:
    file = language / "say" / "main.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("Хороший цвет.", "Цвет <b> & «x»."), encoding="utf-8")
    (picture,) = draw(load_script(language), find_places(language)).values()
    assert "Цвет <b> & «x»." in "".join(ElementTree.fromstring(picture).itertext())


def test_the_pictures_in_the_documents_show_the_steps_that_there_are(script: Script) -> None:
    """When this fails, `voice draw` makes them anew."""
    kept = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "flows").glob("*.svg")}
    drawn = draw(script, find_places(ROOT / "prompts" / "ru"))
    assert {name: sorted(STEP.findall(picture)) for name, picture in kept.items()} == {
        name: sorted(STEP.findall(picture)) for name, picture in drawn.items()
    }
