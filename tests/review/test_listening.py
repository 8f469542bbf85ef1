from dataclasses import replace

import numpy as np

from voice.archive.archive import Archive
from voice.archive.reading import Gap, Reading
from voice.audio.files import read_channels
from voice.review.listening import Listening


def reading(archive: Archive, call: str, *gaps: Gap, unmasked: bool = False) -> Reading:
    read = archive.reading(call, unmasked=unmasked)
    assert read is not None
    return replace(read, gaps=gaps)


GAP = Gap(side="caller", from_ms=2_800, to_ms=3_550)


def test_what_is_masked_is_silent_on_the_side_that_said_it(archive: Archive, call: str) -> None:
    heard = Listening(archive).to(reading(archive, call, GAP, Gap(side="line", from_ms=0, to_ms=500)))
    assert heard is not None
    frames, rate_hz = read_channels(heard.flac)
    whole, _ = read_channels(archive.sound_bytes(call) or b"")
    assert rate_hz == 16_000 and len(frames) == len(whole)
    caller, line = frames.T
    assert not caller[44_900:56_700].any() and not line[100:7_900].any()
    assert np.array_equal(caller[:44_800], whole[:44_800, 0]) and np.array_equal(line[8_000:], whole[8_000:, 1])
    shape = heard.peaks[:, 0]
    assert shape[285:354].max() == 0 and shape[:279].min() > 0, "the drawing shows no more than the sound"
    assert heard.length_ms == 6_000 and heard.step_ms == 10


def test_who_may_hears_everything(archive: Archive, call: str) -> None:
    heard = Listening(archive).to(reading(archive, call, GAP, unmasked=True))
    assert heard is not None and heard.flac == archive.sound_bytes(call)


def test_one_more_mask_is_heard_at_once_and_little_is_kept(archive: Archive, call: str) -> None:
    listening = Listening(archive, most_bytes=1)
    bare = listening.to(reading(archive, call))
    assert listening.to(reading(archive, call)) is bare, "a player asks many times"
    masked = listening.to(reading(archive, call, GAP))
    assert bare is not None and masked is not None and masked.flac != bare.flac
    assert listening.to(reading(archive, call)) is not bare


def test_a_call_without_sound_is_not_heard(archive: Archive) -> None:
    archive.begin("f" * 32, "1001", "", "chat").seal("caller")
    assert Listening(archive).to(reading(archive, "f" * 32)) is None
