"""The far end of a socket, made of a queue and a list, and time that leaps."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable

from voice.transports.socket_port import SocketGone


class Jumping(asyncio.SelectorEventLoop):
    """Time jumps to the next timer when everybody waits."""

    now = 0.0

    def time(self) -> float:
        return self.now

    def _run_once(self) -> None:
        if not self._ready and self._scheduled:  # type: ignore[attr-defined]
            self.now = max(self.now, self._scheduled[0]._when)  # type: ignore[attr-defined]
        super()._run_once()  # type: ignore[misc]


def run(work: Awaitable[None]) -> None:
    async def whole() -> None:
        await work

    with asyncio.Runner(loop_factory=Jumping) as runner:
        runner.run(whole())


class Wire:
    """The far end of a socket."""

    def __init__(self) -> None:
        self.to_line: asyncio.Queue[str | bytes | int] = asyncio.Queue()
        self.sent: list[dict[str, object] | bytes] = []
        self.code: int | None = None
        self.stuck = False

    async def receive(self) -> str | bytes:
        message = await self.to_line.get()
        if isinstance(message, int):
            raise SocketGone(message)
        return message

    async def send(self, message: str | bytes) -> None:
        if self.stuck:
            await asyncio.Event().wait()
        if self.code is not None:
            raise SocketGone(1006)
        self.sent.append(json.loads(message) if isinstance(message, str) else message)

    async def close(self, code: int) -> None:
        self.code = code

    def tell(self, *messages: dict[str, object] | bytes | int) -> None:
        for message in messages:
            self.to_line.put_nowait(json.dumps(message) if isinstance(message, dict) else message)
