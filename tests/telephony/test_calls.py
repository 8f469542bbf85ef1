"""Ten recorded callers at once over a real Asterisk: SIP and RTP to it, each of its media paths to the line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from tests.telephony.bed import Asterisk, MediaPath
from tests.telephony.caller import played
from tests.telephony.evening import FIXTURES, Talked, evening, fixture, in_time
from tests.telephony.far_end import barge_ins_ms, clicks, leaps_ms, level_dbfs, lost, of_the_line, underruns_ms
from tests.telephony.lines import Lines
from tests.telephony.phone import RATE_HZ
from voice.asr.catalogue import locate
from voice.asr.vosk import VoskRecogniser
from voice.audio.resample import convert
from voice.events import Interrupted, SayStarted
from voice.line import HEARING_HZ
from voice.nlu.normalise import words
from voice.settings import Settings
from voice.workshop.scenarios import Expected, read_scenarios
from voice.workshop.simulation import broken, told

CALLERS = (
    "interrupts_answer",
    "keys_and_speech",
    "keys_only",
    "status_triples",
    "documents_replace",
    "thanks_after_no",
    "operator_at_once",
    "hangs_up",
    "noise_20db",
    "disability_line",
)
UNDERRUN_MS = 20.0

every_caller = pytest.mark.parametrize("name", CALLERS)


@pytest.fixture(scope="module")
def talked(asterisk: Asterisk, path: MediaPath, lines: Lines) -> Callable[[str], Talked]:
    return evening(asterisk, lines.usual().data, {name: fixture(name) for name in CALLERS}).__getitem__


def by_telephone(expected: Expected) -> Expected:
    """A recorded caller who is handed over hangs up while he waits for a person.

    How soon the line answers is measured by the bench: here ten callers and a test share the machine.
    """
    by, reason = expected.ends or ("", "")
    ends = ("caller", reason) if by == "line" and reason.startswith("transfer:") else expected.ends
    return replace(expected, ends=ends, max_gap_ms=None)


@every_caller
def test_the_line_does_what_the_caller_needs(talked: Callable[[str], Talked], name: str) -> None:
    call = talked(name)
    expected = next(one.expected for one in read_scenarios(FIXTURES / "scenarios.yaml").callers if one.name == name)
    if wrong := broken(by_telephone(expected), call.events):
        with in_time(call.busy_ms):  # a line that is late hears two answers as one
            pytest.fail("\n".join([*wrong, *told(call.events)]))


@every_caller
def test_the_record_knows_who_called_and_is_whole(talked: Callable[[str], Talked], path: MediaPath, name: str) -> None:
    call = talked(name)
    kept = call.record.call
    assert (kept.caller, kept.transport, kept.state) == (call.number, path.transport, "complete")
    with in_time(call.busy_ms):  # what cannot be recognised in time is dropped, and told
        assert kept.flaws == ()


@every_caller
def test_the_sound_comes_whole_and_without_a_hole(talked: Callable[[str], Talked], name: str) -> None:
    packets = of_the_line(list(talked(name).packets))
    assert lost(packets) == 0
    assert -26 < level_dbfs(packets) < -14
    with in_time(talked(name).busy_ms):
        assert max(leaps_ms(packets), default=0.0) <= UNDERRUN_MS, "the line was late, and Asterisk's clock leapt"
        assert max(underruns_ms(packets), default=0.0) <= UNDERRUN_MS
        assert clicks(played(packets)) == []


@pytest.fixture(scope="module")
def recogniser() -> VoskRecogniser:
    return VoskRecogniser(locate(Settings.from_env()))


@every_caller
def test_a_listener_understands_the_line(
    talked: Callable[[str], Talked], recogniser: VoskRecogniser, name: str
) -> None:
    call = talked(name)
    stream = recogniser.open()
    stream.feed(convert(played(of_the_line(list(call.packets)))[: 8 * RATE_HZ], RATE_HZ, HEARING_HZ))
    heard = set(stream.finish().text.split())
    stream.close()
    said = {word for event in call.events if isinstance(event, SayStarted) for word in words(event.text)}
    assert len(heard) >= 5 and len(heard & said) >= 0.6 * len(heard), f"{sorted(heard)} of {sorted(said)}"


def test_a_caller_who_speaks_over_the_line_has_silence_at_once(
    talked: Callable[[str], Talked], path: MediaPath
) -> None:
    call = talked("interrupts_answer")
    with in_time(call.busy_ms):
        assert any(isinstance(event, Interrupted) for event in call.events)
        delays_ms = barge_ins_ms(call.spoken, list(call.packets))
        assert delays_ms and max(delays_ms) <= path.barge_in_ms, delays_ms


def test_a_call_is_answered_at_once(talked: Callable[[str], Talked]) -> None:
    assert np.median([talked(name).answered_ms for name in CALLERS]) < 1_500


def test_the_line_hangs_up_when_all_is_said(talked: Callable[[str], Talked]) -> None:
    goodbyes = [call for name in CALLERS if (call := talked(name)).record.call.reason == "goodbye"]
    assert goodbyes and all(call.ended_by == "them" for call in goodbyes)
    assert talked("hangs_up").ended_by == "us" and talked("hangs_up").record.call.ended_by == "caller"
