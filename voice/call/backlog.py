"""The caller's sound on its way to the recogniser: bounded in milliseconds; the oldest sound goes first."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass

from voice.dialog.listening import Listening
from voice.line import FRAME_MS, Pcm16


@dataclass(frozen=True, slots=True)
class Opened:
    """An utterance began; its sound follows."""

    utterance: int
    listening: Listening
    base_ms: int  # the call's time of the first sample that follows
    over_line: bool = False  # it began while the line spoke


@dataclass(frozen=True, slots=True)
class Asked:
    """A short silence asks whether the turn is over; `pause` tells one pause of the utterance from another."""

    utterance: int
    pause: int


@dataclass(frozen=True, slots=True)
class Closed:
    utterance: int


Item = Opened | Pcm16 | Asked | Closed


class Backlog:
    """Marks are never dropped; of sound, at most `limit_ms` waits, and what had to go is counted."""

    def __init__(self, *, limit_ms: int = 5_000) -> None:
        self._items: deque[Item] = deque()
        self._limit_ms = limit_ms
        self._sound_ms = 0
        self._ready = asyncio.Event()
        self.dropped_ms = 0

    def put(self, item: Item) -> None:
        """Never waits: the line is live."""
        if not isinstance(item, Opened | Asked | Closed):
            if self._sound_ms >= self._limit_ms:
                self._drop_oldest()
            self._sound_ms += FRAME_MS
        self._items.append(item)
        self._ready.set()

    @property
    def sound_next(self) -> bool:
        return bool(self._items) and not isinstance(self._items[0], Opened | Asked | Closed)

    async def get(self) -> Item:
        while not self._items:
            self._ready.clear()
            await self._ready.wait()
        item = self._items.popleft()
        if not isinstance(item, Opened | Asked | Closed):
            self._sound_ms -= FRAME_MS
        return item

    def _drop_oldest(self) -> None:
        for index, item in enumerate(self._items):
            if not isinstance(item, Opened | Asked | Closed):
                del self._items[index]
                self._sound_ms -= FRAME_MS
                self.dropped_ms += FRAME_MS
                return
