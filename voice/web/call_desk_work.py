"""What reviewers do on a call's page: correct, mark, remark, judge. Each answer is the part of the page it changed."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response

from voice.errors import KeyDestroyed
from voice.review.corrections import Corrections
from voice.review.reviews import AlreadyDone
from voice.review.rights import Deed
from voice.web.call_desk import Desk
from voice.web.guard import Who


def router(desk: Desk) -> APIRouter:
    """POST /archive/{call_id}/utterances/{n}/correction and /marks, /archive/{call_id}/marks/{n}/removal, /remarks,
    /review. What cannot be done leaves everything as it was, status 422, and the part says why."""
    work = APIRouter()
    guard, corrections = desk.guard, Corrections(desk.archive)
    corrects = Depends(guard.page(Deed.CORRECT))
    masks = Depends(guard.page(Deed.MASK))
    remarks = Depends(guard.page(Deed.REMARK))
    judges = Depends(guard.page(Deed.REVIEW))

    @work.post("/archive/{call_id}/utterances/{n}/correction", dependencies=[corrects])
    def correct(request: Request, call_id: str, n: int, signed: Who) -> Response:
        """text: what was really said."""
        try:
            corrections.correct(call_id, n, signed.person.login, signed.form.get("text"))
        except ValueError:
            return Response(status_code=422)
        except (KeyError, KeyDestroyed):
            return desk.missing(request)
        return desk.part(request, "row", call_id, signed, only=n)

    @work.post("/archive/{call_id}/utterances/{n}/marks", dependencies=[masks])
    def mark(request: Request, call_id: str, n: int, signed: Who) -> Response:
        """begins, ends: characters of the newest text; kind: of voice/masking/spans.py."""
        form = signed.form
        try:
            begins, ends = int(form.get("begins")), int(form.get("ends"))
            desk.marks.add(call_id, n, begins, ends, form.get("kind"), signed.person.login)
        except KeyError:
            return desk.missing(request)
        except ValueError:
            return Response(status_code=422)
        return desk.part(request, "row", call_id, signed, only=n)

    @work.post("/archive/{call_id}/marks/{n}/removal", dependencies=[masks])
    def unmark(request: Request, call_id: str, n: int, signed: Who) -> Response:
        """Who takes back what others or the rules marked must see it; one's own mark is one's own."""
        mark = next((one for one in desk.marks.of(call_id) if one.n == n), None)
        if mark is None or not (signed.unmasked or mark.by == signed.person.login):
            return desk.missing(request)
        try:
            desk.marks.remove(call_id, n, signed.person.login)
        except KeyError:
            return desk.missing(request)
        return desk.part(request, "row", call_id, signed, only=mark.utterance)

    @work.post("/archive/{call_id}/remarks", dependencies=[remarks])
    def remark(request: Request, call_id: str, signed: Who) -> Response:
        """at_ms: a moment of the call; text."""
        at_ms, wrong = signed.form.get("at_ms"), ""
        try:
            desk.remarks.add(call_id, signed.person.login, int(at_ms or 0), signed.form.get("text"))
        except KeyDestroyed:
            return desk.missing(request)
        except ValueError:
            wrong = "empty"
        return _told(desk.part(request, "remarks", call_id, signed, wrong=wrong), wrong)

    @work.post("/archive/{call_id}/review", dependencies=[judges])
    def judge(request: Request, call_id: str, signed: Who) -> Response:
        """The answers by the checklist's ids, note, and done: "yes" ends it."""
        form, wrong = signed.form, ""
        answers = {item.id: form.get(item.id) for item in desk.reviews.checklist.items}
        try:
            desk.reviews.save(call_id, signed.person.login, answers, form.get("note"), done=form.get("done") == "yes")
        except KeyDestroyed:
            return desk.missing(request)
        except AlreadyDone:
            wrong = "done"
        except ValueError:
            wrong = "unanswered"
        return _told(desk.part(request, "review", call_id, signed, wrong=wrong, tried=answers), wrong)

    return work


def _told(response: Response, wrong: str) -> Response:
    if wrong and response.status_code == 200:
        response.status_code = 422
    return response
