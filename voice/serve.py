"""Run the line: the web application under uvicorn."""

from __future__ import annotations

import asyncio
import logging
import sys

import uvicorn

from voice.app import create_app
from voice.errors import SetupError
from voice.settings import Settings
from voice.switchboard import Switchboard
from voice.web.call_socket import WS_MAX_SIZE


async def _serve(settings: Settings) -> None:
    board = await Switchboard.open(settings)
    config = uvicorn.Config(
        create_app(settings, board),
        host=settings.host,
        port=settings.port,
        log_level="warning",
        ws="websockets-sansio",
        ws_max_size=WS_MAX_SIZE,
        ws_per_message_deflate=False,  # sound does not shrink, and the CPU is the recogniser's
        timeout_graceful_shutdown=60,
    )
    server = _Told(config)
    await server.serve()


class _Told(uvicorn.Server):
    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        """Say where the line is and what to do next, once it can be called."""
        await super().startup(sockets)  # type: ignore[arg-type]
        if self.started:
            where = f"http://{self.config.host}:{self.config.port}"
            print(
                f"The line is ready at {where}\n"
                f"  call it        open {where} in a browser, or: .venv/bin/voice call audio_fixtures/<caller>.flac\n"
                f"  archive        {where}/archive\n"
                "  stop           Ctrl+C: running calls are finished first",
                flush=True,
            )


def serve(settings: Settings) -> int:
    """Serve until told to stop; returns the exit status. What is missing is said on stderr, with the remedy."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        asyncio.run(_serve(settings))
    except SetupError as error:
        print(f"The line cannot start: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass
    return 0
