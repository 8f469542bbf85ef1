"""Is this frame speech? The only importer of webrtcvad.

webrtcvad knows what a voice sounds like, but takes a television, a fan or a bad line for one; its strict mode
does so less, but misses a soft line. So: the strict mode, soft lines made louder for it, and a gate that knows how loud
things are. A frame must stand out of the line's own noise and must not be far below the caller's voice.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import webrtcvad

from voice.audio.pcm import gain, rms_dbfs, to_bytes
from voice.line import FRAME_MS, HEARING_HZ, Pcm16

FRAME_SAMPLES = HEARING_HZ * FRAME_MS // 1000

QUIET_LINE_DBFS = -68.0  # assumed of a line nobody has listened to yet; also softer than any voice
NOISE_WINDOW_MS = 2_000  # the softest frame of this long is the noise: speech has gaps between words
OVER_NOISE_DB = 6.0

SOFT_VOICE_DBFS = -40.0  # assumed of a caller who has not spoken, and sunk back to
UNDER_VOICE_DB = 22.0  # weak consonants lie within it, a television across the room does not
VOICE_ATTACK = 0.08  # share of a new frame in the voice's level: 12 frames to follow a louder speaker
VOICE_DECAY_DB = 1.0 * FRAME_MS / 1000  # a frame, whatever is heard: a bang or a loud speaker is forgotten

USUAL_VOICE_DBFS = -26.0  # where webrtcvad's strict mode hears well
LOUDEST_NOISE_DBFS = -54.0  # louder, noise is not made: it would become speech
MOST_GAIN_DB = 14.0


class Detector(Protocol):
    """One caller's line, frame after frame."""

    def is_speech(self, frame: Pcm16) -> bool:
        """Judge the next 20 ms at 16 000 Hz, shape (320,)."""
        ...


class Gate:
    """How loud a frame must be to be the caller."""

    def __init__(self) -> None:
        self._levels = np.full(NOISE_WINDOW_MS // FRAME_MS, np.nan)
        self._at = 0
        self._voice_dbfs = SOFT_VOICE_DBFS

    @property
    def gain_db(self) -> float:
        """How much louder webrtcvad should get this line."""
        room = LOUDEST_NOISE_DBFS - float(np.nanmin(self._levels))
        return max(0.0, min(MOST_GAIN_DB, USUAL_VOICE_DBFS - self._voice_dbfs, room))

    def passes(self, level_dbfs: float) -> bool:
        """Take the level of the next frame and say whether it stands out."""
        self._levels[self._at] = level_dbfs
        self._at = (self._at + 1) % len(self._levels)
        self._voice_dbfs = max(self._voice_dbfs - VOICE_DECAY_DB, SOFT_VOICE_DBFS)
        # Until a whole window was heard its softest frame may be the caller, who spoke at once.
        noise_dbfs = QUIET_LINE_DBFS if np.isnan(self._levels[-1]) else float(self._levels.min())
        return level_dbfs > max(QUIET_LINE_DBFS, noise_dbfs + OVER_NOISE_DB, self._voice_dbfs - UNDER_VOICE_DB)

    def heard_voice(self, level_dbfs: float) -> None:
        """The frame was speech: follow its level, upwards only; it sinks by itself."""
        self._voice_dbfs += max(0.0, level_dbfs - self._voice_dbfs) * VOICE_ATTACK


class WebRtcDetector:
    """webrtcvad and the gate: both must agree."""

    def __init__(self, mode: int = 3) -> None:
        """mode: webrtcvad's, 0 (lets most through) to 3 (lets least through)."""
        self._vad = webrtcvad.Vad(mode)
        self._gate = Gate()

    def is_speech(self, frame: Pcm16) -> bool:
        if frame.shape != (FRAME_SAMPLES,):
            raise ValueError(f"a frame has {FRAME_SAMPLES} samples, not {frame.shape}")
        level_dbfs = rms_dbfs(frame)
        stands_out = self._gate.passes(level_dbfs)
        louder = gain(frame, self._gate.gain_db) if self._gate.gain_db else frame
        # webrtcvad keeps a model of the line's noise: it hears every frame, whatever the gate says.
        is_speech = bool(self._vad.is_speech(to_bytes(louder), HEARING_HZ)) and stands_out
        if is_speech:
            self._gate.heard_voice(level_dbfs)
        return is_speech
