"""Calls for other systems: a feed of those that are finished, and many at once as a ZIP file."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import Field

from voice.captions.labels import Labels
from voice.errors import VoiceError
from voice.review.feed import finished
from voice.review.finding import Finding
from voice.review.rights import Deed
from voice.review.search import Search
from voice.review.subtitles import web_vtt
from voice.web.api.calls import Wanted, call_of, search_of, text_of
from voice.web.api.models import FinishedCall, FinishedPage
from voice.web.api.parts import PREFIX, After, Limit, errors
from voice.web.call_desk import Desk
from voice.web.guard import Signed, Who
from voice.web.problems import ApiProblem

Form = Literal["jsonl", "vtt", "txt", "flac"]
A_PAGE = 100
ZIP: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/zip": {}}, "description": "calls.jsonl, and a file of each other form for each call"}
}


class WantedExport(Wanted):
    forms: list[Form] = Field(["jsonl"], description="Name it again for each")


def router(desk: Desk, finding: Finding, labels: Labels) -> APIRouter:
    api, guard = APIRouter(prefix=PREFIX, tags=["handing on"]), desk.guard
    exports = Depends(guard.api(Deed.EXPORT, logged=False))  # each call that leaves is written down
    searches = Depends(guard.api(Deed.SEARCH, logged=False))  # numbers alone

    @api.get("/finished", dependencies=[searches], responses=errors())
    def feed(after: After = 0, limit: Limit = 100) -> FinishedPage:
        """Calls in the order in which they became ready for reading. Send the last number to get those after it."""
        return FinishedPage(
            calls=[FinishedCall.model_validate(one) for one in finished(desk.archive, after=after, limit=limit)]
        )

    @api.get("/export", dependencies=[exports], response_class=Response, responses=errors() | ZIP)
    def export(wanted: Annotated[WantedExport, Query()], signed: Who) -> Response:
        """The calls that are found, always masked. Sound (flac) is for who may listen."""
        forms = set(wanted.forms)
        if "flac" in forms and not signed.may(Deed.LISTEN):
            raise ApiProblem("forbidden")
        search = search_of(Wanted(**wanted.model_dump(exclude={"forms"})))
        headers = {"Content-Disposition": 'attachment; filename="calls.zip"'}
        return StreamingResponse(_zipped(search, forms, signed), media_type="application/zip", headers=headers)

    def _zipped(search: Search, forms: set[Form], signed: Signed) -> Iterator[bytes]:
        sink = _Sink()
        told: list[str] = []
        with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
            for call_id in _found(search):
                guard.accesses.add(signed.person, Deed.EXPORT, call=call_id, detail={"forms": sorted(forms)})
                try:
                    told.append(_put(archive, call_id, forms, signed))
                except VoiceError as error:  # one damaged or erased call keeps back no other
                    told.append(json.dumps({"call": {"id": call_id}, "missing": type(error).__name__}) + "\n")
                yield sink.taken()
            if "jsonl" in forms:
                archive.writestr("calls.jsonl", "".join(told))
        yield sink.taken()

    def _found(search: Search) -> Iterator[str]:
        after = ""
        while True:
            page = finding.find(search, after=after, limit=A_PAGE)
            yield from (one.call for one in page.calls)
            if not (after := page.more):
                return

    def _put(archive: zipfile.ZipFile, call_id: str, forms: set[Form], signed: Signed) -> str:
        reading = desk.archive.reading(call_id)
        if reading is None:
            return ""
        if "vtt" in forms:
            archive.writestr(f"{call_id}.vtt", web_vtt(reading, labels.to_others()))
        if "txt" in forms:
            archive.writestr(f"{call_id}.txt", text_of(reading, labels.to_others()))
        heard = desk.listening.to(reading) if "flac" in forms and reading.call.ended_at else None
        if heard:
            archive.writestr(f"{call_id}.flac", heard.flac, zipfile.ZIP_STORED)
        return call_of(desk, reading, signed).model_dump_json() + "\n" if "jsonl" in forms else ""

    return api


class _Sink(io.RawIOBase):
    """A file that is only written; what was written is taken away piece by piece."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)
