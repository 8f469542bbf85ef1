"""One WebSocket of a line: read all the while, written to with a limit, closed once. It knows no dialect."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from voice.errors import CallerFault
from voice.transports.faults import fault
from voice.transports.inbox import Inbox

STUCK_S = 5.0  # a message that cannot be sent for this long ends the call
FAREWELL_S = 1.0  # the close handshake never holds a call longer


class SocketGone(Exception):
    """The socket is closed; `code` is the one of RFC 6455."""

    def __init__(self, code: int) -> None:
        super().__init__(f"socket closed with {code}")
        self.code = code


class Socket(Protocol):
    """A WebSocket that is open. Every method raises SocketGone."""

    async def receive(self) -> str | bytes: ...

    async def send(self, message: str | bytes) -> None: ...

    async def close(self, code: int) -> None: ...


class SocketPort:
    """Between a socket and its line; `start` begins to read, `stop` ends it.

    take: gets every message, tells whether there can be more; raises CallerFault, which becomes `fault`.
    inbox: ended when nothing more can come; then `ended` is called too, perhaps more than once.
    """

    def __init__(
        self,
        socket: Socket,
        take: Callable[[str | bytes], bool],
        inbox: Inbox,
        *,
        stuck_s: float = STUCK_S,
        ended: Callable[[], None] = lambda: None,
    ) -> None:
        self.fault: CallerFault | None = None
        self.gone = False  # nothing more can be sent
        self.ended = False  # nothing more will be heard
        self._socket, self._take, self._inbox, self._stuck_s, self._on_end = socket, take, inbox, stuck_s, ended
        self._sending = asyncio.Lock()
        self._parted = False
        self._reader: asyncio.Task[None] | None = None

    def start(self, name: str) -> None:
        self._reader = asyncio.create_task(self._read(), name=name)

    async def stop(self) -> None:
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.wait([self._reader])

    async def send(self, *messages: str | bytes) -> None:
        """Send in this order with nothing between; to a socket that is gone or parted from, nothing."""
        if self.gone or self._parted:
            return
        try:
            async with asyncio.timeout(self._stuck_s), self._sending:
                for message in messages:
                    await self._socket.send(message)
        except TimeoutError:
            self.end(fault("not_reading", f"nothing could be sent for {self._stuck_s:g} s"))
            self.gone = True
        except SocketGone:
            self.end()
            self.gone = True

    async def part(self, code: int, *last: str) -> None:
        """Say the last words and close; the first time only. A socket that cannot be written to is simply left."""
        if self._parted:
            return
        self._parted = True
        self.end()
        if not self.gone:
            await say_and_close(self._socket, code, *last, sending=self._sending)

    def end(self, error: CallerFault | None = None) -> None:
        """Nothing more will be heard; the first error stays."""
        self.fault = self.fault or error
        self.ended = True
        self._inbox.end()
        self._on_end()

    async def _read(self) -> None:
        try:
            while self._take(await self._socket.receive()):
                continue
        except CallerFault as error:
            self.end(error)
        except SocketGone as gone:
            self.gone = True
            if gone.code == 1009:  # the server's own limit is above ours; this code is all we learn of it
                self.end(fault("too_big", "a message over the server's limit"))
        finally:
            self.end()


async def say_and_close(socket: Socket, code: int, *last: str, sending: asyncio.Lock | None = None) -> None:
    """Send the last messages and close, in FAREWELL_S or not at all."""
    try:
        async with asyncio.timeout(FAREWELL_S), sending or asyncio.Lock():
            for message in last:
                await socket.send(message)
            await socket.close(code)
    except (TimeoutError, SocketGone):
        return
