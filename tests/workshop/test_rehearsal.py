"""A conversation without sound, and its copies."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fakes.conversation import Conversation
from voice.dialog import actions as act
from voice.dialog.script import Script
from voice.errors import EngineFailed

SHUT = EngineFailed("shut")
WORDS = ["да", "нет", "статус заявления", "1234567890", "повторите", "помощь", "назад", "синий трактор"]


class ShutOffice:
    def look_up(self, name: str, args: object) -> None:
        raise SHUT

    def register(self, name: str, args: object, call: str = "") -> None:
        raise SHUT


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.lists(st.sampled_from(WORDS), max_size=4), after=st.lists(st.sampled_from(WORDS), max_size=3))
def test_a_copy_goes_on_as_the_original_would_and_leaves_it_alone(
    script: Script, before: list[str], after: list[str]
) -> None:
    call, other = Conversation(script), Conversation(script)
    for words in before:
        call.speak(words)
        other.speak(words)
    copy = call.fork()
    told, timers, values = [*call.said], dict(call.timers), dict(call.dialog.memory.values)
    for words in after:
        assert copy.speak(words) == other.speak(words)
    assert (call.said, call.timers, call.dialog.memory.values) == (told, timers, values)
    for words in after:
        call.speak(words)
    assert (call.said, call.understood) == (copy.said, copy.understood)


def test_an_office_that_is_shut_is_told_to_the_caller(script: Script) -> None:
    call = Conversation(script, office=ShutOffice())  # type: ignore[arg-type]
    call.speak("статус заявления 1234567890")
    assert script.texts.say("status.failed") in call.speak("да")
    assert isinstance(call.ended, act.Transfer)
