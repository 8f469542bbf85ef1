"""Verdicts on frames to edges of speech. Pure: its clock is the number of frames it was given.

The end of a turn is decided in two steps: a short silence asks (Paused), and whoever knows what was said may answer
with `close`; a longer silence ends the turn without asking, and a backstop ends it in any case.
"""

from __future__ import annotations

from dataclasses import dataclass

from voice.line import FRAME_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    start_ms: int = 60  # this much speech opens an utterance; of silence inside, `allowed_gaps`
    near_start_ms: int = 60  # or this much that is as loud as the caller
    resume_ms: int = 40  # this much, measured alike, breaks a silence: a lone click does not hold the turn
    ask_ms: int = 240  # silence that asks: is the turn over?
    pause_ms: int = 700  # silence that ends it unasked
    longest_ms: int = 20_000  # from its begin: and then it is ended in any case


@dataclass(frozen=True, slots=True)
class Started:
    """An utterance opened; its first sound was at `at_ms`."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class Paused:
    """Silence has lasted `ask_ms`, once per silence; the sound ended at `at_ms`."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class Ended:
    """The utterance is over; its last sound ended at `at_ms`."""

    at_ms: int


Edge = Started | Paused | Ended

LONG_FRAMES = 5  # a run of so many has room for the closure of a stop consonant
CLOSURE_FRAMES = 4


def allowed_gaps(frames: int) -> int:
    """Silent frames inside a run of so many voiced ones: the closure of a consonant does not begin a long run anew."""
    return 1 if frames < LONG_FRAMES else CLOSURE_FRAMES


class Endpointer:
    """One caller's speech. `rules` may be replaced at any moment, also inside an utterance."""

    def __init__(self, rules: Rules | None = None) -> None:
        self.rules = rules or Rules()
        self.at_ms = 0  # sound judged so far
        self._recent = self._near = 0  # the last verdicts, newest in the lowest bit; those as loud as the caller
        self._since_ms: int | None = None
        self._spoken_ms = 0  # where the last speech of the open utterance ended
        self._asked = False

    @property
    def is_open(self) -> bool:
        return self._since_ms is not None

    @property
    def silence_ms(self) -> int:
        """Silence at the end of the open utterance; 0 outside one."""
        return self.at_ms - self._spoken_ms if self.is_open else 0

    def push(self, speech: bool, *, near: bool = False) -> Edge | None:
        """Take the verdict on the next frame (20 ms); return the edge it crossed.

        near: it is as loud as the caller has been, so it is hardly somebody behind him.
        """
        self.at_ms += FRAME_MS
        self._recent = (self._recent << 1 | speech) & (1 << 64) - 1
        self._near = (self._near << 1 | (speech and near)) & (1 << 64) - 1
        if self._since_ms is None:
            return self._open()
        if _voiced(self._recent, self.rules.resume_ms):
            self._spoken_ms, self._asked = self.at_ms, False
        if self.silence_ms >= self.rules.pause_ms or self.at_ms - self._since_ms >= self.rules.longest_ms:
            return self.close()
        if self.silence_ms >= self.rules.ask_ms and not self._asked:
            self._asked = True
            return Paused(self._spoken_ms)
        return None

    def close(self) -> Ended | None:
        """End the open utterance now, at its last sound; None when none is open."""
        if not self.is_open:
            return None
        self._since_ms, self._recent, self._near = None, 0, 0
        return Ended(self._spoken_ms)

    def _open(self) -> Started | None:
        run = _voiced(self._recent, self.rules.start_ms) or _voiced(self._near, self.rules.near_start_ms)
        if not run:
            return None
        self._since_ms, self._spoken_ms, self._asked = self.at_ms - run.bit_length() * FRAME_MS, self.at_ms, False
        return Started(self._since_ms)


def _voiced(verdicts: int, needed_ms: int) -> int:
    """The newest verdicts that make up `needed_ms` of speech ending now, or 0."""
    frames = max(1, -(-needed_ms // FRAME_MS))
    window = verdicts & (1 << frames + allowed_gaps(frames)) - 1
    return window if window & 1 and window.bit_count() >= frames else 0
