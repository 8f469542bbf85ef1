"""How much of the sound that was sent has sounded, told by marks that come back."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

EVERY_MS = 100
ON_THE_WAY_S = 0.001  # so old is a mark when it is read


class Marks:
    """Counts samples. A far end gives a mark back when it takes up the sound behind it, a frame each frame's time.

    frame: samples of one. clock: seconds, never backwards.
    """

    def __init__(self, rate_hz: int, frame: int, clock: Callable[[], float], *, every_ms: int = EVERY_MS) -> None:
        self._rate_hz, self._frame, self._clock = rate_hz, frame, clock
        self._every = rate_hz * every_ms // 1000
        self._sent = self._marked = self._made = 0
        self._coming: deque[tuple[str, int]] = deque()  # marks on their way, and how much was sent before each
        self._known, self._known_s = 0, 0.0  # so much had sounded then

    @property
    def waiting(self) -> bool:
        """Is a mark on its way?"""
        return bool(self._coming)

    @property
    def unheard(self) -> int:
        """Samples that were sent and not taken up."""
        most = self._coming[0][1] if self._coming else self._sent
        frames = int((self._clock() - self._known_s + ON_THE_WAY_S) * self._rate_hz / self._frame) + 1
        return self._sent - min(most, self._known + frames * self._frame)

    def due(self) -> str | None:
        """A mark to be sent before the next sound: where speaking begins, and at times while it goes on."""
        if self._coming and self._sent - self._marked < self._every:
            return None
        return self.here()

    def here(self) -> str:
        """A mark to be sent now."""
        self._marked = self._sent
        self._made += 1
        self._coming.append((f"m{self._made}", self._sent))
        return self._coming[-1][0]

    def sent(self, samples: int) -> None:
        self._sent += samples

    def passed(self, name: str) -> None:
        """A mark has come back; one that was cleared, or was never sent, changes nothing."""
        if all(name != coming for coming, _ in self._coming):
            return
        while self._coming:
            coming, self._known = self._coming.popleft()
            if coming == name:
                break
        self._known_s = self._clock()

    def clear(self) -> int:
        """Forget what was not taken up; returns how much that was."""
        unheard = self.unheard
        self._sent = self._marked = self._known = self._sent - unheard
        self._known_s = self._clock()
        self._coming.clear()
        return unheard
