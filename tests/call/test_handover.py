"""A whole call over a line that hands it over, in virtual time: one record, both sides in it."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from tests.call.test_whole_calls import LINE
from tests.fakes.engines import ListRecorder, LoudDetector, NoOffice, ScriptedRecogniser, SilentVoice, spoken
from voice.call.run import Call, Engines
from voice.call.workers import Workers
from voice.clock import run_in_virtual_time
from voice.dialog.machine import Dialog
from voice.dialog.script import Script
from voice.errors import CallerFault
from voice.events import (
    AnyEvent,
    Asked,
    CallStarted,
    CameBack,
    Final,
    HungUp,
    OperatorSaid,
    PersonCame,
    SayDone,
    SayStarted,
    Transferred,
    Typed,
    Waiting,
)
from voice.line import FRAME_MS, HEARING_HZ, Pcm16, PersonSound, Pressed, Sound, Wrote
from voice.transports.away import ExchangedLine


class Telephone:
    """A leg: its far end is silent, but for what it is told to say; what it hears is kept."""

    hears_hz = plays_hz = HEARING_HZ
    ahead_ms = 100

    def __init__(self) -> None:
        self.says: list[Pcm16 | Pressed] = []
        self.heard = 0
        self.over = asyncio.Event()

    async def inbound(self):  # type: ignore[no-untyped-def]
        frame = HEARING_HZ * FRAME_MS // 1000
        while not self.over.is_set():
            await asyncio.sleep(FRAME_MS / 1000)
            saying = self.says.pop(0) if self.says else np.zeros(frame, np.int16)
            if isinstance(saying, Pressed):
                yield saying
                continue
            if len(saying) > frame:
                self.says.insert(0, saying[frame:])
            yield Sound(saying[:frame])

    async def play(self, pcm: Pcm16) -> None:
        self.heard += len(pcm)

    async def clear(self) -> int | None:
        return None

    async def close(self, reason: str = "") -> None:
        self.over.set()


class Talk:
    """A call that runs; `line` is at a person's after `hand_over`."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.recogniser, self.recorder = (
            ScriptedRecogniser(["какие документы нужны", "паспорт и заявление"]),
            ListRecorder(),
        )
        self.events: list[AnyEvent] = []
        self.news = asyncio.Event()

    def read(self, event: AnyEvent) -> None:
        self.events.append(event)
        self.news.set()

    def of(self, kind: type) -> list[AnyEvent]:
        return [event for event in self.events if isinstance(event, kind)]

    async def until(self, kind: type, count: int = 1) -> None:
        async with asyncio.timeout(120):
            while len(self.of(kind)) < count:
                self.news.clear()
                await self.news.wait()

    async def hand_over(self) -> None:
        await asyncio.sleep(1)
        self.caller.says.append(Pressed("0"))
        await self.until(Transferred)
        await asyncio.sleep(0.1)
        assert self.line.target == "operator"

    async def joined(self, group: asyncio.TaskGroup) -> tuple[Telephone, Telephone]:
        """A person has answered: his telephone and the caller's, both overheard."""
        await self.hand_over()
        person, caller = Telephone(), Telephone()
        group.create_task(self.line.overhear(person, "person"))
        group.create_task(self.line.overhear(caller, "caller"))
        await self.until(PersonCame)
        return person, caller

    def run(self, does) -> None:  # type: ignore[no-untyped-def]
        async def whole() -> None:
            self.caller = Telephone()
            self.line = ExchangedLine(self.caller)
            with Workers(2) as workers, ThreadPoolExecutor(1) as writers:
                engines = Engines(self.recogniser, SilentVoice(), NoOffice(), LoudDetector, workers, writers)
                self.call = call = Call(
                    line=self.line,
                    dialog=Dialog(self.script, self.script.lines[LINE]),
                    engines=engines,
                    recorder=self.recorder,
                    started=CallStarted(at_ms=0, line=LINE, caller="", transport="test"),
                    readers=(self.read,),
                )
                async with asyncio.TaskGroup() as group:
                    group.create_task(call.run())
                    await does(self, group)
                assert asyncio.all_tasks() == {asyncio.current_task()}, "the call left a task behind"

        run_in_virtual_time(whole)


