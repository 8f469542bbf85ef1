"""The port of the exchange's calls, over real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest

from voice.errors import LineBusy, SetupError
from voice.events import AnyEvent, HungUp
from voice.line import CallRequest, Line, Sound
from voice.transports import audiosocket_server
from voice.transports import audiosocket_wire as wire
from voice.transports.audiosocket_server import AudioSocketServer
from voice.transports.pbx import Announced, Neighbours

LINE = "88005553535"


class Answering:
    """Says one frame, hears until the caller falls silent for good or ten frames came, then ends the call."""

    def __init__(self) -> None:
        self.requests: list[CallRequest] = []
        self.heard = 0
        self.busy = False

    async def __call__(
        self, line: Line, request: CallRequest, *, readers: tuple[Callable[[AnyEvent], None], ...]
    ) -> None:
        if self.busy:
            raise LineBusy("full")
        self.requests.append(request)
        await line.play(np.full(line.plays_hz // 50, 7, np.int16))
        async for item in line.inbound():
            self.heard += isinstance(item, Sound) and bool(item.pcm.any())
            if self.heard == 10:
                break
        for read in readers:
            read(HungUp(at_ms=200, by="line", reason="goodbye"))
        await line.close("goodbye")


class Server:
    def __init__(self) -> None:
        self.answer, self.announced = Answering(), Announced()
        self.port = 0

    def announce(self) -> UUID:
        call = uuid4()
        self.announced.announce(call, line=LINE, caller="+79161234567")
        return call

    async def connect(self, first: bytes) -> bytes:
        """Say `first` and ten frames, then listen to the end."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(first)
            for _ in range(10):
                writer.write(wire.sound_frame(np.ones(160, np.int16), 8_000))
            async with asyncio.timeout(5):
                return await reader.read()
        except ConnectionResetError:
            return b""
        finally:
            writer.close()


def serve(talk: Callable[[Server], Coroutine[Any, Any, None]], allowed: str = "127.0.0.1") -> Server:
    async def whole() -> Server:
        server = Server()
        port = AudioSocketServer(server.answer, server.announced, Neighbours(allowed))
        server.port = await port.listen("127.0.0.1", 0)
        try:
            await talk(server)
        finally:
            port.close()
        return server

    return asyncio.run(whole())


def named(call: UUID) -> bytes:
    return wire.frame(wire.ID, call.bytes)


def test_an_announced_call_is_answered_as_what_it_was_announced() -> None:
    async def talk(server: Server) -> None:
        call = server.announce()
        said = await server.connect(named(call))
        assert said.endswith(wire.END_FRAME)
        assert said[:3] == b"\x10\x01\x40"
        assert b"\x07\x00" * 40 in said  # after it has faded in
        ended = server.announced.ended(call)
        assert ended and ended.reason == "goodbye"

    (request,) = serve(talk).answer.requests
    assert (request.line, request.caller, request.transport) == (LINE, "+79161234567", "audiosocket")


def test_nobody_else_is_answered() -> None:
    async def talk(server: Server) -> None:
        assert await server.connect(named(uuid4())) in (wire.END_FRAME, b""), "nobody announced it"
        call = server.announce()
        await server.connect(named(call))
        assert len(server.answer.requests) == 1
        assert await server.connect(named(call)) in (wire.END_FRAME, b""), "a call comes once"
        assert await server.connect(b"GET / HTTP/1.1\r\n\r\n") == b""

    assert len(serve(talk).answer.requests) == 1


def test_an_address_that_is_not_listed_is_not_even_read() -> None:
    async def talk(server: Server) -> None:
        assert await server.connect(named(server.announce())) == b""
        assert len(server.announced) == 1

    assert serve(talk, allowed="10.0.0.0/8").answer.requests == []


def test_a_full_line_ends_the_call_so_that_the_dialplan_goes_on() -> None:
    async def talk(server: Server) -> None:
        server.answer.busy = True
        call = server.announce()
        assert (await server.connect(named(call))).endswith(wire.END_FRAME)
        assert server.announced.ended(call) is None

    serve(talk)


def test_a_connection_that_says_nothing_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audiosocket_server, "NAME_S", 0.05)

    async def talk(server: Server) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        async with asyncio.timeout(5):
            assert await reader.read() == b""
        writer.close()

    serve(talk)


def test_a_port_that_is_taken_is_told_with_the_remedy() -> None:
    async def talk(server: Server) -> None:
        second = AudioSocketServer(server.answer, server.announced, Neighbours("127.0.0.1"))
        with pytest.raises(SetupError, match="LINIYA_AUDIOSOCKET_PORT"):
            await second.listen("127.0.0.1", server.port)

    serve(talk)
