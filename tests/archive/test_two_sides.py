"""Both sides of a call on one clock: laws over random sound, cut anyhow."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from voice.archive.sound import AHEAD, BLOCK, DELAY, Stereo16, TwoSides
from voice.line import HEARING_HZ, Pcm16


class Tape:
    """A writer that keeps what it is given, and may fail from a certain sample on."""

    def __init__(self, room: int = 1 << 40) -> None:
        self.pieces: list[Stereo16] = []
        self.room = room
        self.closed = 0

    def write(self, pcm: Stereo16, /) -> None:
        self.room -= len(pcm)
        if self.room < 0:
            raise OSError(28, "No space left on device")
        self.pieces.append(pcm)

    def close(self) -> None:
        self.closed += 1

    @property
    def sound(self) -> Stereo16:
        return np.concatenate([np.zeros((0, 2), np.int16), *self.pieces])


def ramp(samples: int, start: int = 1) -> Pcm16:
    return (np.arange(start, start + samples) % 30_000 + 1).astype(np.int16)


def cut(pcm: Pcm16, size: int) -> list[Pcm16]:
    return [pcm[at : at + size] for at in range(0, len(pcm), size)]


@given(samples=st.integers(0, 4 * HEARING_HZ), size=st.integers(1, 3 * HEARING_HZ).filter(lambda n: n > 150))
def test_how_the_sound_is_cut_changes_nothing(samples: int, size: int) -> None:
    tape, said = Tape(), ramp(samples)
    sides = TwoSides(lambda: tape)
    for number, piece in enumerate(cut(said, size)):
        if number == 0:
            sides.spoke(0, ramp(HEARING_HZ // 2, 7))
        sides.hear(piece)
    sides.close()
    assert np.array_equal(tape.sound[:samples, 0], said)
    if samples:
        assert np.array_equal(tape.sound[: HEARING_HZ // 2, 1], ramp(HEARING_HZ // 2, 7))
    assert sides.lost_samples == 0


@given(
    pieces=st.lists(st.tuples(st.integers(0, 3_000), st.integers(1, 9_000)), max_size=8),
    late=st.integers(0, DELAY * 1000 // HEARING_HZ),
)
def test_the_lines_sound_stands_where_it_sounded_and_never_overlaps(pieces: list[tuple[int, int]], late: int) -> None:
    tape = Tape()
    sides = TwoSides(lambda: tape)
    at_ms, expected, end = 0, np.zeros(60 * HEARING_HZ, np.int16), 0
    for number, (gap_ms, samples) in enumerate(pieces):
        at_ms += gap_ms
        sides.hear(np.zeros((gap_ms + (late if number == 0 else 0)) * 16, np.int16))  # a piece may come up to 1 s late
        sides.spoke(at_ms, pcm := ramp(samples, number * 1000))
        start = max(at_ms * 16, end)
        expected[start : start + samples] = pcm
        end = start + samples
    sides.close()
    assert np.array_equal(tape.sound[:, 1], expected[: len(tape.sound)])
    assert len(tape.sound) >= end
    assert not tape.sound[:, 0].any()


@given(samples=st.integers(1, 16_000), at_ms=st.integers(0, 1_500))
def test_what_did_not_sound_is_taken_back(samples: int, at_ms: int) -> None:
    tape = Tape()
    sides = TwoSides(lambda: tape)
    sides.spoke(0, ramp(samples))
    sides.spoke(0, ramp(samples))
    sides.hush(at_ms)
    sides.spoke(2_000, ramp(10))
    sides.close()
    kept = min(at_ms * 16, 2 * samples)
    assert np.count_nonzero(tape.sound[:, 1]) == kept + 10
    assert tape.sound[:kept, 1].all() and tape.sound[-10:, 1].all()


def test_a_piece_that_comes_too_late_follows_what_is_written() -> None:
    tape = Tape()
    sides = TwoSides(lambda: tape)
    sides.hear(np.zeros(5 * HEARING_HZ, np.int16))
    written = sides.written_samples
    sides.spoke(0, ramp(100))
    sides.close()
    assert written == 5 * HEARING_HZ - DELAY and np.array_equal(tape.sound[written : written + 100, 1], ramp(100))


def test_memory_is_bounded_when_the_callers_sound_stops_coming() -> None:
    tape = Tape()
    sides = TwoSides(lambda: tape)
    for _ in range(70):
        sides.spoke(0, ramp(HEARING_HZ))
    assert sides.lost_samples == 10 * HEARING_HZ
    sides.close()
    assert len(tape.sound) == AHEAD


def test_a_call_without_sound_makes_no_file() -> None:
    opened: list[Tape] = []

    def create() -> Tape:
        opened.append(Tape())
        return opened[-1]

    TwoSides(create).close()
    assert opened == []


def test_a_full_disk_is_told_and_what_is_lost_is_counted() -> None:
    tape = Tape(room=2 * BLOCK)
    sides = TwoSides(lambda: tape)
    for piece in cut(ramp(10 * HEARING_HZ), 320):
        sides.hear(piece)
        sides.spoke(0, ramp(320))
    sides.close()
    assert sides.failed == "OSError: [Errno 28] No space left on device"
    assert len(tape.sound) == sides.written_samples == 2 * BLOCK
    assert sides.lost_samples == 10 * HEARING_HZ - 2 * BLOCK
    assert tape.closed == 1


def test_a_file_that_cannot_be_made_is_told() -> None:
    def create() -> Tape:
        raise PermissionError("no")

    sides = TwoSides(create)
    sides.hear(ramp(100))
    sides.close()
    assert sides.failed == "PermissionError: no" and sides.lost_samples == 100
