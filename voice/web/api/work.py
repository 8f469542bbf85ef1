"""What reviewers leave: corrections, masks, remarks, judgements, kept searches; and unmasking."""

from __future__ import annotations

from fastapi import APIRouter, Depends

from voice.review.accesses import UNMASKED
from voice.review.corrections import Corrections
from voice.review.kept_searches import KeptSearches
from voice.review.notes import masked_remarks
from voice.review.reviews import AlreadyDone
from voice.review.rights import Deed
from voice.web.api.calls import Wanted, search_of
from voice.web.api.models import (
    KeptSearch,
    Mask,
    NewCorrection,
    NewMask,
    NewReason,
    NewRemark,
    NewReview,
    NewSearch,
    Remark,
    Review,
    Unmasked,
)
from voice.web.api.parts import PREFIX, CallId, Nth, errors, told
from voice.web.call_desk import Desk
from voice.web.guard import Who
from voice.web.problems import ApiProblem


def router(desk: Desk) -> APIRouter:
    api, guard = APIRouter(prefix=PREFIX, tags=["work"]), desk.guard
    corrections, kept = Corrections(desk.archive), KeptSearches(desk.archive)
    corrects, masks, remarks, judges, searches = (
        Depends(guard.api(deed)) for deed in (Deed.CORRECT, Deed.MASK, Deed.REMARK, Deed.REVIEW, Deed.SEARCH)
    )
    unmasks = Depends(guard.api(Deed.UNMASK, logged=False))  # only a given reason is an unmasking

    def known(call_id: str) -> None:
        if desk.archive.call(call_id) is None:
            raise KeyError(call_id)

    @api.post("/calls/{call_id}/unmasking", status_code=201, dependencies=[unmasks], responses=errors(404, 410))
    def unmask(call_id: CallId, sent: NewReason, signed: Who) -> Unmasked:
        """See and hear this call unmasked for a quarter of an hour."""
        with told():
            known(call_id)
        detail = {"minutes": int(UNMASKED.total_seconds()) // 60}
        guard.accesses.add(signed.person, Deed.UNMASK, call=call_id, reason=sent.reason, detail=detail)
        return Unmasked(until=desk.archive.now() + UNMASKED)

    @api.post(
        "/calls/{call_id}/utterances/{n}/corrections",
        status_code=204,
        dependencies=[corrects],
        responses=errors(404, 410),
    )
    def correct(call_id: CallId, n: Nth, sent: NewCorrection, signed: Who) -> None:
        """Say what an utterance really was. The first text is never lost."""
        with told():
            corrections.correct(call_id, n, signed.person.login, sent.text)

    @api.post("/calls/{call_id}/masks", status_code=201, dependencies=[masks], responses=errors(404, 410))
    def mask(call_id: CallId, sent: NewMask, signed: Who) -> list[Mask]:
        """Mark personal data; all marks of the call as they stand then."""
        with told():
            desk.marks.add(call_id, sent.utterance, sent.begins, sent.ends, sent.kind, signed.person.login)
            return [Mask.model_validate(one) for one in desk.marks.of(call_id)]

    @api.delete("/calls/{call_id}/masks/{n}", status_code=204, dependencies=[masks], responses=errors(404, 410))
    def unmark(call_id: CallId, n: Nth, signed: Who) -> None:
        """Say that a mask hides nothing personal: one's own, or, having unmasked the call, any."""
        with told():
            found = next((one for one in desk.marks.of(call_id) if one.n == n), None)
            if found is None:
                raise KeyError(n)
            if not (signed.unmasked or found.by == signed.person.login):
                raise ApiProblem("forbidden")
            desk.marks.remove(call_id, n, signed.person.login)

    @api.post("/calls/{call_id}/remarks", status_code=201, dependencies=[remarks], responses=errors(404, 410))
    def remark(call_id: CallId, sent: NewRemark, signed: Who) -> list[Remark]:
        """Note something at a moment of the call; one's own remarks as they stand then."""
        with told():
            known(call_id)
            desk.remarks.add(call_id, signed.person.login, sent.at_ms, sent.text)
            own = [one for one in desk.remarks.of(call_id) if one.person == signed.person.login]
            shown = own if signed.unmasked else masked_remarks(desk.archive, call_id, own)
            return [Remark.model_validate(one) for one in shown]

    @api.put("/calls/{call_id}/review", dependencies=[judges], responses=errors(404, 409, 410))
    def judge(call_id: CallId, sent: NewReview, signed: Who) -> Review:
        """One's own judgement of the call, as a draft or done for good."""
        try:
            with told():
                known(call_id)
                return Review.model_validate(
                    desk.reviews.save(call_id, signed.person.login, sent.answers, sent.note, done=sent.done)
                )
        except AlreadyDone:
            raise ApiProblem("conflict") from None

    @api.get("/searches", dependencies=[searches], responses=errors())
    def own_searches(signed: Who) -> list[KeptSearch]:
        """One's own kept searches."""
        return [KeptSearch(id=one.id, name=one.name, search=one.search.sent()) for one in kept.of(signed.person.login)]

    @api.post("/searches", status_code=201, dependencies=[searches], responses=errors(409))
    def keep(sent: NewSearch, signed: Who) -> list[KeptSearch]:
        """Keep a search, in the place of the one that has the same name."""
        try:
            wanted = Wanted(**sent.search)
        except ValueError:
            raise ApiProblem("invalid", errors=[{"where": ["body", "search"], "what": "unknown parameters"}]) from None
        if not kept.keep(signed.person.login, sent.name, search_of(wanted)):
            raise ApiProblem("conflict")
        return own_searches(signed)

    @api.delete("/searches/{n}", status_code=204, dependencies=[searches], responses=errors())
    def drop(n: Nth, signed: Who) -> None:
        kept.drop(signed.person.login, n)

    return api
