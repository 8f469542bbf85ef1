"""The measures of what a telephone got find what is planted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tests.telephony.caller import Spoken, played
from tests.telephony.far_end import barge_ins_ms, clicks, leaps_ms, lost, of_the_line, underruns_ms
from tests.telephony.phone import FRAME, RATE_HZ, Packet, silence
from voice.line import Pcm16


def tone(frames: int, hz: int = 300) -> Pcm16:
    at = np.arange(frames * FRAME) / RATE_HZ
    return (8_000 * np.sin(2 * np.pi * hz * at)).astype(np.int16)


def packets(sound: Pcm16, late_ms: dict[int, int] | None = None) -> list[Packet]:
    """One every 20 ms; `late_ms`: by how much the n-th and all after it come later."""
    late_s, sent = 0.0, []
    for n, at in enumerate(range(0, len(sound), FRAME)):
        late_s += (late_ms or {}).get(n, 0) / 1000
        sent.append(Packet(n * 0.02 + late_s, n, at, sound[at : at + FRAME]))
    return sent


def test_even_packets_have_no_hole_and_uneven_ones_are_held_back() -> None:
    assert underruns_ms(packets(tone(50))) == []
    assert underruns_ms(packets(tone(50), {10: 59, 11: -59})) == []


def test_what_comes_too_late_is_a_hole_of_its_length() -> None:
    (hole,) = underruns_ms(packets(tone(50), {20: 100}))
    assert 39 < hole < 41
    assert lost(packets(tone(50))) == 0
    assert lost([packet for packet in packets(tone(50)) if packet.sequence != 7]) == 1


def test_what_the_senders_clock_leaps_over_is_a_hole() -> None:
    sent = packets(tone(50))
    leapt = [*sent[:20], *(replace(packet, stamp=packet.stamp + 1_200) for packet in sent[20:])]
    assert leaps_ms(leapt) == [150.0] and leaps_ms(sent) == []


def test_a_cut_in_a_wave_clicks_and_a_wave_does_not() -> None:
    whole = tone(20)
    assert clicks(whole) == [] and clicks(tone(20, 2_500)) == []
    cut = np.concatenate([whole[:993], np.zeros(400, np.int16), whole[993:]])
    assert len(clicks(cut)) == 2


def test_only_what_sounds_counts_as_the_lines() -> None:
    sound = np.concatenate([tone(5), np.zeros(5 * FRAME, np.int16)])
    assert len(of_the_line(packets(sound))) == 5
    assert np.array_equal(played(packets(sound)), sound)


def test_a_barge_in_is_from_the_callers_first_sound_to_the_lines_last() -> None:
    line = packets(np.concatenate([tone(100), np.zeros(100 * FRAME, np.int16)]))
    frames = [(n * 0.02, tone(1) if n >= 90 else silence()) for n in range(200)]
    (delay_ms,) = barge_ins_ms(Spoken(frames), line)
    assert 175 < delay_ms < 185
    assert barge_ins_ms(Spoken([(at_s + 2.5, pcm) for at_s, pcm in frames]), line) == [], "the line was silent"
