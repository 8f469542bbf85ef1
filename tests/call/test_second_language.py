"""A call that changes its language: the other recogniser hears, the other voice speaks."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from tests.call.test_whole_calls import LINE, turns
from tests.fakes.engines import ListRecorder, LoudDetector, NoOffice, ScriptedRecogniser, SilentVoice
from voice.call.run import Call, Engines, Tongue
from voice.call.workers import Workers
from voice.clock import run_in_virtual_time
from voice.dialog.machine import Dialog
from voice.dialog.script import Script, load_script
from voice.events import CallStarted, Noted
from voice.line import HEARING_HZ
from voice.settings import ROOT, Settings
from voice.transports.recorded import RecordedCaller, RecordedLine


@pytest.fixture(scope="module")
def english() -> Script:
    return load_script(ROOT / "prompts" / "en", Settings.from_env().learning)


def test_from_the_wish_on_the_other_engines_work(script: Script, english: Script) -> None:
    phrases, caller_turns, sound = turns(
        ("line_silent", 500, "по-английски"),
        ("line_silent", 500, "application status"),
        ("line_silent", 500, "in russian please"),
        ("line_silent", 500, "оператор"),
    )
    russian, other = (Tongue(ScriptedRecogniser(phrases), SilentVoice()) for _ in range(2))
    recorder = ListRecorder()
    line = RecordedLine(RecordedCaller(sound, HEARING_HZ, LINE, caller_turns, np.zeros(0, np.int16)), plays_hz=16_000)

    async def talk() -> None:
        with Workers(2) as workers, ThreadPoolExecutor(1) as writers:
            call = Call(
                line=line,
                dialog=Dialog(script, script.lines[LINE], languages={"en": english}),
                engines=Engines(
                    russian.recogniser, russian.voice, NoOffice(), LoudDetector, workers, writers, {"en": other}
                ),
                recorder=recorder,
                started=CallStarted(at_ms=0, line=LINE, caller="", transport="test"),
            )
            await asyncio.wait_for(call.run(), 300)

    run_in_virtual_time(talk)
    assert isinstance(russian.voice, SilentVoice) and isinstance(other.voice, SilentVoice)
    assert other.voice.said[0].startswith("All right, let us speak English.")
    assert other.voice.said and all(text.isascii() for text in other.voice.said)
    assert russian.voice.said[-1].startswith("Соединяю") and not any(text.isascii() for text in russian.voice.said)
    assert isinstance(russian.recogniser, ScriptedRecogniser) and isinstance(other.recogniser, ScriptedRecogniser)
    assert russian.recogniser.opened and other.recogniser.opened
    told = [
        event.data["language"] for event in recorder.events if isinstance(event, Noted) and event.name == "language"
    ]
    assert told == ["en", "ru"]
