"""Finding calls, and one call as its reader may have it: record, sound, captions, text."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from voice.archive.reading import Reading
from voice.captions.export import clock
from voice.captions.labels import Labels
from voice.review.finding import Finding
from voice.review.measured import figures_of
from voice.review.reviews import seen_by, veiled
from voice.review.rights import Deed
from voice.review.search import Search
from voice.review.subtitles import lines, web_vtt
from voice.web.api.models import Call, FoundPage, Text
from voice.web.api.parts import PREFIX, CallId, errors, events, told
from voice.web.call_desk import Desk
from voice.web.guard import Signed, Who
from voice.web.problems import ApiProblem
from voice.web.ranged import ranged

FLAC: dict[int | str, dict[str, Any]] = {
    200: {"content": {"audio/flac": {}}, "description": "16 kHz, the caller left, the line or a person right"},
    206: {"content": {"audio/flac": {}}, "description": "The part that the request named"},
    416: {"description": "There is no such part"},
}


class Wanted(BaseModel):
    """What the calls must have; all of it together."""

    model_config = ConfigDict(extra="forbid")

    text: Text = Field("", description='Words in any form, "a phrase", -without')
    side: Text = Field("", description="Who said it: caller, line, operator")
    line: Text = ""
    intent: Text = ""
    outcome: Text = Field("", description="solved, registered, transferred, abandoned, failed")
    language: Text = ""
    state: Text = Field("", description="complete, incomplete")
    operator: Text = Field("", description="yes: a person talked with the caller; no")
    reviewed: Text = Field("", description="yes, no")
    since: Text = Field("", description="A date, YYYY-MM-DD")
    until: Text = Field("", description="A date, included")
    shortest_s: Text = ""
    longest_s: Text = ""
    least_percent: Text = Field("", description="Mean confidence of the caller's words")
    most_percent: Text = ""
    by: Text = Field("time", description="time: the newest first; risk: the riskiest first")


class WantedPage(Wanted):
    after: Text = Field("", description="`next` of the page before")
    limit: int = Field(50, ge=1, le=200, description="How many at most")


def search_of(wanted: Wanted) -> Search:
    """Raises ApiProblem for a value that means nothing: a program is told, not humoured."""
    given = {name: value for name, value in wanted.model_dump(exclude={"after", "limit"}).items() if value}
    search = Search.of(given)
    odd = given.keys() - {name for name, value in asdict(search).items() if value == given.get(name, "").strip()}
    if odd:
        raise ApiProblem("invalid", errors=[{"where": ["query", name], "what": "means nothing"} for name in odd])
    return search


def text_of(reading: Reading, labels: Labels) -> str:
    return "".join(f"{clock(line.start_ms)} {line.speaker}: {line.text}\n" for line in lines(reading, labels))


def call_of(desk: Desk, reading: Reading, signed: Signed) -> Call:
    """Everything of one call that this reader may see."""
    call_id, login, judges = reading.call.id, signed.person.login, signed.may(Deed.REVIEW)
    reviews, remarks = desk.written(reading)
    hidden = veiled(reviews, login, judges=judges)
    whole = {name: getattr(reading, name) for name in ("call", "masked", "traces", "legs", "steps", "gaps")}
    shown = Call.model_validate(
        {
            **whole,
            "utterances": reading.utterances,
            "events": events(reading),
            "figures": figures_of(desk.archive, call_id),
            "masks": desk.marks.of(call_id),
            "reviews": seen_by(reviews, login, judges=judges),
            "remarks": [one for one in remarks if one.person not in hidden],
        },
        from_attributes=True,
    )
    for said in shown.utterances:
        for correction in said.history:
            correction.by = "" if correction.by in hidden else correction.by
    return shown


def router(desk: Desk, finding: Finding, labels: Labels) -> APIRouter:
    api, guard = APIRouter(prefix=PREFIX, tags=["calls"]), desk.guard
    searches, reads, listens = (Depends(guard.api(deed)) for deed in (Deed.SEARCH, Deed.READ, Deed.LISTEN))

    def reading(call_id: str, signed: Signed) -> Reading:
        with told():
            found = desk.archive.reading(call_id, unmasked=signed.unmasked)
            if found is None:
                raise KeyError(call_id)
            return found

    # Plain functions: the server runs them on its worker threads, where the database may block.
    @api.get("/calls", dependencies=[searches], responses=errors())
    def find(wanted: Annotated[WantedPage, Query()]) -> FoundPage:
        """Calls that were cared for, masked, a page at a time."""
        page = finding.find(search_of(wanted), after=wanted.after, limit=wanted.limit)
        return FoundPage.model_validate(
            {"calls": page.calls, "next": page.more, "count": page.count, "uncounted": page.uncounted},
            from_attributes=True,
        )

    @api.get("/calls/{call_id}", dependencies=[reads], responses=errors(404, 410))
    def one(call_id: CallId, signed: Who) -> Call:
        """One call: masked, unless it was unmasked for this person in the last quarter of an hour."""
        found = reading(call_id, signed)
        with told():
            return call_of(desk, found, signed)

    @api.get(
        "/calls/{call_id}/sound", dependencies=[listens], response_class=Response, responses=errors(404, 410) | FLAC
    )
    def sound(request: Request, call_id: CallId, signed: Who) -> Response:
        """The sound of a call that is over; what is masked is silence. Takes `Range`."""
        found = reading(call_id, signed)
        with told():
            heard = desk.listening.to(found) if found.call.ended_at else None
        if heard is None:
            raise ApiProblem("not_found")
        return ranged(request, heard.flac, "audio/flac")

    @api.get(
        "/calls/{call_id}/captions",
        dependencies=[reads],
        response_class=Response,
        responses=errors(404, 410) | {200: {"content": {"text/vtt": {}}, "description": "WebVTT"}},
    )
    def captions(call_id: CallId, signed: Who) -> Response:
        return Response(web_vtt(reading(call_id, signed), labels.to_others()), media_type="text/vtt")

    @api.get(
        "/calls/{call_id}/text",
        dependencies=[reads],
        response_class=Response,
        responses=errors(404, 410) | {200: {"content": {"text/plain": {}}, "description": "A line for each utterance"}},
    )
    def text(call_id: CallId, signed: Who) -> Response:
        return Response(text_of(reading(call_id, signed), labels.to_others()), media_type="text/plain")

    return api
