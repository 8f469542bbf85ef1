"""The page of one archived call, its sound and its captions, each as its reader may have them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from fastapi.templating import Jinja2Templates

from voice.archive.archive import Archive
from voice.archive.reading import Reading
from voice.archive.records import Call
from voice.archive.retention import holds
from voice.captions.labels import Labels
from voice.errors import BadAudio, RecordDamaged
from voice.masking.rules import labels as mask_labels
from voice.review.checklist import ANSWERS, Checklist
from voice.review.history import history
from voice.review.listening import Heard, Listening
from voice.review.marks import Marks
from voice.review.notes import masked_notes, masked_remarks
from voice.review.remarks import Remark, Remarks
from voice.review.reviews import Review, Reviews, seen_by, veiled
from voice.review.rights import Deed
from voice.review.subtitles import web_vtt
from voice.web import call_desk_view as view
from voice.web.guard import Guard, Signed, Who
from voice.web.moments import clock, written
from voice.web.ranged import ranged

FOR_READING = "call_desk_parts.html"


class Desk:
    """What every answer about one call needs: the call as this person may see it, and what is shown of it."""

    def __init__(self, archive: Archive, templates: Jinja2Templates, checklist: Checklist, guard: Guard) -> None:
        self.archive, self.templates, self.guard = archive, templates, guard
        self.marks, self.remarks = Marks(archive), Remarks(archive)
        self.reviews = Reviews(archive, checklist)
        self.listening = Listening(archive)

    def reading(self, call_id: str, signed: Signed) -> Reading | None:
        """None when there is no such call, or it is not what was written."""
        try:
            return self.archive.reading(call_id, unmasked=signed.unmasked)
        except RecordDamaged:
            return None

    def heard(self, call_id: str, signed: Signed) -> Heard | None:
        """None while the call runs, too: a file that is still being written has no length yet, players fail on it."""
        reading = self.reading(call_id, signed)
        return self.listening.to(reading) if reading and reading.call.ended_at else None

    def written(self, reading: Reading) -> tuple[Sequence[Review], Sequence[Remark]]:
        """All judgements and remarks of the call, masked when the reading is. Raises RecordDamaged."""
        call_id = reading.call.id
        reviews, remarks = self.reviews.of(call_id), self.remarks.of(call_id)
        if not reading.masked:
            return reviews, remarks
        return masked_notes(self.archive, call_id, reviews), masked_remarks(self.archive, call_id, remarks)

    def shown(self, reading: Reading, signed: Signed) -> dict[str, Any]:
        """Everything that the page's parts show."""
        call, login, judges = reading.call, signed.person.login, signed.may(Deed.REVIEW)
        reviews, remarks = self.written(reading)
        hidden = veiled(reviews, login, judges=judges)
        names = {account.person.login: account.person.name for account in self.guard.staff.accounts()}

        def named(who: str) -> str:
            return "" if who in hidden else names.get(who, who)

        seen = seen_by(reviews, login, judges=judges)
        mine = next((one for one in seen if one.person == login), None)
        if mine and not mine.done_at:  # his own draft goes on as he wrote it
            mine = next(one for one in self.reviews.of(call.id) if one.person == login)
        remarks = [one for one in remarks if one.person not in hidden]
        marks = self.marks.of(call.id)
        length_ms = max((event.at_ms for event in reading.events), default=0)
        return {
            "call": view.facts(call),
            "rows": view.rows(reading, named),
            "erased": call.text_erased_at is not None,
            "masked": reading.masked,
            "unmasked_until": signed.unmasked_until,
            "timeline": view.timeline(reading, length_ms),
            "sound_length": clock(length_ms),
            "kinds": mask_labels(),
            "marks": {mark.n: mark for mark in marks},
            "remarks": [
                {"at": clock(one.at_ms), "at_ms": one.at_ms, "by": named(one.person), "text": one.text}
                for one in remarks
            ],
            "checklist": self.reviews.checklist,
            "answers": ANSWERS,
            "mine": mine,
            "others": [one for one in seen if one.person != login],
            "waits": bool(hidden),
            "named": named,
            "history": [
                {"at": written(one.at), "by": named(one.by), "deed": one}
                for one in history(reading, marks, remarks, seen)
            ],
            "may": signed.may,
            "login": login,
        }

    def part(self, request: Request, name: str, call_id: str, signed: Signed, **more: Any) -> Response:
        """One part of the page as it stands now, for the page to put in its place."""
        reading = self.reading(call_id, signed)
        if reading is None:
            return self.missing(request)
        context = {**self.shown(reading, signed), "part": name, **more}
        return self.templates.TemplateResponse(request, FOR_READING, context)

    def missing(self, request: Request) -> Response:
        return self.templates.TemplateResponse(request, "archive_missing.html", {"here": "archive"}, status_code=404)


