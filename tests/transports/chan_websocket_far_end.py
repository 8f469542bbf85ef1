"""Asterisk's side of chan_websocket's control messages, as it was seen to write and read them (22.10.1)."""

from __future__ import annotations

import json
from typing import Any

CHANNEL_ID = "1795393094.17"
MARKS = {"MEDIA_MARK_PROCESSED", "MEDIA_BUFFERING_COMPLETED"}


def event(name: str, *, as_json: bool, **fields: Any) -> str:
    """One event in either dialect."""
    if as_json:
        return json.dumps({"event": name, "channel_id": CHANNEL_ID, **fields}, separators=(",", ":"))
    if name in MARKS:
        return f"{name} {fields['correlation_id']}"
    told = {key: str(value).lower() if isinstance(value, bool) else value for key, value in fields.items()}
    return " ".join([name, *(f"{key}:{value}" for key, value in told.items() if key != "channel_variables")])


def media_start(*, as_json: bool, form: str = "slin16", frame_bytes: int = 640, **variables: str) -> str:
    return event(
        "MEDIA_START",
        as_json=as_json,
        connection_id="liniya",
        channel="WebSocket/liniya/0x7f71b4003320",
        format=form,
        optimal_frame_size=frame_bytes,
        ptime=20,
        channel_variables=variables,
    )


def command(message: str, *, as_json: bool) -> tuple[str, str]:
    """What Asterisk makes of a command: its name and its correlation id."""
    assert 0 < len(message.encode()) <= 128, "Asterisk passes longer texts over"
    if as_json:
        told = json.loads(message)
        return told["command"], told.get("correlation_id", "")
    name, _, mark = message.partition(" ")
    return name, mark
