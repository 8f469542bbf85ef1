"""The dialog's timers: asked for by name, heard of as events."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Timers:
    """One timer a name; starting it again starts it anew."""

    def __init__(self, fired: Callable[[str], None]) -> None:
        self._fired = fired
        self._running: dict[str, asyncio.TimerHandle] = {}

    def start(self, name: str, after_ms: int) -> None:
        self.cancel(name)
        self._running[name] = asyncio.get_running_loop().call_later(after_ms / 1000, self._fire, name)

    def cancel(self, name: str) -> None:
        if timer := self._running.pop(name, None):
            timer.cancel()

    def cancel_all(self) -> None:
        for name in list(self._running):
            self.cancel(name)

    def _fire(self, name: str) -> None:
        self._running.pop(name, None)
        self._fired(name)
