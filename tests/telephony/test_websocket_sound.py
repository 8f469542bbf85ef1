"""Sound through a real Asterisk's chan_websocket: what is taken back, waited for, and heard to its end."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

import numpy as np
import pytest

from tests.telephony.bed import TOKEN, Asterisk
from tests.telephony.caller import played
from tests.telephony.far_end import clicks, of_the_line
from tests.telephony.lines import Lines
from tests.telephony.phone import RATE_HZ, phone, silence
from tests.web.served import served
from tests.web.small_board import LINES, SmallBoard, app_of
from tests.web.small_line import LINE, tone
from voice.line import FRAME_MS, Line
from voice.transports.pbx import Neighbours
from voice.web import asterisk_socket, pbx_calls
from voice.web.call_socket import WS_MAX_SIZE
from voice.web.tokens import Token

CUTS_MS = (100, 450, 730, 1_010, 1_290)
LAST_MS = 640
QUEUED_S = 22  # more than Asterisk's queue of 20 s
FRAME_S = FRAME_MS / 1000
QUIET = 400  # of 32 768
APART_MS = 300
BUSY_MS = 120


@dataclass
class Speaker(SmallBoard):
    """Speaks a tone and takes it back, at several moments; then fills the queue; then says its last words."""

    told_ms: list[float] = field(default_factory=list)
    waited_s: float = 0.0

    def __post_init__(self) -> None:
        super().__init__()

    async def _talk(self, line: Line) -> str:
        async with asyncio.TaskGroup() as group:
            listening = group.create_task(self._listen(line))
            for cut_ms in CUTS_MS:
                await self._speak(line, cut_ms)
                await asyncio.sleep(0.6)
            began_s = time.monotonic()
            for _ in range(QUEUED_S * 10):
                await line.play(tone(line.plays_hz, 100))
                await asyncio.sleep(0.002)
            self.waited_s = time.monotonic() - began_s
            await line.clear()
            await asyncio.sleep(0.6)
            await line.play(tone(line.plays_hz, LAST_MS))
            listening.cancel()
        return "goodbye"

    async def _listen(self, line: Line) -> None:
        async for _ in line.inbound():
            pass

    async def _speak(self, line: Line, cut_ms: int) -> None:
        """At the mouth's pace, for so long; then take back what was not heard."""
        clock = asyncio.get_running_loop().time
        sound = tone(line.plays_hz, 4_000)
        frame = line.plays_hz * FRAME_MS // 1000
        began_s, sent = clock(), 0
        while clock() - began_s < cut_ms / 1000:
            if sent / line.plays_hz - (clock() - began_s) < line.ahead_ms / 1000:
                await line.play(sound[sent : sent + frame])
                sent += frame
            else:
                await asyncio.sleep(FRAME_S / 4)
        self.told_ms.append((sent - await line.clear()) * 1000 / line.plays_hz)


@pytest.mark.parametrize("path", ["websocket", "websocket16"])
def test_what_was_heard_is_told_and_the_last_words_are_heard_whole(
    asterisk: Asterisk, lines: Lines, ports: tuple[int, int], path: str
) -> None:
    lines.stop()
    board = Speaker()
    asterisk.cli(f"dialplan set global LINIYA_SOUND {path}")
    app = app_of(
        pbx_calls.router(board, lines=LINES, neighbours=Neighbours("127.0.0.0/8")),
        asterisk_socket.router(board, lines=LINES, token=Token(TOKEN)),
    )
    with served(app, ws_max_size=WS_MAX_SIZE, port=ports[0]):
        packets, ended_by = asyncio.run(listened(asterisk))
    sound = played(packets)
    heard = spans_ms(sound)
    *cut, queued, last = heard
    assert len(cut) == len(CUTS_MS), heard
    late_ms = np.subtract(cut, board.told_ms)  # a mark that waits to be read on a busy machine was not known yet
    assert abs(np.median(late_ms)) <= FRAME_MS + 5 and -FRAME_MS <= late_ms.min() <= late_ms.max() <= BUSY_MS, late_ms
    assert board.waited_s > 2 and queued == pytest.approx(board.waited_s * 1000, abs=400)
    assert last == pytest.approx(LAST_MS, abs=5)
    assert ended_by == "them"
    assert clicks(played(of_the_line(packets))) == []
    assert {request.transport for request in board.requests} == {"chan_websocket"}


async def listened(asterisk: Asterisk) -> tuple[list, str]:
    """Call, say nothing, and keep what is heard until the line hangs up."""
    async with asyncio.timeout(60), phone(asterisk.exchange, number="+79160000001") as telephone:
        await telephone.call(LINE)
        while not telephone.ended.is_set():
            telephone.say(silence())
            await asyncio.sleep(FRAME_S)
    return telephone.received, telephone.ended_by


def spans_ms(sound: np.ndarray) -> list[float]:
    """How long each stretch of sound is; less than APART_MS of silence does not end one."""
    loud = np.flatnonzero(np.abs(sound.astype(np.int32)) > QUIET)
    if not loud.size:
        return []
    ends = np.flatnonzero(np.diff(loud) > APART_MS * RATE_HZ // 1000)
    begins = [int(loud[0]), *(int(loud[at + 1]) for at in ends)]
    stops = [*(int(loud[at]) for at in ends), int(loud[-1])]
    return [(stop - begin + 1) * 1000 / RATE_HZ for begin, stop in zip(begins, stops, strict=True)]
