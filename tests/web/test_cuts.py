"""A reader whose network is cut again and again: nothing is missing in the end, and nothing is there twice."""

from __future__ import annotations

import asyncio
import json
import random
from dataclasses import asdict, dataclass, field
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.templating import Jinja2Templates

from tests.web.small_line import WEB
from voice.captions.labels import labels
from voice.captions.live import CallCaptions, CaptionHub
from voice.events import (
    AnyEvent,
    Final,
    HungUp,
    Interrupted,
    Key,
    Partial,
    SayDone,
    SayStarted,
    SpeechEnded,
    SpeechStarted,
)
from voice.web.caption_stream import router

CUTS = 500  # of each of the two readers
WORDS = ["где", "моё", "заявление", "на", "паспорт", "когда", "придёт", "ответ", "скажите", "пожалуйста", "номер"]
STEP_S = 0.001


@dataclass
class Reader:
    """Keeps what a browser keeps: the last id, and the newest state of each segment. Its socket closes anywhere."""

    host: str
    port: int
    chance: random.Random
    last_id: str = ""
    shown: dict[str, dict[str, Any]] = field(default_factory=dict)
    finals: list[int] = field(default_factory=list)
    ended: bool = False
    cuts: int = 0

    async def read(self) -> None:
        while not self.ended:
            await self._connect(self.chance.randint(0, 4_000) if self.cuts < CUTS else None)
            self.cuts += not self.ended

    async def _connect(self, most_bytes: int | None) -> None:
        source, sink = await asyncio.open_connection(self.host, self.port)
        try:
            known = f"Last-Event-ID: {self.last_id}\r\n" if self.last_id else ""
            sink.write(f"GET /calls/key/captions HTTP/1.0\r\nHost: line\r\n{known}\r\n".encode())
            got = b""
            # A cut falls anywhere: into the headers, between two events, into the middle of a letter.
            while most_bytes is None or len(got) < most_bytes:
                piece = await self._piece(source, 512 if most_bytes is None else min(512, most_bytes - len(got)))
                if not piece:
                    break
                got += piece
        finally:
            sink.close()
        _, _, body = got.partition(b"\r\n\r\n")
        whole = body[: body.rfind(b"\n\n") + 2]
        for block in whole.decode().split("\n\n"):
            self._take(dict(row.split(": ", 1) for row in block.split("\n") if ": " in row))

    async def _piece(self, source: asyncio.StreamReader, most: int) -> bytes:
        """Empty when nothing came for a while: a network that is silent is cut, too."""
        try:
            async with asyncio.timeout(STEP_S * 6 if self.cuts < CUTS else 10):
                return await source.read(most)
        except TimeoutError:
            return b""

    def _take(self, event: dict[str, str]) -> None:
        self.last_id = event.get("id", self.last_id)
        if event.get("event") == "end":
            self.ended = True
        if event.get("event") != "cue":
            return
        cue = json.loads(event["data"])
        if cue["final"]:
            self.finals.append(cue["seq"])
        assert cue["rev"] > self.shown.get(cue["seg"], {"rev": -1})["rev"], "a state came twice, or after a newer one"
        self.shown[cue["seg"]] = cue


def talk(chance: random.Random, turns: int) -> list[AnyEvent]:
    events: list[AnyEvent] = []
    for turn in range(1, turns + 1):
        at_ms = turn * 1_000
        said = chance.choices(WORDS, k=chance.randint(1, 9))
        events += [SayStarted(at_ms=at_ms, say=turn, text=f"Вопрос {turn}. " + " ".join(chance.choices(WORDS, k=6)))]
        heard_ms = chance.randint(0, 3_000)
        cut = chance.random() < 0.3
        events += [(Interrupted if cut else SayDone)(at_ms=at_ms + 1, say=turn, heard_ms=heard_ms)]
        events += [SpeechStarted(at_ms=at_ms + 2, utterance=turn)]
        for upto in range(1, len(said) + 1):
            events += [Partial(at_ms=at_ms + 3, utterance=turn, stable=" ".join(said[: upto - 1]), rest=said[upto - 1])]
        events += [SpeechEnded(at_ms=at_ms + 4, utterance=turn)]
        events += [Final(at_ms=at_ms + 5, utterance=turn, text=" ".join(said) if chance.random() < 0.9 else "")]
        if chance.random() < 0.2:
            events += [Key(at_ms=at_ms + 6, digit=chance.choice("0123456789*#"))]
    return [*events, HungUp(at_ms=9_999_999, by="caller")]


async def publish(call: CallCaptions, events: list[AnyEvent], readers: list[Reader]) -> None:
    """As fast as the readers are cut: the last words come when each has been cut often enough."""
    for at, event in enumerate(events, 1):
        while min(reader.cuts for reader in readers) < CUTS * at // len(events):  # noqa: ASYNC110
            await asyncio.sleep(STEP_S)
        call.publish(event)
    call.close("secret")


@pytest.mark.parametrize("seed", [1])
def test_a_thousand_cuts_leave_the_same_text_on_both_ends(seed: int) -> None:
    asyncio.run(_cut(seed))


async def _cut(seed: int) -> None:
    hub = CaptionHub(labels())
    call = hub.open("key")
    app = FastAPI()
    app.include_router(router(hub, Jinja2Templates(WEB / "templates")))
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    config.load()
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110
        await asyncio.sleep(STEP_S)
    host, port = server.servers[0].sockets[0].getsockname()
    readers = [Reader(host, port, random.Random(seed * 10 + number)) for number in range(2)]
    try:
        async with asyncio.timeout(120), asyncio.TaskGroup() as group:
            group.create_task(publish(call, talk(random.Random(seed), 120), readers))
            for reader in readers:
                group.create_task(reader.read())
    finally:
        server.should_exit = True
        await serving
    whole = {cue.seg: asdict(cue) for cue in call.since(0)}
    finals = [cue.seq for cue in call.since(0) if cue.final]
    for reader in readers:
        assert reader.cuts >= CUTS
        assert reader.shown == whole, "equal text on both ends"
        assert reader.finals == finals, "every final once, in order"
