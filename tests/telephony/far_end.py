"""What a caller's telephone got, measured: is it whole, even, loud enough, and silent when he speaks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from math import inf

import numpy as np

from tests.telephony.caller import Spoken, loud
from tests.telephony.phone import RATE_HZ, Packet
from voice.audio.pcm import rms_dbfs
from voice.line import Pcm16

BUFFERED_S = 0.06  # what a telephone holds back against uneven arrival
SECOND_S = 1.0
LEAP = RATE_HZ  # more is a new saying, or a packet that came before the one it follows
QUIET_MS = 300  # without a loud packet: the line has fallen silent
CLICK = 2_500  # a step between two samples that is four times as large as any near it
NEAR_MS = 5


def of_the_line(packets: list[Packet]) -> list[Packet]:
    """From the first packet to the last that holds sound, as far as one sender's clock goes."""
    jump = next((at for at, packet in enumerate(packets) if packet.source != packets[0].source), len(packets))
    packets = packets[:jump]
    last = max((at for at, packet in enumerate(packets) if loud(packet.pcm)), default=-1)
    return packets[: last + 1]


def underruns_ms(packets: list[Packet]) -> list[float]:
    """How long a telephone that holds back BUFFERED_S had nothing to play, each time; it holds back anew after that."""
    gaps: list[float] = []
    begins_s: float | None = None
    first = packets[0].stamp if packets else 0
    for packet in packets:
        sounds_s = ((packet.stamp - first) & 0xFFFFFFFF) / RATE_HZ
        if begins_s is None:
            begins_s = packet.at_s + BUFFERED_S - sounds_s
        elif (late_s := packet.at_s - (begins_s + sounds_s)) > 0:
            gaps.append(late_s * 1000)
            begins_s = packet.at_s + BUFFERED_S - sounds_s
    return gaps


def leaps_ms(packets: list[Packet]) -> list[float]:
    """What the sender's clock leapt over in the middle of a sound, each time."""
    leaps: list[float] = []
    for one, then in pairwise(packets):
        leap = then.stamp - one.stamp - len(one.pcm) & 0xFFFFFFFF
        if loud(one.pcm) and loud(then.pcm) and 0 < leap < LEAP:
            leaps.append(leap / RATE_HZ * 1000)
    return leaps


def lost(packets: list[Packet]) -> int:
    """Packets that were sent and did not come."""
    numbers = [packet.sequence for packet in packets]
    return ((numbers[-1] - numbers[0]) & 0xFFFF) + 1 - len(set(numbers)) if numbers else 0


def clicks(sound: Pcm16) -> list[float]:
    """Seconds where a step stands alone: what a cut in the middle of a wave leaves."""
    steps = np.abs(np.diff(sound.astype(np.int32)))
    near = RATE_HZ * NEAR_MS // 1000
    found = []
    for at in np.flatnonzero(steps >= CLICK):
        around = np.concatenate([steps[max(0, at - near) : max(0, at - 1)], steps[at + 2 : at + near]])
        if around.size and around.max() * 4 < steps[at]:
            found.append(float(at) / RATE_HZ)
    return found


def level_dbfs(packets: list[Packet]) -> float:
    """Of the packets that hold speech."""
    spoken = [packet.pcm for packet in packets if rms_dbfs(packet.pcm) > -45]
    return rms_dbfs(np.concatenate(spoken)) if spoken else -96.0


def barge_ins_ms(spoken: Spoken, packets: list[Packet]) -> list[float]:
    """Each time the caller began to speak over the line: from his first sound to the line's last."""
    speaking_s = [packet.at_s for packet in packets if loud(packet.pcm)]
    return [
        (silent_s - began_s) * 1000
        for began_s in begins_s(spoken.frames)
        if (silent_s := _falls_silent(speaking_s, began_s)) is not None
    ]


def begins_s(frames: Iterable[tuple[float, Pcm16]]) -> Iterator[float]:
    """When somebody began to sound, of frames and their moments: after a second without a loud one."""
    last_s = -inf
    for at_s, pcm in frames:
        if loud(pcm):
            if at_s - last_s > SECOND_S:
                yield at_s
            last_s = at_s


def _falls_silent(speaking_s: list[float], began_s: float) -> float | None:
    """The last moment of the line's sound that was on at `began_s`; None when it was silent then."""
    after = [at_s for at_s in speaking_s if at_s >= began_s - 0.1]
    if not after or after[0] > began_s:
        return None
    for this_s, next_s in zip(after, [*after[1:], float("inf")], strict=True):
        if next_s - this_s > QUIET_MS / 1000 and this_s >= began_s:
            return this_s
    return None
