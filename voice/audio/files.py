"""Sound in files; the only importer of soundfile (libsndfile)."""

from __future__ import annotations

from pathlib import Path

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


def read_channels(path: Path) -> tuple[Channels, int]:
    """The same with every channel kept: shape (n, channels)."""
    if not path.is_file():
        raise FileNotFoundError(path)
    try:
        frames, rate_hz = soundfile.read(path, dtype="int16", always_2d=True)
    except (soundfile.LibsndfileError, ValueError, MemoryError):  # the last two: a header that promises too much
        raise BadAudio(f"{path.name} cannot be read as sound") from None
    return frames, int(rate_hz)


def write(path: Path, pcm: Pcm16 | Channels, rate_hz: int) -> None:
    """Write a whole file, 16 bits; the suffix (.wav, .flac) chooses the format. Raises RecordingFailed."""
    try:
        soundfile.write(path, pcm, rate_hz, subtype="PCM_16")
    except (soundfile.LibsndfileError, OSError, RuntimeError) as error:
        raise RecordingFailed(f"{path.name} cannot be written: {error}") from error


class FlacWriter:
    """A recording that grows: libsndfile hands every 4096 frames to the system at once.

    So a killed process loses only its last block (256 ms at 16 kHz); such a file has no length in its header:
    read it with `salvage`.
    """

    def __init__(self, path: Path, rate_hz: int, channels: int = 2) -> None:
        """Raises RecordingFailed when the file cannot be made."""
        self.path, self.rate_hz, self.channels = path, rate_hz, channels
        try:
            self._file = soundfile.SoundFile(
                path, "w", samplerate=rate_hz, channels=channels, format="FLAC", subtype="PCM_16"
            )
        except (soundfile.LibsndfileError, OSError) as error:
            raise RecordingFailed(f"{path.name} cannot be made: {error}") from error

    def write(self, frames: Channels) -> None:
        """Append frames, shape (n, channels). Raises RecordingFailed (a full disk)."""
        if not len(frames):
            return
        try:
            self._file.write(frames)
        except (soundfile.LibsndfileError, OSError, RuntimeError, AssertionError) as error:
            # soundfile asserts that all was written
            raise RecordingFailed(f"{self.path.name} cannot be written: {error}") from error

    def close(self) -> None:
        """Finish the header; safe to call twice."""
        self._file.close()


def salvage(path: Path) -> int:
    """Rewrite a recording that was cut off, keeping all that can be decoded; return its frames. A whole one stays so.

    Raises BadAudio when nothing can be decoded; the file is then left as it is.
    """
    pieces: list[Channels] = []
    try:
        with soundfile.SoundFile(path) as damaged:
            rate_hz, channels = damaged.samplerate, damaged.channels
            while True:
                piece = damaged.read(SALVAGE_STEP, dtype="int16", always_2d=True)
                if not len(piece):
                    break
                pieces.append(piece)
    except soundfile.LibsndfileError:
        if not pieces:
            raise BadAudio(f"{path.name}: no sound can be decoded") from None
    mended = path.with_name(path.name + ".mended")
    writer = FlacWriter(mended, rate_hz, channels)
    for piece in pieces:
        writer.write(piece)
    writer.close()
    mended.replace(path)
    return sum(len(piece) for piece in pieces)
