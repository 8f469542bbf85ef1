"""Where the sound of calls lies: a sealed FLAC for each, 16 000 Hz, the caller left and the line or a person right.

Sound has keys of its own, because it is destroyed sooner than words.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

from voice.archive.cipher import Cipher
from voice.archive.keys import KeyRing
from voice.archive.sealed_sound import SealedFile, read_sealed, write_sealed
from voice.audio.files import Channels, FlacWriter, salvage
from voice.errors import BadAudio, RecordDamaged, RecordingFailed
from voice.line import HEARING_HZ

SEALED = ".sealed"  # recordings of the first version lie open and have no such ending


class SealedFlac:
    """One call's recording as it grows; every block that was written can be read even if the process dies."""

    def __init__(self, path: Path, call_id: str, cipher: Cipher) -> None:
        """Raises OSError, RecordingFailed."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = SealedFile(path, call_id, cipher)
        self._flac = FlacWriter(self._file, HEARING_HZ, channels=2)
        self._file.flush()

    def write(self, frames: Channels) -> None:
        """Raises OSError, RecordingFailed."""
        self._flac.write(frames)
        self._file.flush()

    def close(self) -> None:
        """Raises OSError."""
        self._flac.close()
        self._file.close()


class SoundStore:
    """All recordings. Any thread may read; a recording is written by one."""

    def __init__(self, folder: Path, keys: KeyRing) -> None:
        self.folder = folder
        self._keys = keys

    @staticmethod
    def name(call_id: str, started_at: datetime) -> str:
        return f"{started_at:%Y-%m-%d}/{call_id}.flac{SEALED}"

    def create(self, name: str, call_id: str) -> SealedFlac:
        """Raises OSError, RecordingFailed."""
        return SealedFlac(self.folder / name, call_id, self._keys.make(_key(call_id)))

    def read(self, name: str, call_id: str) -> bytes:
        """The FLAC; of a file that was cut off, all that can be decoded. Raises FileNotFoundError, RecordDamaged."""
        path = self.folder / name
        if not name.endswith(SEALED):
            return path.read_bytes()
        flac, whole = read_sealed(path, call_id, self._keys.of(_key(call_id)))
        try:
            return flac if whole else salvage(flac)[0]
        except BadAudio as error:
            raise RecordDamaged(f"{path.name} holds no sound") from error

    def mend(self, name: str, call_id: str) -> str:
        """Make a recording whole whose process died, and seal one that lay open; its name from now on.

        An empty name: the process died before its first block of sound. Raises RecordDamaged, BadAudio, OSError.
        """
        path = self.folder / name
        if not path.is_file():
            return ""
        if name.endswith(SEALED):
            cipher = self._keys.of(_key(call_id))
            flac, whole = read_sealed(path, call_id, cipher)
            if whole:
                return name
            try:
                write_sealed(path, salvage(flac)[0], call_id, cipher)
            except BadAudio:  # it was not changed, or it would not open: there is only the header
                path.unlink()
                return ""
            return name
        sealed = path.with_name(path.name + SEALED)
        write_sealed(sealed, salvage(path.read_bytes())[0], call_id, self._keys.make(_key(call_id)))
        path.unlink()
        return name + SEALED

    def digest(self, name: str) -> bytes:
        """What the file is now; empty when there is none."""
        path = self.folder / name
        if not name or not path.is_file():
            return b""
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()

    def exists(self, name: str, call_id: str) -> bool:
        """Is there a key, or a file?"""
        return self._keys.has(_key(call_id)) or (bool(name) and (self.folder / name).exists())

    def erase(self, name: str, call_id: str) -> None:
        """Destroy the key, and with it every copy; then the file. Raises RecordingFailed."""
        self._keys.destroy(_key(call_id))
        if name:
            try:
                (self.folder / name).unlink(missing_ok=True)
            except OSError as error:
                raise RecordingFailed(f"a recording could not be erased: {error}") from error


def _key(call_id: str) -> str:
    return f"{call_id}-sound"
