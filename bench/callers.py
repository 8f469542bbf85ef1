"""Many callers at once over the real WebSocket, in real time: a process of its own, which also says how late it was.

Started by line.py: `python bench/callers.py PLAN`, a JSON file; prints one JSON object. Every 20 ms of every caller has
an absolute deadline from the call's first frame on, so that one late frame makes no other late. A caller answers what
the line's captions say, and speaks a third of the time: he waits and thinks when he has spoken more, and interrupts
when less.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import psutil
from shown import ShownWord, seen, shown_words
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

TURN_S = 12.0  # about what a question and its answer take
FRAME_S = 0.02
SHARE = 1 / 3  # of the time that a caller speaks
ANSWERED_S = 4.0  # a reply that comes later is none: the line has asked again by itself
NOTICE_S = 6.0  # the first saying of a call
OVER_S = (0.8, 1.6)  # how long the line has been speaking when it is interrupted
clock = time.perf_counter


@dataclass(frozen=True)
class Phrase:
    """One phrase of a recorded caller. `onset_s`, `end_s`: of its sound."""

    kind: str
    frames: tuple[bytes, ...]
    onset_s: float
    end_s: float
    words: tuple[ShownWord, ...]


@dataclass
class Figures:
    """Milliseconds, by figure; counts under `counts`."""

    times: dict[str, list[float]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    calls: dict[str, float] = field(default_factory=dict)  # call id -> ms of sound sent

    def add(self, name: str, ms: float) -> None:
        self.times.setdefault(name, []).append(ms)


class Caller:
    def __init__(self, plan: dict[str, Any], talk: list[tuple[str, list[str], list[Phrase]]], figures: Figures) -> None:
        self._plan, self._talk, self._figures = plan, talk, figures
        self._sounds_until = 0.0  # when the line's sound that has come will have sounded
        self._speaks_since = 0.0
        self._asked = ""
        self._question = asyncio.Event()
        self._spoken_s = 0.0
        self._open_kind = random.randrange(100)
        self._phrase: Phrase | None = None
        self._began_s = self._ended_s = 0.0  # when the running phrase's first and last sound were sent
        self._awaits_clear = self._awaits_reply = False
        self._missing: dict[str, dict[int, ShownWord]] = {}  # shown at all, steady: words not published yet
        self._say_cue_s = 0.0  # when the caption of a reply came whose sound has not
        self._captioned = True  # has the sound that began last its caption?
        self._reads = False  # the call's first words sound while its reader still connects: they do not count
        self._over = False

    async def call(self, until_s: float) -> None:
        """One call, to its end or to `until_s`."""
        async with connect(self._plan["socket"], compression=None, max_queue=None, proxy=None) as socket:
            await socket.send(json.dumps({"type": "start", "rate_hz": 8000, "play_hz": 8000}))
            hello = json.loads(await socket.recv())
            if hello["type"] != "call":
                self._figures.counts[f"refused: {hello.get('code')}"] += 1
                return
            async with asyncio.TaskGroup() as group:
                others = [
                    group.create_task(self._listen(socket)),
                    group.create_task(self._read_captions(hello["captions"])),
                ]
                self._figures.calls[hello["id"]] = await self._speak(socket, until_s)
                for task in others:
                    task.cancel()

    async def _speak(self, socket: ClientConnection, until_s: float) -> float:
        """Send the caller's sound until the call or the time is over; return how many ms of it."""
        room, frames_sent, waiting = bytes(320), 0, list[bytes]()
        began_s = think_until_s = clock()
        try:
            while not self._over:
                due_s = began_s + frames_sent * FRAME_S
                if (early_s := due_s - clock()) > 0:
                    await asyncio.sleep(early_s)
                now_s = clock()
                self._figures.add("pacing", (now_s - due_s) * 1000)
                if now_s > until_s and not waiting and not self._awaits_reply:
                    await socket.send(json.dumps({"type": "hangup"}))
                    break
                if not waiting and self._may_speak(now_s, began_s, think_until_s):
                    waiting = list(self._begin(now_s))
                    think_until_s = 0.0
                if waiting:
                    frame = waiting.pop(0)
                    if not waiting:
                        think_until_s = clock() + ANSWERED_S
                else:
                    frame = room
                await socket.send(frame)
                frames_sent += 1
        except ConnectionClosed:
            pass
        return frames_sent * FRAME_S * 1000

    def _may_speak(self, now_s: float, began_s: float, think_until_s: float) -> bool:
        if self._awaits_reply and now_s > self._ended_s + ANSWERED_S:
            self._figures.counts["not answered"] += 1
            self._awaits_reply = False
        if not self._asked or self._awaits_reply:
            return False
        talkative = self._spoken_s > SHARE * (now_s - began_s)
        if self._sounds_until > now_s:
            announced = now_s - began_s < NOTICE_S  # which nobody can cut short
            return not talkative and not announced and now_s - self._speaks_since > random.uniform(*OVER_S)
        pause_s = now_s - self._sounds_until
        return pause_s > 0.3 and (not talkative or pause_s > 2.5)

    def _begin(self, now_s: float) -> tuple[bytes, ...]:
        _, _, phrases = next(row for row in self._talk if any(self._asked.endswith(end) for end in row[1]))
        self._open_kind += 1
        phrase = self._phrase = phrases[self._open_kind % len(phrases)]
        self._began_s, self._ended_s = now_s + phrase.onset_s, now_s + phrase.end_s
        self._spoken_s += phrase.end_s - phrase.onset_s
        self._figures.add("spoken", (phrase.end_s - phrase.onset_s) * 1000)
        self._awaits_reply, self._awaits_clear = True, self._sounds_until > now_s + phrase.onset_s
        self._missing = {way: dict(enumerate(phrase.words)) for way in ("", ", steady")}
        self._asked = ""
        return phrase.frames

    async def _listen(self, socket: ClientConnection) -> None:
        try:
            async for message in socket:
                now_s = clock()
                if isinstance(message, bytes):
                    self._line_sounds(now_s, len(message) / 16_000)
                elif json.loads(message)["type"] == "clear":
                    if self._awaits_clear:
                        self._figures.add("barge-in", (now_s - self._began_s) * 1000)
                    self._awaits_clear, self._sounds_until = False, now_s
        except ConnectionClosed:
            pass
        self._over = True

    def _line_sounds(self, now_s: float, seconds: float) -> None:
        if self._awaits_reply and now_s > self._ended_s and not self._awaits_clear and self._phrase:
            gap_s = now_s - self._ended_s
            if gap_s <= ANSWERED_S:
                self._figures.add(f"heard gap, {self._phrase.kind}", gap_s * 1000)
                self._awaits_reply = False
        if self._sounds_until < now_s:
            self._speaks_since = now_s
            self._captioned = bool(self._say_cue_s)
            if self._say_cue_s:
                self._figures.add("caption ahead of its sound", (now_s - self._say_cue_s) * 1000)
            self._say_cue_s = 0.0
        self._sounds_until = max(now_s, self._sounds_until) + seconds

    async def _read_captions(self, path: str) -> None:
        """The call's captions as a page reads them: server-sent events over plain HTTP."""
        seen: dict[int, float] = {}  # the finals, and when they came
        async with asyncio.TaskGroup() as group:
            for _ in range(self._plan.get("readers", 0)):
                group.create_task(self._read_along(path, seen))
            async for cue in self._cues(path):
                now_s = clock()
                if cue["final"]:
                    seen[cue["seq"]] = now_s
                self._cue(cue, now_s)

    async def _read_along(self, path: str, seen: dict[int, float]) -> None:
        """One more reader, who compares what he gets with what the caller's own page got."""
        last = 0
        async for cue in self._cues(path):
            self._figures.counts["cues read along"] += 1
            self._figures.counts["cues out of order"] += cue["seq"] <= last
            self._figures.counts["finals missed"] += sum(last < seq < cue["seq"] for seq in seen)
            last = cue["seq"]
            if last in seen:
                self._figures.add("reader behind the first reader", (clock() - seen[last]) * 1000)

    async def _cues(self, path: str) -> AsyncIterator[dict[str, Any]]:
        where = urlsplit(self._plan["socket"])
        reader, writer = await asyncio.open_connection(where.hostname, where.port, limit=1 << 20)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {where.netloc}\r\n\r\n".encode())
        try:
            event = b""
            while line := await reader.readline():
                if line.startswith(b"event: "):
                    event = line[7:].strip()
                elif line.startswith(b"data: ") and event == b"cue":
                    yield json.loads(line[6:])
        finally:
            writer.close()

    def _cue(self, cue: dict[str, Any], now_s: float) -> None:
        if cue.get("kind") == "say" and cue["rev"] == 0:
            self._asked = cue["text"]
            self._say_captioned(now_s)
        if cue.get("kind") != "speech" or not self._phrase:
            return
        for way, text in (("", cue["text"]), (", steady", cue["stable"])):
            self._words_shown(way, text, now_s)
        if cue["final"]:
            self._figures.counts["words heard wrongly"] += len(self._missing.get("", ()))
            self._missing = {}

    def _say_captioned(self, now_s: float) -> None:
        first, self._reads = not self._reads, True
        if first:
            self._captioned = True
        elif self._sounds_until < now_s:
            self._say_cue_s = now_s
        elif not self._captioned:  # its sound was here first
            self._figures.add("caption ahead of its sound", (self._speaks_since - now_s) * 1000)
            self._figures.counts["captions behind their sound"] += 1
            self._captioned = True

    def _words_shown(self, way: str, text: str, now_s: float) -> None:
        assert self._phrase
        missing = self._missing.get(way, {})
        for at in seen(self._phrase.words, text):
            if at not in missing:
                continue
            word = missing.pop(at)
            delay_ms = (now_s - (self._began_s - self._phrase.onset_s + word.end_s)) * 1000
            kind = "closed" if self._phrase.kind == "closed" else "open"
            for words_of in (f"{kind} states", "all words"):
                self._figures.add(f"word delay{way}, {words_of}", delay_ms)


