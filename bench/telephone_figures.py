"""What was measured of telephone calls, as figures under the names that people read."""

from __future__ import annotations

from collections.abc import Mapping

from report import Figure, ratio, spread
from telephone_alone import Alone
from telephone_bridged import Bridged
from telephone_turns import AT_THE_TELEPHONE, Turns
from two_talk import SIDES

Figures = dict[str, Figure]
THERE, BACK = "telephone to line", "line to telephone"
CPU, CALL_MEMORY, LINE_MEMORY = "CPU s of a call minute", "MiB of a call", "MiB of the line"
MIB = 2**20


def of_alone(alone: Alone) -> Figures:
    return {
        THERE: spread(alone.in_ms, "ms"),
        BACK: spread(alone.out_ms, "ms"),
        CPU: ratio(alone.cpu_s_a_minute, "CPU s", alone.calls),
        CALL_MEMORY: ratio(alone.call_bytes / MIB, "MiB", alone.calls),
    }


def of_turns(told: Turns) -> Figures:
    return {
        **{name: spread(ms, "ms") for name, ms in {**told.stages_ms(), **told.packets_ms()}.items()},
        CPU: ratio(told.cpu_s_a_minute, "CPU s", len(told.calls)),
        LINE_MEMORY: ratio(max(told.load.rss) / MIB, "MiB", len(told.calls)),
    }


def by_stage(told: Figures, way: Mapping[str, Figure]) -> Figures:
    """The same with the way there and back, which only the transport alone tells apart."""
    none = spread((), "ms")
    staged: Figures = {THERE: way.get(THERE, none)}
    for name, figure in told.items():
        if name == AT_THE_TELEPHONE:
            staged[BACK] = way.get(BACK, none)
        staged[name] = figure
    return staged


def one_more(told: Mapping[tuple[str, int], Figures]) -> Figures:
    """By transport, what one more call at once adds to the line's memory: from the fewest calls to the most."""
    grown: Figures = {}
    for transport in dict.fromkeys(transport for transport, _ in told):
        calls = sorted(calls for one, calls in told if one == transport)
        few, many = calls[0], calls[-1]
        if few < many:
            first, last = (float(told[transport, calls][LINE_MEMORY]["value"]) for calls in (few, many))
            grown[transport] = ratio((last - first) / (many - few), "MiB", many - few)
    return grown


def of_bridged(told: Bridged) -> Figures:
    figures: Figures = {}
    for side in SIDES:
        unseen, words = told.unseen(side)
        found = told.in_record(side)
        figures |= {
            f"{side}: word to caption": spread(told.delays_ms(side), "ms"),
            f"{side}: words not shown": ratio(unseen, "words", words),
            f"{side}: ms not in the record": ratio(sum(ms for ms, _ in found), "ms", len(found)),
            f"{side}: moved in the record": spread([abs(ms) for _, ms in found], "ms"),
        }
    return {
        **figures,
        "operator: not in the record of his first words": spread(told.greeting_missing_ms(), "ms"),
        CPU: ratio(told.cpu_s_a_minute, "CPU s", len(told.calls)),
        LINE_MEMORY: ratio(max(told.load.rss) / MIB, "MiB", len(told.calls)),
        "ms lost, says the record": ratio(
            sum(call.record.call.sound_lost_ms for call in told.calls), "ms", len(told.calls)
        ),
        "a sleeper was late": spread([told.busy_ms], "ms"),
        "connections left": ratio(told.connections_left, "", len(told.calls)),
        "channels left": ratio(told.channels_left, "", len(told.calls)),
    }