def test_both_sides_of_a_talk_with_a_person_are_in_the_call(script: Script) -> None:
    async def does(talk: Talk, group: asyncio.TaskGroup) -> None:
        person, caller = await talk.joined(group)
        caller.says.append(spoken(0, 1_000))
        await talk.until(Final)
        person.says.append(spoken(1, 1_000))
        await talk.until(OperatorSaid)
        talk.line.end()

    talk = Talk(script)
    talk.run(does)
    assert [event.text for event in talk.of(Final)] == ["какие документы нужны"]
    assert [event.text for event in talk.of(OperatorSaid)] == ["паспорт и заявление"]
    assert talk.recorder.sealed == ("line", "transfer:operator")
    caller_said = sum(np.count_nonzero(pcm == 100) for pcm in talk.recorder.heard)
    person_said = sum(np.count_nonzero(pcm == 101) for _, pcm in talk.recorder.spoken)
    assert caller_said == person_said == HEARING_HZ, "a second of each, both kept"
    ended, joined = talk.of(HungUp)[0], talk.of(PersonCame)[0]
    assert ended.at_ms > joined.at_ms + 2_000, "the call's clock goes on"


def test_a_side_that_comes_unevenly_tears_no_hole_into_the_words_of_the_other(script: Script) -> None:
    leap_ms = 100

    async def does(talk: Talk, group: asyncio.TaskGroup) -> None:
        person, _ = await talk.joined(group)
        person.says.append(spoken(1, 600))
        await asyncio.sleep(0.3)
        talk.call.take(Sound(np.zeros(HEARING_HZ * leap_ms // 1000, np.int16)))
        await talk.until(OperatorSaid)
        talk.line.end()

    talk = Talk(script)
    talk.run(does)
    words = [at_ms for at_ms, pcm in talk.recorder.spoken if (pcm == 101).any()]
    after = next(at_ms for at_ms, _ in talk.recorder.spoken if at_ms > words[-1])
    assert set(np.diff(words)) == {FRAME_MS}
    assert after == words[-1] + FRAME_MS + leap_ms, "in his silence both sides are even again"


@pytest.mark.parametrize(("speaks_at_once_ms", "lost_ms"), [(20, 40), (9_000, 40 + 4_000)])
def test_sound_of_a_person_that_got_lost_is_told_to_the_record(
    script: Script, speaks_at_once_ms: int, lost_ms: int
) -> None:
    class Lossy(Telephone):
        dropped_ms = 40

    async def does(talk: Talk, group: asyncio.TaskGroup) -> None:
        await talk.hand_over()
        group.create_task(talk.line.overhear(Lossy(), "person"))
        await talk.until(PersonCame)
        talk.call.take(PersonSound(spoken(0, speaks_at_once_ms)))  # no recogniser is as fast as that
        await asyncio.sleep(4)
        talk.line.end()

    talk = Talk(script)
    talk.run(does)
    assert talk.recorder.lost_ms == pytest.approx(lost_ms, abs=500 * (lost_ms > 40))


def test_what_is_typed_beside_the_line_is_for_the_persons_ear(script: Script) -> None:
    async def does(talk: Talk, group: asyncio.TaskGroup) -> None:
        person, caller = await talk.joined(group)
        talk.call.take(Wrote("не слышу вас"))
        await talk.until(SayDone, len(talk.of(SayDone)) + 1)
        assert person.heard > HEARING_HZ and caller.heard == 0
        talk.line.end()

    talk = Talk(script)
    talk.run(does)
    assert [event.text for event in talk.of(Typed)] == ["не слышу вас"]
    assert "не слышу вас" in talk.of(SayStarted)[-1].text


def test_a_caller_who_comes_back_goes_on_with_his_call(script: Script) -> None:
    async def does(talk: Talk, group: asyncio.TaskGroup) -> None:
        await talk.hand_over()
        await asyncio.sleep(90)
        back = Telephone()
        group.create_task(talk.line.come_back(back))
        await talk.until(CameBack)
        await asyncio.sleep(3)
        back.says.append(Pressed("4"))
        await asyncio.sleep(3)
        assert back.heard > 5 * HEARING_HZ // 2
        back.over.set()
        await talk.until(HungUp)

    talk = Talk(script)
    talk.run(does)
    assert [event.step for event in talk.of(Asked)][-2:] == ["operator.choose", "main.welcome"]
    way = [event for event in talk.events if isinstance(event, Transferred | Waiting | CameBack)]
    assert [type(event) for event in way] == [Transferred, Waiting, CameBack]
    assert talk.recorder.sealed == ("caller", "")
    assert talk.of(CameBack)[0].at_ms == pytest.approx(90_000 + talk.of(SayStarted)[1].at_ms, abs=6_000)


def test_who_hangs_up_while_he_waits_has_ended_the_call(script: Script) -> None:
    async def does(talk: Talk, group: asyncio.TaskGroup) -> None:
        await talk.hand_over()
        await asyncio.sleep(20)
        talk.line.end()

    talk = Talk(script)
    talk.run(does)
    assert talk.recorder.sealed == ("caller", "transfer:operator")
    with pytest.raises(CallerFault):
        run_in_virtual_time(lambda: talk.line.come_back(Telephone()))
