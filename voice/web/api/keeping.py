"""How long calls are kept: holds, erasure, and what was destroyed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from voice.archive.retention import Retention
from voice.review.rights import Deed
from voice.web.api.models import Destruction, Erased, Erasure, Hold, NewReason, Owed
from voice.web.api.parts import PREFIX, CallId, Limit, Nth, errors, told
from voice.web.call_desk import Desk
from voice.web.guard import Who

Before = Annotated[int, Query(ge=0, le=2**53, description="Those with smaller numbers; 0: the newest")]


def router(desk: Desk, retention: Retention) -> APIRouter:
    api, guard = APIRouter(prefix=PREFIX, tags=["keeping"]), desk.guard
    looks = Depends(guard.api(Deed.HOLD))
    holds, erases = (Depends(guard.api(deed, logged=False)) for deed in (Deed.HOLD, Deed.ERASE))

    @api.get("/holds", dependencies=[looks], responses=errors())
    def all_holds() -> list[Hold]:
        """Those that stand."""
        return [Hold.model_validate(one) for one in retention.holds()]

    @api.post("/calls/{call_id}/holds", status_code=201, dependencies=[holds], responses=errors(404))
    def hold(call_id: CallId, sent: NewReason, signed: Who) -> list[Hold]:
        """Keep a call until the hold is lifted, whatever its age; all holds of the call."""
        with told():
            if desk.archive.call(call_id) is None:
                raise KeyError(call_id)
        guard.accesses.add(signed.person, Deed.HOLD, call=call_id, reason=sent.reason)
        retention.hold(call_id, by=signed.person.login, reason=sent.reason)
        return [Hold.model_validate(one) for one in retention.holds(call_id)]

    @api.delete("/holds/{n}", status_code=204, dependencies=[holds], responses=errors(404))
    def lift(n: Nth, signed: Who) -> None:
        with told():
            if not retention.lift(n, by=signed.person.login):
                raise KeyError(n)
        guard.accesses.add(signed.person, Deed.HOLD, detail={"lifted": n})

    @api.post("/erasures", status_code=201, dependencies=[erases], responses=errors())
    def erase(sent: Erasure, signed: Who) -> Erased:
        """Destroy words and sound of every call about this number, and what stands of it in the back office. It cannot
        be undone."""
        guard.accesses.add(signed.person, Deed.ERASE, reason=sent.reason, detail={"kind": sent.kind})
        erased = retention.erase(sent.kind, sent.number, by=signed.person.login, reason=sent.reason)
        return Erased.model_validate(erased)

    @api.get("/erasures", dependencies=[erases], responses=errors())
    def owed() -> list[Owed]:
        """What the back office was asked to destroy and has not destroyed yet, the oldest first."""
        return [Owed.model_validate(one) for one in retention.owed()]

    @api.get("/destructions", dependencies=[erases], responses=errors())
    def destructions(before: Before = 0, limit: Limit = 100) -> list[Destruction]:
        """What was destroyed, the newest first."""
        return [Destruction.model_validate(one) for one in retention.destructions(limit=limit, before=before or None)]

    return api
