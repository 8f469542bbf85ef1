"""An archived caller's own sound before the present line: heard anew, in virtual time, with nothing kept."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import numpy as np

from voice.archive.records import Record
from voice.audio.pcm import cut
from voice.clock import run_in_virtual_time
from voice.events import AnyEvent
from voice.line import HEARING_HZ, CallRequest, Pcm16
from voice.review.course import archived, course
from voice.review.deeds import deeds, pieces, room, turns
from voice.settings import Settings
from voice.switchboard import Switchboard
from voice.transports.recorded import RecordedCaller, RecordedLine
from voice.workshop.replay import PlayedBack, Replayed

LONGER_S = 300.0  # of virtual time: so much longer than it was a call may last now


def replay_sound(settings: Settings, calls: Iterable[tuple[Record, Pcm16]]) -> list[Replayed]:
    """Let each caller call the line again, one after the other.

    calls: each with the caller's side of its sound, 16 000 Hz; those of a line that is no more are left out. Raises
    SetupError, BadAudio for an empty sound.
    """
    with tempfile.TemporaryDirectory() as folder:
        apart = replace(settings, data=Path(folder), keys="", database="", max_calls=1)
        replayed: list[Replayed] = run_in_virtual_time(lambda: _all(apart, calls))
        return replayed


async def _all(settings: Settings, calls: Iterable[tuple[Record, Pcm16]]) -> list[Replayed]:
    board = await Switchboard.open(settings)
    try:
        await board.learn_languages()
        return [await _one(board, record, pcm) for record, pcm in calls if record.call.line in board.script.lines]
    finally:
        await board.close()


async def _one(board: Switchboard, record: Record, pcm: Pcm16) -> Replayed:
    events = archived(record)
    board.office = office = PlayedBack.of(events)
    now: list[AnyEvent] = []
    request = CallRequest(line=record.call.line, caller="", transport="replay", call_id=uuid4().hex)
    async with asyncio.timeout(len(pcm) / HEARING_HZ + LONGER_S):
        line = RecordedLine(caller_again(record.call.line, events, pcm))
        await board.answer(line, request, readers=(now.append,))
    return Replayed(record.call.id, course(events), course(now), tuple(office.unknown))


def caller_again(line: str, events: Sequence[AnyEvent], pcm: Pcm16) -> RecordedCaller:
    """The caller of these events, who says, presses and types the same again, piece by piece.

    pcm: his side of the call, 16 000 Hz. Raises BadAudio when it is empty.
    """
    done, length_ms = deeds(events), len(pcm) * 1000 // HEARING_HZ
    behind = room(done, length_ms)
    around = cut(pcm, HEARING_HZ, *behind) if behind else np.zeros(0, np.int16)
    return RecordedCaller(pcm, HEARING_HZ, line, turns(done, pieces(done, length_ms)), around)
