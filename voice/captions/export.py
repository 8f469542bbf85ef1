"""A call's captions as a file: WebVTT, or plain text. A call that still runs gives what was said so far."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from unicodedata import category

from voice.captions.cues import Cue, CueReader
from voice.captions.labels import Labels
from voice.events import AnyEvent, SayDone

SHORTEST_MS = 800  # a text nobody could read in less


@dataclass(frozen=True, slots=True)
class Line:
    """One finished text and when it was said; `text` is what was really heard."""

    start_ms: int
    end_ms: int
    speaker: str
    text: str


def lines(events: Iterable[AnyEvent], labels: Labels) -> list[Line]:
    """What was said, in the order of beginning. The unheard end of an interrupted saying is left out."""
    reader = CueReader(labels)
    cues: dict[str, Cue] = {}
    ends: dict[str, int] = {}
    for event in events:
        for cue in reader.push(event):
            cues[cue.seg], ends[cue.seg] = cue, event.at_ms
        if isinstance(event, SayDone) and f"s{event.say}" in cues:
            ends[f"s{event.say}"] = event.at_ms
    return sorted(
        (
            Line(cue.at_ms, max(ends[cue.seg], cue.at_ms + SHORTEST_MS), labels.who[cue.who], text)
            for cue in cues.values()
            if cue.who and (text := _one_line(cue.stable) if cue.final else "")
        ),
        key=lambda line: line.start_ms,
    )


def web_vtt(events: Iterable[AnyEvent], labels: Labels) -> str:
    return as_web_vtt(lines(events, labels))


def as_web_vtt(lines: Iterable[Line]) -> str:
    """Source: W3C WebVTT: The Web Video Text Tracks Format, 4.1 and 4.2."""
    blocks = ["WEBVTT"]
    for number, line in enumerate(lines, 1):
        times = f"{_time(line.start_ms)} --> {_time(line.end_ms)}"
        blocks.append(f"{number}\n{times}\n<v {_escape(line.speaker)}>{_escape(line.text)}</v>")
    return "\n\n".join(blocks) + "\n"


def plain_text(events: Iterable[AnyEvent], labels: Labels) -> str:
    """One text a line, with the minute and second it began and its speaker."""
    return "".join(f"{clock(line.start_ms)} {line.speaker}: {line.text}\n" for line in lines(events, labels))


def _one_line(text: str) -> str:
    """Without signs that no file may hold: controls, halves of letters."""
    return " ".join("".join(sign for sign in text if category(sign) not in ("Cc", "Cs") or sign.isspace()).split())


def clock(at_ms: int) -> str:
    """Minutes and seconds of the call."""
    return f"{at_ms // 60_000:02d}:{at_ms // 1000 % 60:02d}"


def _time(at_ms: int) -> str:
    seconds, ms = divmod(at_ms, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{ms:03d}"


def _escape(text: str) -> str:
    """`>` too, because a text must not hold `-->`."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
