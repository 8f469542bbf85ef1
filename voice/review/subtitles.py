"""A reading's captions: the same words that its reader may see on the page, at the times they were said."""

from __future__ import annotations

from voice.archive.reading import Read, Reading
from voice.captions.export import SHORTEST_MS, Line, as_web_vtt
from voice.captions.labels import Labels


def lines(reading: Reading, labels: Labels) -> list[Line]:
    """What was said, in its order; keys pressed in a row are one text."""
    told: list[Line] = []
    before: Read | None = None
    question = ""
    for one in reading.utterances:
        text = " ".join(piece.text for piece in one.pieces if piece.time) if one.cut else one.text
        if one.source == "speech" and one.side != "line":
            text = labels.writing.sentence(text, question)
        if one.side == "line":
            question = one.text
        if one.echo or not text:
            continue
        if before and before.source == one.source == "key":
            last = told.pop()
            text, start_ms = last.text + text, last.start_ms
        else:
            start_ms = one.started_ms
        end_ms = max(one.ended_ms or 0, one.started_ms + (one.heard_ms or 0), one.started_ms + SHORTEST_MS)
        told.append(Line(start_ms, end_ms, labels.who[one.side], text))
        before = one
    return told


def web_vtt(reading: Reading, labels: Labels) -> str:
    return as_web_vtt(lines(reading, labels))
