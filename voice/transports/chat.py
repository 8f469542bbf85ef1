"""A line without sound: the caller reads the call's captions and answers beside the line, by Call.take."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from voice.line import Inbound, Pcm16


class ChatLine:
    """Holds the call open until it is closed. Nothing has to be connected meanwhile: a reader may come and go."""

    hears_hz = plays_hz = ahead_ms = 0

    def __init__(self) -> None:
        self._closed = asyncio.Event()

    async def inbound(self) -> AsyncIterator[Inbound]:
        await self._closed.wait()
        return
        yield

    async def play(self, pcm: Pcm16) -> None:
        raise AssertionError("a line without sound was given some")

    async def clear(self) -> None: ...

    async def close(self, reason: str = "") -> None:
        self._closed.set()
