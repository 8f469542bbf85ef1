"""Bytes that a player may ask for in parts: RFC 9110, chapter 14, one range at a time."""

from __future__ import annotations

import re

from fastapi import Request, Response


def ranged(request: Request, data: bytes, media_type: str) -> Response:
    """Answer with `data`, or with the part of it that the request names; 416 for a part that it does not have."""
    asked = re.fullmatch(r"bytes=(\d*)-(\d*)", request.headers.get("range", "").strip())
    headers = {"Accept-Ranges": "bytes"}
    if not asked or not any(asked.groups()):
        return Response(data, media_type=media_type, headers=headers)
    first, last = asked.groups()
    begin = int(first) if first else max(0, len(data) - int(last))
    end = min(int(last) + 1 if first and last else len(data), len(data))
    if begin >= end:
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{len(data)}"})
    headers["Content-Range"] = f"bytes {begin}-{end - 1}/{len(data)}"
    return Response(data[begin:end], 206, media_type=media_type, headers=headers)
