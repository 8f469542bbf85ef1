"""The port where Asterisk connects its calls by AudioSocket."""

from __future__ import annotations

import asyncio
import logging
import socket

from voice.errors import CallerFault, LineBusy, SetupError
from voice.transports.audiosocket import AudioSocketLine, Incoming
from voice.transports.audiosocket_wire import END_FRAME, Named
from voice.transports.pbx import Announced, Answer, Neighbours

NAME_S = 2.0  # a connection that does not say by then whose call it is, is none

log = logging.getLogger(__name__)


class AudioSocketServer:
    """Takes the calls that were announced; any other connection is closed, and Asterisk goes on in its dialplan."""

    def __init__(self, answer: Answer, announced: Announced, neighbours: Neighbours) -> None:
        self._answer, self._announced, self._neighbours = answer, announced, neighbours
        self._server: asyncio.Server | None = None

    async def listen(self, host: str, port: int) -> int:
        """Take calls from now on; return the port, which the system chooses for 0. Raises SetupError."""
        try:
            self._server = await asyncio.start_server(self._connected, host, port)
        except OSError as error:
            raise SetupError(
                f"no telephone calls can be taken at {host}:{port}: {error}. "
                "Set LINIYA_AUDIOSOCKET_HOST and LINIYA_AUDIOSOCKET_PORT."
            ) from None
        taken: int = self._server.sockets[0].getsockname()[1]
        return taken

    def close(self) -> None:
        """Take no more calls; those that run go on."""
        if self._server is not None:
            self._server.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._take(Incoming(reader), writer)
        except (CallerFault, LineBusy) as error:
            log.info("a telephone call is refused: %s (%s)", error, error.code)
        except Exception:
            log.exception("a telephone call failed")
        finally:
            writer.close()

    async def _take(self, incoming: Incoming, writer: asyncio.StreamWriter) -> None:
        address = writer.get_extra_info("peername")[0]
        if address not in self._neighbours:
            raise CallerFault(f"{address} is not in LINIYA_PBX_FROM")
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            async with asyncio.timeout(NAME_S):
                named = await incoming.next()
        except TimeoutError:
            named = None
        if not isinstance(named, Named):
            raise CallerFault("a connection that does not say whose call it is")
        if named.call not in self._announced:
            writer.write(END_FRAME)
            raise CallerFault("nobody announced this call, or too long ago")
        async with AudioSocketLine(incoming, writer, await incoming.rate_hz()) as line:
            await self._announced.serve(named.call, line, "audiosocket", self._answer)
