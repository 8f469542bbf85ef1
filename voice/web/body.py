"""A request's body, read no further than it may be long."""

from __future__ import annotations

from fastapi import Request


async def read_text(request: Request, *, longest: int) -> str | None:
    """The body as text; None for one of more than `longest` bytes, which is not read to its end."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > longest:
            return None
    return body.decode(errors="replace")
