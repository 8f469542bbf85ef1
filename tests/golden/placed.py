"""Recorded callers placed against the whole line: the real model, the real voice, virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import yaml

from voice.archive.records import Record
from voice.audio.files import Channels, read_channels
from voice.captions.cues import Cue
from voice.clock import run_in_virtual_time
from voice.events import AnyEvent, Event, Final, HungUp, Interrupted, Noted, Resumed, SayStarted, Understood
from voice.line import CallRequest, Pcm16
from voice.settings import ROOT, Settings
from voice.switchboard import Switchboard
from voice.transports.recorded import RecordedLine, read_caller

FIXTURES = ROOT / "audio_fixtures"
LONGEST_S = 600.0  # of virtual time: a call that lasts longer lasts for ever

Kind = TypeVar("Kind", bound=Event)


@dataclass(frozen=True)
class Placed:
    """One whole call as everybody saw it. `reply`: what the line said; `sound`: the archive's two sides, 16 000 Hz."""

    events: tuple[AnyEvent, ...]
    cues: tuple[Cue, ...]
    reply: Pcm16
    reply_hz: int
    record: Record
    sound: Channels

    def of(self, kind: type[Kind]) -> list[Kind]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def gaps_ms(self) -> list[float]:
        return [note.data["gap"] for note in self.of(Noted) if note.name == "reply" and "gap" in note.data]

    def __str__(self) -> str:
        """The call as a script, for a failed test's message."""
        return "\n".join(self._told())

    def _told(self) -> Iterator[str]:
        for event in self.events:
            match event:
                case SayStarted(text=text):
                    yield f"{event.at_ms:>7} line       {text}"
                case Final():
                    other = event.alternatives or ""
                    yield f"{event.at_ms:>7} heard      {event.text!r} {other} {event.confidence:.2f}"
                case Understood():
                    meant = {key: value for key, value in event.slots.items() if key != "key"}
                    yield f"{event.at_ms:>7} understood {event.intent} {meant or ''} {event.confidence:.2f}"
                case Interrupted() | Resumed() | HungUp():
                    yield f"{event.at_ms:>7} {event}"
                case Noted(name="reply") if "gap" in event.data:
                    yield f"{event.at_ms:>7} gap        {event.data['gap']:.0f} ms"


def described(name: str) -> dict[str, Any]:
    """NAME.expect.yaml; every value is a text, so that the intents yes and no stay words."""
    text = (FIXTURES / f"{name}.expect.yaml").read_text(encoding="utf-8")
    told: dict[str, Any] = yaml.load(text, Loader=yaml.BaseLoader)
    return told


def place(names: Iterable[str], data: Path) -> dict[str, Placed]:
    """Let every caller talk to one line, all at the same virtual time."""
    names = list(names)
    settings = replace(Settings.from_env(), data=data, database="", max_calls=len(names))
    placed: dict[str, Placed] = {}

    async def one(board: Switchboard, name: str) -> None:
        caller = read_caller(FIXTURES / f"{name}.flac", line="")
        line, call_id, events = RecordedLine(caller), uuid4().hex, list[AnyEvent]()
        request = CallRequest(line=caller.line, caller="", transport="file", call_id=call_id)
        async with asyncio.timeout(LONGEST_S):
            await board.answer(line, request, readers=(events.append,))
        captions = board.captions.get(request.key)
        record, sound = board.archive.call(call_id), board.archive.sound_bytes(call_id)
        assert captions and record and sound
        cues = tuple(cue for cue in captions.since(0) if isinstance(cue, Cue))
        placed[name] = Placed(tuple(events), cues, line.reply, line.plays_hz, record, read_channels(sound)[0])

    async def everybody() -> None:
        board = await Switchboard.open(settings)
        try:
            await asyncio.gather(*(one(board, name) for name in names))
        finally:
            await board.close()

    run_in_virtual_time(everybody)
    return placed
