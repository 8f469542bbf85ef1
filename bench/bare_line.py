"""A line without models: in each call it says a tone again and again, and hears what comes. A process of its own.

    python bench/bare_line.py exchange HTTP_PORT AUDIOSOCKET_PORT    calls come from an Asterisk, by either way
    python bench/bare_line.py recorded CALLS                         so many callers play their recording here

It prints `ready`; a line of input begins the recorded calls, and at the end of its input it prints one JSON
object: by caller, when each tone was handed to the transport and when the caller was heard to begin, in seconds of the
machine's monotonic clock.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from math import inf
from socket import socket

import numpy as np
import uvicorn
from fastapi import FastAPI

from tests.telephony.bed import TOKEN
from tests.telephony.caller import at_a_telephone, loud
from tests.telephony.evening import FIXTURES
from tests.telephony.far_end import SECOND_S
from tests.web.small_line import LINE, tone
from voice.events import AnyEvent, HungUp
from voice.line import FRAME_MS, CallRequest, Line, Pcm16, Sound
from voice.transports.audiosocket_server import AudioSocketServer
from voice.transports.pbx import Announced, Neighbours
from voice.transports.recorded import CallerTurn, RecordedCaller, RecordedLine
from voice.web import asterisk_socket, pbx_calls
from voice.web.call_socket import WS_MAX_SIZE
from voice.web.tokens import Token

NEAR = "127.0.0.0/8"
TONE_MS, EVERY_MS = 1_200, 2_400  # the line speaks for half of the time
RATE_HZ = 8_000
LONGEST_S = 600


def speaks_and_pauses() -> RecordedCaller:
    """Says one sentence again and again, with 1.5 s of silence between, and does not hang up."""
    caller = at_a_telephone(FIXTURES / "documents_replace.flac")
    first = next(turn for turn in caller.turns if turn.to_ms)
    again = CallerTurn("at_once", 1_500, first.from_ms, first.to_ms)
    turns = tuple([again] * (LONGEST_S * 1_000 // (first.to_ms - first.from_ms)))
    return RecordedCaller(caller.sound, caller.rate_hz, LINE, turns, np.zeros(0, np.int16))


class BareBoard:
    """voice.switchboard.Switchboard as far as transports know it."""

    takes_calls = True

    def __init__(self) -> None:
        self.announced = Announced()
        self.said: dict[str, list[float]] = defaultdict(list)
        self.heard: dict[str, list[float]] = defaultdict(list)

    async def answer(
        self, line: Line, request: CallRequest, *, readers: tuple[Callable[[AnyEvent], None], ...] = ()
    ) -> None:
        saying = asyncio.create_task(self._say(line, self.said[request.caller]))
        last_s = -inf
        try:
            async for item in line.inbound():
                if isinstance(item, Sound) and loud(item.pcm):
                    now_s = time.monotonic()
                    if now_s - last_s > SECOND_S:
                        self.heard[request.caller].append(now_s)
                    last_s = now_s
        finally:
            saying.cancel()
            for read in readers:
                read(HungUp(at_ms=0, by="caller"))

    async def _say(self, line: Line, said: list[float]) -> None:
        """At the mouth's pace: at most `ahead_ms` before it sounds."""
        frame = line.plays_hz * FRAME_MS // 1000
        frames: list[Pcm16] = np.split(tone(line.plays_hz, TONE_MS), TONE_MS // FRAME_MS)
        assert all(len(one) == frame for one in frames)
        due_s = time.monotonic()
        while True:
            said.append(time.monotonic())
            for at, one in enumerate(frames):
                await line.play(one)
                await _until(due_s + at * FRAME_MS / 1000 - line.ahead_ms / 1000)
            due_s += EVERY_MS / 1000
            await _until(due_s)


async def _until(due_s: float) -> None:
    await asyncio.sleep(max(0.0, due_s - time.monotonic()))


class Served(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listens = asyncio.Event()

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        self.listens.set()


async def serve(board: BareBoard, http_port: int, audiosocket_port: int) -> None:
    """As voice/serve.py does."""
    app, near = FastAPI(), Neighbours(NEAR)
    app.include_router(pbx_calls.router(board, lines={LINE}, neighbours=near))
    app.include_router(asterisk_socket.router(board, lines={LINE}, token=Token(TOKEN)))
    await AudioSocketServer(board.answer, board.announced, near).listen("127.0.0.1", audiosocket_port)
    config = uvicorn.Config(
        app,
        port=http_port,
        log_level="warning",
        lifespan="off",
        timeout_graceful_shutdown=1,
        ws="websockets-sansio",
        ws_max_size=WS_MAX_SIZE,
        ws_per_message_deflate=False,
    )
    server = Served(config)
    serving = asyncio.create_task(server.serve())
    await server.listens.wait()
    await told_to_begin()
    await told_to_end()
    server.should_exit = True
    await serving


async def play(board: BareBoard, calls: int) -> None:
    caller = speaks_and_pauses()

    async def one(n: int) -> None:
        request = CallRequest(line=LINE, caller=f"{n}", transport="recorded", call_id=f"{n}")
        await board.answer(RecordedLine(caller, plays_hz=RATE_HZ), request)

    async with asyncio.TaskGroup() as group:
        await told_to_begin()
        running = [group.create_task(one(n)) for n in range(calls)]
        await told_to_end()
        for task in running:
            task.cancel()


async def told_to_begin() -> None:
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)


async def told_to_end() -> None:
    await asyncio.to_thread(sys.stdin.read)


def main() -> None:
    board = BareBoard()
    match sys.argv[1:]:
        case ["exchange", http_port, audiosocket_port]:
            asyncio.run(serve(board, int(http_port), int(audiosocket_port)))
        case ["recorded", calls]:
            asyncio.run(play(board, int(calls)))
        case _:
            raise SystemExit(__doc__)
    print(json.dumps({"said": board.said, "heard": board.heard}))


if __name__ == "__main__":
    main()
