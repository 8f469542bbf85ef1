"""Run the line: the web application under uvicorn."""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
from socket import socket

import uvicorn

from voice.app import create_app, open_telephone
from voice.errors import SetupError
from voice.review.first_person import FirstPerson
from voice.review.people import Staff
from voice.settings import Settings
from voice.switchboard import Switchboard, loaded_to_stay
from voice.web.call_socket import WS_MAX_SIZE

DRAIN_S = 60.0
SWITCH_S = 0.0005  # the event loop gives the interpreter away at every frame it sends; by default it is 5 ms away


class LineServer(uvicorn.Server):
    """Says where the line is once it can be called, and lets running calls end before it stops."""

    def __init__(self, config: uvicorn.Config, board: Switchboard, telephone: str, setup: str) -> None:
        """telephone: host:port where exchanges connect their calls; empty when nothing listens for them.

        setup: the secret that makes the first administrator; empty when there is somebody already.
        """
        super().__init__(config)
        self._board, self._telephone, self._setup = board, telephone, setup

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        gc.collect()
        loaded_to_stay()
        if self.started:
            where = f"http://{self.config.host}:{self.config.port}"
            telephone = f"  telephone an exchange connects its calls to {self._telephone}\n" if self._telephone else ""
            setup = (
                f"  first     nobody can read the archive yet; this link, good for an hour, makes its administrator:\n"
                f"            {where}/setup?key={self._setup}\n"
            )
            print(
                f"The line is ready at {where}\n"
                f"  call it   open {where} in a browser, or in another terminal: .venv/bin/voice call RECORDING\n"
                f"            (recorded callers are in audio_fixtures/)\n"
                f"{telephone}"
                f"  archive   {where}/archive\n"
                f"{setup if self._setup else ''}"
                "  stop      Ctrl+C: running calls are finished first; Ctrl+C again ends them",
                flush=True,
            )

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        await self._board.drain(DRAIN_S, hurry=lambda: self.force_exit)
        self._board.captions.close()  # readers of captions would hold the server open
        await super().shutdown(sockets)


async def _serve(settings: Settings) -> None:
    board = await Switchboard.open(settings)
    try:
        telephone = await open_telephone(settings, board)
    except SetupError:
        await board.close()
        raise
    first = FirstPerson(Staff(board.archive.engine))
    config = uvicorn.Config(
        create_app(settings, board, telephone, first),
        host=settings.host,
        port=settings.port,
        log_level="warning",
        ws="websockets-sansio",
        ws_max_size=WS_MAX_SIZE,
        ws_per_message_deflate=False,  # sound does not shrink, and the CPU is the recogniser's
        timeout_graceful_shutdown=5,
    )
    place = f"{settings.audiosocket_host}:{settings.audiosocket_port}" if telephone else ""
    await LineServer(config, board, place, first.secret).serve()


def serve(settings: Settings) -> int:
    """Serve until told to stop; returns the exit status. What is missing is said on stderr, with the remedy."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    sys.setswitchinterval(SWITCH_S)
    try:
        asyncio.run(_serve(settings))
    except SetupError as error:
        print(f"The line cannot start: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass
    return 0
