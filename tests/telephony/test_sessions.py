"""What a telephone may do with its session: hear something before the answer, hold the line, change its codec."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest

from tests.telephony import sip
from tests.telephony.bed import Asterisk, LineProcess, MediaPath
from tests.telephony.caller import loud
from tests.telephony.evening import kept
from tests.telephony.phone import Phone, phone, silence
from tests.telephony.sentences import first_words, speaking
from tests.telephony.test_line_fails import hears_speech, until
from voice.events import AnyEvent, Final, HungUp, Understood, from_json

CALLER = "+79160000002"
LINE, EARLY = "88005553535", "555"
HELD_S = 4
LISTENS_S = 8
ANSWER_PACKETS = LISTENS_S * 50


@pytest.fixture(scope="module")
def line(path: MediaPath, start_line: Callable[..., LineProcess]) -> Iterator[LineProcess]:
    running = start_line()
    yield running
    running.stop()


def placed(
    asterisk: Asterisk, line: LineProcess, number: str, before: Callable[[Phone], object]
) -> tuple[Phone, list[AnyEvent]]:
    """A caller who does something once he hears the line, then says what he wants; the events of his call."""

    async def whole() -> Phone:
        async with asyncio.timeout(60), phone(asterisk.exchange, number=CALLER) as telephone:
            await telephone.call(number)
            async with speaking(telephone, silence()):
                await until(lambda: hears_speech(telephone))
            await before(telephone)  # type: ignore[misc]
            async with speaking(telephone, first_words("documents_replace")):
                await asyncio.sleep(LISTENS_S)
        return telephone

    telephone = asyncio.run(whole())
    record = asyncio.run(kept(line.data, [CALLER]))[CALLER]
    assert record.call.state == "complete", record.call.flaws
    return telephone, [from_json(event.json) for event in record.events]


def of(events: list[AnyEvent], kind: type) -> list[AnyEvent]:
    return [event for event in events if isinstance(event, kind)]


def understood(events: list[AnyEvent]) -> list[str | None]:
    return [event.intent for event in of(events, Understood)]


async def nothing(telephone: Phone) -> None:
    """He just goes on."""


async def holds(telephone: Phone) -> None:
    """The other side is put on hold, and nothing is sent; then it is taken back."""
    await telephone.change(direction="sendonly")
    await asyncio.sleep(HELD_S)
    await telephone.change()


async def to_mulaw(telephone: Phone) -> None:
    await telephone.change(codec=sip.PCMU)


def test_what_sounds_before_the_answer_is_heard_and_does_not_harm_the_call(
    asterisk: Asterisk, line: LineProcess
) -> None:
    telephone, events = placed(asterisk, line, EARLY, nothing)
    early = [packet for packet in telephone.received if packet.at_s < telephone.answered_s]
    assert sum(loud(packet.pcm) for packet in early) > 50, "a second of the tone, at least"
    assert understood(events) == ["documents"]


def test_a_caller_who_holds_the_line_is_waited_for_and_understood_after_it(
    asterisk: Asterisk, line: LineProcess
) -> None:
    _, events = placed(asterisk, line, LINE, holds)
    assert understood(events) == ["documents"], "nothing of the hold is taken for words"
    assert len(of(events, Final)) == 1
    ended = of(events, HungUp)[0]
    assert ended.by == "caller" and ended.at_ms > (HELD_S + LISTENS_S) * 1_000, "the clock of the call goes on"


def test_a_codec_that_changes_in_the_middle_of_a_call_changes_nothing(asterisk: Asterisk, line: LineProcess) -> None:
    telephone, events = placed(asterisk, line, LINE, to_mulaw)
    assert understood(events) == ["documents"]
    assert any(loud(packet.pcm) for packet in telephone.received[-ANSWER_PACKETS:]), "the answer is heard, too"
