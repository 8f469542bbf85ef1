"""What was sent to the line, until it sounds."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from voice.audio.resample import Resampler
from voice.line import FRAME_MS, HEARING_HZ, Pcm16


class Sounding:
    """Hands on what was sent when it sounds, or `early_s` before that, if it was sent by then."""

    def __init__(self, rate_hz: int, hand_on: Callable[[Pcm16, float], None], *, early_s: float = 0.0) -> None:
        """rate_hz: of what is sent. hand_on: takes sound, 16 000 Hz, and how long the line was silent before it, ms."""
        self._rate_hz, self._hand_on, self._early_s = rate_hz, hand_on, early_s
        self._resampler = Resampler(rate_hz, HEARING_HZ, block_ms=FRAME_MS)
        self._waiting: deque[tuple[float, Pcm16]] = deque()  # and when each will have sounded
        self._until_s = 0.0
        self._silent_s = 0.0  # before the sound that is handed on next

    def begin(self, now_s: float) -> None:
        """From now on the line can be heard."""
        self._until_s = now_s

    def sent(self, piece: Pcm16, until_s: float) -> None:
        """It will have sounded at `until_s`."""
        self._waiting.append((until_s, piece))

    def settle(self, now_s: float) -> None:
        while self._waiting and self._waiting[0][0] - self._early_s <= now_s:
            until_s, piece = self._waiting.popleft()
            self._silent_s += max(0.0, until_s - len(piece) / self._rate_hz - self._until_s)
            self._until_s = until_s
            self._pass(self._resampler.push(piece))

    def end(self) -> None:
        """A saying is over, and what waits was taken back."""
        self._waiting.clear()
        self._pass(self._resampler.flush())

    @property
    def waiting_samples(self) -> int:
        return sum(len(piece) for _, piece in self._waiting)

    def _pass(self, pcm: Pcm16) -> None:
        if len(pcm):
            self._hand_on(pcm, self._silent_s * 1000)
            self._silent_s = 0.0
