"""A caller is handed over to a person and comes back; whoever reads along reads both."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine
from typing import Any

import httpx
import pytest

from tests.telephony import bed
from tests.telephony.bed import Asterisk, LineProcess, MediaPath
from tests.telephony.evening import happens, in_time, kept, kept_sound
from tests.telephony.in_record import missing_ms, place
from tests.telephony.lines import Lines
from tests.telephony.phone import RATE_HZ, Phone, phone, silence
from tests.telephony.sentences import first_words, hears_speech, quiet, speaking, until
from tests.telephony.test_line_fails import CALLER_HZ, PERSON_HZ, hears, on_the_telephone, saying
from voice.audio.resample import convert
from voice.events import (
    AnyEvent,
    Asked,
    CameBack,
    Final,
    HungUp,
    OperatorSaid,
    PersonCame,
    SayDone,
    SayStarted,
    Transferred,
    from_json,
)
from voice.line import HEARING_HZ

CALLER = "+79160000001"
NUMBER = "88005553535"
BREATH_S = 0.3  # from lifting the receiver to the first word
MISSED_MS = 40  # of a person's first words; the tone of a letter that fades counts
WAIT_S = 5  # for a person, in the tests where nobody answers
ROAD = ["operator.choose", "main.welcome", "status.number"]  # of who comes back, and goes back to where he was
BUSY = "заняты"  # a word of what is said when nobody was free


@pytest.fixture
def line(path: MediaPath, lines: Lines) -> LineProcess:
    return lines.usual()


def events(line: LineProcess) -> list[AnyEvent]:
    """Of the newest call, when its record is sealed."""
    record = asyncio.run(kept(line.data, [CALLER]))[CALLER]
    assert record.call.state == "complete", record.call.flaws
    return [from_json(event.json) for event in record.events]


def alone(asterisk: Asterisk, talk: Callable[[Phone], Coroutine[Any, Any, None]]) -> None:
    """A caller, and nobody at the queues."""

    async def whole() -> None:
        async with phone(asterisk.exchange, number=CALLER) as caller:
            await talk(caller)

    asyncio.run(whole())


def of(events: list[AnyEvent], kind: type) -> list[AnyEvent]:
    return [event for event in events if isinstance(event, kind)]


def texts_of(events: list[AnyEvent], kind: type) -> str:
    return " ".join(event.text for event in of(events, kind))


def steps_since(events: list[AnyEvent], kind: type) -> list[str]:
    """Where the line has asked after the first event of this kind; nowhere before it."""
    at = next((at for at, event in enumerate(events) if isinstance(event, kind)), len(events))
    return [event.step for event in of(events[at:], Asked)]


def variables(asterisk: Asterisk, number: str) -> dict[str, str]:
    """What Asterisk's channel of the telephone with this number has been told."""
    channel = next(
        one for one in asterisk.cli("core show channels concise").splitlines() if one.startswith(f"PJSIP/{number}-")
    )
    shown = asterisk.cli(f"core show channel {channel.partition('!')[0]}")
    return dict(line.split("=", 1) for line in shown.splitlines() if line.startswith("LINIYA_"))


async def hands_over(caller: Phone, person: Phone) -> None:
    """From the first word to the person's answer."""
    await caller.call(NUMBER)
    async with saying(caller, 0):
        await until(lambda: hears_speech(caller))
        await caller.press("0")
        await person.answer()


def test_a_person_takes_over_knows_why_and_both_are_read(asterisk: Asterisk, line: LineProcess) -> None:
    told: dict[str, str] = {}

    async def talk(caller: Phone, person: Phone) -> None:
        await hands_over(caller, person)
        told.update(await asyncio.to_thread(variables, asterisk, "person1"))
        async with saying(caller, CALLER_HZ), saying(person, PERSON_HZ):
            await until(lambda: hears(caller, PERSON_HZ) and hears(person, CALLER_HZ))
        async with speaking(person, first_words("documents_replace")), speaking(caller, silence()):
            await happens(line.data, CALLER, lambda so_far: "документ" in texts_of(so_far, OperatorSaid))
        async with speaking(caller, first_words("login_helped")), speaking(person, silence()):
            await happens(line.data, CALLER, lambda so_far: "войти" in texts_of(so_far, Final))
        async with httpx.AsyncClient(trust_env=False) as client:
            asked = (await client.get(f"{line.url}/pbx/calls/{told['LINIYA_CALL']}/told")).json()
        assert (asked["target"], asked["reason"], asked["tried"]) == ("operator", "asked", ["main.welcome"])
        person.hang_up()
        await until(caller.ended.is_set)

    on_the_telephone(asterisk, talk)
    assert told["LINIYA_REASON"] == "asked"
    happened = events(line)
    assert len(of(happened, PersonCame)) == 1
    assert "документ" in texts_of(happened, OperatorSaid)
    after = happened[happened.index(of(happened, PersonCame)[0]) :]
    assert "войти" in texts_of(after, Final)
    assert of(happened, HungUp)[0].reason == "transfer:operator"
    announced = next(event for event in of(happened, SayStarted) if "Соединяю" in event.text)
    assert announced.say in [event.say for event in of(happened, SayDone)], "the announcement is heard whole"
    assert happened.index(of(happened, SayDone)[-1]) < happened.index(of(happened, Transferred)[0])


