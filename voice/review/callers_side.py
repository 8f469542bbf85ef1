"""The caller's side of a call's sound."""

from __future__ import annotations

from voice.archive.archive import Archive
from voice.audio.files import read_channels
from voice.audio.resample import convert
from voice.line import HEARING_HZ, Pcm16


def callers_side(archive: Archive, call_id: str) -> Pcm16 | None:
    """16 000 Hz; None when there is no sound (any more). Raises RecordDamaged, BadAudio."""
    flac = archive.sound_bytes(call_id)
    if flac is None:
        return None
    frames, rate_hz = read_channels(flac)
    return convert(frames[:, 0].copy(), rate_hz, HEARING_HZ)
