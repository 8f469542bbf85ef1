"""The clock of the reply under way: ears start it, mouth stops it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from voice.trace import Trace


class Replies:
    """One trace at a time; a complete one is handed to `done` as {stage: ms}."""

    def __init__(self, done: Callable[[Mapping[str, float]], None]) -> None:
        self._done = done
        self._trace: Trace | None = None

    def begin(self, *, silent_ms: float) -> None:
        """The turn is over; the caller's last sound was `silent_ms` ago."""
        self._trace = Trace(clock=asyncio.get_running_loop().time)
        self._trace.mark("speech_end", ago_ms=silent_ms)
        self._trace.mark("endpoint")

    def mark(self, stage: str) -> None:
        if self._trace:
            self._trace.mark(stage)
            if stage == "first_sound_sent":
                trace, self._trace = self._trace, None
                self._done(trace.stages_ms())
