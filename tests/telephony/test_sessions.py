"""What a telephone may do with its session: hear something before the answer, hold the line, change its codec."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.telephony import sip
from tests.telephony.bed import MEDIA_PATHS, Asterisk
from tests.telephony.caller import loud
from tests.telephony.evening import kept, new_number
from tests.telephony.lines import Lines
from tests.telephony.phone import Phone, phone, silence
from tests.telephony.sentences import first_words, hears_speech, speaking, until
from voice.events import AnyEvent, Final, HungUp, Understood, from_json

LINE, EARLY = "88005553535", "555"
HELD_S = 4
LISTENS_S = 8
ANSWER_PACKETS = LISTENS_S * 50
Session = tuple[Phone, list[AnyEvent]]


async def nothing(telephone: Phone) -> None:
    """He just goes on."""


async def holds(telephone: Phone) -> None:
    """The other side is put on hold, and nothing is sent; then it is taken back."""
    await telephone.change(direction="sendonly")
    await asyncio.sleep(HELD_S)
    await telephone.change()


async def to_mulaw(telephone: Phone) -> None:
    await telephone.change(codec=sip.PCMU)


SESSIONS: dict[str, tuple[str, Callable[[Phone], Awaitable[None]]]] = {
    "early media": (EARLY, nothing),
    "hold": (LINE, holds),
    "codec": (LINE, to_mulaw),
}


@pytest.fixture(scope="module")
def everybody(asterisk: Asterisk, lines: Lines) -> dict[tuple[str, str], Session]:
    """By transport and session: callers at once, each of whom does something and then says what he wants."""
    line = lines.usual()
    callers = {(path.transport, name): new_number() for path in MEDIA_PATHS for name in SESSIONS}

    async def one(name: str, caller: str, served: asyncio.Event) -> Phone:
        number, does = SESSIONS[name]
        async with asyncio.timeout(60), phone(asterisk.exchange, number=caller) as telephone:
            await telephone.call(number)
            async with speaking(telephone, silence()):
                await until(lambda: hears_speech(telephone))
            served.set()
            await does(telephone)
            async with speaking(telephone, first_words("documents_replace")):
                await asyncio.sleep(LISTENS_S)
        return telephone

    async def all_at_once() -> list[Phone]:
        async with asyncio.TaskGroup() as group:
            talking = []
            for path in MEDIA_PATHS:
                await asyncio.to_thread(asterisk.travel_by, path.sound)
                served = {name: asyncio.Event() for name in SESSIONS}
                for name in SESSIONS:
                    talking.append(group.create_task(one(name, callers[path.transport, name], served[name])))
                await asyncio.gather(*(event.wait() for event in served.values()))
        return [task.result() for task in talking]

    try:
        telephones = asyncio.run(all_at_once())
    finally:
        asterisk.travel_by(MEDIA_PATHS[0].sound)
    records = asyncio.run(kept(line.data, list(callers.values())))
    placed = {}
    for (transport, name), telephone in zip(callers, telephones, strict=True):
        record = records[callers[transport, name]]
        assert (record.call.transport, record.call.state) == (transport, "complete"), record.call.flaws
        placed[transport, name] = telephone, [from_json(event.json) for event in record.events]
    return placed


@pytest.fixture(params=MEDIA_PATHS, ids=lambda path: path.sound)
def placed(request: pytest.FixtureRequest, everybody: dict[tuple[str, str], Session]) -> dict[str, Session]:
    return {name: everybody[request.param.transport, name] for name in SESSIONS}


def of(events: list[AnyEvent], kind: type) -> list[AnyEvent]:
    return [event for event in events if isinstance(event, kind)]


def understood(events: list[AnyEvent]) -> list[str | None]:
    return [event.intent for event in of(events, Understood)]


def test_what_sounds_before_the_answer_is_heard_and_does_not_harm_the_call(placed: dict[str, Session]) -> None:
    telephone, events = placed["early media"]
    early = [packet for packet in telephone.received if packet.at_s < telephone.answered_s]
    assert sum(loud(packet.pcm) for packet in early) > 50, "a second of the tone, at least"
    assert understood(events) == ["documents"]


def test_a_caller_who_holds_the_line_is_waited_for_and_understood_after_it(placed: dict[str, Session]) -> None:
    _, events = placed["hold"]
    assert understood(events) == ["documents"], "nothing of the hold is taken for words"
    assert len(of(events, Final)) == 1
    ended = of(events, HungUp)[0]
    assert ended.by == "caller" and ended.at_ms > (HELD_S + LISTENS_S) * 1_000, "the clock of the call goes on"


def test_a_codec_that_changes_in_the_middle_of_a_call_changes_nothing(placed: dict[str, Session]) -> None:
    telephone, events = placed["codec"]
    assert understood(events) == ["documents"]
    assert any(loud(packet.pcm) for packet in telephone.received[-ANSWER_PACKETS:]), "the answer is heard, too"
