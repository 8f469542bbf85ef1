"""Errors as programs read them: application/problem+json, RFC 9457."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exception_handlers import http_exception_handler, request_validation_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

MEDIA_TYPE = "application/problem+json"
KNOWN: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("problems.json").read_text(encoding="utf-8"))
API = "/api/"


class ApiProblem(Exception):
    """Ends a request of the API with a code of problems.json."""

    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.code, self.more = code, more


def problem(code: str, *, headers: Mapping[str, str] | None = None, **more: Any) -> JSONResponse:
    """The answer for a code of problems.json; `more` are members of its own, or take the place of usual ones."""
    content = {"type": f"urn:liniya:problem:{code}", "code": code, **KNOWN[code], **more}
    return JSONResponse(content, status_code=content["status"], headers=dict(headers or {}), media_type=MEDIA_TYPE)


def answer_problems(app: FastAPI) -> None:
    """Let every error under API be a problem; other addresses answer as before."""
    by_status = {fields["status"]: code for code, fields in reversed(KNOWN.items())}

    async def answer(_: Request, error: Exception) -> Response:
        assert isinstance(error, ApiProblem)
        return problem(error.code, **error.more)

    async def of_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if not request.url.path.startswith(API):
            return await http_exception_handler(request, error)
        code = by_status.get(error.status_code, "invalid")
        return problem(code, headers=error.headers, status=error.status_code)

    async def of_validation(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        if not request.url.path.startswith(API):
            return await request_validation_exception_handler(request, error)
        # Not what was sent: it may be a password, or somebody's number.
        found = [{"where": [str(part) for part in one["loc"]], "what": one["msg"]} for one in error.errors()]
        return problem("invalid", errors=found)

    app.add_exception_handler(ApiProblem, answer)
    app.add_exception_handler(HTTPException, of_http)
    app.add_exception_handler(RequestValidationError, of_validation)
