"""A call from a browser: one WebSocket is one line. What is said over it stands in `browser_wire`."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from types import TracebackType
from typing import Literal, Protocol

import numpy as np

from voice.errors import CallerFault, LineBusy, VoiceError
from voice.line import Inbound, Pcm16, Sound
from voice.transports import browser_wire as wire

START_S = 10.0  # this long a browser may wait before its first message
STUCK_S = 5.0  # a message that cannot be sent for this long ends the call
FAREWELL_S = 1.0  # the close handshake never holds a call longer
HOLE_S = 1.0  # this long without the caller's sound, and silence is put in its place
FILL_MS = 200


class SocketGone(Exception):
    """The socket is closed; `code` is the one of RFC 6455."""

    def __init__(self, code: int) -> None:
        super().__init__(f"socket closed with {code}")
        self.code = code


class Socket(Protocol):
    """A WebSocket that is open. Every method but `close` raises SocketGone."""

    async def receive(self) -> str | bytes: ...

    async def send(self, message: str | bytes) -> None: ...

    async def close(self, code: int) -> None: ...


class Inbox:
    """What the caller did and nobody has read: sound of at most `limit_ms`, the oldest goes first and is counted.

    Keys and texts are never dropped; more than `limit_controls` of them waiting is a flood.
    """

    def __init__(self, rate_hz: int, *, limit_ms: int = 2_000, limit_controls: int = 64) -> None:
        self._rate_hz = rate_hz
        self._limit = rate_hz * limit_ms // 1000
        self._limit_controls = limit_controls
        self._items: deque[Inbound] = deque()
        self._samples = self._dropped = self._controls = 0
        self._ready = asyncio.Event()
        self._ended = False

    @property
    def dropped_ms(self) -> int:
        return self._dropped * 1000 // self._rate_hz

    def put(self, item: Inbound) -> None:
        """Take one thing the caller did; never waits. Raises CallerFault for a flood of keys or texts."""
        if self._ended:
            return
        if isinstance(item, Sound):
            self._samples += item.pcm.size
        elif self._controls == self._limit_controls:
            raise wire.fault("flood", f"more than {self._limit_controls} keys and texts at once")
        else:
            self._controls += 1
        self._items.append(item)
        while self._samples > self._limit:
            self._drop_oldest_sound()
        self._ready.set()

    def end(self) -> None:
        """Nothing more will come; what is here can still be read."""
        self._ended = True
        self._ready.set()

    async def get(self) -> Inbound | None:
        """The oldest thing, or None at the end."""
        while not self._items:
            if self._ended:
                return None
            self._ready.clear()
            await self._ready.wait()
        item = self._items.popleft()
        if isinstance(item, Sound):
            self._samples -= item.pcm.size
        else:
            self._controls -= 1
        return item

    def _drop_oldest_sound(self) -> None:
        at, oldest = next((at, item) for at, item in enumerate(self._items) if isinstance(item, Sound))
        excess = self._samples - self._limit
        if oldest.pcm.size > excess:
            self._items[at] = Sound(oldest.pcm[excess:])
        else:
            del self._items[at]
        gone = min(excess, oldest.pcm.size)
        self._samples -= gone
        self._dropped += gone


async def receive_start(socket: Socket, codec: wire.Codec, *, patience_s: float = START_S) -> wire.Start:
    """Wait for the browser's first message. Raises CallerFault, SocketGone."""
    try:
        async with asyncio.timeout(patience_s):
            first = codec.receive(await socket.receive())
    except TimeoutError:
        raise wire.fault("start_timeout", f"no start in {patience_s:g} s") from None
    if not isinstance(first, wire.Start):
        raise wire.fault("start_expected", "the first message is no start")
    return first


async def refuse(socket: Socket, code: str, texts: Mapping[str, str]) -> None:
    """Say why and close; a socket that cannot be written to is simply left."""
    try:
        async with asyncio.timeout(FAREWELL_S):
            await socket.send(wire.error_message(code, texts[code]))
            await socket.close(wire.CLOSE_CODES[code])
    except (TimeoutError, SocketGone):
        return


