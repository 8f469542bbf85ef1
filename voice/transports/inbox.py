"""What the caller did and nobody has read yet, and silence where his sound is missing."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

from voice.audio.pcm import silence
from voice.line import Inbound, PersonSound, Sound
from voice.transports.faults import fault

FILL_MS = 200


class Inbox:
    """Sound of at most `limit_ms`, the oldest goes first and is counted.

    Keys and texts are never dropped; more than `limit_controls` of them waiting is a flood.
    """

    def __init__(self, rate_hz: int, *, limit_ms: int = 2_000, limit_controls: int = 64) -> None:
        self.rate_hz = rate_hz
        self._limit = rate_hz * limit_ms // 1000
        self._limit_controls = limit_controls
        self._items: deque[Inbound] = deque()
        self._samples = self._dropped = self._controls = 0
        self._ready = asyncio.Event()
        self._ended = False

    @property
    def dropped_ms(self) -> int:
        return self._dropped * 1000 // self.rate_hz

    def put(self, item: Inbound) -> None:
        """Take one thing the caller did; never waits. Raises CallerFault for a flood of keys or texts."""
        if self._ended:
            return
        if isinstance(item, Sound | PersonSound):
            self._samples += item.pcm.size
        elif self._controls == self._limit_controls:
            raise fault("flood", f"more than {self._limit_controls} keys and texts at once")
        else:
            self._controls += 1
        self._items.append(item)
        while self._samples > self._limit:
            self._drop_oldest_sound()
        self._ready.set()

    def end(self) -> None:
        """Nothing more will come; what is here can still be read."""
        self._ended = True
        self._ready.set()

    async def get(self) -> Inbound | None:
        """The oldest thing, or None at the end."""
        while not self._items:
            if self._ended:
                return None
            self._ready.clear()
            await self._ready.wait()
        item = self._items.popleft()
        if isinstance(item, Sound | PersonSound):
            self._samples -= item.pcm.size
        else:
            self._controls -= 1
        return item

    async def unbroken(
        self, *, hole_s: float, fill_ms: int = FILL_MS, fills: Callable[[], bool] = lambda: True
    ) -> AsyncIterator[Inbound]:
        """All things to the end. After `hole_s` without sound, silence takes its place, for the hole and then at the
        pace of real time: the clock of a call is the sound heard so far, and it must go on.

        fills: asked at each hole; no: what comes here fills its holes itself, and this one comes late only.
        """
        loop = asyncio.get_running_loop()
        due_s, missing_ms = loop.time() + hole_s, round(hole_s * 1000)
        while True:
            try:
                async with asyncio.timeout_at(due_s):
                    item = await self.get()
            except TimeoutError:
                if not fills():
                    due_s, missing_ms = loop.time() + hole_s, round(hole_s * 1000)
                    continue
                yield Sound(silence(missing_ms, self.rate_hz))
                due_s, missing_ms = due_s + fill_ms / 1000, fill_ms
                continue
            if item is None:
                return
            if isinstance(item, Sound):
                due_s, missing_ms = loop.time() + hole_s, round(hole_s * 1000)
            yield item

    def _drop_oldest_sound(self) -> None:
        sounds = ((at, item) for at, item in enumerate(self._items) if isinstance(item, Sound | PersonSound))
        at, oldest = next(sounds)
        excess = self._samples - self._limit
        if oldest.pcm.size > excess:
            self._items[at] = replace(oldest, pcm=oldest.pcm[excess:])
        else:
            del self._items[at]
        gone = min(excess, oldest.pcm.size)
        self._samples -= gone
        self._dropped += gone
