"""What a process uses while it is watched, seen from outside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread

import psutil

EVERY_S = 0.5


@dataclass
class Load:
    """What a server used meanwhile."""

    loop_s: float = 0.0  # CPU of its event loop
    workers_s: float = 0.0  # of its threads: recognition, and the writing of records
    voices_s: float = 0.0  # of its synthesisers
    rss: list[int] = field(default_factory=list)

    @property
    def process_s(self) -> float:
        """CPU of the process itself, without the synthesisers."""
        return self.loop_s + self.workers_s


class Watched:
    """A process by its id."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)

    @property
    def rss(self) -> int:
        """Bytes."""
        return int(self._process.memory_info().rss)

    @property
    def connections(self) -> int:
        """TCP connections that are open."""
        return sum(one.status == psutil.CONN_ESTABLISHED for one in self._process.net_connections("tcp"))

    def cpu(self) -> tuple[float, float, float]:
        """CPU s so far of the event loop, of the other threads, of the synthesisers."""
        threads = {thread.id: thread.user_time + thread.system_time for thread in self._process.threads()}
        loop = threads.pop(self._process.pid, 0.0)
        total = sum(self._process.cpu_times()[:2])
        children = sum(sum(child.cpu_times()[:2]) for child in self._process.children(recursive=True))
        return loop, total - loop, children

    @contextmanager
    def measured(self) -> Iterator[Load]:
        load, before, done = Load(), self.cpu(), Event()

        def watch() -> None:
            while not done.wait(EVERY_S):
                load.rss.append(self.rss)

        watching = Thread(target=watch)
        watching.start()
        try:
            yield load
        finally:
            done.set()
            watching.join()
            after = self.cpu()
            load.loop_s, load.workers_s, load.voices_s = (b - a for a, b in zip(before, after, strict=True))
