"""A strict reader of WebVTT: it refuses whatever an author must not write.

Source: W3C WebVTT: The Web Video Text Tracks Format, 4.1 (file structure) and 4.2 (cue text).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

TIMING = re.compile(r"((?:\d{2,}:)?[0-5]\d:[0-5]\d\.\d{3})[ \t]+-->[ \t]+((?:\d{2,}:)?[0-5]\d:[0-5]\d\.\d{3})")
ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&lrm;": "\u200e", "&rlm;": "\u200f", "&nbsp;": "\u00a0"}
VOICE = re.compile(r"<v(?:\.[^\t\n\r &<>.]+)*[ \t]([^&<>\n\r]|&(?:amp|lt|gt|lrm|rlm|nbsp);)+>")
TEXT = re.compile(r"(?:[^&<\n\r]|&(?:amp|lt|gt|lrm|rlm|nbsp);)*")


@dataclass(frozen=True)
class ReadCue:
    name: str
    start_ms: int
    end_ms: int
    speaker: str
    text: str


def read_web_vtt(content: str) -> list[ReadCue]:
    """All cues; raises AssertionError, which says what is wrong."""
    assert "\r" not in content and "\0" not in content and "\ufeff" not in content[1:]
    head, *blocks = content.rstrip("\n").split("\n\n")
    assert re.fullmatch("\ufeff?WEBVTT(?:[ \t][^\n]*)?", head), "the first line"
    cues = [_cue(block) for block in blocks]
    assert len({cue.name for cue in cues}) == len(cues), "every cue has a name of its own"
    starts = [cue.start_ms for cue in cues]
    assert starts == sorted(starts), "a cue begins no sooner than those before it"
    return cues


def _cue(block: str) -> ReadCue:
    name, timing, *rows = block.split("\n")
    assert name and "-->" not in name
    found = TIMING.fullmatch(timing)
    assert found, f"no timing: {timing}"
    start_ms, end_ms = _ms(found[1]), _ms(found[2])
    assert start_ms < end_ms, "a cue ends after it began"
    assert rows and all(rows) and not any("-->" in row for row in rows), "text without empty lines and arrows"
    text = "\n".join(rows)
    voice = VOICE.match(text)
    assert voice and text.endswith("</v>"), "one voice span, closed"
    inner = text[voice.end() : -len("</v>")]
    assert TEXT.fullmatch(inner), f"text that is not escaped: {inner}"
    assert all(ord(sign) >= 32 or sign in "\t\n" for sign in inner)
    return ReadCue(name, start_ms, end_ms, _plain(voice[0][:-1].partition(" ")[2]), _plain(inner))


def _ms(time: str) -> int:
    *hours, minutes, seconds = time.split(":")
    return int(hours[0] if hours else 0) * 3_600_000 + int(minutes) * 60_000 + round(float(seconds) * 1000)


def _plain(text: str) -> str:
    return re.sub("&[a-z]+;", lambda entity: ENTITIES[entity[0]], text)
