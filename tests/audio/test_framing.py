import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from voice.audio.framing import Reframer


@given(total=st.integers(0, 200), frame=st.integers(1, 40), cuts=st.lists(st.integers(0, 50), max_size=20))
def test_how_the_sound_is_cut_changes_nothing(total, frame, cuts):
    sound = np.arange(total, dtype=np.int16)
    pieces, at = [], 0
    for cut in cuts:
        pieces.append(sound[at : at + cut])
        at += cut
    pieces.append(sound[at:])
    reframer, frames = Reframer(frame), []
    for piece in pieces:
        frames += reframer.push(piece)
    assert [f.tolist() for f in frames] == [list(range(i, i + frame)) for i in range(0, total - frame + 1, frame)]
    assert reframer.rest.tolist() == list(range(len(frames) * frame, total))


def test_a_reused_buffer_does_not_change_frames_already_given():
    buffer = np.ones(4, np.int16)
    (frame,) = Reframer(4).push(buffer)
    buffer[:] = 7
    assert frame.tolist() == [1, 1, 1, 1]
