"""A call's reading as its page shows it: everything that a template would have to reckon."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from voice.archive.pieces import Piece
from voice.archive.reading import Corrected, Read, Reading
from voice.archive.records import Call
from voice.web.moments import clock, started, written

SHADES = ((0.9, "sure"), (0.75, "fair"), (0.6, "weak"))  # of confidence, each from this on; below all: "poor"
SLOW_MS = 1_500  # a pause before a reply that a caller notices


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPiece:
    """A word or a label. from_ms, to_ms: empty when it did not sound."""

    text: str
    begins: int
    ends: int
    from_ms: int | str
    to_ms: int | str
    shade: str  # sure, fair, weak, poor; empty: nobody measured it
    percent: int | None
    kind: str
    hidden: bool
    masks: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownStep:
    """One correction: whose and when."""

    by: str
    at: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One utterance of the talk."""

    n: int
    side: str
    source: str
    at: str
    started_ms: int
    text: str
    pieces: tuple[ShownPiece, ...]
    heard: str  # the first text, when it is another one
    steps: tuple[ShownStep, ...]
    second: str  # what was recognised the second time, when it is another text
    echo: bool
    cut: str  # seconds that sounded of a saying that was interrupted; empty: it was not
    slow: str  # seconds before this reply, when the caller noticed them


Named = Callable[[str], str]


def rows(reading: Reading, named: Named) -> list[Row]:
    """named: who a login is, as this reader may know it."""
    gaps = {trace.utterance: round(trace.gap_ms) for trace in reading.traces if trace.gap_ms is not None}
    return [_row(one, gaps, named) for one in reading.utterances]


def facts(call: Call) -> dict[str, Any]:
    return {
        "id": call.id,
        "line": call.line,
        "caller": call.caller,
        "transport": call.transport,
        **started(call.started_at),
        "length": "" if call.length_ms is None else clock(call.length_ms),
        "length_ms": call.length_ms,
        "ended_by": call.ended_by,
        "reason": call.reason,
        "state": call.state,
        "flaws": call.flaws,
    }


def replies(reading: Reading) -> list[dict[str, Any]]:
    """The times of each reply."""
    return [
        {
            "n": trace.n,
            "stages": [(*name.split("->"), round(ms)) for name, ms in trace.stages_ms.items() if "->" in name],
            "gap_ms": None if trace.gap_ms is None else round(trace.gap_ms),
        }
        for trace in reading.traces
    ]


def events(reading: Reading) -> list[dict[str, str]]:
    return [
        {"at": clock(event.at_ms, tenths=True), "kind": event.kind, "data": _data(event.json)}
        for event in reading.events
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A stretch of the timeline, in percent of the call."""

    kind: str  # line, waiting, operator; step
    name: str
    left: float
    width: float
    at: str
    trouble: int  # how often a step was not understood or not answered


def timeline(reading: Reading, length_ms: int) -> dict[str, list[Bar]]:
    """Who the caller was with, and which steps he went through."""

    def bar(kind: str, name: str, from_ms: int, to_ms: int, trouble: int = 0) -> Bar:
        left = min(100.0, 100 * from_ms / length_ms)
        width = min(100.0 - left, max(0.3, 100 * (to_ms - from_ms) / length_ms))
        return Bar(kind=kind, name=name, left=round(left, 2), width=round(width, 2), at=clock(from_ms), trouble=trouble)

    if not length_ms:
        return {"legs": [], "steps": []}
    return {
        "legs": [bar(leg.side, leg.target, leg.began_ms, leg.ended_ms) for leg in reading.legs],
        "steps": [
            bar("step", step.step, step.asked_ms, step.left_ms, step.no_match + step.no_input) for step in reading.steps
        ],
    }


def _row(one: Read, gaps: Mapping[int, int], named: Named) -> Row:
    return Row(
        n=one.n,
        side=one.side,
        source=one.source,
        at=clock(one.started_ms),
        started_ms=one.started_ms,
        text=one.text,
        pieces=tuple(map(_piece, one.pieces)),
        heard=one.heard if one.corrected else "",
        steps=tuple(_step(step, named) for step in one.history),
        second=one.second if one.second not in (one.text, one.heard) else "",
        echo=one.echo,
        cut=_seconds(one.heard_ms or 0) if one.cut else "",
        slow=_seconds(gap_ms) if one.side == "line" and (gap_ms := gaps.get(one.n, 0)) >= SLOW_MS else "",
    )


def _piece(piece: Piece) -> ShownPiece:
    sure = piece.time.confidence if piece.time else None
    return ShownPiece(
        text=piece.text,
        begins=piece.begins,
        ends=piece.ends,
        from_ms=piece.time.start_ms if piece.time else "",
        to_ms=piece.time.end_ms if piece.time else "",
        shade="" if sure is None else next((name for least, name in SHADES if sure >= least), "poor"),
        percent=None if sure is None else round(sure * 100),
        kind=piece.kind or "",
        hidden=piece.hidden,
        masks=piece.masks,
    )


def _step(step: Corrected, named: Named) -> ShownStep:
    return ShownStep(by=named(step.by), at=written(step.at), text=step.text)


def _seconds(ms: int) -> str:
    return f"{ms / 1000:.1f}".replace(".", ",")


def _data(text: str) -> str:
    """An event's own fields, for reading."""
    fields = json.loads(text)
    return json.dumps({key: fields[key] for key in fields if key not in ("kind", "at_ms")}, ensure_ascii=False)
