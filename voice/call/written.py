"""A call without sound: what stands in for its ears and its mouth."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from voice.asr.port import Recogniser
from voice.dialog.actions import Say
from voice.dialog.listening import Listening
from voice.events import AnyEvent, SayDone, SayStarted
from voice.line import Pcm16
from voice.tts.port import Voice


class NoEars:
    """Hears nothing; the call's time is the event loop's."""

    dropped_ms = 0

    def __init__(self) -> None:
        self._began_s = asyncio.get_running_loop().time()

    @property
    def heard_ms(self) -> int:
        return round((asyncio.get_running_loop().time() - self._began_s) * 1000)

    def listen(self, listening: Listening) -> None: ...

    def hear_with(self, recogniser: Recogniser) -> None: ...

    def line_speaks(self, speaks: bool) -> None: ...

    def hear(self, pcm: Pcm16) -> None: ...

    async def run(self) -> None: ...

    async def end(self) -> None: ...


class Pen:
    """Writes every saying whole and at once: it has been read as soon as it stands there."""

    speaks = False

    def __init__(self, *, publish: Callable[[AnyEvent], None], now_ms: Callable[[], int]) -> None:
        self._publish, self._now_ms = publish, now_ms

    def say(self, say: Say) -> None:
        self._publish(SayStarted(at_ms=self._now_ms(), say=say.say, text=say.text))
        self._publish(SayDone(at_ms=self._now_ms(), say=say.say, heard_ms=0))

    def speak_with(self, voice: Voice) -> None: ...

    async def pause(self) -> None: ...

    def resume(self) -> None: ...

    async def hush(self) -> None: ...

    def settle(self) -> None: ...

    async def run(self) -> None: ...
