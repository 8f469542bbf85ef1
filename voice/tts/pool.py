"""Worker processes under supervision: lent sentence by sentence, killed when they hang, replaced when they die."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import AsyncGenerator, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from voice.clock import outside_work
from voice.errors import EngineFailed, SetupError
from voice.line import Pcm16
from voice.tts.process import Job, Worker


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """When a worker or a queue is given up."""

    piece_ms: int = 3_000  # silence from a worker before it counts as hanging,
    per_letter_ms: int = 10  # and more for a longer sentence
    queue_s: float = 15.0  # waiting for a free worker
    respawn_ms: tuple[int, ...] = (0, 200, 1_000, 5_000)  # pause before each further start that fails in a row

    def piece_s(self, text: str) -> float:
        return (self.piece_ms + self.per_letter_ms * len(text)) / 1000


class Pool:
    """`size` workers. A sentence has a worker to itself; whoever waits longest is next, urgent ones first."""

    def __init__(self, command: Sequence[str], *, size: int, limits: Limits | None = None) -> None:
        self._command, self._size, self._limits = tuple(command), size, limits or Limits()
        self._workers: set[Worker] = set()
        self._idle: list[Worker] = []
        self._waiting: list[tuple[bool, int, asyncio.Future[Worker]]] = []
        self._order = itertools.count()
        self._tasks: set[asyncio.Task[None]] = set()
        self._starting: asyncio.Lock | None = None
        self._started = False

    @property
    def pids(self) -> tuple[int, ...]:
        """Process ids of the workers that are alive, for supervision from outside and for tests."""
        return tuple(worker.pid for worker in self._workers)

    async def start(self) -> None:
        """Start and warm every worker; safe to call again. Raises SetupError when one cannot start."""
        self._starting = self._starting or asyncio.Lock()
        with outside_work():
            async with self._starting:
                if self._started:
                    return
                firsts = [asyncio.get_running_loop().create_future() for _ in range(self._size)]
                for first in firsts:
                    self._spawn(self._keep(first))
                done = await asyncio.gather(*firsts, return_exceptions=True)
                failed = next((one for one in done if isinstance(one, BaseException)), None)
                if failed:
                    await self.close()
                    raise SetupError(f"speech output does not start: {failed}") from failed
                self._started = True

    async def close(self) -> None:
        """End every worker; sentences under way fail. The pool may be started again."""
        self._started = False
        tasks = [task for task in self._tasks if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for _, _, turn in self._waiting:
            if not turn.done():
                turn.set_exception(EngineFailed("speech output was closed"))
        self._waiting.clear()

    async def say(self, sentence: str, pace: float, *, urgent: bool = True) -> AsyncGenerator[Pcm16, None]:
        """Yield the sound of one sentence as it is made; closing the iterator ends it. Raises EngineFailed."""
        if not self._started:
            await self.start()
        with outside_work():
            worker = await self._borrow(urgent)
        job = worker.begin(sentence, pace)
        limit_s = self._limits.piece_s(sentence)
        try:
            while True:
                try:
                    with outside_work():
                        async with asyncio.timeout(limit_s):
                            piece = await job.inbox.get()
                except TimeoutError:
                    worker.kill()
                    raise EngineFailed(f"the synthesiser was silent for {limit_s:.1f} s") from None
                if piece is None:
                    return
                if isinstance(piece, EngineFailed):
                    raise piece
                yield np.frombuffer(piece, "<i2")
        finally:
            if not job.over.is_set():
                worker.cancel(job)
                self._spawn(self._see_off(worker, job, limit_s))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _see_off(self, worker: Worker, job: Job, limit_s: float) -> None:
        """A worker that does not even take a cancel is hanging."""
        with outside_work():
            try:
                async with asyncio.timeout(limit_s):
                    await job.over.wait()
            except TimeoutError:
                worker.kill()

    async def _keep(self, first: asyncio.Future[None]) -> None:
        """Keep one place filled: start a worker, serve it to whoever waits, replace it when it dies."""
        failures = 0
        while True:
            try:
                with outside_work():
                    worker = await Worker.start(self._command)
            except EngineFailed as failed:
                if not first.done():
                    first.set_exception(failed)
                    return
                await asyncio.sleep(self._limits.respawn_ms[min(failures, len(self._limits.respawn_ms) - 1)] / 1000)
                failures += 1
                continue
            failures = 0
            self._workers.add(worker)
            try:
                self._offer(worker)
                if not first.done():
                    first.set_result(None)
                while await worker.next_done():
                    self._offer(worker)
            finally:
                self._workers.discard(worker)
                with suppress(ValueError):
                    self._idle.remove(worker)
                await worker.end()

    def _offer(self, worker: Worker) -> None:
        while self._waiting:
            _, _, turn = heapq.heappop(self._waiting)
            if not turn.done():
                turn.set_result(worker)
                return
        self._idle.append(worker)

    async def _borrow(self, urgent: bool) -> Worker:
        """The worker that has said least, or the next one free. Raises EngineFailed when none comes in time."""
        if self._idle:
            worker = min(self._idle, key=lambda one: one.said)
            self._idle.remove(worker)
            return worker
        turn: asyncio.Future[Worker] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (not urgent, next(self._order), turn))
        try:
            async with asyncio.timeout(self._limits.queue_s):
                return await turn
        except BaseException as failed:
            if turn.done() and not turn.cancelled() and not turn.exception():
                self._offer(turn.result())
            if isinstance(failed, TimeoutError):
                raise EngineFailed(f"no synthesiser was free for {self._limits.queue_s:.0f} s") from None
            raise
