"""How often the line falls silent for sound that is no turn of the caller's: noise, people behind him, «угу», a cough.

The callers of audio_fixtures/ are placed against the whole line in virtual time, so the figures hold no waiting for a
busy machine, and cost little.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import uuid4

import numpy as np
from report import Figure, ratio, spread

from voice.clock import run_in_virtual_time
from voice.events import AnyEvent, Interrupted, Resumed, SayDone, SpeechEnded, Understood
from voice.line import CallRequest
from voice.settings import ROOT, Settings
from voice.switchboard import Switchboard
from voice.transports.recorded import RecordedCaller, RecordedLine, read_caller

FIXTURES = ROOT / "audio_fixtures"
NOISES = ("noise_10db", "babble_15db", "television")  # only their rooms: nobody speaks to the line
ROLLS = 2  # calls with each room, begun at different places of it
LISTENERS = ("listens_aloud", "coughs")  # people who never interrupt, and are heard all the same
LONGEST_S = 600.0  # of virtual time


@dataclass
class Stops:
    """Of some calls: how much the line spoke, and where it stopped."""

    spoke_ms: int = 0
    stops: int = 0
    answers: int = 0  # what was heard and taken for words to the line
    resumed_after_ms: list[float] = field(default_factory=list)  # from the last sound to the line's going on
    silent_ms: list[float] = field(default_factory=list)  # from the stop to the line's going on

    def add(self, events: Iterable[AnyEvent]) -> None:
        heard_ms: dict[int, int] = {}
        ended_ms = stopped_ms = 0
        for event in events:
            match event:
                case Interrupted(say=say):
                    self.stops += 1
                    stopped_ms = event.at_ms
                    heard_ms[say] = event.heard_ms
                case SayDone(say=say):
                    heard_ms[say] = event.heard_ms
                case SpeechEnded():
                    ended_ms = event.at_ms
                case Resumed():
                    self.resumed_after_ms.append(event.at_ms - ended_ms)
                    self.silent_ms.append(event.at_ms - stopped_ms)
                case Understood(source="speech", intent=intent) if intent != "backchannel":
                    self.answers += 1
        self.spoke_ms += sum(heard_ms.values())

    def figures(self, name: str) -> dict[str, Figure]:
        minutes = self.spoke_ms / 60_000
        return {
            f"false stops a minute, {name}": ratio(self.stops / minutes, "1/min of line speech", self.stops),
            f"words to the line a minute, {name}": ratio(self.answers / minutes, "1/min of line speech", self.answers),
            f"goes on after the last sound, {name}": spread(self.resumed_after_ms, "ms"),
            f"silent in all, {name}": spread(self.silent_ms, "ms"),
        }


def measure(settings: Settings) -> dict[str, Figure]:
    """False stops with the flows of `settings`, by what is heard."""
    rooms = [read_caller(FIXTURES / f"{name}.flac", line="") for name in NOISES]
    behind = [
        replace(caller, turns=(), room=np.roll(caller.room, len(caller.room) * n // ROLLS))
        for caller in rooms
        for n in range(ROLLS)
    ]
    listeners = [read_caller(FIXTURES / f"{name}.flac", line="") for name in LISTENERS]
    calls = _placed([*behind, *listeners], settings)
    figures: dict[str, Figure] = {}
    for at, name in enumerate(NOISES):
        figures |= _stops(calls[at * ROLLS : (at + 1) * ROLLS]).figures(name)
    listened = _stops(calls[len(behind) :]).figures("«угу» and coughs")
    return figures | {name: figure for name, figure in listened.items() if not name.startswith("words")}


def _stops(calls: Iterable[list[AnyEvent]]) -> Stops:
    stops = Stops()
    for events in calls:
        stops.add(events)
    return stops


def _placed(callers: list[RecordedCaller], settings: Settings) -> list[list[AnyEvent]]:
    """The events of each call; all run side by side."""

    async def one(board: Switchboard, caller: RecordedCaller) -> list[AnyEvent]:
        events: list[AnyEvent] = []
        request = CallRequest(line=caller.line, caller="", transport="file", call_id=uuid4().hex)
        async with asyncio.timeout(LONGEST_S):
            await board.answer(RecordedLine(caller), request, readers=(events.append,))
        return events

    async def everybody(data: Path) -> list[list[AnyEvent]]:
        board = await Switchboard.open(replace(settings, data=data, database="", max_calls=len(callers)))
        try:
            return list(await asyncio.gather(*(one(board, caller) for caller in callers)))
        finally:
            await board.close()

    with tempfile.TemporaryDirectory() as data:
        placed: list[list[AnyEvent]] = run_in_virtual_time(lambda: everybody(Path(data)))
    return placed
