"""Regression fixtures from archived calls: what the line must do, found without sound, and tried with it."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import numpy as np

from voice.audio.pcm import silence
from voice.audio.resample import convert
from voice.clock import run_in_virtual_time
from voice.desk.backoffice import EmbeddedOffice
from voice.dialog.question import BACKCHANNEL
from voice.dialog.script import Script
from voice.events import AnyEvent, HungUp, Understood
from voice.line import CallRequest, Pcm16
from voice.nlu.data import load
from voice.review.course import UNFINISHED, archived, changes, course
from voice.review.fixture import RATE_HZ, Cleaned, NoFixture, expectation
from voice.settings import Settings
from voice.switchboard import Switchboard
from voice.transports.recorded import RecordedLine, read_caller
from voice.tts.voices import OpenVoice
from voice.workshop.callers import LEAD_MS, TAIL_MS, by_telephone
from voice.workshop.replay import Again
from voice.workshop.scenarios import expected
from voice.workshop.simulation import LONGEST_S, broken


def expect(call: Cleaned, script: Script, languages: Mapping[str, Script]) -> tuple[dict[str, object], list[str]]:
    """What the line does with this caller, and where that is not what it did in the call, by the names of Course.

    Asked is a back office of invented people. Raises NoFixture when the line would wait for ever.
    """
    with tempfile.TemporaryDirectory() as folder:
        again = Again(call.record, script, languages, EmbeddedOffice(Path(folder) / "backoffice.db"))
        again.play(call.said)
    events = [*again.events]
    before, after = course(archived(call.record)), course(events)
    if after.ends == UNFINISHED:
        raise NoFixture("what the line needed of this call is masked, or the line asks otherwise now")
    understood = [one for one in events if isinstance(one, Understood) and one.intent != BACKCHANNEL]
    hung_up = next((one for one in reversed(events) if isinstance(one, HungUp)), None)
    ends = (hung_up.by, hung_up.reason) if hung_up else ("line", after.ends)
    return expectation(understood, again.heard, ends), list(changes(before, after))


async def say_anew(voice: OpenVoice, spoken: Mapping[int, str]) -> dict[int, Pcm16]:
    """Words in the line's own voice, as by telephone, RATE_HZ."""
    said = {}
    for utterance, text in spoken.items():
        pcm = np.concatenate([piece async for piece in voice.speak(text)])
        narrow = by_telephone(convert(pcm, voice.rate_hz, RATE_HZ).astype(np.float64))
        said[utterance] = np.concatenate([silence(LEAD_MS, RATE_HZ), narrow, silence(TAIL_MS, RATE_HZ)])
    return said


def tried(settings: Settings, sound: Path) -> list[str]:
    """What a fixture expects and the line does not do, with its real ears and voice. Raises SetupError, PromptError."""
    wanted = expected(load(sound.with_suffix(".expect.yaml")).fields()["expect"])
    with tempfile.TemporaryDirectory() as folder:
        apart = replace(settings, data=Path(folder), keys="", database="", max_calls=1)
        events: list[AnyEvent] = run_in_virtual_time(lambda: _place(apart, sound))
        return broken(wanted, events)


async def _place(settings: Settings, sound: Path) -> list[AnyEvent]:
    board = await Switchboard.open(settings)
    events: list[AnyEvent] = []
    try:
        await board.learn_languages()
        caller = read_caller(sound, line="")
        request = CallRequest(line=caller.line, caller="", transport="file", call_id=uuid4().hex)
        async with asyncio.timeout(LONGEST_S):
            await board.answer(RecordedLine(caller), request, readers=(events.append,))
    finally:
        await board.close()
    return events
