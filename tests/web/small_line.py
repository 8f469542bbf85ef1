"""A line that is small and real: it speaks a tone, echoes the caller, publishes captions; no model in it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates

import voice.web
from voice.captions.labels import labels
from voice.captions.live import CallCaptions, CaptionHub
from voice.errors import LineBusy
from voice.events import (
    Asked,
    Choice,
    Final,
    HungUp,
    Interrupted,
    Key,
    Partial,
    SayDone,
    SayStarted,
    SpeechEnded,
    SpeechStarted,
    Typed,
    Typing,
    Understood,
)
from voice.line import CallRequest, Chose, Inbound, Line, Pressed, Sound, Writes, Wrote
from voice.web import answers, call_page, call_socket, caption_entry, caption_stream
from voice.web.headers import PageHeaders

WEB = Path(voice.web.__file__).parent
LINE = "88005553535"
ASKED = Asked(
    at_ms=0,
    asked=1,
    step="start",
    choices=(Choice(choice="1", label="Статус заявления", key="1"),),
    always=(Choice(choice="operator", label="Оператор", key="0"),),
    hint="Напишите своими словами",
)
GREETING = "Здравствуйте! Вы позвонили на линию государственных услуг. Чем помочь?"


class SmallLine:
    """Keys: 1 the caller says a phrase, 2 interrupts the greeting, 3 the line says goodbye and hangs up, 0 fails,
    9 a person comes on the line.
    """

    def __init__(self, *, echo: bool = False) -> None:
        self.hub = CaptionHub(labels())
        self.echo = echo
        self.busy = False
        self.heard: list[Inbound] = []
        self.lines: list[Line] = []
        self.beside: dict[str, Beside] = {}
        self.ended = 0

    async def answer(self, line: Line, request: CallRequest) -> None:
        if self.busy:
            raise LineBusy("full")
        captions = self.hub.open(request.key)
        self.lines.append(line)
        self.beside[request.key] = Beside(self, captions)
        at_ms = 0
        try:
            captions.publish(ASKED)
            captions.publish(SayStarted(at_ms=0, say=1, text=GREETING))
            await line.play(tone(line.plays_hz, 300))
            async for item in line.inbound():
                self.heard.append(item)
                match item:
                    case Sound(pcm):
                        at_ms += pcm.size * 1000 // line.hears_hz
                        if self.echo:
                            await line.play(pcm)
                    case Chose() | Wrote():
                        show(captions, item, at_ms)
                    case Writes(text):
                        captions.publish(Typing(at_ms=at_ms, text=text))
                    case Pressed("9"):
                        captions.publish(Asked(at_ms=at_ms, asked=2, step="person", live=True))
                    case Pressed("0"):
                        raise ZeroDivisionError
                    case Pressed("3"):
                        captions.publish(Key(at_ms=at_ms, digit="3"))
                        break
                    case Pressed("1"):
                        captions.publish(SayDone(at_ms=at_ms, say=1, heard_ms=4_900))
                        captions.publish(SpeechStarted(at_ms=at_ms, utterance=1))
                        captions.publish(Partial(at_ms=at_ms, utterance=1, stable="где моё", rest="заявление"))
                    case Pressed("4"):
                        captions.publish(SpeechEnded(at_ms=at_ms, utterance=1))
                        captions.publish(Final(at_ms=at_ms, utterance=1, text="где моё заявление на паспорт"))
                    case Pressed("2"):
                        captions.publish(Interrupted(at_ms=at_ms, say=1, heard_ms=1_000))
                        await line.clear()
                    case Pressed(digit):
                        captions.publish(Key(at_ms=at_ms, digit=digit))
            await line.close("over")
        finally:
            captions.publish(HungUp(at_ms=at_ms, by="line"))
            captions.close()
            self.ended += 1

    def app(self, fixtures: Path) -> FastAPI:
        app = FastAPI()
        templates = Jinja2Templates(WEB / "templates")
        app.add_middleware(PageHeaders)
        app.add_middleware(GZipMiddleware)  # as the real one does
        app.mount("/static", StaticFiles(directory=WEB / "static"))
        app.include_router(call_socket.router(self.answer, lines={LINE}, default_line=LINE))
        app.include_router(call_page.router(templates, lines={LINE: "Линия государственных услуг"}, fixtures=fixtures))
        app.include_router(caption_stream.router(self.hub, templates))
        app.include_router(caption_entry.router(self.hub, templates))
        app.include_router(answers.router(self.beside.get))
        return app


def show(captions: CallCaptions, item: Chose | Wrote, at_ms: int) -> None:
    if isinstance(item, Wrote):
        captions.publish(Typed(at_ms=at_ms, text=item.text))
        return
    label = next(one.label for one in (*ASKED.choices, *ASKED.always) if one.choice == item.choice)
    captions.publish(Understood(at_ms=at_ms, source="tapped", text=label, intent=item.choice))


class Beside:
    """A call as it is answered on another page."""

    def __init__(self, line: SmallLine, captions: CallCaptions) -> None:
        self._line, self._captions = line, captions

    def take(self, item: Inbound) -> None:
        self._line.heard.append(item)
        if isinstance(item, Chose | Wrote):
            show(self._captions, item, 0)

    def hang_up(self) -> None:
        raise AssertionError("nobody hangs up a small line from elsewhere")


def tone(rate_hz: int, ms: int, hz: int = 440) -> np.ndarray:
    at = np.arange(rate_hz * ms // 1000) / rate_hz
    return (8_000 * np.sin(2 * np.pi * hz * at)).astype(np.int16)
