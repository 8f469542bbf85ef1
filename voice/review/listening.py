"""A call's sound as one reader may hear it, and its shape: what is masked in the text is silence in the sound."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from io import BytesIO

import numpy as np
import numpy.typing as npt

from voice.archive.archive import Archive
from voice.archive.reading import Gap, Reading
from voice.audio.files import Channels, FlacWriter, read_channels
from voice.audio.peaks import peaks
from voice.masking.sound import mute

MOST_BYTES = 64 * 1024 * 1024  # of sound that is kept at hand
MOST_PEAKS = 4_000  # of a call: more than any screen is wide
SHORTEST_STEP_MS = 10
CHANNEL = {"caller": 0, "line": 1, "operator": 1}


@dataclass(frozen=True, slots=True)
class Heard:
    """flac: two channels, the caller left. peaks: see voice/audio/peaks.py, one every `step_ms`."""

    flac: bytes
    peaks: npt.NDArray[np.uint8]
    step_ms: int
    length_ms: int


class Listening:
    """Sound of the calls that were listened to last stays at hand: a player asks for it piece by piece. Thread-safe."""

    def __init__(self, archive: Archive, most_bytes: int = MOST_BYTES) -> None:
        self._archive, self._most_bytes = archive, most_bytes
        self._kept: OrderedDict[tuple[str, tuple[Gap, ...]], Heard] = OrderedDict()
        self._lock = threading.Lock()

    def to(self, reading: Reading) -> Heard | None:
        """The sound that goes with a reading; None: there is none, or nobody knows any more what is to be masked in it.

        Raises BadAudio.
        """
        if reading.masked and reading.call.text_erased_at:
            return None
        key = (reading.call.id, reading.gaps if reading.masked else ())
        with self._lock:
            if known := self._kept.get(key):
                self._kept.move_to_end(key)
                return known
        flac = self._archive.sound_bytes(reading.call.id)
        if flac is None:
            return None
        made = _heard(flac, key[1])
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > 1 and sum(len(one.flac) for one in self._kept.values()) > self._most_bytes:
                self._kept.popitem(last=False)
        return made


def _heard(flac: bytes, gaps: tuple[Gap, ...]) -> Heard:
    frames, rate_hz = read_channels(flac)
    for side, channel in CHANNEL.items():
        intervals = [(gap.from_ms, gap.to_ms) for gap in gaps if gap.side == side]
        frames[:, channel] = mute(frames[:, channel], rate_hz, intervals)
    length_ms = len(frames) * 1000 // rate_hz
    step_ms = max(SHORTEST_STEP_MS, -(-length_ms // MOST_PEAKS))
    return Heard(
        flac=_written(frames, rate_hz) if gaps else flac,
        peaks=peaks(frames, rate_hz * step_ms // 1000),
        step_ms=step_ms,
        length_ms=length_ms,
    )


def _written(frames: Channels, rate_hz: int) -> bytes:
    made = BytesIO()
    writer = FlacWriter(made, rate_hz)
    writer.write(frames)
    writer.close()
    return made.getvalue()
