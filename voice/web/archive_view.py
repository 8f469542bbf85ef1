"""The list of calls as its template needs it: plain texts and addresses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any
from urllib.parse import urlencode

from voice.review.finding import Found, Page, Unfinished
from voice.review.risk import told
from voice.review.search import Search
from voice.web.moments import clock, started

LIST, QUEUE = "/archive", "/archive/queue"


def address(search: Search, **others: str) -> str:
    """Where this search is shown: its fields, and `others` beside them."""
    sent = {name: value for name, value in search.sent().items() if name != "by"} | others
    if search.by == "risk":
        sent.setdefault("reviewed", search.reviewed)  # the queue has no reviewed calls, unless one asks for them
    return (QUEUE if search.by == "risk" else LIST) + (f"?{urlencode(sent)}" if sent else "")


def page(found: Page, search: Search, topics: Mapping[str, str]) -> dict[str, Any]:
    return {
        "calls": [_call(one, topics) for one in found.calls],
        "count": found.count,
        "uncounted": found.uncounted,
        "next": address(search, after=found.more) if found.more else "",
    }


def unfinished(one: Unfinished) -> dict[str, Any]:
    return {
        "id": one.call,
        "line": one.line,
        "transport": one.transport,
        "running": one.running,
        **started(one.started_at),
    }


def hidden(search: Search) -> dict[str, str]:
    """The fields of a search for a form that sends it on."""
    return {field.name: value for field in fields(search) if (value := getattr(search, field.name))}


def _call(one: Found, topics: Mapping[str, str]) -> dict[str, Any]:
    return {
        "id": one.call,
        **started(one.started_at),
        "length": clock(one.length_ms),
        "line": one.line,
        "language": one.language,
        "state": one.state,
        "topic": topics.get(one.intent, one.intent),
        "outcome": one.outcome,
        "operator": one.operator,
        "percent": None if one.confidence is None else round(one.confidence * 100),
        "risk": round(one.risk * 100),
        "reasons": [told(reason) for reason in one.reasons],
        "reviewed": one.reviewed,
        "sayings": [
            {"side": saying.side, "at": clock(saying.at_ms), "pieces": saying.pieces} for saying in one.sayings
        ],
    }
