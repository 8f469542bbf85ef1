"""Pages of the archive: the list of calls, one call, its sound."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.templating import Jinja2Templates

from voice.archive.archive import Archive
from voice.archive.records import Call, Record, Utterance
from voice.captions.export import web_vtt
from voice.captions.labels import Labels
from voice.events import Interrupted, Resumed, SayStarted, from_json
from voice.review.rights import Deed
from voice.web.guard import Guard, Who
from voice.web.ranged import ranged

A_PAGE = 50
UNSURE = 0.6  # a word below this confidence is shown paler


@dataclass(frozen=True, slots=True)
class ShownWord:
    text: str
    unsure: bool = False
    percent: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One bubble of the dialogue."""

    side: str
    source: str
    at: str
    words: tuple[ShownWord, ...]
    echo: bool
    cut: str  # seconds that sounded of a saying that was interrupted; empty: it was not
    gap_ms: int | None


def router(archive: Archive, templates: Jinja2Templates, labels: Labels, guard: Guard) -> APIRouter:
    """GET /archive, /archive/{id}, /archive/{id}/sound.flac (with Range), /archive/{id}/captions.vtt."""
    pages = APIRouter()
    searching, reading, listening = (guard.page(deed) for deed in (Deed.SEARCH, Deed.READ, Deed.LISTEN))

    def missing(request: Request) -> Response:
        return templates.TemplateResponse(request, "archive_missing.html", {"here": "archive"}, status_code=404)

    # Plain functions: the server runs them on its worker threads, where the database may block.
    @pages.get("/archive", dependencies=[Depends(searching)])
    def calls(request: Request, before: str = "") -> Response:
        earlier = _time(before)
        found = archive.calls(limit=A_PAGE + 1, before=earlier)
        shown = found[:A_PAGE]
        context = {
            "here": "archive",
            "calls": [_call(call) for call in shown],
            "earlier": earlier is not None,
            "next": shown[-1].started_at.isoformat() if len(found) > A_PAGE else "",
        }
        return templates.TemplateResponse(request, "archive.html", context)

    @pages.get("/archive/{call_id}", dependencies=[Depends(reading)])
    def call(request: Request, call_id: str, signed: Who) -> Response:
        record = archive.call(call_id)
        if record is None:
            return missing(request)
        # A file that is still being written has no length yet: players fail on it.
        sound = record.call.ended_at is not None and bool(record.call.sound) and signed.may(Deed.LISTEN)
        return templates.TemplateResponse(request, "archive_call.html", {**_record(record), "sound": sound})

    @pages.get("/archive/{call_id}/sound.flac", dependencies=[Depends(listening)])
    def sound(request: Request, call_id: str) -> Response:
        flac = archive.sound_bytes(call_id)
        return missing(request) if flac is None else ranged(request, flac, "audio/flac")

    @pages.get("/archive/{call_id}/captions.vtt", dependencies=[Depends(reading)])
    def captions(request: Request, call_id: str) -> Response:
        record = archive.call(call_id)
        if record is None:
            return missing(request)
        events = (from_json(stored.json) for stored in record.events)
        return Response(web_vtt(events, labels.to_others()), media_type="text/vtt")

    return pages


def _record(record: Record) -> dict[str, Any]:
    gaps = {trace.utterance: round(trace.gap_ms) for trace in record.traces if trace.gap_ms is not None}
    cut = _interrupted(record)
    turns = [_turn(group, gaps, cut) for group in _joined(record)]
    return {
        "here": "archive",
        "call": _call(record.call),
        "turns": turns,
        "unsure": any(word.unsure for turn in turns for word in turn.words),
        "replies": [
            {
                "n": trace.n,
                "stages": [(*name.split("->"), round(ms)) for name, ms in trace.stages_ms.items() if "->" in name],
                "gap_ms": None if trace.gap_ms is None else round(trace.gap_ms),
            }
            for trace in record.traces
        ],
        "events": [
            {"at": _clock(event.at_ms, tenths=True), "kind": event.kind, "data": _data(event.json)}
            for event in record.events
        ],
    }


def _joined(record: Record) -> list[list[Utterance]]:
    """Utterances as bubbles: keys pressed in a row are one."""
    groups: list[list[Utterance]] = []
    for one in record.utterances:
        if groups and one.source == groups[-1][0].source == "key":
            groups[-1].append(one)
        else:
            groups.append([one])
    return groups


def _interrupted(record: Record) -> set[int]:
    """The line's utterances that the caller broke off and that were not taken up again."""
    sayings = iter(sorted(one.n for one in record.utterances if one.side == "line"))
    utterance_of: dict[int, int] = {}
    cut: set[int] = set()
    for stored in record.events:
        match from_json(stored.json):
            case SayStarted(say=say):
                utterance_of[say] = next(sayings, 0)
            case Interrupted(say=say):
                cut.add(utterance_of.get(say, 0))
            case Resumed(say=say):
                cut.discard(utterance_of.get(say, 0))
    return cut


def _turn(group: list[Utterance], gaps: Mapping[int, int], cut: set[int]) -> Turn:
    first = group[0]
    words: tuple[ShownWord, ...]
    if first.source == "key":
        words = (ShownWord("".join(key.text for key in group)),)
    elif first.words:
        words = tuple(
            ShownWord(word.text, word.confidence < UNSURE, round(word.confidence * 100)) for word in first.words
        )
    else:
        words = (ShownWord(first.text),)
    return Turn(
        side=first.side,
        source=first.source,
        at=_clock(first.started_ms),
        words=words,
        echo=first.echo,
        cut=f"{(first.heard_ms or 0) / 1000:.1f}".replace(".", ",") if first.n in cut else "",
        gap_ms=gaps.get(first.n) if first.side == "line" else None,
    )


def _call(call: Call) -> dict[str, Any]:
    return {
        "id": call.id,
        "line": call.line,
        "caller": call.caller,
        "transport": call.transport,
        "started": f"{call.started_at.astimezone():%d.%m.%Y, %H:%M}",
        "started_iso": call.started_at.astimezone().isoformat(timespec="seconds"),
        "length": "" if call.length_ms is None else _clock(call.length_ms),
        "ended_by": call.ended_by,
        "reason": call.reason,
        "state": call.state,
        "flaws": call.flaws,
        "first_words": call.first_words,
    }


def _data(text: str) -> str:
    """An event's own fields, for reading."""
    fields = json.loads(text)
    return json.dumps({key: fields[key] for key in fields if key not in ("kind", "at_ms")}, ensure_ascii=False)


def _clock(ms: int, *, tenths: bool = False) -> str:
    """65000 -> 1:05; an hour and more as 1:00:00."""
    minutes, rest_ms = divmod(ms, 60_000)
    seconds = f"{rest_ms // 1000:02d}" + (f".{rest_ms % 1000 // 100}" if tenths else "")
    return f"{minutes}:{seconds}" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02d}:{seconds}"


def _time(text: str) -> datetime | None:
    """A time of our own links; None for anything else: a mistyped address shows the newest calls."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time.tzinfo else None
