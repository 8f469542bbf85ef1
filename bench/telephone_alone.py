"""What carrying a call's sound costs a line's process, and how long it takes each way: no model, a real Asterisk.

The same recorded callers at telephones, by AudioSocket and by chan_websocket; then in the line's own process, by no
transport at all. What a call costs beyond the last is the transport's.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bare_line import speaks_and_pauses
from watched import Load, Watched

from tests.telephony.bed import Asterisk
from tests.telephony.caller import talk
from tests.telephony.far_end import begins_s
from tests.telephony.phone import phone
from voice.settings import ROOT

CALLS, SECONDS = 8, 40.0
SETTLED_S = 3.0  # the first moments of a call are no part of its usual cost
LATEST_S = 0.5  # what comes later belongs to something else
ENDED_S = 15.0


@dataclass(frozen=True)
class Alone:
    """`calls` at once for `seconds`. out_ms: a tone handed to the transport -> at the telephone; in_ms: the caller's
    first sound sent -> heard by the line; empty without a transport."""

    calls: int
    seconds: float
    load: Load
    idle_rss: int
    out_ms: Sequence[float] = ()
    in_ms: Sequence[float] = ()

    @property
    def cpu_s_a_minute(self) -> float:
        return self.load.process_s / self.calls / self.seconds * 60

    @property
    def call_bytes(self) -> float:
        return (max(self.load.rss) - self.idle_rss) / self.calls


def by_exchange(asterisk: Asterisk) -> Alone:
    """By the way that this Asterisk's calls travel now."""
    with bare_line("exchange", f"{asterisk.http_port}", f"{asterisk.audiosocket_port}") as line:
        idle = line.begin()
        sides, load = asyncio.run(_telephones(asterisk, line.watched))
        told = line.end()
    out_ms = [ms for number, (_, ear) in sides.items() for ms in delays_ms(told["said"][number], ear)]
    in_ms = [ms for number, (mouth, _) in sides.items() for ms in delays_ms(mouth, told["heard"][number])]
    return Alone(CALLS, SECONDS, load, idle, out_ms, in_ms)


def by_nothing() -> Alone:
    with bare_line("recorded", f"{CALLS}") as line:
        idle = line.begin()
        time.sleep(SETTLED_S)
        with line.watched.measured() as load:
            time.sleep(SECONDS)
        line.end()
    return Alone(CALLS, SECONDS, load, idle)


def delays_ms(sent_s: Sequence[float], came_s: Sequence[float]) -> Iterator[float]:
    """From each moment to the first that follows it, where one follows soon. Both ascend."""
    for at_s in sent_s:
        next_one = bisect_left(came_s, at_s)
        if next_one < len(came_s) and came_s[next_one] - at_s < LATEST_S:
            yield (came_s[next_one] - at_s) * 1000


async def _telephones(asterisk: Asterisk, watched: Watched) -> tuple[dict[str, tuple[list[float], list[float]]], Load]:
    """By number, when its caller began to speak and when he began to hear."""
    told: dict[str, tuple[list[float], list[float]]] = {}
    caller, connected = speaks_and_pauses(), asyncio.Semaphore(0)

    async def one(number: str) -> None:
        async with phone(asterisk.exchange, number=number) as telephone:
            await telephone.call(caller.line)
            connected.release()
            talking = asyncio.create_task(talk(telephone, caller))
            await over.wait()
            telephone.hang_up()
            spoken = await talking
        heard = begins_s((packet.at_s, packet.pcm) for packet in telephone.received)
        told[number] = list(begins_s(spoken.frames)), list(heard)

    over = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for n in range(CALLS):
            group.create_task(one(f"+7916000{n:04d}"))
        for _ in range(CALLS):
            await connected.acquire()
        await asyncio.sleep(SETTLED_S)
        with watched.measured() as load:
            await asyncio.sleep(SECONDS)
        over.set()
    return told, load


class BareLine:
    """bare_line.py as it runs."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process, self.watched = process, Watched(process.pid)

    def begin(self) -> int:
        """Return the bytes that it has before its first call."""
        assert self._process.stdin
        idle = self.watched.rss
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return idle

    def end(self) -> dict[str, Any]:
        told, _ = self._process.communicate(timeout=ENDED_S)
        return dict(json.loads(told))


@contextmanager
def bare_line(*how: str) -> Iterator[BareLine]:
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("bare_line.py")), *how],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        if process.stdout.readline().strip() != "ready":
            raise SystemExit("the line without models did not start")
        yield BareLine(process)
    finally:
        process.kill()
        process.wait()
