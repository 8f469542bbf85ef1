"""The local microphone and loudspeaker as a line (the only importer of sounddevice)."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from types import ModuleType
from typing import Any

import numpy as np

from voice.errors import SetupError
from voice.line import FRAME_MS, Inbound, Pcm16, Sound

try:
    import sounddevice
except OSError:  # its shared library PortAudio is not on this machine
    sounddevice: ModuleType | None = None  # type: ignore[no-redef]

RATE_HZ = 16_000
LIMIT_MS = 2_000


class MicrophoneLine:
    """voice.line.Line on this machine's sound card. Use headphones: nothing else keeps the line from hearing itself."""

    hears_hz = plays_hz = RATE_HZ
    ahead_ms = 100

    def __init__(self) -> None:
        """Raises SetupError when there is no PortAudio or no sound card."""
        if sounddevice is None:
            raise SetupError("talking over the local microphone needs PortAudio: install the package libportaudio2")
        self._loop = asyncio.get_running_loop()
        self._heard: asyncio.Queue[Pcm16 | None] = asyncio.Queue(LIMIT_MS // FRAME_MS)
        self._to_play: deque[Pcm16] = deque()
        block = RATE_HZ * FRAME_MS // 1000
        try:
            self._stream: Any = sounddevice.RawStream(
                samplerate=RATE_HZ, channels=1, dtype="int16", blocksize=block, callback=self._block
            )
            self._stream.start()
        except sounddevice.PortAudioError as error:
            raise SetupError(f"the microphone cannot be used: {error}") from error

    async def inbound(self) -> AsyncIterator[Inbound]:
        while (pcm := await self._heard.get()) is not None:
            yield Sound(pcm)

    async def play(self, pcm: Pcm16) -> None:
        self._to_play.append(pcm)

    async def clear(self) -> None:
        self._to_play.clear()

    async def close(self, reason: str = "") -> None:
        self._stream.close()
        self._put(None)

    def _block(self, heard: Any, to_play: Any, frames: int, time: Any, status: Any) -> None:
        """PortAudio's own thread: one block in, one block out."""
        pcm = np.frombuffer(bytes(heard), np.int16)
        self._loop.call_soon_threadsafe(self._put, pcm)
        try:
            sound = self._to_play.popleft()
        except IndexError:
            sound = np.zeros(0, np.int16)
        to_play[:] = np.pad(sound[:frames], (0, max(0, frames - len(sound)))).tobytes()

    def _put(self, item: Pcm16 | None) -> None:
        if self._heard.full():
            self._heard.get_nowait()
        self._heard.put_nowait(item)
