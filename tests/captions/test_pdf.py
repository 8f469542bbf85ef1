"""The PDF as a reader and a screen reader find it: pypdf reads what stands in the file."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from tests.captions.test_take_away import CALL, TOLD
from voice.captions.labels import labels
from voice.captions.pdf import as_pdf
from voice.events import AnyEvent, Final, SpeechStarted

HEAD = "Госуслуги, 22.11.2026, 10:00"
ACCESSIBLE = b"<pdfuaid:part>1</pdfuaid:part>"


def text(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def roles(element: Any) -> Iterator[str]:
    """The tags of a structure tree, from above, as a screen reader meets them."""
    element = element.get_object()
    if isinstance(element, list):
        for child in element:
            yield from roles(child)
    elif isinstance(element, dict):
        yield from [element["/S"]] if "/S" in element else []
        yield from roles(element["/K"]) if "/K" in element else []


def said(*texts: str) -> list[AnyEvent]:
    return [
        event
        for number, words in enumerate(texts)
        for event in (
            SpeechStarted(at_ms=number * 1000, utterance=number),
            Final(at_ms=number * 1000 + 900, utterance=number, text=words),
        )
    ]


def test_what_came_of_it_stands_above_what_was_said() -> None:
    read = text(as_pdf(CALL, labels(), HEAD))
    parts = ["Ваш разговор", HEAD, "Главное", f"Номер 123 456 78 90. {TOLD}", "Что было сказано", "Вы 00:01\nУзнать"]
    places = [read.index(part) for part in parts]
    assert places == sorted(places)
    assert read.count("123 456 78 90") == 1


def test_a_screen_reader_finds_its_language_title_headings_and_lists() -> None:
    pdf = as_pdf(CALL, labels(), HEAD)
    reader = PdfReader(BytesIO(pdf))
    root: Any = reader.trailer["/Root"]
    assert root["/Lang"] == "ru" and root["/MarkInfo"]["/Marked"] and root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata and reader.metadata.title == "Ваш разговор" and ACCESSIBLE in pdf
    tags = list(roles(root["/StructTreeRoot"]["/K"]))
    assert tags[:3] == ["/Document", "/Title", "/P"] and tags.count("/H1") == 2 and tags.count("/L") == 2
    assert tags.count("/LI") == 2 + 7, "outcomes, then what was said"


def test_its_fonts_are_inside() -> None:
    fonts: Any = PdfReader(BytesIO(as_pdf(CALL, labels(), HEAD))).pages[0]["/Resources"]["/Font"]  # type: ignore[index]
    files = [font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"] for font in fonts.values()]
    assert files and all(any(name.startswith("/FontFile") for name in described) for described in files)


def test_nothing_said_is_read_as_markup() -> None:
    told = "*звезда* #import $x$ _а_ = б @в <г> \\ // #panic()"
    assert told in text(as_pdf(said(told), labels(), HEAD))


@pytest.mark.parametrize("words", ["Қазақстан ә ғ ў ѣ ґ ₽ № …", "Спасибо 😀 中"])
def test_any_sign_may_be_said(words: str) -> None:
    pdf = as_pdf(said(words), labels(), HEAD)
    assert words.split()[0] in text(pdf)
    assert (ACCESSIBLE in pdf) == ("😀" not in words), "a document with a box for a sign claims nothing"


def test_a_long_call_has_all_its_pages_and_an_empty_one_says_so() -> None:
    pdf = as_pdf(said(*(f"слово {number}" for number in range(300))), labels(), HEAD)
    pages = PdfReader(BytesIO(pdf)).pages
    assert len(pages) > 5 and "лово 299" in pages[-1].extract_text()
    assert f"{len(pages)} из {len(pages)}" in pages[-1].extract_text()
    empty = text(as_pdf([], labels(), HEAD))
    assert "ничего не было зарегистрировано" in empty and "Ничего не было сказано" in empty
