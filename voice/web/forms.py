"""Forms that pages send: read once, no longer than they may be."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs

from fastapi import Request

from voice.web.body import read_text

FORM = "application/x-www-form-urlencoded"
LONGEST = 64 * 1024  # bytes


class Form:
    """What was sent; a field that was not is empty."""

    def __init__(self, fields: Mapping[str, list[str]] | None = None) -> None:
        self._fields = fields or {}

    def get(self, name: str) -> str:
        return self.all(name)[0] if self.all(name) else ""

    def all(self, name: str) -> list[str]:
        return self._fields.get(name, [])


async def sent_form(request: Request) -> Form:
    """A dependency: the form in the body; empty when there is none, or it is too long to be ours."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        return Form()
    text = await read_text(request, longest=LONGEST)
    try:
        return Form(parse_qs(text or "", keep_blank_values=True, max_num_fields=500))
    except ValueError:
        return Form()
