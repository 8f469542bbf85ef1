from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from voice.events import Word
from voice.masking.sound import PAD_MS, guessed_spans, mute, sound_spans
from voice.masking.spans import Span

RATE_HZ = 16_000


def span(start: int, end: int) -> Span:
    return Span(utterance=1, start=start, end=end, kind="phone", why="state")


def word(text: str, start_ms: int, end_ms: int) -> Word:
    return Word(text=text, start_ms=start_ms, end_ms=end_ms, confidence=1.0)


SAID = [word("мой", 1_000, 1_300), word("телефон", 1_300, 1_900), word("сто", 2_000, 2_400), word("два", 2_400, 2_800)]
TEXT = "мой телефон сто два"


def test_words_with_their_times_tell_when_a_span_sounds() -> None:
    assert sound_spans([span(12, 19)], SAID, TEXT, (900, 3_000)) == [(2_000 - PAD_MS, 2_800 + PAD_MS)]


def test_spans_near_each_other_are_one_silence() -> None:
    assert sound_spans([span(12, 15), span(16, 19)], SAID, TEXT, (900, 3_000)) == [(2_000 - PAD_MS, 2_800 + PAD_MS)]


def test_without_words_or_with_others_the_whole_utterance_is_silent() -> None:
    assert sound_spans([span(12, 19)], [], TEXT, (900, 3_000)) == [(900, 3_000)]
    assert sound_spans([span(0, 3)], SAID, "другие слова совсем", (900, 3_000)) == [(900, 3_000)]
    assert sound_spans([span(0, 3)], SAID[:2], TEXT, (900, 3_000)) == [(900, 3_000)]


def test_capitals_and_marks_make_no_difference_to_the_words() -> None:
    assert sound_spans([span(0, 3)], SAID, "Мой телефон: сто, два.", (900, 3_000)) == [(1_000 - PAD_MS, 1_300 + PAD_MS)]


def test_a_saying_without_times_is_silent_around_the_value_with_room_to_spare() -> None:
    text = "Телефон 8 916 123 45 67. Если это верно, скажите да, а если нет, назовите его ещё раз, пожалуйста."
    ((start, end),) = guessed_spans([span(8, 23)], text, (10_000, 20_000))
    assert start == 10_000 and 14_000 < end < 19_000


def test_a_saying_that_was_cut_short_is_silent_to_its_end() -> None:
    assert guessed_spans([span(20, 25)], "а" * 100, (0, 10_000), cut_short=True) == [(0, 10_000)]
    assert guessed_spans([span(60, 65)], "а" * 100, (0, 10_000), cut_short=True) == [(3_500, 10_000)]


intervals = st.lists(st.tuples(st.integers(-50, 900), st.integers(0, 300)).map(lambda one: (one[0], one[0] + one[1])))


@given(intervals, st.integers(0, 12_000))
def test_only_the_spans_are_changed_and_they_are_silent(spans: list[tuple[int, int]], length: int) -> None:
    sound = np.full(length, 12_000, np.int16)
    done = mute(sound, RATE_HZ, spans)
    inside = np.zeros(length, bool)
    for start, end in spans:
        inside[max(0, start) * 16 : max(0, end) * 16] = True
    assert len(done) == length and (sound == 12_000).all()
    assert (done[~inside] == 12_000).all()
    fade = np.zeros(length, bool)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], inside, [False])).astype(int)))
    for edge in edges:
        fade[max(0, edge - 80) : edge + 80] = True
    assert (done[inside & ~fade] == 0).all()
