"""The line at the ports that Asterisk knows, for test after test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.telephony.bed import LineProcess


class Lines:
    """The line at its ports: at most one at a time."""

    def __init__(self, ports: tuple[int, int], folder: Callable[[], Path]) -> None:
        self._ports, self._folder = ports, folder
        self._line: LineProcess | None = None
        self._usual = False

    def usual(self) -> LineProcess:
        """The one that most tests call; started anew only when it is not there any more."""
        if not (self._usual and self._line and self._line.process):
            self.start()
            self._usual = True
        assert self._line
        return self._line

    def start(self, max_calls: int = 24) -> LineProcess:
        """Another one, in the place of whichever runs."""
        self.stop()
        self._line, self._usual = LineProcess(self._folder() / "data", *self._ports, max_calls=max_calls), False
        self._line.start()
        return self._line

    def stop(self) -> None:
        """None is left at the ports."""
        if self._line:
            self._line.stop()
