"""Marks: what is said to have sounded is never more than was sent, and true at every mark."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from voice.transports.marks import Marks

RATE_HZ = 8_000


@dataclass
class FarEnd:
    """Plays one frame of 20 ms a tick; a mark comes back when all sound before it has left the queue."""

    now_s: float = 0.0
    sounded: int = 0

    def __post_init__(self) -> None:
        self.marks = Marks(RATE_HZ, 160, lambda: self.now_s)
        self.queue: list[int | str] = []

    def send(self, samples: int) -> None:
        if mark := self.marks.due():
            self.queue.append(mark)
        self.queue.append(samples)
        self.marks.sent(samples)

    def tick(self) -> None:
        self.now_s += 0.02
        while self.queue and isinstance(self.queue[0], str):
            self.marks.passed(self.queue.pop(0))  # type: ignore[arg-type]
        if self.queue:
            self.sounded += self.queue.pop(0)  # type: ignore[operator]

    def clear(self) -> int:
        left = sum(item for item in self.queue if isinstance(item, int))
        self.queue.clear()
        assert self.marks.clear() == left
        return left


@given(st.lists(st.sampled_from(["send", "send", "send", "tick", "tick", "clear"]), max_size=300))
def test_what_is_unheard_is_known_to_the_frame(deeds: list[str]) -> None:
    far = FarEnd()
    sent = 0
    for deed in deeds:
        if deed == "send":
            far.send(160)
            sent += 160
        elif deed == "tick":
            far.tick()
        else:
            sent -= far.clear()
            assert not far.marks.waiting and not far.marks.unheard
        assert far.marks.unheard == sent - far.sounded


def test_the_last_mark_comes_back_when_all_has_sounded() -> None:
    far = FarEnd()
    far.send(160)
    far.send(160)
    far.queue.append(far.marks.here())
    for waiting in (True, True, False):
        far.tick()
        assert far.marks.waiting is waiting


def test_a_mark_that_was_cleared_or_never_sent_changes_nothing() -> None:
    far = FarEnd()
    for _ in range(5):
        far.send(160)
    cleared = far.queue[0]
    far.clear()
    for _ in range(10):
        far.send(160)
    unheard = far.marks.unheard
    far.marks.passed(str(cleared))
    far.marks.passed("nobody")
    assert far.marks.unheard == unheard == 1_600


def test_a_far_end_that_falls_silent_is_not_taken_to_play_on() -> None:
    far = FarEnd()
    for _ in range(10):
        far.send(160)
    far.now_s += 60
    assert far.marks.unheard == 1_600, "the first mark has not come back"
