"""One worker process seen from the pool: start it, hand it a sentence, read what comes back, end it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from voice.errors import EngineFailed
from voice.settings import ROOT
from voice.tts import wire
from voice.tts.wire import Frame, Kind

START_LIMIT_S = 30.0


class Job:
    """One sentence under way. `inbox` gets its sound, then None, or the failure."""

    def __init__(self, request: int) -> None:
        self.request = request
        self.inbox: asyncio.Queue[bytes | EngineFailed | None] = asyncio.Queue()
        self.over = asyncio.Event()

    def end(self, how: EngineFailed | None = None) -> None:
        self.inbox.put_nowait(how)
        self.over.set()


class Worker:
    """A warm process with at most one job."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin and process.stdout
        self._process, self._stdin, self._stdout = process, process.stdin, process.stdout
        self.pid = process.pid
        self.job: Job | None = None
        self.said = 0  # sentences taken on so far; also the id of the latest
        self.version = ""
        self._gone = False

    @classmethod
    async def start(cls, command: Sequence[str]) -> Worker:
        """Spawn and wait until it is warm. Raises EngineFailed with the worker's own reason."""
        worker: Worker | None = None
        try:
            async with asyncio.timeout(START_LIMIT_S):
                worker = cls(
                    await asyncio.create_subprocess_exec(
                        *command,
                        stdin=asyncio.subprocess.PIPE,
                        stdout=asyncio.subprocess.PIPE,
                        cwd=ROOT,
                        start_new_session=True,  # Ctrl-C in the terminal is for the line, which then ends its workers
                    )
                )
                frame = await worker._read()
        except BaseException as failed:
            if worker:
                await worker.end()
            if isinstance(failed, TimeoutError | OSError | asyncio.IncompleteReadError | ValueError):
                raise EngineFailed(f"a synthesiser does not start: {failed or type(failed).__name__}") from failed
            raise
        if frame.kind is not Kind.READY:
            await worker.end()
            raise EngineFailed(frame.payload.decode())
        worker.version = frame.payload.decode()
        return worker

    async def _read(self) -> Frame:
        length, kind, request = wire.unpack_header(await self._stdout.readexactly(wire.HEADER.size))
        return Frame(kind, request, await self._stdout.readexactly(length))

    def begin(self, text: str, pace: float) -> Job:
        """Hand over one sentence; its sound comes through the job's inbox while `next_done` is awaited."""
        self.said += 1
        job = Job(self.said)
        if self._gone:
            job.end(EngineFailed("the synthesiser died before the sentence"))
            return job
        self.job = job
        self._send(wire.speak(job.request, text, pace))
        return job

    def cancel(self, job: Job) -> None:
        self._send(Frame(Kind.CANCEL, job.request).pack())

    def _send(self, frame: bytes) -> None:
        # A dead worker's pipe: its job fails when reading ends, which is where the pool looks.
        with suppress(BrokenPipeError, ConnectionResetError):
            self._stdin.write(frame)

    async def next_done(self) -> bool:
        """Pass sound to the job until it is over. False when the process has died; its job has then failed."""
        try:
            while True:
                frame = await self._read()
                job = self.job
                if not job or frame.request != job.request:
                    continue
                if frame.kind is Kind.AUDIO:
                    job.inbox.put_nowait(frame.payload)
                    continue
                self.job = None
                job.end(EngineFailed(frame.payload.decode()) if frame.kind is Kind.FAILED else None)
                return True
        except (asyncio.IncompleteReadError, ConnectionResetError, ValueError):
            if self.job:
                self.job.end(EngineFailed("the synthesiser died in the middle of a sentence"))
                self.job = None
            return False

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            self._process.kill()

    async def end(self) -> None:
        """Kill the process and see it gone; a job it had fails."""
        self._gone = True
        self.kill()
        self._stdin.close()
        await self._process.wait()
        if self.job:
            self.job.end(EngineFailed("the synthesiser was closed"))
            self.job = None
