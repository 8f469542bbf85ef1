"""What the caller of an archived call did, and when: so that he can do it again before another line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal

from voice.archive.records import is_said
from voice.events import (
    AnyEvent,
    Asked,
    Event,
    Final,
    HungUp,
    Interrupted,
    Key,
    Resumed,
    SayDone,
    SayStarted,
    SpeechEnded,
    SpeechStarted,
    Tapped,
    TimerFired,
    Transferred,
    Typed,
)
from voice.transports.recorded import CallerTurn, When

LEAD_MS, TAIL_MS = 300, 200  # of sound around an utterance, so that its first and last consonants are there
ROOM_MS, SHORTEST_ROOM_MS = 2_000, 500

Span = tuple[int, int]  # from_ms, to_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One thing the caller did, from `at_ms` to `until_ms`.

    text: the words heard (empty: a sound without words), the digit, what was typed, the label of the button.
    key: the key that means the same as the button. utterance: its number in the record, 0 when it has none. step,
    wants: what was asked then, and the kind of value.
    """

    kind: Literal["speech", "key", "typed", "tapped", "hang_up"]
    at_ms: int
    until_ms: int
    text: str = ""
    key: str = ""
    utterance: int = 0
    step: str = ""
    wants: str = ""
    when: When = "line_silent"
    wait_ms: int = 0  # before it, counted as `when` says; see CallerTurn


@dataclass
class _Line:
    """What the line was doing, as far as it tells when the caller acts."""

    speaking: set[int] = field(default_factory=set)
    began_ms: int = 0  # of the saying that sounds now
    silent_at_ms: int = 0  # since when nothing sounds
    sayings: int = 0  # begun since the caller's last deed
    spoke_on: bool = False  # after a silence that the caller did not answer: his, or a pause of its own

    def push(self, event: AnyEvent) -> None:
        match event:
            case SayStarted(say=say) | Resumed(say=say):
                self.speaking = {say}
                self.began_ms = event.at_ms
                self.sayings += 1
            case SayDone(say=say) | Interrupted(say=say):
                self.speaking.discard(say)
                self.silent_at_ms = event.at_ms
            case TimerFired(name="silence"):
                self.spoke_on = True
        self.spoke_on |= isinstance(event, Resumed)

    def when(self, at_ms: int, since_ms: int) -> tuple[When, int]:
        """How the moment `at_ms` is told apart by a caller who acted last at `since_ms`."""
        if self.speaking and self.sayings == 1:
            return "line_speaks", max(0, at_ms - self.began_ms)
        if self.speaking or self.spoke_on or not self.sayings:
            return "at_once", max(0, at_ms - since_ms)
        return "line_silent", max(0, at_ms - self.silent_at_ms)

    def acted(self) -> None:
        self.sayings, self.spoke_on = 0, False