async def one_caller(caller_n: int, plan: dict[str, Any], talk: Any, figures: Figures, until_s: float) -> None:
    await asyncio.sleep(TURN_S * caller_n / plan["callers"])  # callers know nothing of each other: never in step
    while clock() < until_s - 5:
        try:
            await Caller(plan, talk, figures).call(until_s)
        except (ConnectionClosed, OSError) as error:
            figures.counts[type(error).__name__] += 1
            await asyncio.sleep(1)


async def main(plan: dict[str, Any]) -> dict[str, Any]:
    random.seed(1)
    talk = []
    for row in plan["talk"]:
        phrases = []
        for told in row["phrases"]:
            pcm = np.load(told["sound"])
            frames = tuple(pcm[at : at + 160].astype("<i2").tobytes() for at in range(0, len(pcm) - 159, 160))
            phrases.append(
                Phrase(row["kind"], frames, told["onset_ms"] / 1000, told["end_ms"] / 1000, shown_words(told["words"]))
            )
        talk.append((row["kind"], row["asks"], phrases))
    figures, process = Figures(), psutil.Process()
    began_s, cpu = clock(), sum(process.cpu_times()[:2])
    until_s = began_s + plan["seconds"]
    await asyncio.gather(*(one_caller(n, plan, talk, figures, until_s) for n in range(plan["callers"])))
    wall_s = clock() - began_s
    return {
        "times": figures.times,
        "counts": dict(figures.counts),
        "calls": figures.calls,
        "wall_s": wall_s,
        "cpu_share": (sum(process.cpu_times()[:2]) - cpu) / wall_s,
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))))))