class BrowserLine:
    """voice.line.Line over a WebSocket; use it in `async with`, which reads the socket all the while.

    start: what the browser asked for. texts: what to show for each error code of browser_wire.CLOSE_CODES.
    A browser without a microphone sends no sound: silence takes its place, at the pace of real time, so that the
    clock of the call (the sound heard so far) goes on.
    """

    ahead_ms = 400

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
        self.hears_hz, self.plays_hz = start.rate_hz, start.play_hz
        self.heard_ms = 0  # what the browser says has sounded in all; 0 when it does not say
        self.fault: CallerFault | None = None
        self._socket, self._codec, self._texts = socket, codec, texts
        self._hello: str | None = wire.call_message(call_id, captions, start.play_hz)
        self._stuck_s, self._hole_s = stuck_s, hole_s
        self._inbox = Inbox(start.rate_hz)
        self._sending = asyncio.Lock()
        self._gone = False  # nothing more can be sent
        self._closed = False
        self._by: Literal["caller", "line"] = "line"
        self._reader: asyncio.Task[None] | None = None

    @property
    def dropped_ms(self) -> int:
        """The caller's sound that nobody read in time."""
        return self._inbox.dropped_ms

    async def __aenter__(self) -> BrowserLine:
        self._reader = asyncio.create_task(self._read(), name="browser line")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, LineBusy):
            await self._part(error)
        elif isinstance(error, Exception) and not isinstance(error, CallerFault):
            await self._part(VoiceError("the call failed"))
        await self.close()
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.wait([self._reader])

    async def inbound(self) -> AsyncIterator[Inbound]:
        await self._announce()
        loop = asyncio.get_running_loop()
        sound_due = loop.time() + self._hole_s
        while True:
            try:
                async with asyncio.timeout_at(sound_due):
                    item = await self._inbox.get()
            except TimeoutError:
                sound_due += FILL_MS / 1000
                yield Sound(np.zeros(self.hears_hz * FILL_MS // 1000, dtype=np.int16))
                continue
            if item is None:
                break
            if isinstance(item, Sound):
                sound_due = loop.time() + self._hole_s
            yield item
        if self.fault is not None:
            raise self.fault

    async def play(self, pcm: Pcm16) -> None:
        await self._announce()
        if pcm.size:
            await self._send(wire.sound_message(pcm))

    async def clear(self) -> None:
        await self._send(wire.clear_message())

    async def close(self, reason: str = "") -> None:
        await self._part(self.fault, reason)

    async def _announce(self) -> None:
        """Tell the browser its call is taken, not before the call really runs: a refused one has no captions."""
        if self._hello is not None:
            hello, self._hello = self._hello, None
            await self._send(hello)

    async def _send(self, message: str | bytes) -> None:
        if self._gone or self._closed:
            return
        try:
            async with asyncio.timeout(self._stuck_s), self._sending:
                await self._socket.send(message)
        except TimeoutError:
            self._end(wire.fault("not_reading", f"nothing could be sent for {self._stuck_s:g} s"))
            self._gone = True
        except SocketGone:
            self._end()
            self._gone = True

    async def _part(self, why: VoiceError | None, reason: str = "") -> None:
        if self._closed:
            return
        self._closed = True
        self._end()
        if self._gone:
            return
        if why is not None:
            await refuse(self._socket, why.code if why.code in wire.CLOSE_CODES else "internal", self._texts)
            return
        try:
            async with asyncio.timeout(FAREWELL_S), self._sending:
                await self._socket.send(wire.bye_message(self._by, reason))
                await self._socket.close(1000)
        except (TimeoutError, SocketGone):
            return

    async def _read(self) -> None:
        try:
            while self._take(self._codec.receive(await self._socket.receive())):
                continue
        except CallerFault as error:
            self._end(error)
        except SocketGone as gone:
            self._gone = True
            if gone.code == 1009:  # the server's own limit is above ours; this code is all we learn of it
                self._end(wire.fault("too_big", "a message over the server's limit"))
        finally:
            self._end()

    def _take(self, told: wire.Start | Inbound | wire.HangUp | wire.Heard) -> bool:
        match told:
            case wire.HangUp():
                self._by = "caller"
                return False
            case wire.Heard(ms):
                self.heard_ms = ms
            case wire.Start():
                raise wire.fault("second_start", "a second start on one socket")
            case _:
                self._inbox.put(told)
        return True

    def _end(self, error: CallerFault | None = None) -> None:
        self.fault = self.fault or error
        self._inbox.end()
