"""Sound in files; the only importer of soundfile (libsndfile)."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile

from voice.audio.pcm import to_int16
from voice.errors import BadAudio, RecordingFailed
from voice.line import Pcm16

Channels = npt.NDArray[np.int16]  # shape (n, channels)

SALVAGE_STEP = 1024  # samples a read; a damaged file is lost from the first read that fails


def read(path: Path) -> tuple[Pcm16, int]:
    """Any WAV or FLAC (every width, any number of channels) as mono samples and their rate in Hz.

    Raises BadAudio for a file that is not sound, FileNotFoundError for none.
    """
    frames, rate_hz = read_channels(path)
    if frames.shape[1] == 1:
        return frames[:, 0], rate_hz
    return to_int16(frames.mean(axis=1)), rate_hz


def read_channels(source: Path | bytes) -> tuple[Channels, int]:
    """The same with every channel kept: shape (n, channels). bytes: what would stand in the file."""
    if isinstance(source, Path) and not source.is_file():
        raise FileNotFoundError(source)
    try:
        frames, rate_hz = soundfile.read(
            BytesIO(source) if isinstance(source, bytes) else source, dtype="int16", always_2d=True
        )
    except (soundfile.LibsndfileError, ValueError, MemoryError):  # the last two: a header that promises too much
        name = source.name if isinstance(source, Path) else "a recording"
        raise BadAudio(f"{name} cannot be read as sound") from None
    return frames, int(rate_hz)


def write(path: Path, pcm: Pcm16 | Channels, rate_hz: int) -> None:
    """Write a whole file, 16 bits; the suffix (.wav, .flac) chooses the format. Raises RecordingFailed."""
    try:
        soundfile.write(path, pcm, rate_hz, subtype="PCM_16")
    except (soundfile.LibsndfileError, OSError, RuntimeError) as error:
        raise RecordingFailed(f"{path.name} cannot be written: {error}") from error


class FlacWriter:
    """A recording that grows: libsndfile hands every 4096 frames on at once.

    So what is cut off loses only its last block (256 ms at 16 kHz); it then has no length in its header: `salvage` it.
    """

    def __init__(self, target: Path | Any, rate_hz: int, channels: int = 2) -> None:
        """target: a path, or an open file that can seek. Raises RecordingFailed when it cannot be made."""
        self.rate_hz, self.channels = rate_hz, channels
        try:
            self._file = soundfile.SoundFile(
                target, "w", samplerate=rate_hz, channels=channels, format="FLAC", subtype="PCM_16"
            )
        except (soundfile.LibsndfileError, OSError) as error:
            raise RecordingFailed(f"a recording cannot be made: {error}") from error

    def write(self, frames: Channels) -> None:
        """Append frames, shape (n, channels). Raises RecordingFailed (a full disk)."""
        if not len(frames):
            return
        try:
            self._file.write(frames)
        except (soundfile.LibsndfileError, OSError, RuntimeError, AssertionError) as error:
            # soundfile asserts that all was written
            raise RecordingFailed(f"a recording cannot be written: {error}") from error

    def close(self) -> None:
        """Finish the header; safe to call twice."""
        self._file.close()


def salvage(flac: bytes) -> tuple[bytes, int]:
    """A recording that was cut off, written anew with all that can be decoded, and its frames.

    Raises BadAudio when nothing can be decoded.
    """
    pieces: list[Channels] = []
    try:
        with soundfile.SoundFile(BytesIO(flac)) as damaged:
            rate_hz, channels = damaged.samplerate, damaged.channels
            while True:
                piece = damaged.read(SALVAGE_STEP, dtype="int16", always_2d=True)
                if not len(piece):
                    break
                pieces.append(piece)
    except soundfile.LibsndfileError:
        if not pieces:
            raise BadAudio("no sound can be decoded") from None
    mended = BytesIO()
    writer = FlacWriter(mended, rate_hz, channels)
    for piece in pieces:
        writer.write(piece)
    writer.close()
    return mended.getvalue(), sum(len(piece) for piece in pieces)
