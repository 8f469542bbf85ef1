"""Moments and durations as pages write them, by the clock on this machine's wall."""

from __future__ import annotations

from datetime import datetime


def written(at: datetime) -> str:
    """Day and minute."""
    return f"{at.astimezone():%d.%m.%Y, %H:%M}"


def started(at: datetime) -> dict[str, str]:
    """When a call started, for people, and as the attribute of a <time>."""
    return {"started": written(at), "started_iso": at.astimezone().isoformat(timespec="seconds")}


def clock(ms: int, *, tenths: bool = False) -> str:
    """65000 -> 1:05; an hour and more as 1:00:00."""
    minutes, rest_ms = divmod(ms, 60_000)
    seconds = f"{rest_ms // 1000:02d}" + (f".{rest_ms % 1000 // 100}" if tenths else "")
    return f"{minutes}:{seconds}" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02d}:{seconds}"
