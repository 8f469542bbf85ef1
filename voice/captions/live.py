"""Captions of running calls, for any number of readers, none of whom can slow a call.

A reader keeps only the number of the last cue it has; what it has missed is asked of the call. So a slow reader skips
partial texts, gets every final one, and costs the call nothing.
"""

from __future__ import annotations

import asyncio
import hmac
import json
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from voice.captions.cues import Cue, CueReader
from voice.captions.labels import Labels
from voice.captions.pins import WrongTries, draw_pin
from voice.events import AnyEvent, Asked

HEARTBEAT_S = 15.0
FINALS_KEPT = 5_000  # of one call: hours of talk
ENDED_KEPT = 200  # ended calls, for a reader whose network comes back late


@dataclass(frozen=True, slots=True)
class Offer:
    """What may be answered now; it takes the place of the one before, as a new state of a cue does."""

    seq: int
    asked: Asked


class CallCaptions:
    """One call's captions. All methods are for the event loop's own thread."""

    def __init__(self, labels: Labels, *, pin: str = "", finals_kept: int = FINALS_KEPT) -> None:
        self.pin = pin  # opens these captions while the call lasts
        self.ended = False
        self.take_away = ""  # the secret of what may be kept of the call, once it is over
        self.lost = 0  # final cues that fell out of the ring
        self._labels, self._reader = labels, CueReader(labels)
        self._finals: deque[Cue] = deque(maxlen=finals_kept)
        self._partials: dict[str, Cue] = {}
        self._offer: Offer | None = None
        self._changed = asyncio.Event()

    def publish(self, event: AnyEvent) -> None:
        """Take the call's next event; never waits."""
        if isinstance(event, Asked):
            self._offer = Offer(self._reader.next_seq(), event)
        for cue in self._reader.push(event):
            if not cue.final:
                self._partials[cue.seg] = cue
                continue
            self._partials.pop(cue.seg, None)
            self.lost += len(self._finals) == self._finals.maxlen
            self._finals.append(cue)
        self._wake()

    def close(self, take_away: str = "") -> None:
        """The call is over: its PIN is void, readers get what they miss, then their stream ends."""
        self.ended, self.take_away = True, take_away
        self._wake()

    def since(self, seq: int) -> list[Cue | Offer]:
        """What a reader misses that has all up to `seq`: every final, the newest of each partial and what may be
        answered now, in order."""
        finals: list[Cue] = []
        for cue in reversed(self._finals):
            if cue.seq <= seq:
                break
            finals.append(cue)
        newest: list[Cue | Offer] = [*self._partials.values(), *([self._offer] if self._offer else ())]
        return sorted([*finals, *(cue for cue in newest if cue.seq > seq)], key=lambda cue: cue.seq)

    def so_far(self) -> str:
        """All texts as they stand, one a line, each with its speaker."""
        cues = (cue for cue in self.since(0) if isinstance(cue, Cue))
        newest = {cue.seg: cue for cue in cues if cue.kind != "speaking"}
        said = ((self._labels.who[cue.who] + ": " if cue.who else "") + cue.text for cue in newest.values() if cue.text)
        return "".join(f"{text}\n" for text in said)

    async def follow(self, seq: int = 0, *, heartbeat_s: float = HEARTBEAT_S) -> AsyncIterator[Cue | Offer | None]:
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
    """The captions of all calls, by the secret key that opens each (`CallRequest.key`)."""

    def __init__(self, labels: Labels, *, ended_kept: int = ENDED_KEPT) -> None:
        self.wrong_tries = WrongTries()
        self._labels, self._ended_kept = labels, ended_kept
        self._calls: OrderedDict[str, CallCaptions] = OrderedDict()

    def open(self, key: str) -> CallCaptions:
        """Begin a call's captions; the oldest of the ended ones are forgotten."""
        ended = [known for known, captions in self._calls.items() if captions.ended]
        for known in ended[: max(0, len(ended) - self._ended_kept)]:
            del self._calls[known]
        taken = {captions.pin for captions in self._calls.values()}
        self._calls[key] = captions = CallCaptions(self._labels, pin=draw_pin(taken))
        return captions

    def get(self, key: str) -> CallCaptions | None:
        return self._calls.get(key)

    def key_of(self, pin: str) -> str | None:
        """The key of the running call with this PIN. All are compared whole, so the time it takes tells nothing."""
        found = None
        for key, captions in self._calls.items():
            if hmac.compare_digest(captions.pin.encode(), pin.encode()) and not captions.ended:
                found = key
        return found

    def close(self) -> None:
        """End every stream, so that the server can stop."""
        for captions in self._calls.values():
            captions.close(captions.take_away)


def server_sent(cue: Cue | Offer | None) -> str:
    """One cue as a server-sent event whose id is its `seq`; None as a beat, by which a page knows that it is heard."""
    if cue is None:
        return sent_event("beat", {})
    if isinstance(cue, Offer):
        return sent_event("options", asdict(cue.asked), cue.seq)
    return sent_event("cue", asdict(cue), cue.seq)


def sent_event(name: str, data: Mapping[str, Any], seq: int | None = None) -> str:
    """A server-sent event; one without `seq` changes nothing in what a reader asks for after a cut.

    Source: html.spec.whatwg.org, 9.2 Server-sent events.
    """
    number = "" if seq is None else f"id: {seq}\n"
    return f"{number}event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
