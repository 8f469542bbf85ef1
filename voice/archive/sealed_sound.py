"""A sound file that grows sealed: what was flushed can be read after the process died, and nothing of it lies open.

The file is a row of records: length (4 bytes), the number of the piece (4 bytes), the sealed piece. Pieces follow each
other; piece 0, which holds the FLAC's header, may come once more at the end, when its length is known.
"""

from __future__ import annotations

import io
import os
from pathlib import Path

from voice.archive.cipher import Cipher
from voice.errors import RecordDamaged

HEAD_BYTES = 8
LAST = 0xFFFF_FFFF  # the number of the empty piece that ends a whole file
LONGEST = 1 << 26  # bytes of a piece; more is damage


class SealedFile(io.RawIOBase):
    """A file to write into, as libsndfile wants it: it goes back only to what lies before the first `flush`."""

    def __init__(self, path: Path, call_id: str, cipher: Cipher) -> None:
        """Raises OSError."""
        self._call_id, self._cipher = call_id, cipher
        self._file = path.open("wb", buffering=0)
        self._head = bytearray()  # piece 0, once it was flushed
        self._head_changed = False
        self._tail = bytearray()  # not yet flushed
        self._pieces = 0
        self._flushed = 0  # bytes, before sealing
        self._at = 0

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._flushed + len(self._tail)}[whence]
        self._at = start + offset
        return self._at

    def write(self, data: bytes) -> int:  # type: ignore[override]
        data = bytes(data)
        if self._at >= self._flushed:
            at = self._at - self._flushed
            self._tail[at : at + len(data)] = data
        elif self._at + len(data) <= len(self._head):
            self._head[self._at : self._at + len(data)] = data
            self._head_changed = True
        else:
            raise OSError("sound that is sealed cannot be written over")
        self._at += len(data)
        return len(data)

    def flush(self) -> None:
        """Seal what was written and give it to the system. Raises OSError."""
        if self.closed or not self._tail:
            return
        self._put(self._pieces, bytes(self._tail))
        if not self._pieces:
            self._head = bytearray(self._tail)
        self._pieces += 1
        self._flushed += len(self._tail)
        self._tail.clear()

    def close(self) -> None:
        """Flush, write the header anew when it changed, and say that the file is whole. Raises OSError."""
        if self.closed:
            return
        try:
            self.flush()
            if self._head_changed:
                self._put(0, bytes(self._head))
            self._put(LAST, self._pieces.to_bytes(4, "big"))
            os.fsync(self._file.fileno())
        finally:
            self._file.close()
            super().close()

    def _put(self, number: int, piece: bytes) -> None:
        sealed = self._cipher.seal(piece, _place(self._call_id, number))
        record = len(sealed).to_bytes(4, "big") + number.to_bytes(4, "big") + sealed
        whole = self._file.tell()
        try:
            if self._file.write(record) != len(record):
                raise OSError("the disk took only a part of the sound")
        except OSError:
            self._file.seek(whole)
            self._file.truncate()  # a torn piece in the middle would hide what comes after it
            raise


def read_sealed(path: Path, call_id: str, cipher: Cipher) -> tuple[bytes, bool]:
    """All that can be read of a sealed file, and whether that is the whole of it.

    Nothing at all, where the process died before the first piece was there. Raises RecordDamaged when a piece was
    changed or taken away; FileNotFoundError.
    """
    data = path.read_bytes()
    pieces: dict[int, bytes] = {}
    at, whole = 0, False
    while at + HEAD_BYTES <= len(data):
        size, number = int.from_bytes(data[at : at + 4], "big"), int.from_bytes(data[at + 4 : at + 8], "big")
        end = at + HEAD_BYTES + size
        if size > LONGEST:
            raise RecordDamaged(f"{path.name} was changed")
        if end > len(data):
            break  # the process died in the middle of this one
        piece = cipher.open(data[at + HEAD_BYTES : end], _place(call_id, number))
        at = end
        if number == LAST:
            whole = at == len(data) and int.from_bytes(piece, "big") == len(pieces)
            break
        if number not in (0, len(pieces)):
            raise RecordDamaged(f"a piece of {path.name} is missing")
        pieces[number] = piece
    return b"".join(pieces[number] for number in sorted(pieces)), whole


def write_sealed(path: Path, data: bytes, call_id: str, cipher: Cipher) -> None:
    """A whole sealed file in the place of any other. Raises OSError."""
    half = path.with_name(path.name + ".half")
    with SealedFile(half, call_id, cipher) as file:
        file.write(data)
    half.replace(path)


def _place(call_id: str, number: int) -> str:
    return f"{call_id}/sound/{number}"
