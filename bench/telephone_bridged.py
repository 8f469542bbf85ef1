"""Calls that were handed over to a person, both of whose sides the line still hears, writes down and shows.

The caller of the line for people with disabilities asks for captions by key, so that they can be read as he reads them,
then for a person by key. Both then speak in turn, phrases of talk.yaml. From the telephones come the moments of their
words, from the page's stream those of the captions; the record's sound is looked through for what was said.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
from two_talk import SIDES, Cue, Side, Talk, word_delays_ms
from watched import Load, Watched

from tests.telephony.bed import PASSWORD, Asterisk, LineProcess
from tests.telephony.evening import busy, happens, kept, kept_sound, new_number
from tests.telephony.in_record import missing_ms, place
from tests.telephony.phone import RATE_HZ, Phone, phone, silence
from tests.telephony.sentences import hears_speech, speaking, until
from voice.archive.records import Record
from voice.audio.resample import convert
from voice.events import AnyEvent, SayStarted
from voice.line import HEARING_HZ, Pcm16

CUES: dict[Side, str] = {"caller": "speech", "operator": "operator"}
NUMBER = "88005553537"
CAPTIONS_KEY, PERSON_KEY = "3", "0"
GREETED_S = 5.0  # the last one to answer has said his first phrase by then, and it is written
LAST_WORDS_S = 3.0
GONE_S = 15.0  # so long after the last call nothing of it may be left
PIN = re.compile(r"\b\d\d \d\d \d\d \d\d\b")


@dataclass(frozen=True)
class Read:
    """A call and what was read of it. `began_s`: its talk, on the event loop's clock."""

    began_s: float
    cues: Sequence[Cue]
    record: Record
    sound: Pcm16  # shape (n, 2), 16 000 Hz: caller, person


@dataclass(frozen=True)
class Bridged:
    talk: Talk
    load: Load
    calls: Sequence[Read]
    busy_ms: float  # as of evening.Talked, while both spoke
    connections_left: int
    channels_left: int

    @property
    def cpu_s_a_minute(self) -> float:
        return self.load.process_s / len(self.calls) / self.talk.seconds * 60

    def delays_ms(self, side: Side) -> list[float]:
        """From each word's end to the first caption that shows it."""
        return [ms for call in self.calls for ms in self._delays_ms(call, side) if ms is not None]

    def unseen(self, side: Side) -> tuple[int, int]:
        """Words that no caption showed, of how many."""
        every = [ms for call in self.calls for ms in self._delays_ms(call, side)]
        return every.count(None), len(every)

    def in_record(self, side: Side) -> list[tuple[float, float]]:
        """Of each phrase, ms of its sound that the record has not, and how far it stands from its place there."""
        said = [one for one in self.talk.said if one.side == side]
        found = []
        for channel, begins in self._channels(side):
            for one in said:
                sound = convert(one.phrase.sound, RATE_HZ, HEARING_HZ)
                found.append(missing_ms(channel, sound, begins + round(one.at_s * HEARING_HZ)))
        return found

    def greeting_missing_ms(self) -> list[float]:
        """Of what each person says in the moment when he answers."""
        sound = convert(self.talk.said[0].phrase.sound, RATE_HZ, HEARING_HZ)
        before = [channel[:begins] for channel, begins in self._channels("operator")]
        return [missing_ms(channel, sound, place(channel, sound))[0] for channel in before]

    def _channels(self, side: Side) -> Iterator[tuple[Pcm16, int]]:
        """Of each call this side's sound and where its talk begins there."""
        track = convert(self.talk.tracks[side], RATE_HZ, HEARING_HZ)
        for call in self.calls:
            channel = call.sound[:, SIDES.index(side)]
            yield channel, place(channel, track)

    def _delays_ms(self, call: Read, side: Side) -> list[float | None]:
        cues = [cue for cue in call.cues if cue.kind == CUES[side]]
        said = [one for one in self.talk.said if one.side == side]
        delays: list[float | None] = []
        for one, after in zip(said, [*said[1:], None], strict=True):
            began_s = call.began_s + one.at_s
            until_s = call.began_s + after.at_s if after else float("inf")
            delays.extend(word_delays_ms(one.phrase.words, cues, began_s, until_s))
        return delays