def router(desk: Desk, labels: Labels) -> APIRouter:
    """GET /archive/{call_id}, its sound.flac (with Range), shape.json, captions.vtt, and talk: the words alone."""
    pages = APIRouter()
    guard = desk.guard
    # Plain functions: the server runs them on its worker threads, where the database may block.
    reads = Depends(guard.page(Deed.READ))
    reads_on = Depends(guard.page(Deed.READ, logged=False))
    listens = Depends(guard.page(Deed.LISTEN))

    @pages.get("/archive/{call_id}", dependencies=[reads])
    def page(request: Request, call_id: str, signed: Who) -> Response:
        try:
            reading = desk.archive.reading(call_id, unmasked=signed.unmasked)
        except RecordDamaged:
            context = {"here": "archive", "damaged": True}
            return desk.templates.TemplateResponse(request, "archive_missing.html", context, status_code=410)
        if reading is None:
            return desk.missing(request)
        call = reading.call
        context = {
            **desk.shown(reading, signed),
            "here": "archive",
            "sound": _is_heard(call) and signed.may(Deed.LISTEN),
            "holds": holds(desk.archive, call_id),
            "tied": call.cared_at is not None,
            "faults": desk.archive.faults(call_id) if call.cared_at else [],
            "replies": view.replies(reading),
            "events": view.events(reading),
        }
        return desk.templates.TemplateResponse(request, "call_desk.html", context)

    @pages.get("/archive/{call_id}/talk", dependencies=[reads_on])
    def talk(request: Request, call_id: str, signed: Who) -> Response:
        return desk.part(request, "talk", call_id, signed)

    @pages.get("/archive/{call_id}/sound.flac", dependencies=[listens])
    def sound(request: Request, call_id: str, signed: Who) -> Response:
        try:
            heard = desk.heard(call_id, signed)
        except (BadAudio, RecordDamaged):
            heard = None
        return desk.missing(request) if heard is None else ranged(request, heard.flac, "audio/flac")

    @pages.get("/archive/{call_id}/shape.json", dependencies=[listens])
    def shape(request: Request, call_id: str, signed: Who) -> Response:
        """Peaks of both sides, see voice/audio/peaks.py, and what is masked in them."""
        try:
            heard, reading = desk.heard(call_id, signed), desk.reading(call_id, signed)
        except (BadAudio, RecordDamaged):
            heard = reading = None
        if heard is None or reading is None:
            return desk.missing(request)
        return JSONResponse(
            {
                "length_ms": heard.length_ms,
                "step_ms": heard.step_ms,
                "sides": heard.peaks.T.tolist(),
                "gaps": [[gap.side, gap.from_ms, gap.to_ms] for gap in reading.gaps],
                "masked": reading.masked,
            }
        )

    @pages.get("/archive/{call_id}/captions.vtt", dependencies=[reads])
    def captions(request: Request, call_id: str, signed: Who) -> Response:
        reading = desk.reading(call_id, signed)
        if reading is None:
            return desk.missing(request)
        return Response(web_vtt(reading, labels.to_others()), media_type="text/vtt")

    return pages


def _is_heard(call: Call) -> bool:
    return bool(call.ended_at and call.sound) and not call.sound_erased_at and not call.text_erased_at
