"""How the line speaks to this caller: by his word, or by the way he listens."""

from __future__ import annotations

from dataclasses import dataclass, replace

SLOWER, SLOWEST, FASTEST = 0.85, 0.6, 1.2
LOUDER_DB, LOUDEST_DB, QUIETEST_DB = 6.0, 12.0, -12.0
SIMPLE_PATIENCE = 1.4
REPEATS_OF_THE_HARD_OF_HEARING = 2  # asked for so many repeats, the line speaks simply by itself
SLOW_ANSWER_MS = 3_500  # from the end of a question to the first sound of the answer
SLOW_ANSWERS = 3
ANSWERS_AHEAD = 2  # given before the question was said to its end: this caller knows the way


@dataclass(frozen=True, slots=True)
class Manner:
    """`pace`: of speech, 1.0 is usual. `patience`: a factor of every silence that is waited.

    `simple`: short texts, for those who find it hard to follow; `short`: the same texts, for those who know the way.
    `keys_only`: the caller answers by keys; what is heard beside them is noise. `writes`: he types or taps, and reads.
    """

    pace: float = 1.0
    gain_db: float = 0.0
    patience: float = 1.0
    simple: bool = False
    short: bool = False
    keys_only: bool = False
    writes: bool = False

    @property
    def brief(self) -> bool:
        return self.simple or self.short

    def slower(self) -> Manner:
        return replace(self, pace=max(SLOWEST, self.pace * SLOWER))

    def faster(self) -> Manner:
        return replace(self, pace=min(FASTEST, self.pace / SLOWER))

    def louder(self) -> Manner:
        return replace(self, gain_db=min(LOUDEST_DB, self.gain_db + LOUDER_DB))

    def quieter(self) -> Manner:
        return replace(self, gain_db=max(QUIETEST_DB, self.gain_db - LOUDER_DB))

    def simpler(self) -> Manner:
        if self.simple:
            return self
        return replace(self.slower(), simple=True, patience=max(self.patience, SIMPLE_PATIENCE))


@dataclass
class Habits:
    """What a caller does again and again, and the manner that suits it."""

    repeats: int = 0
    slow_answers: int = 0
    answers_ahead: int = 0
    asked_at_ms: int | None = None  # when the last question had been said

    def question_said(self, at_ms: int) -> None:
        self.asked_at_ms = at_ms

    def caller_begins(self, at_ms: int) -> None:
        if self.asked_at_ms is not None:
            slow = at_ms - self.asked_at_ms > SLOW_ANSWER_MS
            self.slow_answers = self.slow_answers + 1 if slow else 0
        self.asked_at_ms = None

    def suit(self, manner: Manner) -> Manner:
        """The manner, changed where a habit asks for it."""
        if self.repeats >= REPEATS_OF_THE_HARD_OF_HEARING or self.slow_answers >= SLOW_ANSWERS:
            self.repeats = self.slow_answers = 0
            return manner.simpler()
        if self.answers_ahead >= ANSWERS_AHEAD and not manner.simple:
            return replace(manner, short=True)
        return manner
