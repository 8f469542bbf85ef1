"""Captions of running calls, for any number of readers, none of whom can slow a call.

A reader keeps only the number of the last cue it has; what it has missed is asked of the call. So a slow reader skips
partial texts, gets every final one, and costs the call nothing.
"""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from dataclasses import asdict

from voice.captions.cues import Cue, CueReader
from voice.captions.labels import Labels
from voice.events import AnyEvent

HEARTBEAT_S = 15.0
FINALS_KEPT = 5_000  # of one call: hours of talk
ENDED_KEPT = 200  # ended calls, for a reader whose network comes back late


class CallCaptions:
    """One call's captions. All methods are for the event loop's own thread."""

    def __init__(self, labels: Labels, *, finals_kept: int = FINALS_KEPT) -> None:
        self.ended = False
        self.lost = 0  # final cues that fell out of the ring
        self._reader = CueReader(labels)
        self._finals: deque[Cue] = deque(maxlen=finals_kept)
        self._partials: dict[str, Cue] = {}
        self._last = 0
        self._changed = asyncio.Event()

    def publish(self, event: AnyEvent) -> None:
        """Take the call's next event; never waits."""
        for cue in self._reader.push(event):
            self._last = cue.seq
            if not cue.final:
                self._partials[cue.seg] = cue
                continue
            self._partials.pop(cue.seg, None)
            self.lost += len(self._finals) == self._finals.maxlen
            self._finals.append(cue)
        self._wake()

    def close(self) -> None:
        """The call is over: readers get what they miss, then their stream ends."""
        self.ended = True
        self._wake()

    def since(self, seq: int) -> list[Cue]:
        """What a reader misses that has all up to `seq`: every final, the newest of each partial, in order."""
        finals: list[Cue] = []
        for cue in reversed(self._finals):
            if cue.seq <= seq:
                break
            finals.append(cue)
        return sorted([*finals, *(cue for cue in self._partials.values() if cue.seq > seq)], key=lambda cue: cue.seq)

    async def follow(self, seq: int = 0, *, heartbeat_s: float = HEARTBEAT_S) -> AsyncIterator[Cue | None]:
        """Yield cues after `seq` to the end of the call; None when nothing came for `heartbeat_s`."""
        while True:
            changed = self._changed
            for cue in self.since(seq):
                seq = cue.seq
                yield cue
            if changed.is_set():
                continue
            if self.ended:
                return
            try:
                async with asyncio.timeout(heartbeat_s):
                    await changed.wait()
            except TimeoutError:
                yield None

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


class CaptionHub:
    """The captions of all calls, by call id."""

    def __init__(self, labels: Labels, *, ended_kept: int = ENDED_KEPT) -> None:
        self._labels, self._ended_kept = labels, ended_kept
        self._calls: OrderedDict[str, CallCaptions] = OrderedDict()

    def open(self, call_id: str) -> CallCaptions:
        """Begin a call's captions; the oldest of the ended ones are forgotten."""
        ended = [known for known, captions in self._calls.items() if captions.ended]
        for known in ended[: max(0, len(ended) - self._ended_kept)]:
            del self._calls[known]
        self._calls[call_id] = captions = CallCaptions(self._labels)
        return captions

    def get(self, call_id: str) -> CallCaptions | None:
        return self._calls.get(call_id)

    def close(self) -> None:
        """End every stream, so that the server can stop."""
        for captions in self._calls.values():
            captions.close()


def server_sent(cue: Cue | None) -> str:
    """One cue as a server-sent event whose id is its `seq`; None as a comment that keeps the connection.

    Source: html.spec.whatwg.org, 9.2 Server-sent events.
    """
    if cue is None:
        return ":\n\n"
    return f"id: {cue.seq}\nevent: cue\ndata: {json.dumps(asdict(cue), ensure_ascii=False)}\n\n"


END_OF_STREAM = "event: end\ndata: {}\n\n"  # without it a browser would connect again for ever
