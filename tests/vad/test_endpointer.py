from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from voice.audio.framing import Reframer
from voice.line import FRAME_MS
from voice.vad.endpointer import Edge, Ended, Endpointer, Paused, Rules, Started, allowed_gaps

# Speech drawn in runs: of random single frames hardly any example opens an utterance.
RUNS = st.lists(st.tuples(st.booleans(), st.integers(1, 60)), max_size=14)
RULES = st.builds(
    Rules,
    start_ms=st.sampled_from([20, 60, 100, 200]),
    resume_ms=st.sampled_from([20, 40]),
    ask_ms=st.sampled_from([100, 240, 400]),
    pause_ms=st.sampled_from([300, 700, 1500]),
    longest_ms=st.sampled_from([1000, 3000, 20_000]),
)


def verdicts(runs: list[tuple[bool, int]]) -> list[bool]:
    return [speech for speech, frames in runs for _ in range(frames)]


def run(frames: list[bool], rules: Rules | None = None, kind: type[Endpointer] = Endpointer) -> list[tuple[int, Edge]]:
    """Edges with the moment each was known."""
    endpointer = kind(rules)
    return [(endpointer.at_ms, edge) for speech in frames if (edge := endpointer.push(speech))]


def frames(pattern: str) -> list[bool]:
    """'5# 3.': five frames of speech, three of silence."""
    return verdicts([(part[-1] == "#", int(part[:-1])) for part in pattern.split()])


def test_an_utterance_is_dated_when_it_truly_began_and_ended():
    assert run(frames("10. 20# 40.")) == [
        (260, Started(200)),
        (600 + 240, Paused(600)),
        (600 + 700, Ended(600)),
    ]


@pytest.mark.parametrize("click", ["1#", "2#", "1# 1. 1#", "2# 2. 2#"])
def test_a_click_opens_nothing(click):
    assert run(frames(f"10. {click} 50.")) == []


def test_one_lost_frame_does_not_matter():
    assert run(frames("5. 1# 1. 2# 1. 10# 40."))[0] == (180, Started(100))
    assert [type(edge) for _, edge in run(frames("5. 10# 1. 10# 1. 1# 1. 5# 40."))] == [Started, Paused, Ended]


def test_the_closure_of_a_consonant_does_not_begin_a_long_run_anew():
    over_the_line = Rules(start_ms=140)
    assert run(frames("10. 6# 2. 10#"), over_the_line) == [(380, Started(200))]
    assert run(frames("10. 5# 4. 10#"), over_the_line) == [(420, Started(200))]
    assert run(frames("10. 6# 5. 6# 9."), over_the_line) == []


def test_sound_as_loud_as_the_caller_opens_sooner_and_only_if_all_of_it_is():
    rules = Rules(start_ms=140, near_start_ms=100)
    for near, opens in (([True] * 5, True), ([False, *[True] * 4], False), ([*[True] * 4, False], False)):
        endpointer = Endpointer(rules)
        assert any(endpointer.push(True, near=one) for one in near) is opens


def test_each_pause_asks_once():
    edges = [edge for _, edge in run(frames("10# 15. 10# 15. 10# 40."))]
    assert edges == [Started(0), Paused(200), Paused(700), Paused(1200), Ended(1200)]


def test_a_lone_click_does_not_hold_the_turn():
    assert run(frames("10# 10. 1# 10. 1# 40."))[-1] == (900, Ended(200))
    assert run(frames("10# 10. 2# 10. 2# 40."))[-1] == (200 + 240 + 240 + 700, Ended(680))


def test_the_judge_closes_at_the_last_sound():
    endpointer = Endpointer()
    edges = [endpointer.push(speech) for speech in frames("10# 12.")]
    assert edges[-1] == Paused(200)
    assert endpointer.is_open
    assert endpointer.silence_ms == 240
    assert endpointer.close() == Ended(200)
    assert not endpointer.is_open
    assert endpointer.silence_ms == 0
    assert endpointer.close() is None
    assert [endpointer.push(False) for _ in range(100)] == [None] * 100


def test_rules_change_inside_an_utterance():
    endpointer = Endpointer(Rules(pause_ms=2000))
    assert [e for speech in frames("10# 50.") if (e := endpointer.push(speech))] == [Started(0), Paused(200)]
    endpointer.rules = Rules(pause_ms=700)
    assert endpointer.push(False) == Ended(200)


