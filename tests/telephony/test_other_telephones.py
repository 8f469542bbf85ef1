"""Telephones that echo, that send nothing in silence, that are wideband, and people on hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.telephony.bed import Asterisk
from tests.telephony.caller import HELD_PACKETS, Habits
from tests.telephony.evening import Talked, evening, fixture, in_time
from tests.telephony.lines import Lines
from voice.events import AnyEvent, Final, Interrupted, SayDone, SayStarted, Understood
from voice.transports.recorded import CallerTurn
from voice.workshop.simulation import told

ECHOED = replace(fixture("operator_at_once"), turns=(CallerTurn("line_silent", 1_500, hang_up=True),))


def understood(call: Talked) -> list[str | None]:
    return [event.intent for event in call.events if isinstance(event, Understood)]


SHORT = 3  # packets that a telephone near the exchange holds back
ECHOES = {
    f"{db} dB after {packets} packets by {sound}": (Habits(echo_db=db, held_packets=packets), sound)
    for sound in ("audiosocket", "websocket")
    for db, packets in ((-12, SHORT), (-12, HELD_PACKETS), (-20, HELD_PACKETS), (-30, HELD_PACKETS))
}


@pytest.fixture(scope="module")
def talked(asterisk: Asterisk, lines: Lines) -> Callable[[str], Talked]:
    callers = dict.fromkeys(ECHOES, ECHOED)
    callers |= {"saves": fixture("operator_at_once"), "wideband": fixture("thanks_after_no")}
    habits = {name: habit for name, (habit, _) in ECHOES.items()} | {"saves": Habits(sends_silence=False)}
    sounds = {name: sound for name, (_, sound) in ECHOES.items()} | {
        "saves": "audiosocket",
        "wideband": "audiosocket16",
    }
    try:
        return evening(asterisk, lines.usual().data, callers, habits, sounds).__getitem__
    finally:
        asterisk.travel_by("audiosocket")


@pytest.mark.parametrize("name", ECHOES)
def test_the_lines_own_words_that_come_back_are_nobodys(talked: Callable[[str], Talked], name: str) -> None:
    events = talked(name).events
    if any(isinstance(event, Interrupted | Understood) or _words_of_a_caller(event) for event in events):
        with in_time(talked(name).busy_ms):  # an echo is known by when it comes
            pytest.fail("\n".join(told(events)))
    said = [event for event in events if isinstance(event, SayStarted)]
    heard = [event for event in events if isinstance(event, SayDone)]
    assert len(said) == len(heard) >= 2, "each saying is said to its end"


def _words_of_a_caller(event: AnyEvent) -> bool:
    return isinstance(event, Final) and bool(event.text) and not event.echo


def test_a_telephone_that_sends_nothing_in_silence_is_understood_as_soon_as_any_other(
    talked: Callable[[str], Talked],
) -> None:
    call = talked("saves")
    assert understood(call) == ["operator"]
    lengths = [event.at_ms for event in call.events]
    assert lengths[-1] >= 8_000, "the clock of the call goes on while nothing is sent"


def test_a_wideband_call_is_a_call_like_any_other(talked: Callable[[str], Talked]) -> None:
    call = talked("wideband")
    assert understood(call)[:2] == ["documents", "no"]
    assert call.record.call.transport == "audiosocket" and call.record.call.reason == "goodbye"
