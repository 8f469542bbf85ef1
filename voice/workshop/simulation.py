"""Described callers talk to the whole line in virtual time: what was heard, understood and answered, and how soon."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

from voice.clock import run_in_virtual_time
from voice.errors import SetupError
from voice.events import (
    AnyEvent,
    Final,
    HungUp,
    Interrupted,
    Key,
    Noted,
    Resumed,
    SayStarted,
    SpeechStarted,
    Understood,
)
from voice.line import CallRequest
from voice.settings import Settings
from voice.switchboard import Switchboard
from voice.transports.recorded import RecordedLine
from voice.workshop.callers import Speakers, SpokenCaller, speak
from voice.workshop.scenarios import Expected, Scenario

LONGEST_S = 900.0  # of virtual time: a call that lasts longer lasts for ever


@dataclass(frozen=True)
class Played:
    """One call as it went."""

    scenario: Scenario
    events: tuple[AnyEvent, ...]

    @property
    def broken(self) -> list[str]:
        """What was expected and did not happen."""
        return broken(self.scenario.expected, self.events)


def simulate(settings: Settings, callers: Sequence[Scenario], background: Mapping[str, Sequence[str]]) -> list[Played]:
    """Make the callers' sound, then let each call a line of its own data. Raises SetupError."""
    with tempfile.TemporaryDirectory() as folder:
        apart = replace(settings, data=Path(folder), database="", max_calls=len(callers))
        spoken = asyncio.run(_speak(apart, callers, background))
        return list(run_in_virtual_time(lambda: _place(apart, spoken)))


async def _speak(
    settings: Settings, callers: Sequence[Scenario], background: Mapping[str, Sequence[str]]
) -> list[SpokenCaller]:
    speakers = Speakers(replace(settings, synthesisers=1))
    try:
        return [await speak(speakers, caller, background) for caller in callers]
    finally:
        await speakers.close()


async def _place(settings: Settings, callers: list[SpokenCaller]) -> list[Played]:
    board = await Switchboard.open(settings)
    try:
        await board.learn_languages()
        return await asyncio.gather(*(_call(board, caller) for caller in callers))
    finally:
        await board.close()


async def _call(board: Switchboard, caller: SpokenCaller) -> Played:
    number = caller.scenario.line
    if number not in board.script.lines:
        raise SetupError(f"{caller.scenario.name} calls {number}, which is no line: {', '.join(board.script.lines)}")
    events: list[AnyEvent] = []
    request = CallRequest(line=number, caller="", transport="simulation", call_id=uuid4().hex)
    async with asyncio.timeout(LONGEST_S):
        await board.answer(RecordedLine(caller.on_the_line()), request, readers=(events.append,))
    return Played(caller.scenario, tuple(events))


def broken(expected: Expected, events: Sequence[AnyEvent]) -> list[str]:
    """What was expected and did not happen, one sentence each; empty when all is as it should be."""
    wrong = []
    if expected.understood is not None:
        heard = [one for one in events if isinstance(one, Understood) and one.intent != "backchannel"]
        meant = [one.intent or "none" for one in heard]
        wanted = [one.intent for one in expected.understood]
        if meant != wanted:
            wrong.append(f"understood {', '.join(meant) or 'nothing'}; expected {', '.join(wanted) or 'nothing'}")
        for have, want in zip(heard, expected.understood, strict=False):
            if have.intent == want.intent and not want.slots.items() <= have.slots.items():
                wrong.append(f"{want.intent} had the slots {dict(have.slots)}; expected {dict(want.slots)}")
    said = [event.text for event in events if isinstance(event, SayStarted)]
    rest = "\n".join(said)
    for piece in expected.says:
        if piece not in rest:
            wrong.append(f"{piece!r} was not said, or not after its forerunner")
        rest = rest.partition(piece)[2] or rest
    wrong += [f"{piece!r} was said" for piece in expected.never_says if any(piece in text for text in said)]
    for kind, times in ((Interrupted, expected.interrupted), (Resumed, expected.resumed)):
        count = sum(isinstance(event, kind) for event in events)
        if times is not None and count != times:
            wrong.append(f"{kind.__name__.lower()} {count} times; expected {times}")
    ends = next(((event.by, event.reason) for event in reversed(events) if isinstance(event, HungUp)), ("", ""))
    if expected.ends is not None and ends != expected.ends:
        wrong.append(f"ended by {' '.join(ends)}; expected {' '.join(expected.ends)}")
    slowest_ms = max((gap_ms for event in events if (gap_ms := _gap_ms(event)) is not None), default=0.0)
    if expected.max_gap_ms is not None and slowest_ms > expected.max_gap_ms:
        wrong.append(f"the longest gap was {slowest_ms:.0f} ms; expected at most {expected.max_gap_ms:.0f}")
    return wrong


def told(events: Sequence[AnyEvent]) -> Iterator[str]:
    """A call as a script: who said what when, what was understood, and how long the caller waited for an answer."""
    for event in events:
        at = f"{event.at_ms // 60_000}:{event.at_ms / 1000 % 60:05.2f}"
        match event:
            case SayStarted(text=text):
                yield f"{at}  line        {text}"
            case SpeechStarted():
                yield f"{at}  caller      speaks"
            case Final(text=text, confidence=confidence):
                yield f"{at}  heard       {text or 'no words'} {confidence:.2f}"
            case Key(digit=digit):
                yield f"{at}  key         {digit}"
            case Understood(intent=intent, confidence=confidence):
                slots = " ".join(f"{name}={value}" for name, value in event.slots.items() if name != "key" and value)
                yield f"{at}  understood  {intent or 'nothing'} {confidence:.2f} {slots}".rstrip()
            case Interrupted():
                yield f"{at}  line        falls silent"
            case Resumed():
                yield f"{at}  line        goes on"
            case HungUp(by=by, reason=reason):
                yield f"{at}  end         {by} {reason}".rstrip()
            case Noted() if (gap_ms := _gap_ms(event)) is not None:
                yield f"{at}  gap         {gap_ms:.0f} ms"


def _gap_ms(event: AnyEvent) -> float | None:
    """From the caller's last sound to the first of the answer."""
    if isinstance(event, Noted) and event.name == "reply" and "gap" in event.data:
        return float(event.data["gap"])
    return None