def test_speech_without_end_is_cut_by_the_backstop_and_goes_on_as_another():
    edges = run(frames("500#"), Rules(longest_ms=3000))
    assert edges[:3] == [(60, Started(0)), (3000, Ended(3000)), (3060, Started(3000))]
    assert len(edges) == 7


def obey_laws(sound: list[bool], rules: Rules, kind: type[Endpointer] = Endpointer) -> None:
    edges = run(sound, rules, kind)
    # Started and Ended alternate, Paused stands only between them.
    marks = [edge for _, edge in edges if not isinstance(edge, Paused)]
    assert all(isinstance(mark, (Started, Ended)[n % 2]) for n, mark in enumerate(marks))
    is_open = False
    for _, edge in edges:
        assert is_open is not isinstance(edge, Started)
        is_open = not isinstance(edge, Ended)
    # Time goes forward, and no edge is dated after the moment it was known.
    assert all(a.at_ms <= b.at_ms for (_, a), (_, b) in pairwise(edges))
    assert all(edge.at_ms <= known for known, edge in edges)
    started = 0
    for known, edge in edges:
        match edge:
            case Started(at_ms):
                started = at_ms
                first = at_ms // FRAME_MS
                run_frames = sound[first : known // FRAME_MS]
                assert run_frames[:1] == run_frames[-1:] == [True]
                assert run_frames.count(True) * FRAME_MS >= rules.start_ms
                assert run_frames.count(False) <= allowed_gaps(rules.start_ms // FRAME_MS)
            case Paused(at_ms):
                assert known - at_ms == rules.ask_ms < rules.pause_ms
            case Ended(at_ms):
                assert sound[at_ms // FRAME_MS - 1]
                too_long = known - started >= rules.longest_ms
                assert too_long or known - at_ms == rules.pause_ms
                assert known - started <= max(rules.longest_ms, known - at_ms)
                if not too_long:  # what followed was silence: no run that resumes
                    assert "11" not in "".join("01"[s] for s in sound[at_ms // FRAME_MS : known // FRAME_MS])
    # The backstop always closes.
    if is_open:
        assert len(sound) * FRAME_MS - started < rules.longest_ms


@given(runs=RUNS, rules=RULES)
def test_laws(runs, rules):
    obey_laws(verdicts(runs), rules)


class AsksAgain(Endpointer):
    def push(self, speech):
        self._asked = False
        return super().push(speech)


class NeverCuts(Endpointer):
    def push(self, speech):
        rules, self.rules = self.rules, replace(self.rules, longest_ms=10**9)
        edge, self.rules = super().push(speech), rules
        return edge


class DatesLate(Endpointer):
    def push(self, speech):
        edge = super().push(speech)
        return Started(self.at_ms) if isinstance(edge, Started) else edge


class Forgetless(Endpointer):
    def close(self):
        recent = self._recent
        edge = super().close()
        self._recent = recent
        return edge


@pytest.mark.parametrize("planted", [AsksAgain, NeverCuts, DatesLate, Forgetless])
def test_the_laws_find_planted_faults(planted):
    def broken(drawn: tuple[list[tuple[bool, int]], Rules]) -> bool:
        try:
            obey_laws(verdicts(drawn[0]), drawn[1], planted)
        except AssertionError:
            return True
        return False

    find(st.tuples(RUNS, RULES), broken, settings=settings(max_examples=400, database=None))  # raises NoSuchExample


@given(runs=RUNS)
def test_enough_silence_closes_whatever_is_open(runs):
    edges = run([*verdicts(runs), *[False] * 40])
    assert not edges or isinstance(edges[-1][1], Ended)


@given(runs=RUNS, cut=st.integers(1, 40))
def test_how_the_sound_is_cut_changes_nothing(runs, cut):
    samples = 8  # the law does not care how long a frame is
    sound = np.repeat(np.array(verdicts(runs), np.int16), samples)

    def edges(step: int) -> list[Edge]:
        reframer, endpointer = Reframer(samples), Endpointer()
        pieces = (sound[at : at + step] for at in range(0, len(sound), step))
        return [e for piece in pieces for frame in reframer.push(piece) if (e := endpointer.push(bool(frame.any())))]

    assert edges(cut) == edges(len(sound) + 1) == [edge for _, edge in run(verdicts(runs))]
