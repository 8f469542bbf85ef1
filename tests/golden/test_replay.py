"""Archived calls of the recorded callers, with real sound, go before the same line as they went."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.golden.placed import Placed
from voice.dialog.script import Script
from voice.settings import Settings
from voice.workshop.replay import replay_text
from voice.workshop.replay_sound import replay_sound

# Whole numbers and parts of them, interruptions, sounds without words, silences, keys, hanging up in mid sentence.
CALLERS = (
    *(
        "status_triples",
        "status_in_two_parts",
        "speaks_over_notice",
        "interrupts_answer",
        "coughs",
        "silence_then_speech",
    ),
    *("keys_and_speech", "hangs_up"),
)


@pytest.mark.parametrize("caller", CALLERS)
def test_the_words_of_a_call_take_the_same_course(placed: Callable[[str], Placed], script: Script, caller: str) -> None:
    replayed = replay_text(placed(caller).record, script, {}, {})
    assert replayed.before.steps
    assert replayed.changes == {}


@pytest.mark.parametrize("caller", CALLERS)
def test_the_sound_of_a_call_takes_the_same_course(placed: Callable[[str], Placed], caller: str) -> None:
    call = placed(caller)
    replayed = replay_sound(Settings.from_env(), [(call.record, call.sound[:, 0].copy())])
    assert [one.changes for one in replayed] == [{}]
