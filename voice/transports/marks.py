"""How much of the sound that was sent has sounded, told by marks that come back."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

EVERY_MS = 100


class Marks:
    """Counts samples. Between two marks the far end is taken to play at the pace of real time.

    clock: seconds, never backwards.
    """

    def __init__(self, rate_hz: int, clock: Callable[[], float], *, every_ms: int = EVERY_MS) -> None:
        self._rate_hz, self._clock = rate_hz, clock
        self._every = rate_hz * every_ms // 1000
        self._sent = self._marked = self._made = 0
        self._coming: deque[tuple[str, int]] = deque()  # marks on their way, and how much was sent before each
        self._known, self._known_s = 0, 0.0  # so much had sounded then

    @property
    def waiting(self) -> bool:
        """Is a mark on its way?"""
        return bool(self._coming)

    def sent(self, samples: int, *, last: bool = False) -> str | None:
        """So much more was sent. Returns the name of a mark to be put behind it when one is due, or it is the last."""
        if not self.unheard:
            self._known, self._known_s = self._sent, self._clock()
        self._sent += samples
        if self._sent - self._marked < self._every and not last:
            return None
        self._marked = self._sent
        self._made += 1
        name = f"m{self._made}"
        self._coming.append((name, self._sent))
        return name

    def passed(self, name: str) -> None:
        """A mark has come back; one that was cleared, or was never sent, changes nothing."""
        if all(name != coming for coming, _ in self._coming):
            return
        while self._coming:
            coming, self._known = self._coming.popleft()
            if coming == name:
                break
        self._known_s = self._clock()

    @property
    def unheard(self) -> int:
        """Samples that were sent and have not sounded."""
        most = self._coming[0][1] if self._coming else self._sent
        since = int((self._clock() - self._known_s) * self._rate_hz)
        return self._sent - min(most, self._known + max(0, since))

    def clear(self) -> int:
        """Forget what has not sounded; returns how much that was."""
        unheard = self.unheard
        self._sent = self._marked = self._known = self._sent - unheard
        self._known_s = self._clock()
        self._coming.clear()
        return unheard
