"""What every line over a WebSocket is, whatever is said over it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from typing import ClassVar, Self

from voice.errors import CallerFault
from voice.line import Inbound
from voice.transports.inbox import FILL_MS, Inbox
from voice.transports.socket_port import Socket, SocketPort


class SocketLine(ABC):
    """Reads its socket all the while it is entered; where the caller's sound is missing, silence takes its place."""

    name: ClassVar[str]  # of the task that reads
    fill_ms: ClassVar[int] = FILL_MS
    ahead_ms = 400

    def __init__(self, socket: Socket, *, hears_hz: int, plays_hz: int, stuck_s: float, hole_s: float) -> None:
        """stuck_s: a message that cannot be sent for this long ends the call. hole_s: this long without sound is a
        hole."""
        self.hears_hz, self.plays_hz = hears_hz, plays_hz
        self._stuck_s, self._hole_s = stuck_s, hole_s
        self._inbox = Inbox(hears_hz)
        self._port = SocketPort(socket, self._take, self._inbox, stuck_s=stuck_s, ended=self._over)

    @property
    def fault(self) -> CallerFault | None:
        return self._port.fault

    @property
    def dropped_ms(self) -> int:
        """The caller's sound that nobody read in time."""
        return self._inbox.dropped_ms

    async def __aenter__(self) -> Self:
        self._port.start(self.name)
        return self

    async def inbound(self) -> AsyncIterator[Inbound]:
        await self._answer()
        async for item in self._inbox.unbroken(hole_s=self._hole_s, fill_ms=self.fill_ms):
            yield item
        if self.fault is not None:
            raise self.fault

    @abstractmethod
    async def _answer(self) -> None:
        """Tell the far end, the first time only, that its call is taken: not before the call really runs."""

    @abstractmethod
    def _take(self, message: str | bytes) -> bool:
        """Act on one message; tells whether there can be more. Raises CallerFault, which becomes `fault`."""

    def _over(self) -> None:  # noqa: B027 - most have nothing to do then
        """Nothing more will be heard; perhaps called more than once."""