def deeds(events: Iterable[AnyEvent]) -> tuple[Deed, ...]:
    """All that the caller did until a person took over, in order."""
    done: list[Deed] = []
    line, asked = _Line(), Asked(at_ms=0, asked=0, step="")
    began: dict[int, tuple[int, Asked, When, int]] = {}  # by the number of speech: at_ms, asked, when, wait_ms
    ended: dict[int, int] = {}
    number = last_ms = 0

    def add(kind: Literal["key", "typed", "tapped"], at: Event, text: str, key: str = "", utterance: int = 0) -> None:
        nonlocal last_ms
        when, wait_ms = line.when(at.at_ms, last_ms)
        at_ms = last_ms = at.at_ms
        done.append(
            Deed(
                kind=kind,
                at_ms=at_ms,
                until_ms=at_ms,
                text=text,
                key=key,
                utterance=utterance,
                step=asked.step,
                wants=asked.wants,
                when=when,
                wait_ms=wait_ms,
            )
        )
        line.acted()

    for event in events:
        line.push(event)
        number += is_said(event)
        match event:
            case Asked(step=step, wants=wants):
                same = step == asked.step and not wants  # a value that is read back is still that of its step
                asked = replace(event, wants=asked.wants) if same else event
            case SpeechStarted(utterance=n):
                began[n] = (event.at_ms, asked, *line.when(event.at_ms, last_ms))
                line.acted()
            case SpeechEnded(utterance=n):
                ended[n] = last_ms = event.at_ms
            case Final(utterance=n, text=text) if n in began:
                at_ms, then, when, wait_ms = began.pop(n)
                until_ms = ended.pop(n, event.at_ms)
                done.append(
                    Deed(
                        kind="speech",
                        at_ms=at_ms,
                        until_ms=until_ms,
                        text=text,
                        utterance=number if text else 0,
                        step=then.step,
                        wants=then.wants,
                        when=when,
                        wait_ms=wait_ms,
                    )
                )
            case Key(digit=digit):
                add("key", event, digit, utterance=number)
            case Typed(text=text):
                add("typed", event, text, utterance=number)
            case Tapped(choice=choice):
                button = next((one for one in (*asked.choices, *asked.always) if one.choice == choice), None)
                add("tapped", event, button.label if button else choice, button.key if button else "")
            case Transferred():
                break
            case HungUp(by="caller", at_ms=at_ms):
                wait_ms = max(0, at_ms - last_ms)
                done.append(Deed(kind="hang_up", at_ms=at_ms, until_ms=at_ms, when="at_once", wait_ms=wait_ms))
    return tuple(sorted(done, key=lambda deed: deed.at_ms))


def pieces(done: Sequence[Deed], length_ms: int) -> list[Span | None]:
    """The stretch of the caller's sound that holds each deed, never overlapping; None for a deed without sound."""
    spans: list[Span | None] = []
    free_ms = 0
    for deed, later in zip(done, [*done[1:], None], strict=True):
        if deed.kind != "speech":
            spans.append(None)
            continue
        next_ms = later.at_ms if later and later.kind == "speech" else length_ms
        middle_ms = max(deed.until_ms, (deed.until_ms + next_ms) // 2)
        from_ms = max(free_ms, deed.at_ms - LEAD_MS)
        free_ms = min(length_ms, deed.until_ms + TAIL_MS, middle_ms)
        spans.append((min(from_ms, free_ms), free_ms))
    return spans


def turns(
    done: Sequence[Deed], spans: Sequence[Span | None], at: Sequence[Span | None] | None = None
) -> tuple[CallerTurn, ...]:
    """The deeds as a recorded caller does them.

    spans: of `pieces`. at: where each piece stands in the recording that is played; None: it is the archived one.
    """
    made = []
    tail_ms = 0  # of sound that is played after the deed before it
    for deed, span, place in zip(done, spans, at or spans, strict=True):
        early_ms = (deed.at_ms - span[0] if span else 0) + (tail_ms if deed.when == "at_once" else 0)
        made.append(_turn(deed, max(0, deed.wait_ms - early_ms), place))
        tail_ms = max(0, span[1] - deed.until_ms) if span else 0
    return tuple(made)


def room(done: Sequence[Deed], length_ms: int) -> Span | None:
    """The middle of the caller's longest silence: what is behind him; None when all are short."""
    edges = [(0, 0), *((deed.at_ms, deed.until_ms) for deed in done), (length_ms, length_ms)]
    gaps = [(before[1] + TAIL_MS, after[0] - LEAD_MS) for before, after in pairwise(edges)]
    from_ms, to_ms = max(gaps, key=lambda gap: gap[1] - gap[0])
    if to_ms - from_ms < SHORTEST_ROOM_MS:
        return None
    from_ms += max(0, to_ms - from_ms - ROOM_MS) // 2
    return from_ms, min(to_ms, from_ms + ROOM_MS)


def _turn(deed: Deed, wait_ms: int, place: Span | None) -> CallerTurn:
    if deed.kind == "hang_up":
        return CallerTurn(deed.when, wait_ms, hang_up=True)
    if key := deed.text if deed.kind == "key" else deed.key:
        return CallerTurn(deed.when, wait_ms, key=key)
    if place is None:
        return CallerTurn(deed.when, wait_ms, text=deed.text)
    return CallerTurn(deed.when, wait_ms, *place, says=deed.text)
