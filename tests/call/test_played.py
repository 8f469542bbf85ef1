"""The line's sound beside the caller's: what is late on one side moves once, and stays where it is."""

from __future__ import annotations

import numpy as np
import pytest

from voice.call.played import FRAME, Played
from voice.line import FRAME_MS, Pcm16

LATE_FRAMES = 5


def numbered(first: int, frames: int) -> Pcm16:
    return np.repeat(np.arange(first, first + frames, dtype=np.int16), FRAME)


@pytest.mark.parametrize("silent_frames", [0, 3, 4, 20])
def test_one_saying_after_another_is_taken_by_the_same_time_after_it_sounded(silent_frames: int) -> None:
    played, taken = Played(), []
    second = 10 + silent_frames
    for now in range(60):
        if now < 10:
            played.put(numbered(now + 1, 1))
        elif second <= now < second + 10:
            played.put(numbered(now + 1, 1), silent_ms=silent_frames * FRAME_MS if now == second else 0)
        if now >= LATE_FRAMES:  # the caller's sound comes so much later
            taken.append(int(played.take()[0]))
    lates = {at + LATE_FRAMES - (number - 1) for at, number in enumerate(taken) if number}
    assert lates == {LATE_FRAMES} and sum(number > 0 for number in taken) == 20


def test_what_is_asked_for_too_early_comes_later_and_all_after_it() -> None:
    played, taken = Played(), []
    for now in range(1, 6):
        taken.append(int(played.take()[0]))
        played.put(numbered(now, 1))
    assert taken == [0, 1, 2, 3, 4]
    assert [int(played.take()[0]) for _ in range(3)] == [5, 0, 0]


def test_half_a_frame_is_not_held_back_until_the_next_saying() -> None:
    played = Played()
    played.put(numbered(7, 1)[: FRAME // 2])
    frame = played.take()
    assert frame.shape == (FRAME,) and frame[0] == 7 and frame[-1] == 0


def test_a_pause_of_any_length_moves_nothing_by_more_than_what_is_uneven() -> None:
    played = Played()
    played.put(numbered(1, 1), silent_ms=3_600_000)
    assert [int(played.take()[0]) for _ in range(16)].index(1) == 15


def test_what_is_upcoming_is_taken_later_all_the_same() -> None:
    played = Played()
    played.put(numbered(1, 2))
    assert list(played.upcoming(3 * FRAME)[::FRAME]) == [1, 2, 0]
    assert [int(played.take()[0]) for _ in range(3)] == [1, 2, 0]
