"""A call from a browser: one WebSocket is one line. What is said over it stands in `browser_wire`."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import TracebackType
from typing import Literal

from voice.errors import CallerFault, LineBusy, VoiceError
from voice.line import Pcm16
from voice.transports import browser_wire as wire
from voice.transports.faults import fault
from voice.transports.socket_line import SocketLine
from voice.transports.socket_port import STUCK_S, Socket, say_and_close

START_S = 10.0  # this long a browser may wait before its first message
HOLE_S = 1.0  # this long without the caller's sound, and silence is put in its place


async def receive_start(socket: Socket, codec: wire.Codec, *, patience_s: float = START_S) -> wire.Start:
    """Wait for the browser's first message. Raises CallerFault, SocketGone."""
    try:
        async with asyncio.timeout(patience_s):
            first = codec.receive(await socket.receive())
    except TimeoutError:
        raise fault("start_timeout", f"no start in {patience_s:g} s") from None
    if not isinstance(first, wire.Start):
        raise fault("start_expected", "the first message is no start")
    return first


async def refuse(socket: Socket, code: str, texts: Mapping[str, str]) -> None:
    """Say why and close; a socket that cannot be written to is simply left."""
    await say_and_close(socket, wire.CLOSE_CODES[code], wire.error_message(code, texts[code]))


class BrowserLine(SocketLine):
    """voice.line.Line over a WebSocket; use it in `async with`, which reads the socket all the while.

    start: what the browser asked for. texts: what to show for each error code of browser_wire.CLOSE_CODES.
    A browser without a microphone sends no sound: silence takes its place.
    """

    name = "browser line"

    def __init__(
        self,
        socket: Socket,
        codec: wire.Codec,
        start: wire.Start,
        *,
        call_id: str,
        captions: str,
        texts: Mapping[str, str],
        stuck_s: float = STUCK_S,
        hole_s: float = HOLE_S,
    ) -> None:
        super().__init__(socket, hears_hz=start.rate_hz, plays_hz=start.play_hz, stuck_s=stuck_s, hole_s=hole_s)
        self.heard_ms = 0  # what the browser says has sounded in all; 0 when it does not say
        self._codec, self._texts = codec, texts
        self._hello: str | None = wire.call_message(call_id, captions, start.play_hz)
        self._by: Literal["caller", "line"] = "line"

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, LineBusy):
            await self._part(error)
        elif isinstance(error, Exception) and not isinstance(error, CallerFault):
            await self._part(VoiceError("the call failed"))
        await self.close()
        await self._port.stop()

    async def play(self, pcm: Pcm16) -> None:
        await self._answer()
        if pcm.size:
            await self._port.send(wire.sound_message(pcm))

    async def clear(self) -> None:
        await self._port.send(wire.clear_message())

    async def close(self, reason: str = "") -> None:
        await self._part(self.fault, reason)

    async def _answer(self) -> None:
        if self._hello is not None:
            hello, self._hello = self._hello, None
            await self._port.send(hello)

    async def _part(self, why: VoiceError | None, reason: str = "") -> None:
        if why is None:
            await self._port.part(1000, wire.bye_message(self._by, reason))
            return
        code = why.code if why.code in wire.CLOSE_CODES else "internal"
        await self._port.part(wire.CLOSE_CODES[code], wire.error_message(code, self._texts[code]))

    def _take(self, message: str | bytes) -> bool:
        match self._codec.receive(message):
            case wire.HangUp():
                self._by = "caller"
                return False
            case wire.Heard(ms):
                self.heard_ms = ms
            case wire.Start():
                raise fault("second_start", "a second start on one socket")
            case told:
                self._inbox.put(told)
        return True
