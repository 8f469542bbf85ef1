"""Conversations in writing with the real flows, shell and pages; no recogniser and no voice are needed."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from uuid import uuid4

from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates

from tests.fakes.engines import ListRecorder, ScriptedRecogniser, SilentVoice
from tests.web.small_line import WEB
from voice.call.run import Call, Engines
from voice.call.workers import Workers
from voice.captions.labels import labels
from voice.captions.live import CaptionHub
from voice.desk.backoffice import EmbeddedOffice
from voice.dialog.machine import Dialog
from voice.dialog.script import Script
from voice.errors import LineBusy
from voice.events import CallStarted
from voice.line import CallRequest
from voice.transports.chat import ChatLine
from voice.web import answers, caption_entry, caption_stream, chat_page
from voice.web.headers import PageHeaders


def no_detector() -> None:
    raise AssertionError("nobody is heard in writing")


class ChatHouse:
    """What the switchboard does for chats."""

    def __init__(self, script: Script, data: Path) -> None:
        self.script, self.hub, self.full = script, CaptionHub(labels()), False
        self.recorders: list[ListRecorder] = []
        self.keys: list[str] = []
        self._office = EmbeddedOffice(data / "office.db")
        self._calls: dict[str, Call] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._workers, self._writers = Workers(2), ThreadPoolExecutor(1)

    def begin(self, number: str, host: str = "") -> CallRequest:
        if self.full:
            raise LineBusy("full")
        request = CallRequest(line=number, caller="", transport="chat", call_id=uuid4().hex)
        task = asyncio.create_task(self._run(request))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        captions = self.hub.open(request.key)
        self.recorders.append(ListRecorder())
        self.keys.append(request.key)
        self._calls[request.key] = Call(
            line=ChatLine(),
            dialog=Dialog(self.script, self.script.lines[number], today=date.today()),
            engines=Engines(
                ScriptedRecogniser([]), SilentVoice(), self._office, no_detector, self._workers, self._writers
            ),
            recorder=self.recorders[-1],
            started=CallStarted(at_ms=0, line=number, caller="", transport="chat", written=True),
            readers=(captions.publish,),
            call_id=request.call_id,
        )
        return request

    async def _run(self, request: CallRequest) -> None:
        try:
            await self._calls[request.key].run()
        finally:
            del self._calls[request.key]
            captions = self.hub.get(request.key)
            assert captions
            captions.close()

    def app(self) -> FastAPI:
        app = FastAPI()
        templates = Jinja2Templates(WEB / "templates")
        app.add_middleware(PageHeaders)
        app.add_middleware(GZipMiddleware)
        app.mount("/static", StaticFiles(directory=WEB / "static"))
        lines = {line.number: line.title for line in self.script.lines.values()}
        app.include_router(caption_stream.router(self.hub, templates))
        app.include_router(caption_entry.router(self.hub, templates))
        app.include_router(answers.router(self._calls.get))
        app.include_router(chat_page.router(self.begin, self.hub, templates, lines=lines))
        return app
