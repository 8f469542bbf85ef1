"""What a caller keeps of a call, as a tagged PDF with its fonts inside: it looks and is read aloud alike everywhere."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import typst

from voice.captions.export import clock, lines
from voice.captions.labels import Labels
from voice.captions.take_away import outcomes
from voice.events import AnyEvent

TEMPLATE = Path(__file__).with_name("templates") / "take_away.typ"
ACCESSIBLE: typst.PDFStandard = "ua-1"


def as_pdf(events: Sequence[AnyEvent], labels: Labels, head: str) -> bytes:
    """`head`, what came of the call, what was said: a document of PDF/UA-1 (ISO 14289-1).

    A sign that the wheel's fonts lack, a smiley of a chat, is a box, and then the document does not claim the standard.
    """
    content = {
        "head": head,
        "outcomes": [asdict(came) for came in outcomes(events)],
        "lines": [
            {"at": clock(said.start_ms), "who": said.speaker, "text": said.text} for said in lines(events, labels)
        ],
    }
    compiler = typst.Compiler(
        TEMPLATE, root=TEMPLATE.parent, ignore_system_fonts=True, sys_inputs={"call": json.dumps(content)}
    )
    try:
        return _bytes(compiler.compile(format="pdf", pdf_standards=ACCESSIBLE))
    except typst.TypstError:
        return _bytes(compiler.compile(format="pdf"))


def _bytes(made: bytes | list[bytes] | None) -> bytes:
    assert isinstance(made, bytes)  # a PDF is one file; only pictures are a list
    return made
