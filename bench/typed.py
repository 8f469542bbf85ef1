"""From an answer without speech to the state it leads to: chats on a real server, tapped and typed.

Each writer goes round the same way: a tap, a number, a tap, as fast as the line answers. Measured from the moment an
answer is sent to the moment its reader has the new buttons, both over the network: what a caller waits for. The writers
share a process of their own with nothing else in it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from line import served
from report import Figure, Table, machine, ratio, save, spread

from voice.settings import ROOT

LINE = "88005553535"
# Typed text, or what stands on a button; and the step that it leads to.
ROUND = (
    ("tapped", "Статус заявления", "status.number"),
    ("typed", "123-456 78 90", "main.more"),
    ("tapped", "Да, есть вопрос", "main.menu"),
    ("typed", "какие документы нужны для загранпаспорта", "main.more"),
    ("tapped", "Да, есть вопрос", "main.menu"),
)
PATIENCE_S = 20.0  # an answer that has led nowhere by then is counted, and its writer stops


@dataclass
class Writer:
    client: httpx.AsyncClient
    waits_ms: dict[str, list[float]] = field(default_factory=dict)
    unanswered: int = 0

    async def write(self, seconds: float) -> None:
        begun = await self.client.post("/chat", data={"line": LINE})
        call = begun.headers["location"].replace("/chat/", "/calls/")
        try:
            await self._talk(call, seconds)
        except (TimeoutError, httpx.TimeoutException):
            self.unanswered += 1
        finally:
            await self.client.post(f"{call}/answers", json={"type": "hangup"})

    async def _talk(self, call: str, seconds: float) -> None:
        async with self.client.stream("GET", f"{call}/captions", timeout=PATIENCE_S) as stream:
            asked = options(stream)
            now = await anext(asked)
            until_s = time.perf_counter() + seconds
            while time.perf_counter() < until_s:
                for how, what, step in ROUND:
                    shown = {one["label"]: one["choice"] for one in now["choices"]}
                    told = (
                        {"type": "choose", "asked": now["asked"], "choice": shown[what]}
                        if how == "tapped"
                        else {"type": "text", "text": what}
                    )
                    sent_s = time.perf_counter()
                    (await self.client.post(f"{call}/answers", json=told)).raise_for_status()
                    async with asyncio.timeout(PATIENCE_S):
                        while now["step"] != step or (not now["choices"] and step != "status.number"):
                            now = await anext(asked)
                    self.waits_ms.setdefault(how, []).append((time.perf_counter() - sent_s) * 1000)
                    await asyncio.sleep(0.3)  # a flood would be held back, and nobody is quicker


async def options(stream: httpx.Response) -> AsyncIterator[dict[str, Any]]:
    event = ""
    async for line in stream.aiter_lines():
        name, _, value = line.partition(": ")
        if name == "event":
            event = value
        elif name == "data" and event == "options":
            yield json.loads(value)


async def measure(base: str, writers: int, seconds: float) -> tuple[dict[str, list[float]], int]:
    """ms of every wait, by how it was answered; and how many writers were left without an answer."""
    limits = httpx.Limits(max_connections=2 * writers + 4)
    async with httpx.AsyncClient(base_url=base, limits=limits, timeout=PATIENCE_S) as client:
        all_of_them = [Writer(client) for _ in range(writers)]
        await asyncio.gather(*(writer.write(seconds) for writer in all_of_them))
    waits: dict[str, list[float]] = {}
    for writer in all_of_them:
        for how, ms in writer.waits_ms.items():
            waits.setdefault(how, []).extend(ms)
    return waits, sum(writer.unanswered for writer in all_of_them)


def main() -> None:
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--writers", type=int, action="append", help="so many at once (1 and 20)")
    told.add_argument("--seconds", type=float, default=15.0, help="for each number of writers")
    args = told.parse_args()
    table = Table(f"answer without speech -> state, {machine()}", ["", "n", "p50 ms", "p90 ms", "p99 ms"])
    figures: dict[str, Figure] = {}
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        served(Path(folder), ROOT / "prompts", most=4) as server,
    ):
        for writers in args.writers or (1, 20):
            waited, unanswered = asyncio.run(measure(f"http://127.0.0.1:{server.port}", writers, args.seconds))
            for how, waits in waited.items():
                name = f"{how}, {writers} at once"
                figures[name] = spread(waits, "ms")
                table.add(name, *(figures[name][column] for column in ("n", "p50", "p90", "p99")))
            figures[f"unanswered, {writers} at once"] = ratio(unanswered, "writers", writers)
            table.add(f"left without an answer, {writers} at once", unanswered, "", "", "")
    table.print()
    save("typed", figures)


if __name__ == "__main__":
    main()
