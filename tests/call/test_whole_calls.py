"""Whole calls in virtual time: the real ears, mouth, dialog and shell; engines that follow a script."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import pytest

from tests.fakes.engines import (
    ListRecorder,
    LoudDetector,
    NoOffice,
    ScriptedRecogniser,
    SilentVoice,
    spoken,
)
from voice.call.run import Call, Engines
from voice.call.workers import Workers
from voice.clock import run_in_virtual_time
from voice.dialog.machine import Dialog
from voice.dialog.script import Script
from voice.errors import BadAudio
from voice.events import (
    AnyEvent,
    CallStarted,
    Final,
    HungUp,
    Interrupted,
    Noted,
    Partial,
    Resumed,
    SayDone,
    SayStarted,
    SpeechEnded,
    SpeechStarted,
    Transferred,
    Understood,
)
from voice.line import HEARING_HZ, Pcm16
from voice.transports.recorded import CallerTurn, RecordedCaller, RecordedLine

LINE = "88005553535"


class Played:
    """A finished call: its events with the virtual second each was published at."""

    def __init__(self) -> None:
        self.recogniser = ScriptedRecogniser([])
        self.voice = SilentVoice()
        self.recorder = ListRecorder()
        self.events: list[tuple[float, AnyEvent]] = []
        self.reply: Pcm16 = np.zeros(0, np.int16)

    def of(self, kind: type) -> list[AnyEvent]:
        return [event for _, event in self.events if isinstance(event, kind)]

    def when(self, event: AnyEvent) -> float:
        return next(at_s for at_s, known in self.events if known is event)


def turns(*does: tuple[str, int, str | int]) -> tuple[list[str], tuple[CallerTurn, ...], Pcm16]:
    """(when, wait_ms, what): words, a sound of so many ms without words, or "#1" for a key and "!" for hanging up."""
    phrases: list[str] = []
    pieces: list[Pcm16] = []
    made: list[CallerTurn] = []
    at_ms = 0
    for when, wait_ms, what in does:
        if isinstance(what, str) and what.startswith("#"):
            made.append(CallerTurn(when, wait_ms, key=what[1:]))  # type: ignore[arg-type]
        elif what == "!":
            made.append(CallerTurn(when, wait_ms, hang_up=True))  # type: ignore[arg-type]
        else:
            phrases.append(what if isinstance(what, str) else "")
            ms = what if isinstance(what, int) else 400 + 60 * len(what)
            pieces.append(spoken(len(phrases) - 1, ms))
            made.append(CallerTurn(when, wait_ms, at_ms, at_ms + ms))  # type: ignore[arg-type]
            at_ms += ms
    return phrases, tuple(made), np.concatenate(pieces) if pieces else np.zeros(1600, np.int16)


def play(
    script: Script, *does: tuple[str, int, str | int], prepare: Callable[[Played, RecordedLine], None] | None = None
) -> Played:
    played = Played()
    phrases, caller_turns, sound = turns(*does)
    played.recogniser.phrases = phrases
    line = RecordedLine(RecordedCaller(sound, HEARING_HZ, LINE, caller_turns, np.zeros(0, np.int16)), plays_hz=16_000)
    if prepare:
        prepare(played, line)

    async def talk() -> None:
        loop = asyncio.get_running_loop()
        with Workers(2) as workers, ThreadPoolExecutor(1) as writers:
            call = Call(
                line=line,
                dialog=Dialog(script, script.lines[LINE]),
                engines=Engines(played.recogniser, played.voice, NoOffice(), LoudDetector, workers, writers),
                recorder=played.recorder,
                started=CallStarted(at_ms=0, line=LINE, caller="", transport="test"),
                readers=(lambda event: played.events.append((loop.time(), event)),),
            )
            await call.run()
            assert asyncio.all_tasks() == {asyncio.current_task()}, "the call left a task behind"

    run_in_virtual_time(talk)
    played.reply = line.reply
    return played


def test_a_call_from_greeting_to_goodbye(script: Script) -> None:
    call = play(
        script,
        ("line_silent", 500, "какие нужны документы"),
        ("line_silent", 500, "загранпаспорт"),
        ("line_silent", 500, "нет спасибо"),
    )
    assert [event.intent for event in call.of(Understood)] == ["documents", "service", "no"]
    assert call.events[-1][1] == HungUp(at_ms=call.events[-1][1].at_ms, by="line", reason="goodbye")
    assert call.recorder.sealed == ("line", "goodbye")


def test_every_saying_is_shown_before_it_sounds_and_heard_out(script: Script) -> None:
    call = play(script, ("line_silent", 500, "оператор"))
    started, done = call.of(SayStarted), call.of(SayDone)
    assert [event.say for event in started] == [event.say for event in done]
    first_sound_s = np.flatnonzero(call.reply)[0] / 16_000
    assert call.when(started[0]) <= first_sound_s
    for begin, end in zip(started, done, strict=True):
        assert end.heard_ms == pytest.approx((call.when(end) - call.when(begin)) * 1000, abs=60)


def test_a_whole_phrase_ends_the_turn_at_once_and_free_speech_is_waited_for(script: Script) -> None:
    def gap_ms(words: str) -> float:
        call = play(script, ("line_silent", 500, words), ("at_once", 3000, "!"))
        return call.recorder.traces[-1]["gap"]

    assert gap_ms("не могу войти") < 600 < gap_ms("мне бы что-нибудь узнать про субсидию на дрова") < 1200


def test_the_callers_sound_is_recorded_whole_and_in_order(script: Script) -> None:
    call = play(script, ("line_silent", 500, "повторите"), ("at_once", 4000, "!"))
    heard = np.concatenate(call.recorder.heard)
    ended = call.of(HungUp)[0]
    assert len(heard) * 1000 // HEARING_HZ == ended.at_ms
    assert np.count_nonzero(heard) == len(spoken(0, 400 + 60 * len("повторите")))


def test_barge_in_silences_the_line_and_is_answered(script: Script) -> None:
    call = play(
        script,
        ("line_silent", 500, "документы на загранпаспорт"),
        ("line_speaks", 2000, "соедините с оператором"),
    )
    interrupted = call.of(Interrupted)[0]
    speech = call.of(SpeechStarted)[-1]
    assert call.when(interrupted) - call.when(speech) < 0.02
    assert 1500 < interrupted.heard_ms < 2600
    assert call.of(Transferred)[0].target == "operator"


def test_after_a_cough_the_line_goes_on_from_where_it_stopped(script: Script) -> None:
    calm = play(script, ("line_silent", 500, "документы на загранпаспорт"), ("line_silent", 1500, "нет спасибо"))
    coughed = play(
        script,
        ("line_silent", 500, "документы на загранпаспорт"),
        ("line_speaks", 2000, 300),
        ("line_silent", 1500, "нет спасибо"),
    )
    assert len(coughed.of(Interrupted)) == len(coughed.of(Resumed)) == 1
    assert [event.text for event in coughed.of(SayStarted)] == [event.text for event in calm.of(SayStarted)]
    extra_ms = (np.count_nonzero(coughed.reply) - np.count_nonzero(calm.reply)) / 16
    assert 0 <= extra_ms <= 600, "only a little is said twice"


def test_the_notice_of_recording_is_heard_out(script: Script) -> None:
    call = play(script, ("line_speaks", 500, "какие нужны документы"), ("at_once", 9000, "!"))
    notice = call.of(SayStarted)[0]
    assert notice.say not in [event.say for event in call.of(Interrupted)]
    assert call.of(SayDone)[0].say == notice.say
    assert [event.intent for event in call.of(Understood)] == ["documents"]


def test_keys_work_while_the_line_speaks(script: Script) -> None:
    call = play(script, ("line_silent", 500, "документы на загранпаспорт"), ("line_speaks", 1500, "#0"))
    assert call.of(Transferred)


def test_silence_leads_to_a_person(script: Script) -> None:
    call = play(script)
    assert call.of(Transferred)[0].reason == "no_input"


def test_partials_never_take_a_word_back(script: Script) -> None:
    call = play(script, ("line_silent", 500, "мне нужно узнать что там с моим заявлением"), ("at_once", 3000, "!"))
    stable = [event.stable for event in call.of(Partial)]
    assert all(after.startswith(before) for before, after in pairwise(stable))


def test_edges_and_finals_belong_together(script: Script) -> None:
    call = play(script, ("line_silent", 500, "да"), ("line_silent", 500, "помощь"), ("at_once", 3000, "!"))
    starts, ends = call.of(SpeechStarted), call.of(SpeechEnded)
    assert [e.utterance for e in starts] == [e.utterance for e in ends] == [e.utterance for e in call.of(Final)]
    assert all(start.at_ms < end.at_ms for start, end in zip(starts, ends, strict=True))


def test_a_recogniser_that_fails_costs_one_utterance_not_the_call(script: Script) -> None:
    def prepare(played: Played, line: RecordedLine) -> None:
        played.recogniser.fails = True

    call = play(script, ("line_silent", 500, "какие нужны документы"), ("line_silent", 500, "#0"), prepare=prepare)
    assert [event.name for event in call.of(Noted) if event.name == "engine_failed"]
    assert call.of(Transferred)


def test_a_line_that_breaks_the_rules_ends_its_call_with_the_reason(script: Script) -> None:
    def prepare(played: Played, line: RecordedLine) -> None:
        async def broken():
            raise BadAudio("odd bytes")
            yield

        line.inbound = broken  # type: ignore[method-assign]

    call = play(script, prepare=prepare)
    assert call.recorder.sealed == ("error", "bad_audio")


def test_hanging_up_in_the_middle_seals_the_record(script: Script) -> None:
    call = play(script, ("line_speaks", 1000, "!"))
    assert call.recorder.sealed == ("caller", "")


def test_words_under_way_are_kept_when_the_caller_hangs_up(script: Script) -> None:
    call = play(script, ("line_silent", 500, "мне нужно узнать что там"), ("at_once", 20, "!"))
    assert call.of(Final)[-1].text == "мне нужно узнать что там"
    assert call.recorder.events[-1] == call.of(HungUp)[0]


def test_a_number_waits_for_its_digits_but_not_when_all_are_there(script: Script) -> None:
    def gap_ms(number: str) -> float:
        call = play(
            script, ("line_silent", 500, "статус заявления"), ("line_silent", 500, number), ("at_once", 4000, "!")
        )
        return call.recorder.traces[-1]["gap"]

    assert gap_ms("сто двадцать три") == pytest.approx(1500, abs=60)
    whole = "сто двадцать три четыреста пятьдесят шесть семьдесят восемь девять ноль"
    assert gap_ms(whole) == pytest.approx(400, abs=60)
    may_go_on = "сто двадцать три четыреста пятьдесят шесть семьдесят восемь девяносто"
    assert gap_ms(may_go_on) == pytest.approx(700, abs=60)
