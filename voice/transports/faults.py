"""Faults of the far end, by a code that a transport can tell it."""

from __future__ import annotations

from voice.errors import BadAudio, BadMessage, CallerFault

ABOUT_SOUND = {"odd_bytes", "bad_rate", "bad_format"}


def fault(code: str, what: str) -> CallerFault:
    """The far end broke the rule `code`; `what` is for the log and holds no caller's words."""
    error = BadAudio(what) if code in ABOUT_SOUND else BadMessage(what)
    error.code = code
    return error
