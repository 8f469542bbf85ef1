"""The web application: pages, sockets and the switchboard behind them; started, drained and stopped as one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates

from voice import __version__
from voice.captions.labels import labels
from voice.settings import Settings
from voice.switchboard import Switchboard
from voice.web import (
    answers,
    archive_pages,
    call_page,
    call_socket,
    caption_entry,
    caption_stream,
    chat_page,
    health,
    take_away,
)
from voice.web.headers import PageHeaders

DRAIN_S = 60.0
WEB = Path(__file__).parent / "web"


def create_app(settings: Settings, board: Switchboard | None = None) -> FastAPI:
    """The application; it opens the switchboard when it starts, unless it is handed an open one.

    It closes the switchboard when it ends. Starting raises SetupError, whose text says what to do.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        opened = board or await Switchboard.open(settings)
        lines = _titles(opened)
        _furnish(app, opened, settings, lines)
        beside = [
            asyncio.create_task(_prepare(opened)),
            asyncio.create_task(opened.follow_flows(lambda: lines.update(_titles(opened)))),
        ]
        yield
        await opened.drain(DRAIN_S)
        for task in beside:
            task.cancel()
        await asyncio.wait(beside)
        await opened.close()

    app = FastAPI(title="Liniya", version=__version__, lifespan=lifespan, docs_url=None, redoc_url=None)
    app.add_middleware(PageHeaders)
    app.add_middleware(GZipMiddleware)  # pages are read over poor networks; streams and sound are left as they are
    return app


async def _prepare(board: Switchboard) -> None:
    await board.learn_languages()
    await board.prerender()


def _titles(board: Switchboard) -> dict[str, str]:
    return {line.number: line.title for line in board.script.lines.values()}


def _furnish(app: FastAPI, board: Switchboard, settings: Settings, lines: dict[str, str]) -> None:
    """`lines` may change while the application runs."""
    templates = Jinja2Templates(WEB / "templates")
    words = labels(settings.language)
    captions_address = settings.captions_address if settings.public_host else ""
    for router in (
        health.router(board),
        call_socket.router(board.answer, lines=lines, default_line=next(iter(lines))),
        call_page.router(templates, lines=lines, fixtures=settings.fixtures),
        caption_stream.router(board.captions, templates, address=captions_address),
        caption_entry.router(board.captions, templates),
        answers.router(board.call),
        chat_page.router(board.begin_chat, board.captions, templates, lines=lines),
        archive_pages.router(board.archive, templates, words),
        take_away.router(board.archive, templates, words, titles=lines),
    ):
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=WEB / "static"), name="static")
