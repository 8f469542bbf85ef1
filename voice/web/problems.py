"""Errors as programs read them: application/problem+json, RFC 9457."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi.responses import JSONResponse

MEDIA_TYPE = "application/problem+json"
KNOWN: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("problems.json").read_text(encoding="utf-8"))


def problem(code: str, *, headers: Mapping[str, str] | None = None, **more: Any) -> JSONResponse:
    """The answer for a code of problems.json; `more` are members of its own, or take the place of usual ones."""
    content = {"type": f"urn:liniya:problem:{code}", "code": code, **KNOWN[code], **more}
    return JSONResponse(content, status_code=content["status"], headers=dict(headers or {}), media_type=MEDIA_TYPE)
