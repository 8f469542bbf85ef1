"""Several recorded callers at telephones at the same time, and what became of each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import pytest

from tests.telephony.bed import Asterisk
from tests.telephony.caller import USUAL, Habits, Spoken, at_a_telephone, talk
from tests.telephony.phone import Packet, phone
from tests.telephony.sentences import SOON_S
from voice.archive.archive import Archive
from voice.archive.records import Record
from voice.audio.files import read_channels
from voice.events import AnyEvent, from_json
from voice.line import Pcm16
from voice.settings import ROOT, Settings
from voice.transports.recorded import CallerTurn, RecordedCaller

FIXTURES = ROOT / "audio_fixtures"
LONGEST_S = 150.0
SEALED_S = 10.0
APART_S = 0.7  # between two callers: ten people do not lift the receiver in the same moment
BEAT_S = 0.01
BUSY_MS = 20.0  # a machine that is late by more than this has no time for telephone calls, and none to measure them
HAD_ENOUGH = CallerTurn("line_silent", 4_000, hang_up=True)  # who is left waiting for a person hangs up


ALL_USUAL: Mapping[str, Habits] = {}
ALL_ONE_WAY: Mapping[str, str] = {}
Told = tuple[str, Spoken, list[Packet], float, str, float]


@dataclass(frozen=True)
class Talked:
    """One call.

    answered_ms: from dialling to the answer. busy_ms: by so much the machine at worst delayed somebody who only slept,
    while the call was on; of what is late by less, it may be the cause.
    """

    number: str
    spoken: Spoken
    packets: Sequence[Packet]
    answered_ms: float
    ended_by: str
    busy_ms: float
    record: Record

    @property
    def events(self) -> list[AnyEvent]:
        return [from_json(event.json) for event in self.record.events]


@contextmanager
def in_time(busy_ms: float) -> Iterator[None]:
    """Where the machine was late itself, what fails in the block says nothing of the line: it is skipped, and told.

    busy_ms: as Talked.
    """
    try:
        yield
    except (AssertionError, pytest.fail.Exception) as error:
        if busy_ms > BUSY_MS:
            pytest.skip(f"times cannot be measured: this machine made a sleeper wait {busy_ms:.0f} ms ({error})")
        raise


def fixture(name: str) -> RecordedCaller:
    caller = at_a_telephone(FIXTURES / f"{name}.flac")
    return replace(caller, turns=(*caller.turns, HAD_ENOUGH))


async def dial(
    asterisk: Asterisk, number: str, caller: RecordedCaller, habits: Habits, answered: asyncio.Event | None = None
) -> Told:
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(LONGEST_S), phone(asterisk.exchange, number=number) as telephone, busy() as late_ms:
        dialled_s = loop.time()
        await telephone.call(caller.line)
        if answered:
            answered.set()
        spoken = await talk(telephone, caller, habits)
    answered_ms = (telephone.answered_s - dialled_s) * 1000
    return number, spoken, telephone.received, answered_ms, telephone.ended_by, max(late_ms, default=0.0)


_NUMBERS = count(1)


def new_number() -> str:
    """Of somebody who has not called yet: who calls again is spoken to in another way."""
    return f"+7916{next(_NUMBERS):07d}"


@asynccontextmanager
async def busy() -> AsyncIterator[list[float]]:
    """By how much, ms, a task that only sleeps is late, again and again while the block runs."""
    loop, late_ms = asyncio.get_running_loop(), list[float]()

    async def beat() -> None:
        while True:
            due_s = loop.time() + BEAT_S
            await asyncio.sleep(BEAT_S)
            late_ms.append((loop.time() - due_s) * 1000)

    beating = asyncio.create_task(beat())
    try:
        yield late_ms
    finally:
        beating.cancel()


def evening(
    asterisk: Asterisk,
    data: Path,
    callers: Mapping[str, RecordedCaller],
    habits: Mapping[str, Habits] = ALL_USUAL,
    sounds: Mapping[str, str] = ALL_ONE_WAY,
) -> dict[str, Talked]:
    """Place all calls at once.

    data: the line's. By caller: `habits` of telephones that are not as usual, and `sounds`, how theirs travels; where
    calls differ in that, the next is placed when the one before is answered.
    """
    dialling = asyncio.Lock()
    numbers = {name: new_number() for name in callers}

    async def one(n: int, name: str) -> Told:
        await asyncio.sleep(n * APART_S)
        number, caller, telephone = numbers[name], callers[name], habits.get(name, USUAL)
        if not sounds:
            return await dial(asterisk, number, caller, telephone)
        async with dialling:
            await asyncio.to_thread(asterisk.travel_by, sounds[name])
            answered = asyncio.Event()
            talking = asyncio.create_task(dial(asterisk, number, caller, telephone, answered))
            waiting = asyncio.create_task(answered.wait())
            await asyncio.wait({talking, waiting}, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
        return await talking

    async def everybody() -> list[Told]:
        return await asyncio.gather(*(one(n, name) for n, name in enumerate(callers)))

    told = asyncio.run(everybody())
    records = asyncio.run(kept(data, [number for number, *_ in told]))
    return {name: Talked(*call, records[call[0]]) for name, call in zip(callers, told, strict=True)}


def _archive(data: Path) -> Archive:
    return Archive.of(replace(Settings.from_env(), data=data, database=""))


async def kept(data: Path, numbers: Sequence[str]) -> dict[str, Record]:
    """The newest record of each caller, when all are sealed."""
    archive = _archive(data)
    try:
        async with asyncio.timeout(SEALED_S):
            while True:
                newest = {call.caller: call for call in reversed(archive.calls(limit=200))}
                if all(number in newest and newest[number].ended_at for number in numbers):
                    break
                await asyncio.sleep(0.1)
        found = {number: archive.call(newest[number].id) for number in numbers}
    finally:
        archive.close()
    return {number: record for number, record in found.items() if record}


def kept_sound(data: Path, number: str) -> Pcm16:
    """Of this caller's newest call, which is sealed: what came from him, and what he heard; shape (samples, 2)."""
    with closing(_archive(data)) as archive:
        newest = next(call for call in archive.calls(limit=20) if call.caller == number)
        sound = archive.sound_bytes(newest.id)
    assert sound
    return read_channels(sound)[0]


async def happens(data: Path, number: str, true: Callable[[list[AnyEvent]], bool]) -> None:
    """Wait for it in the record of this caller's newest call, which may still run. data: the line's."""
    deadline_s = asyncio.get_running_loop().time() + SOON_S
    while not true(events := await asyncio.to_thread(_so_far, data, number)):
        assert asyncio.get_running_loop().time() < deadline_s, "\n".join(map(str, events))
        await asyncio.sleep(0.1)


def _so_far(data: Path, number: str) -> list[AnyEvent]:
    with closing(_archive(data)) as archive:
        newest = next((call for call in archive.calls(limit=20) if call.caller == number), None)
        record = archive.call(newest.id) if newest else None
    return [from_json(event.json) for event in record.events] if record else []
