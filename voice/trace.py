"""The times of one reply, stage by stage."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

STAGES = ("speech_end", "endpoint", "final", "intent", "first_sound_made", "first_sound_sent")


@dataclass
class Trace:
    """When each stage of one reply was first reached, in ms of the clock handed in."""

    clock: Callable[[], float] = time.perf_counter  # seconds
    marks: dict[str, float] = field(default_factory=dict)

    def mark(self, stage: str, *, ago_ms: float = 0.0) -> None:
        """Note the first time `stage` was reached; `ago_ms` for what is known only afterwards."""
        self.marks.setdefault(stage, self.clock() * 1000 - ago_ms)

    def stages_ms(self) -> dict[str, float]:
        """Duration of each stage that was reached, and `gap`: the caller's last sound to the first sound sent."""
        reached = [(stage, self.marks[stage]) for stage in STAGES if stage in self.marks]
        stages = {f"{a}->{b}": after - before for (a, before), (b, after) in pairwise(reached)}
        if "speech_end" in self.marks and "first_sound_sent" in self.marks:
            stages["gap"] = self.marks["first_sound_sent"] - self.marks["speech_end"]
        return stages
