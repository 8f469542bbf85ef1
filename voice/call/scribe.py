"""The record of a call, kept by a thread beside it: never dropped, never waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from typing import Protocol

import numpy as np

from voice.clock import in_worker
from voice.events import AnyEvent
from voice.line import FRAME_MS, Pcm16

SOUND_MS = 200  # sound goes to the disk in pieces of this length
TOO_MANY = 20_000  # deeds that wait: a disk so slow that the record is not whole any more


class Recorder(Protocol):
    """What keeps a record; every method blocks, and none raises for a disk that fails."""

    def event(self, event: AnyEvent) -> None: ...
    def trace(self, stages: Mapping[str, float]) -> None: ...
    def hear(self, pcm: Pcm16) -> None: ...
    def spoke(self, at_ms: int, pcm: Pcm16) -> None: ...
    def lost_sound(self, ms: int) -> None: ...
    def flaw(self, code: str, detail: str) -> None: ...
    def seal(self, by: str, reason: str = "") -> None: ...


class Scribe:
    """Takes what happens, in order, and writes it with one thread."""

    def __init__(self, recorder: Recorder, writers: Executor) -> None:
        self._recorder, self._writers = recorder, writers
        self._deeds: asyncio.Queue[Callable[[], None]] = asyncio.Queue()
        self._sound: list[Pcm16] = []
        self._refused = 0

    def event(self, event: AnyEvent) -> None:
        self._do(lambda: self._recorder.event(event))

    def trace(self, stages: Mapping[str, float]) -> None:
        self._do(lambda: self._recorder.trace(stages))

    def hear(self, frame: Pcm16) -> None:
        """A frame of the caller's sound, 16 000 Hz."""
        self._sound.append(frame)
        if len(self._sound) * FRAME_MS >= SOUND_MS:
            self._hand_on_sound()

    def spoke(self, at_ms: int, pcm: Pcm16) -> None:
        self._do(lambda: self._recorder.spoke(at_ms, pcm))

    async def run(self) -> None:
        """Write until cancelled; several deeds a hop when many wait."""
        while True:
            deeds = [await self._deeds.get()]
            while not self._deeds.empty():
                deeds.append(self._deeds.get_nowait())
            await in_worker(self._writers, _do_all, deeds)

    async def seal(self, by: str, reason: str, lost_ms: int) -> None:
        """Write what still waits and close the record; call it after `run` has ended."""
        self._hand_on_sound()
        if self._refused:
            self._deeds.put_nowait(lambda: self._recorder.flaw("late", f"{self._refused} entries were not written"))
        self._deeds.put_nowait(lambda: self._recorder.lost_sound(lost_ms))
        self._deeds.put_nowait(lambda: self._recorder.seal(by, reason))
        await in_worker(self._writers, _do_all, [self._deeds.get_nowait() for _ in range(self._deeds.qsize())])

    def _hand_on_sound(self) -> None:
        if self._sound:
            pcm, self._sound = np.concatenate(self._sound), []
            self._do(lambda: self._recorder.hear(pcm))

    def _do(self, deed: Callable[[], None]) -> None:
        if self._deeds.qsize() >= TOO_MANY:
            self._refused += 1
        else:
            self._deeds.put_nowait(deed)


def _do_all(deeds: list[Callable[[], None]]) -> None:
    for deed in deeds:
        deed()
