"""An application that is the reviewers' desk alone, and a call to work on."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import numpy as np
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from tests.web.signed import TEMPLATES, guarded
from tests.web.small_line import tone
from voice.archive.archive import Archive
from voice.captions.labels import labels
from voice.events import (
    AnyEvent,
    Final,
    Interrupted,
    Key,
    SayDone,
    SayStarted,
    SpeechEnded,
    SpeechStarted,
    Typed,
    Word,
)
from voice.review.checklist import read_checklist
from voice.settings import ROOT
from voice.web import agreement_page, archive_pages, call_desk, call_desk_work
from voice.web.headers import PageHeaders

WEB = Path(call_desk.__file__).parent
LENGTH_MS = 30_000


def desk_app(archive: Archive, **names: archive_pages.Names) -> FastAPI:
    app, guard = guarded(archive)
    desk = call_desk.Desk(archive, TEMPLATES, read_checklist(ROOT / "prompts" / "ru"), guard)
    app.add_middleware(PageHeaders)
    app.mount("/static", StaticFiles(directory=WEB / "static"))
    app.include_router(archive_pages.router(archive, TEMPLATES, guard, **names))
    app.include_router(call_desk.router(desk, labels()))
    app.include_router(call_desk_work.router(desk))
    app.include_router(agreement_page.router(desk.reviews, TEMPLATES, guard))
    return app


def words(text: str, start_ms: int, confidences: dict[str, float]) -> tuple[Word, ...]:
    """Half a second each, sure unless told otherwise."""
    return tuple(
        Word(
            text=word,
            start_ms=start_ms + 500 * at,
            end_ms=start_ms + 500 * at + 450,
            confidence=confidences.get(word, 0.98),
        )
        for at, word in enumerate(text.split())
    )


def said(utterance: int, text: str, start_ms: int, **confidences: float) -> list[AnyEvent]:
    heard = words(text, start_ms, confidences)
    end_ms = heard[-1].end_ms
    return [
        SpeechStarted(at_ms=start_ms - 100, utterance=utterance),
        SpeechEnded(at_ms=end_ms, utterance=utterance),
        Final(at_ms=end_ms + 400, utterance=utterance, text=text, words=heard),
    ]


STORY: list[AnyEvent] = [
    SayStarted(at_ms=0, say=1, text="Здравствуйте! Чем помочь?"),
    SayDone(at_ms=2_000, say=1, heard_ms=2_000),
    *said(1, "когда придёт моя пенсия меня зовут иван петров", 3_000, пенсия=0.55),
    SayStarted(at_ms=8_000, say=2, text="Назовите СНИЛС, одиннадцать цифр, по одной."),
    Interrupted(at_ms=9_000, say=2, heard_ms=1_000),
    *said(2, "не помню его снился", 10_000, снился=0.31, его=0.7),
    Key(at_ms=13_000, digit="1"),
    Key(at_ms=13_300, digit="2"),
    Typed(at_ms=14_000, text="<script>alert(1)</script>"),
]


def record(archive: Archive, call_id: str = "", *, ends: bool = True, story: list[AnyEvent] = STORY) -> str:
    """Keep a call of LENGTH_MS: the caller's side is a tone all along, the line's another."""
    call_id = call_id or uuid4().hex
    recorder = archive.begin(call_id, "88005553535", "79161234567", "audiosocket")
    for one in story:
        recorder.event(one)
    recorder.trace({"speech_end->endpoint": 400.4, "gap": 612.4})
    recorder.spoke(0, tone(16_000, LENGTH_MS, hz=600) // 4)
    recorder.hear(np.asarray(tone(16_000, LENGTH_MS)))
    if ends:
        recorder.seal("caller")
    return call_id
