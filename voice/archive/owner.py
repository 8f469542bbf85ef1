"""Which process records a call, and is it still alive?

Each archive that is open holds a lock on a file of its own in the sound directory. The system drops the lock with the
process, however it dies, so a call whose owner's lock is free was left behind. Servers that share a database must
share the sound directory, too.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from uuid import uuid4


class Owner:
    """This process, as an owner of calls, until `release`."""

    def __init__(self, directory: Path) -> None:
        """Raises OSError when `directory` cannot be written."""
        self.name = uuid4().hex
        self._path = _lock_file(directory, self.name)
        self._lock = self._path.open("wb")
        fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # A forked child would keep the lock alive after this process is gone.
        os.register_at_fork(after_in_child=self._lock.close)

    def release(self) -> None:
        """Give the lock up; safe to call twice."""
        self._path.unlink(missing_ok=True)
        self._lock.close()


def is_alive(directory: Path, name: str) -> bool:
    """Does a process still hold the lock of the owner `name`? The file of a dead one is removed."""
    path = _lock_file(directory, name)
    try:
        with path.open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            path.unlink(missing_ok=True)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False


def _lock_file(directory: Path, name: str) -> Path:
    return directory / f"{name}.lock"
