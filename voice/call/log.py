"""The event log of one call: every event in order, and everybody who reads along."""

from __future__ import annotations

from collections.abc import Callable

from voice.events import AnyEvent

Reader = Callable[[AnyEvent], None]


class EventLog:
    """One stream, many readers. A reader is called at once, must not wait, and keeps its own policy for a backlog."""

    def __init__(self) -> None:
        self._readers: list[Reader] = []

    def read_along(self, reader: Reader) -> None:
        self._readers.append(reader)

    def publish(self, event: AnyEvent) -> None:
        for reader in self._readers:
            reader(event)
