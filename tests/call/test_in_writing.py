"""Whole conversations in writing, in virtual time: the real shell and dialog, no recogniser, no voice, no sound."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from tests.fakes.engines import ListRecorder, NoOffice, ScriptedRecogniser, SilentVoice
from voice.call.run import Call, Engines
from voice.call.workers import Workers
from voice.clock import run_in_virtual_time
from voice.dialog.machine import Dialog
from voice.dialog.script import Script
from voice.events import AnyEvent, Asked, CallStarted, HungUp, SayDone, SayStarted, Tapped, Typed, Typing, Understood
from voice.line import Chose, Inbound, Pressed, Writes, Wrote
from voice.transports.chat import ChatLine

LINE = "88005553535"


@dataclass
class Written:
    """A finished conversation."""

    recogniser: ScriptedRecogniser = field(default_factory=lambda: ScriptedRecogniser([]))
    voice: SilentVoice = field(default_factory=SilentVoice)
    recorder: ListRecorder = field(default_factory=ListRecorder)
    events: list[AnyEvent] = field(default_factory=list)
    detectors: int = 0

    def of(self, kind: type) -> list[AnyEvent]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def said(self) -> list[str]:
        return [event.text for event in self.events if isinstance(event, SayStarted)]


Deed = Inbound | float | str  # seconds of waiting; "hang up"; "button ..." by what stands on it


def write(script: Script, *deeds: Deed) -> Written:
    chat = Written()

    def detector() -> None:
        chat.detectors += 1
        raise AssertionError("nobody is heard in writing")

    async def talk() -> None:
        with Workers(2) as workers, ThreadPoolExecutor(1) as writers:
            call = Call(
                line=ChatLine(),
                dialog=Dialog(script, script.lines[LINE]),
                engines=Engines(chat.recogniser, chat.voice, NoOffice(), detector, workers, writers),
                recorder=chat.recorder,
                started=CallStarted(at_ms=0, line=LINE, caller="", transport="chat", written=True),
                readers=(chat.events.append,),
            )
            running = asyncio.create_task(call.run())
            for deed in deeds:
                await asyncio.sleep(deed if isinstance(deed, float) else 1.0)
                act(call, chat, deed)
            await running
            assert asyncio.all_tasks() == {asyncio.current_task()}, "the call left a task behind"

    run_in_virtual_time(talk)
    return chat


def act(call: Call, chat: Written, deed: Deed) -> None:
    if deed == "hang up":
        call.hang_up()
    elif isinstance(deed, str):
        asked = chat.of(Asked)[-1]
        assert isinstance(asked, Asked)
        shown = {one.label: one.choice for one in (*asked.choices, *asked.always)}
        call.take(Chose(asked.asked, shown[deed]))
    elif not isinstance(deed, float):
        call.take(deed)


def test_a_conversation_from_greeting_to_goodbye_makes_no_sound(script: Script) -> None:
    chat = write(script, "Какие нужны документы", Wrote("загранпаспорт"), Wrote("нет, спасибо"))
    assert any("Для загранпаспорта" in text for text in chat.said)
    assert chat.events[-1] == HungUp(at_ms=chat.events[-1].at_ms, by="line", reason="goodbye")
    assert chat.recorder.sealed == ("line", "goodbye") and chat.recorder.lost_ms == 0
    assert not chat.voice.said and not chat.recogniser.opened and not chat.detectors
    assert not chat.recorder.heard and not chat.recorder.spoken


def test_time_goes_on_without_sound(script: Script) -> None:
    chat = write(script, 60.0, Wrote("помощь"), 30.0, "hang up")
    assert [event.at_ms for event in chat.of(Typed)] == [pytest.approx(61_000, abs=50)]
    assert chat.events[-1] == HungUp(at_ms=chat.events[-1].at_ms, by="caller")
    assert chat.events[-1].at_ms == pytest.approx(92_000, abs=50)


def test_every_saying_stands_there_whole_and_at_once(script: Script) -> None:
    chat = write(script, Wrote("помощь"), "hang up")
    started, done = chat.of(SayStarted), chat.of(SayDone)
    assert [event.say for event in started] == [event.say for event in done]
    assert [event.at_ms for event in started] == [event.at_ms for event in done]


def test_a_chat_that_nobody_comes_back_to_ends_by_itself(script: Script) -> None:
    silent_ms = script.patience["chat"].silent_ms * script.ladders["no_input"]
    chat = write(script)
    assert chat.events[-1].at_ms == pytest.approx(silent_ms, abs=100)
    assert "снова в любое время" in chat.said[-1]


def test_whoever_writes_on_is_waited_for(script: Script) -> None:
    pause_s = script.patience["chat"].silent_ms / 1000 * 0.9
    chat = write(script, *(Writes(""), pause_s) * 5, "hang up")
    assert chat.of(HungUp)[0].by == "caller" and not any("Жду" in text for text in chat.said)


def test_taps_keys_and_text_are_one_road(script: Script) -> None:
    chat = write(script, "Статус заявления", "Назад", Pressed("2"), Wrote("Помощь!"), "hang up")
    meant = [(event.source, event.intent) for event in chat.of(Understood)]
    assert meant == [("tapped", "application_status"), ("tapped", "back"), ("key", "documents"), ("typed", "help")]
    assert [type(event) for event in chat.recorder.events if isinstance(event, Tapped | Typed | Typing)]


def test_what_is_done_before_the_line_has_greeted_is_answered(script: Script) -> None:
    chat = write(script, 0.0, Wrote("оператор"))
    assert chat.events[-1].reason == "transfer:operator"