def bridged(asterisk: Asterisk, line: LineProcess, talk: Talk, calls: int) -> Bridged:
    """So many such calls at once, from before the first to after the last."""
    assert line.process
    watched = Watched(line.process.pid)
    connections = watched.connections
    places, load, late_ms = asyncio.run(_calls(asterisk, line, watched, talk, calls))
    records = asyncio.run(kept(line.data, list(places)))
    read = [
        Read(began_s, cues, records[number], kept_sound(line.data, number))
        for number, (began_s, cues) in places.items()
    ]

    def left() -> tuple[int, int]:
        return max(0, watched.connections - connections), _channels(asterisk)

    until_s = time.monotonic() + GONE_S
    while left() != (0, 0) and time.monotonic() < until_s:
        time.sleep(0.5)
    return Bridged(talk, load, read, max(late_ms), *left())


async def _calls(
    asterisk: Asterisk, line: LineProcess, watched: Watched, talk: Talk, calls: int
) -> tuple[dict[str, tuple[float, list[Cue]]], Load, list[float]]:
    clock = asyncio.get_running_loop().time
    handing, joined = asyncio.Lock(), asyncio.Semaphore(0)
    begin, over = asyncio.Event(), asyncio.Event()
    told: dict[str, tuple[float, list[Cue]]] = {}

    async def one(n: int) -> None:
        number, cues = new_number(), list[Cue]()
        async with (
            phone(asterisk.exchange, number=f"person{n + 1}", host="127.0.0.2") as person,
            phone(asterisk.exchange, number=number) as caller,
        ):
            async with handing:  # a queue gives its caller to anybody who is free
                reading = await _hand_over(line, caller, person, cues)
            async with speaking(caller, silence()), speaking(person, talk.said[0].phrase.sound):
                joined.release()
                await begin.wait()
            told[number] = clock(), cues
            async with speaking(caller, talk.tracks["caller"]), speaking(person, talk.tracks["operator"]):
                await over.wait()
            person.hang_up()
            await until(caller.ended.is_set)
            await reading
            await person.sign_in(PASSWORD, for_s=0)

    async with asyncio.TaskGroup() as group:
        for n in range(calls):
            group.create_task(one(n))
        for _ in range(calls):
            await joined.acquire()
        await asyncio.sleep(GREETED_S)
        async with busy() as late_ms:
            with watched.measured() as load:
                begin.set()
                await asyncio.sleep(talk.seconds)
        await asyncio.sleep(LAST_WORDS_S)
        over.set()
    return told, load, late_ms


async def _hand_over(line: LineProcess, caller: Phone, person: Phone, cues: list[Cue]) -> asyncio.Task[None]:
    """To the person's answer; the task reads the captions to their end."""
    await person.sign_in(PASSWORD)
    await caller.call(NUMBER)
    async with speaking(caller, silence()):
        await until(lambda: hears_speech(caller))
        await caller.press(CAPTIONS_KEY)
        pin = await _pin(line, caller.number)
        reading = asyncio.create_task(_read(line.url, pin, cues))
        await caller.press(PERSON_KEY)
        await person.answer()
    return reading


async def _pin(line: LineProcess, number: str) -> str:
    """What the line has told this caller to type."""
    found: list[str] = []

    def told(events: list[AnyEvent]) -> bool:
        texts = "\n".join(event.text for event in events if isinstance(event, SayStarted))
        found.extend(PIN.findall(texts))
        return bool(found)

    await happens(line.data, number, told)
    return found[0]


async def _read(url: str, pin: str, cues: list[Cue]) -> None:
    """As the caller's page does, from the PIN to the stream's end."""
    clock, event = asyncio.get_running_loop().time, ""
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=None) as client:
        entered = await client.post("/c", data={"pin": pin})
        async with client.stream("GET", f"{entered.headers['location']}/captions") as stream:
            async for text in stream.aiter_lines():
                name, _, told = text.partition(": ")
                if name == "event":
                    event = told
                elif name == "data" and event == "cue":
                    cue: dict[str, Any] = json.loads(told)
                    cues.append(Cue(clock(), cue["seg"], cue["kind"], cue["text"]))


def _channels(asterisk: Asterisk) -> int:
    found = re.search(r"(\d+) active channel", asterisk.cli("core show channels"))
    assert found
    return int(found[1])