def test_a_person_is_read_and_kept_from_his_first_word(asterisk: Asterisk, line: LineProcess) -> None:
    words = first_words("documents_replace")

    async def talk(caller: Phone, person: Phone) -> None:
        await hands_over(caller, person)
        async with speaking(caller, silence()):
            async with speaking(person, silence()):
                await asyncio.sleep(BREATH_S)
            async with speaking(person, words):
                await asyncio.sleep(len(words) / RATE_HZ)
                await happens(line.data, CALLER, lambda so_far: bool(of(so_far, OperatorSaid)))

    busy_ms = on_the_telephone(asterisk, talk)
    happened = events(line)
    said, record = convert(words, RATE_HZ, HEARING_HZ), kept_sound(line.data, CALLER)[:, 1]
    with in_time(busy_ms):  # Asterisk throws away what comes late where somebody listens to a talk
        assert texts_of(happened, OperatorSaid).split()[0] == "хочу"
        assert missing_ms(record, said, place(record, said))[0] <= MISSED_MS


def test_nobody_answers_and_the_call_comes_back_where_it_left(asterisk: Asterisk, line: LineProcess) -> None:
    async def talk(caller: Phone) -> None:
        await caller.call(NUMBER)
        async with saying(caller, 0):
            await until(lambda: hears_speech(caller))
            await caller.press("0")
            await until(lambda: quiet(caller, 2))
            await until(lambda: not quiet(caller, 0.2))
            await happens(line.data, CALLER, lambda so_far: steps_since(so_far, CameBack)[:1] == ROAD[:1])
            await caller.press("4")
            await happens(line.data, CALLER, lambda so_far: steps_since(so_far, CameBack)[:2] == ROAD[:2])
            await caller.press("1")
            await happens(line.data, CALLER, lambda so_far: len(steps_since(so_far, CameBack)) >= len(ROAD))

    asterisk.cli(f"dialplan set global LINIYA_WAIT {WAIT_S}")
    try:
        alone(asterisk, talk)
    finally:
        asterisk.cli("dialplan set global LINIYA_WAIT 90")
    happened = events(line)
    back = happened.index(of(happened, CameBack)[0])
    said = [event.text for event in of(happened[back:], SayStarted)]
    assert BUSY in said[0]
    assert steps_since(happened, CameBack)[: len(ROAD)] == ROAD
    assert of(happened, HungUp)[0].by == "caller" and of(happened, HungUp)[0].reason == ""


def test_a_caller_who_hangs_up_while_he_waits_ends_his_record(asterisk: Asterisk, line: LineProcess) -> None:
    async def talk(caller: Phone) -> None:
        await caller.call(NUMBER)
        async with saying(caller, 0):
            await until(lambda: hears_speech(caller))
            await caller.press("0")
            await until(lambda: quiet(caller, 2))

    alone(asterisk, talk)
    ended = of(events(line), HungUp)[0]
    assert (ended.by, ended.reason) == ("caller", "transfer:operator")


def test_a_caller_who_hangs_up_on_a_person_ends_his_record(asterisk: Asterisk, line: LineProcess) -> None:
    async def talk(caller: Phone, person: Phone) -> None:
        await hands_over(caller, person)
        async with saying(caller, 0), saying(person, PERSON_HZ):
            await until(lambda: hears(caller, PERSON_HZ))
            caller.hang_up()
            await until(person.ended.is_set)

    on_the_telephone(asterisk, talk)
    assert of(events(line), HungUp)[0].reason == "transfer:operator"
    bed.until(lambda: "0 active channels" in asterisk.cli("core show channels"), 5, asterisk.told)


def test_a_line_that_dies_leaves_the_talk_alone(asterisk: Asterisk, line: LineProcess) -> None:
    async def talk(caller: Phone, person: Phone) -> None:
        await hands_over(caller, person)
        async with saying(caller, CALLER_HZ), saying(person, PERSON_HZ):
            await until(lambda: hears(caller, PERSON_HZ) and hears(person, CALLER_HZ))
            line.stop(signal.SIGKILL)
            await asyncio.sleep(3)
            heard = len(caller.received), len(person.received)
            await asyncio.sleep(1)
            assert hears(caller, PERSON_HZ) and hears(person, CALLER_HZ)
            assert len(caller.received) > heard[0] + 40 and len(person.received) > heard[1] + 40

    on_the_telephone(asterisk, talk)
