"""A switchboard that is small and real: its calls greet, echo the caller and end by a key; no model in it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from fastapi import FastAPI

from tests.web.small_line import LINE, tone
from voice.errors import LineBusy
from voice.events import AnyEvent, HungUp
from voice.line import Back, CallRequest, HandsOver, Line, Pressed, Sound
from voice.transports.pbx import Announced

LINES = {LINE, "88005553536"}


class SmallBoard:
    """Keys: 2 takes back what was said, 3 the line says goodbye and hangs up, 4 promises a person, 0 fails.

    5 hands the caller over; who comes back is greeted again.
    """

    def __init__(self) -> None:
        self.announced = Announced()
        self.full = False
        self.requests: list[CallRequest] = []
        self.lines: list[Line] = []
        self.heard: list[Sound | Pressed] = []
        self.ended = 0

    @property
    def takes_calls(self) -> bool:
        return not self.full

    async def answer(
        self, line: Line, request: CallRequest, *, readers: tuple[Callable[[AnyEvent], None], ...] = ()
    ) -> None:
        if self.full:
            raise LineBusy("full")
        self.requests.append(request)
        self.lines.append(line)
        ended = HungUp(at_ms=0, by="caller")
        try:
            ended = HungUp(at_ms=0, by="line", reason=await self._talk(line))
        except GoneAway:
            pass
        finally:
            for read in readers:
                read(ended)
            await line.close(ended.reason)
            self.ended += 1

    async def _talk(self, line: Line) -> str:
        await line.play(tone(line.plays_hz, 300))
        async for item in line.inbound():
            match item:
                case Pressed("0"):
                    raise ZeroDivisionError
                case Pressed("2"):
                    await line.clear()
                case Pressed("3"):
                    return "goodbye"
                case Pressed("4"):
                    return "transfer:operator"
                case Pressed("5"):
                    assert isinstance(line, HandsOver)
                    await line.hand_over("operator")
                case Back():
                    await line.play(tone(line.plays_hz, 300))
                case Sound(pcm) if pcm.any():
                    self.heard.append(item)
                    await line.play(pcm)
                case Pressed():
                    self.heard.append(item)
                case _:
                    await asyncio.sleep(0)
        raise GoneAway


class GoneAway(Exception):
    """The caller has hung up."""


def app_of(*routers: object) -> FastAPI:
    app = FastAPI()
    for router in routers:
        app.include_router(router)  # type: ignore[arg-type]
    return app
