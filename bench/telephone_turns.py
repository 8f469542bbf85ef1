"""Recorded callers at telephones who ask, and interrupt each answer with the next question."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

import numpy as np
from watched import Load, Watched

from tests.telephony.bed import Asterisk, LineProcess
from tests.telephony.caller import loud
from tests.telephony.evening import Talked, evening, fixture
from tests.telephony.far_end import barge_ins_ms, of_the_line, underruns_ms
from voice.audio.pcm import cut
from voice.events import Noted
from voice.transports.recorded import CallerTurn, RecordedCaller

INTERRUPTIONS = 8
ASKING = ("interrupts_answer", "thanks_after_no", "documents_abroad")  # the first words of each
OVER_THE_LINE_MS = 1_500
QUIET_S = 0.3  # before the first sound of a reply
SAME_S = 0.4  # a reply that the line says it gave and one that the telephone heard, this near, are one
AT_THE_TELEPHONE = "turn gap at the telephone"
STAGES = {
    "endpointing": "speech_end->endpoint",
    "recognition": "endpoint->final",
    "decision": "final->intent",
    "first sound made": "intent->first_sound_made",
    "first sound sent": "first_sound_made->first_sound_sent",
    "turn gap of the line": "gap",
}


def interrupting() -> RecordedCaller:
    """Asks about one thing and another, each time over the answer."""
    asking = [fixture(name) for name in ASKING]
    sound = np.concatenate([cut(one.sound, one.rate_hz, one.turns[0].from_ms, one.turns[0].to_ms) for one in asking])
    ends_ms = list(accumulate(one.turns[0].to_ms - one.turns[0].from_ms for one in asking))
    spans = list(pairwise([0, *ends_ms]))
    first = CallerTurn("line_silent", 600, *spans[0])
    over = [CallerTurn("line_speaks", OVER_THE_LINE_MS, *spans[n % len(spans)]) for n in range(1, INTERRUPTIONS + 1)]
    hangs_up = CallerTurn("line_speaks", OVER_THE_LINE_MS, hang_up=True)
    return replace(asking[0], sound=sound, turns=(first, *over, hangs_up))


@dataclass(frozen=True)
class Turns:
    calls: Sequence[Talked]
    load: Load

    @property
    def cpu_s_a_minute(self) -> float:
        return self.load.process_s / sum((call.record.call.length_ms or 0) / 60_000 for call in self.calls)

    def stages_ms(self) -> dict[str, list[float]]:
        """Of every reply, from the line's traces; last the whole, as the telephone heard it."""
        told = [trace.stages_ms for call in self.calls for trace in call.record.traces if trace.gap_ms is not None]
        stages = {name: [one[stage] for one in told if stage in one] for name, stage in STAGES.items()}
        return {**stages, AT_THE_TELEPHONE: [ms for call in self.calls for ms in heard_gaps_ms(call)]}

    def packets_ms(self) -> dict[str, list[float]]:
        """What the telephones' packets tell."""
        return {
            "silent after an interruption": [
                ms for call in self.calls for ms in barge_ins_ms(call.spoken, list(call.packets))
            ],
            "holes": [ms for call in self.calls for ms in underruns_ms(of_the_line(list(call.packets)))],
            "call answered": [call.answered_ms for call in self.calls],
            "a sleeper was late": [call.busy_ms for call in self.calls],
        }


def turns(asterisk: Asterisk, line: LineProcess, calls: int) -> Turns:
    """So many telephones at once."""
    assert line.process
    with Watched(line.process.pid).measured() as load:
        talked = evening(asterisk, line.data, {f"{n}": interrupting() for n in range(calls)})
    return Turns(list(talked.values()), load)


def heard_gaps_ms(call: Talked) -> Iterator[float]:
    """From the caller's last sound to the first of each reply that the line's traces know of."""
    replies = [event.at_ms for event in call.events if isinstance(event, Noted) and "gap" in event.data]
    began_s = call.spoken.frames[0][0]
    said_s = [at_s for at_s, pcm in call.spoken.frames if loud(pcm)]
    heard_s = [packet.at_s for packet in call.packets if loud(packet.pcm)]
    first_s = [after for before, after in pairwise([-1.0, *heard_s]) if after - before > QUIET_S]
    for at_ms in replies:
        near = [at_s for at_s in first_s if abs(at_s - began_s - at_ms / 1000) < SAME_S]
        before = [at_s for at_s in said_s if near and at_s < near[0]]
        if before:
            yield (near[0] - before[-1]) * 1000
