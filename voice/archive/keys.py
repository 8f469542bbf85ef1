"""The keys of what is kept: one for each call, in files of their own, outside the database.

Each is sealed with the master key. To destroy a call's key is to destroy the call, in every copy of the database and of
the sound. So copies of the keys want a place, and an end, of their own.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path

from voice.archive.cipher import KEY_BYTES, Cipher, derived, keyed_hash, new_key
from voice.disk import sync_folder
from voice.errors import KeyDestroyed, RecordDamaged, RecordingFailed, SetupError

MASTER = "master.key"
MOST_REMEMBERED = 4_096  # ciphers of calls kept ready


class KeyRing:
    """Any thread may use it; processes may share its folder."""

    def __init__(self, folder: Path) -> None:
        """Open the keys in `folder`; the first opening makes the master key. Raises SetupError."""
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.is_new = _make_whole(folder / MASTER, new_key().hex().encode())
            master = bytes.fromhex((folder / MASTER).read_text(encoding="ascii").strip())
            if len(master) != KEY_BYTES:
                raise ValueError(f"it has {len(master)} bytes instead of {KEY_BYTES}")
        except (OSError, ValueError) as error:
            raise SetupError(f"the key of the archive, {folder / MASTER}, cannot be used: {error}") from error
        self._master = Cipher(derived(master, "calls"))
        self._tokens = derived(master, "tokens")
        self._chain = derived(master, "chain")
        self._ready: OrderedDict[str, Cipher] = OrderedDict()
        self._waiting: dict[str, tuple[bytes, str]] = {}  # keys that the disk did not take, and why
        self._lock = threading.Lock()

    def make(self, call_id: str) -> Cipher:
        """A new key for this call; a call that has one keeps it.

        It is on the disk before it is used; where the disk does not take it, `trouble` tells, and `settle` tries again.
        """
        if self.has(call_id):
            return self.of(call_id)
        key = new_key()
        self._keep(call_id, key)
        return self._remember(call_id, Cipher(key))

    def has(self, call_id: str) -> bool:
        return call_id in self._waiting or self._path(call_id).exists()

    def trouble(self, call_id: str) -> str:
        """Why this call's key is only in memory; empty: it is on the disk."""
        return self._waiting[call_id][1] if call_id in self._waiting else ""

    def settle(self) -> None:
        """Write the keys that the disk did not take. One thread at a time."""
        for call_id, (key, _) in tuple(self._waiting.items()):
            self._keep(call_id, key)

    def forget_master(self) -> None:
        """Take back the master key that this opening made. Raises OSError."""
        if self.is_new:
            (self.folder / MASTER).unlink()

    def of(self, call_id: str) -> Cipher:
        """The key of this call. Raises KeyDestroyed when it has none (any more), RecordDamaged for a broken one."""
        with self._lock:
            if cipher := self._ready.get(call_id):
                self._ready.move_to_end(call_id)
                return cipher
        if call_id in self._waiting:
            return self._remember(call_id, Cipher(self._waiting[call_id][0]))
        try:
            sealed = self._path(call_id).read_bytes()
        except FileNotFoundError:
            raise KeyDestroyed("what was kept of this call has been destroyed") from None
        except OSError as error:
            raise RecordDamaged(f"the key of a call cannot be read: {error}") from error
        return self._remember(call_id, Cipher(self._master.open(sealed, call_id)))

    def destroy(self, call_id: str) -> bool:
        """Make the call unreadable for ever; False when it had no key. Raises RecordingFailed when that is not sure."""
        with self._lock:
            self._ready.pop(call_id, None)
        self._waiting.pop(call_id, None)
        path = self._path(call_id)
        try:
            with path.open("r+b") as file:
                file.write(os.urandom(path.stat().st_size))
                file.flush()
                os.fsync(file.fileno())
            path.unlink()
            sync_folder(path.parent)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise RecordingFailed(f"the key of a call could not be destroyed: {error}") from error
        return True

    def token(self, kind: str, value: str) -> str:
        """By this a number is found again that nobody can read back: 64 hex digits. Empty for an empty value."""
        return keyed_hash(self._tokens, kind.encode(), value.encode()).hex() if value else ""

    def link(self, *parts: bytes) -> bytes:
        """One link of a chain that shows every change: 32 bytes."""
        return keyed_hash(self._chain, *parts)

    def _keep(self, call_id: str, key: bytes) -> None:
        path = self._path(call_id)
        try:
            path.parent.mkdir(exist_ok=True, mode=0o700)
            _make_whole(path, self._master.seal(key, call_id))
            self._waiting.pop(call_id, None)
        except OSError as error:
            self._waiting[call_id] = (key, f"{type(error).__name__}: {error.strerror}")

    def _path(self, call_id: str) -> Path:
        return self.folder / call_id[:2] / f"{call_id}.key"

    def _remember(self, call_id: str, cipher: Cipher) -> Cipher:
        with self._lock:
            self._ready[call_id] = cipher
            while len(self._ready) > MOST_REMEMBERED:
                self._ready.popitem(last=False)
        return cipher


def _make_whole(path: Path, content: bytes) -> bool:
    """Write a file that appears whole or not at all; False, and nothing done, when there is one already."""
    half = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(half, path)
    except FileExistsError:
        return False
    finally:
        with suppress(FileNotFoundError):
            half.unlink()
    sync_folder(path.parent)
    return True
