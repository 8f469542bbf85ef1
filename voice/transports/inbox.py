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
STOOD_STILL_S = 0.02  # a wait that ends so late: all stood still here, and what came meanwhile is read first


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
        heard_s, patience_s = loop.time(), hole_s  # the sound is there up to this time
        while True:
            try:
                item = await self._by(heard_s + patience_s)
            except TimeoutError:
                missing_ms = int((loop.time() - heard_s) * 1000)
                heard_s += missing_ms / 1000
                if fills():
                    patience_s = fill_ms / 1000
                    yield Sound(silence(missing_ms, self.rate_hz))
                continue
            if item is None:
                return
            if isinstance(item, Sound):
                heard_s, patience_s = loop.time(), hole_s
            yield item

    async def _by(self, due_s: float) -> Inbound | None:
        """As get; raises TimeoutError when nothing has come by `due_s`, unless nobody could see it come."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout_at(due_s):
                return await self.get()
        except TimeoutError:
            if loop.time() - due_s < STOOD_STILL_S:
                raise
        async with asyncio.timeout(STOOD_STILL_S):
            return await self.get()

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
