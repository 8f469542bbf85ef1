"""What the telephone bench makes of moments and of sound finds what is planted."""

from __future__ import annotations

import numpy as np
import pytest
from report import ratio
from shown import ShownWord, seen
from telephone_alone import delays_ms
from telephone_figures import LINE_MEMORY, one_more
from two_talk import Cue, Phrase, talk_of, word_delays_ms

from tests.telephony.in_record import missing_ms, place
from voice.line import HEARING_HZ, Pcm16

WORDS = tuple(ShownWord(at, frozenset([word]), at + 1.0) for at, word in enumerate(("да", "нет", "да")))


def noise(ms: int, seed: int = 1) -> Pcm16:
    return np.random.default_rng(seed).integers(-9_000, 9_000, HEARING_HZ * ms // 1000).astype(np.int16)


def quiet(ms: int) -> Pcm16:
    return np.zeros(HEARING_HZ * ms // 1000, np.int16)


def test_a_word_that_comes_twice_is_shown_when_it_stands_there_twice() -> None:
    assert list(seen(WORDS, "Да!")) == [0]
    assert list(seen(WORDS, "Да, нет, да.")) == [0, 1, 2]


def test_a_words_delay_is_from_its_end_to_the_first_caption_of_its_own_phrase() -> None:
    cues = [
        Cue(9.0, "o1", "operator", "да"),
        Cue(11.2, "o1", "operator", "да нет"),  # goes on with what was said before
        Cue(11.5, "o2", "operator", "да"),
        Cue(12.1, "o2", "operator", "да нет"),
        Cue(12.3, "o2", "operator", "да нет"),
        Cue(15.0, "o3", "operator", "да нет да"),  # belongs to the next phrase
    ]
    assert word_delays_ms(WORDS, cues, 10.0, 14.0) == [pytest.approx(500), pytest.approx(100), None]


def test_a_moment_belongs_to_the_one_that_soon_follows_it() -> None:
    assert list(delays_ms([1.0, 2.0, 3.0, 9.0], [1.02, 2.6, 3.03])) == [pytest.approx(20), pytest.approx(30)]


def test_both_speak_in_turn_and_where_it_is_told() -> None:
    phrase = Phrase(np.full(8_000, 500, np.int16), WORDS)
    talk = talk_of([phrase], 5)
    assert [one.side for one in talk.said] == ["operator", "caller", "operator"]
    for one in talk.said:
        at = round(one.at_s * 8_000)
        other = "caller" if one.side == "operator" else "operator"
        assert talk.tracks[one.side][at : at + 8_000].all() and not talk.tracks[other][at : at + 8_000].any()


def test_what_is_silent_in_a_record_is_missing_and_what_came_late_has_moved() -> None:
    said, before = noise(1_000), quiet(700)
    at = place(np.concatenate([before, said, quiet(500)]), said)
    assert at == len(before)
    assert missing_ms(np.concatenate([before, said, quiet(500)]), said, at) == (0, 0)
    holed = said.copy()
    holed[HEARING_HZ // 2 :][: HEARING_HZ // 5] = 0
    late = np.concatenate([before, quiet(60), holed, quiet(500)])
    assert missing_ms(late, said, at) == (200, 60)
    assert missing_ms(np.concatenate([before, said[: HEARING_HZ // 2]]), said, at) == (500, 0)


def test_one_more_call_is_what_memory_grows_by_from_the_fewest_to_the_most() -> None:
    told = {("a", calls): {LINE_MEMORY: ratio(mib, "MiB", calls)} for calls, mib in ((4, 560), (1, 500), (2, 900))}
    assert {name: one["value"] for name, one in one_more(told | {("b", 1): told["a", 1]}).items()} == {"a": 20}
