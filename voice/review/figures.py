"""One call in numbers. What each number means stands here once; the pages say it in Russian.

All of it comes from the call's own events, so a call is measured by the flows that it was led by, whatever they have
become since.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, median
from typing import Literal

from voice.archive.records import Record
from voice.dialog.question import UNSURE
from voice.dialog.talk import SILENCE
from voice.events import (
    AnyEvent,
    BadLine,
    CallStarted,
    CameBack,
    Counted,
    Final,
    HungUp,
    Interrupted,
    Key,
    Noted,
    PersonCame,
    Resumed,
    SayDone,
    SayStarted,
    SpeechEnded,
    SpeechStarted,
    Tapped,
    TimerFired,
    TopicOpened,
    Transferred,
    Typed,
    Understood,
    from_json,
)

Outcome = Literal["solved", "registered", "transferred", "abandoned", "failed"]
SAME_WORDS = 2  # so many words make a saying that is said again; «да» is an answer every time


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFigures:
    """The columns of the table Figures that a call alone gives; see there for risk and its reasons."""

    intent: str
    """The first topic that the talk came to, by words, key or button; empty: it came to none."""
    intents: tuple[str, ...]
    """All topics that the talk came to, each once, in their order."""
    outcome: Outcome
    """How it ended for the caller, by the last thing he wanted.

    transferred: he was handed over to people and did not come back from there, whether they answered or not.
    solved: he was told what he wanted to know, heard it out or spoke on; he asked for nobody and opened no topic after.
    registered: likewise, but what he wanted was written down, and people will answer it.
    abandoned: he hung up or said goodbye before that.
    failed: the line ended the call before that: nothing was said, nothing was understood, an error, a killed process.
    """
    language: str
    """The language that was spoken last."""
    turns: int
    """What the caller said, typed, tapped or keyed that the line had to answer; a whole number by keys is one."""
    words: int
    """Words that the caller said or typed, to a person too."""
    mean_confidence: float | None
    """Mean confidence 0..1 of the caller's recognised words; None: no word was recognised."""
    least_confidence: float | None
    """Confidence 0..1 of the caller's utterance that was recognised worst; None: none was."""
    no_match: int
    """Turns that meant nothing to the line, or nothing sure enough to ask back."""
    longest_no_match: int
    """The most of such turns one after another."""
    no_input: int
    """How often the line waited in vain until its patience ended."""
    barge_ins: int
    """How often the caller cut the line short for good; where it went on, nothing was cut."""
    repeats: int
    """How often the caller asked to hear it again, or said the same two or more words twice running."""
    longest_silence_ms: int
    """The longest stretch without a word or a key of anybody while he was with the line; 0 in writing."""
    operator: bool
    """A person talked with the caller."""
    asked_operator: bool
    """The caller asked for a person, by words, key or button; an offered person who was accepted is not asked for."""
    waited_ms: int | None
    """How long the caller was handed over and nobody was there, all such stretches together, answered or not.
    None: he was not handed over, or was so to where this line does not see who answers."""
    solved_ms: int | None
    """From the start to the end of the answer that solved it; None unless the outcome is `solved`."""
    gap_ms: float | None
    """Median pause between the caller's last sound and the first sound of the line's reply; None: none was measured."""
    noise: str
    """The first trouble of the caller's line: quiet, loud, noisy; empty: a good line."""
    complaint: bool
    """The caller came to a complaint, or to the senior whom people complain to."""


def measure(record: Record) -> CallFigures:
    """The figures of one call, also of one that is still running or that lost its end."""
    events = [from_json(stored.json) for stored in record.events]
    topics = tuple(dict.fromkeys(event.topic for event in events if isinstance(event, TopicOpened)))
    counted = {event.what for event in events if isinstance(event, Counted)}
    turns = [event for event in events if isinstance(event, Understood)]
    heard = [event for event in events if isinstance(event, Final) and event.text and not event.echo]
    typed = [event.text for event in events if isinstance(event, Typed)]
    confidences = [word.confidence for final in heard for word in final.words]
    outcome, solved_ms = _outcome(events)
    gaps = [times.gap_ms for times in record.traces if times.gap_ms is not None]
    return CallFigures(
        intent=topics[0] if topics else "",
        intents=topics,
        outcome=outcome,
        language=_language(events, record.call.language),
        turns=len(turns),
        words=sum(len(text.split()) for text in (*(final.text for final in heard), *typed)),
        mean_confidence=fmean(confidences) if confidences else None,
        least_confidence=min((final.confidence for final in heard), default=None),
        no_match=sum(map(meant_nothing, turns)),
        longest_no_match=_longest_run(map(meant_nothing, turns)),
        no_input=sum(isinstance(event, TimerFired) and event.name == SILENCE for event in events),
        barge_ins=_barge_ins(events),
        repeats=_asked_again(events) + _said_again(turns),
        longest_silence_ms=_longest_silence_ms(events),
        operator=any(isinstance(event, PersonCame) for event in events),
        asked_operator="person" in counted,
        waited_ms=_waited_ms(events),
        solved_ms=solved_ms,
        gap_ms=median(gaps) if gaps else None,
        noise=next((event.reason for event in events if isinstance(event, BadLine)), ""),
        complaint="complaint" in counted,
    )


def meant_nothing(turn: Understood) -> bool:
    return turn.intent is None or turn.confidence < UNSURE


def _outcome(events: Sequence[AnyEvent]) -> tuple[Outcome, int | None]:
    """How it ended, and when what solved it had been told."""
    got: Outcome | None = None
    got_ms = 0
    due: dict[int, Outcome] = {}  # by the saying that tells it
    saying = 0
    away = by_him = by_line = False  # he is with people; he did something last, the line ended it
    for event in events:
        match event:
            case TopicOpened() | Counted(what="person") | Transferred():
                got, due = None, {}
                away = isinstance(event, Transferred)
            case Counted(what="answer" | "registered" as what, say=say):
                due[say] = "solved" if what == "answer" else "registered"
                if not say:
                    got, got_ms = due.pop(say), event.at_ms
            case SayDone(say=say) if say in due:
                got, got_ms = due.pop(say), event.at_ms
            case SayStarted(say=say):
                saying = say
            case Understood():
                by_him = not meant_nothing(event)
                if by_him and saying in due:  # he has heard enough of it
                    got, got_ms = due.pop(saying), event.at_ms
            case TimerFired(name=name) if name == SILENCE:
                by_him = False
            case CameBack():
                away = by_him = False
            case HungUp(by=by):
                by_him, by_line = by == "caller" or (by_him and by == "line"), True
    if away:
        return "transferred", None
    if got:
        return got, got_ms if got == "solved" else None
    return ("abandoned" if by_him and by_line else "failed"), None


def _language(events: Iterable[AnyEvent], own: str) -> str:
    spoken = [str(event.data["language"]) for event in events if isinstance(event, Noted) and event.name == "language"]
    return spoken[-1] if spoken else own


def _longest_run(misses: Iterable[bool]) -> int:
    longest = run = 0
    for missed in misses:
        run = run + 1 if missed else 0
        longest = max(longest, run)
    return longest


def _barge_ins(events: Iterable[AnyEvent]) -> int:
    cut: list[int] = []
    for event in events:
        if isinstance(event, Interrupted):
            cut.append(event.say)
        elif isinstance(event, Resumed) and event.say in cut:
            cut.remove(event.say)
    return len(cut)


def _asked_again(events: Iterable[AnyEvent]) -> int:
    return sum(isinstance(event, Counted) and event.what == "repeat" for event in events)


def _said_again(turns: Iterable[Understood]) -> int:
    said = (turn.text.lower().split() for turn in turns)
    return sum(one == other and len(one) >= SAME_WORDS for one, other in pairwise(said))


def _waited_ms(events: Iterable[AnyEvent]) -> int | None:
    waits: list[int] = []
    since_ms: int | None = None
    for event in events:
        match event:
            case Transferred():
                since_ms = event.at_ms
            case PersonCame() | CameBack() | HungUp(by="caller") if since_ms is not None:
                waits.append(event.at_ms - since_ms)
                since_ms = None
    return sum(waits) if waits else None


def _longest_silence_ms(events: Sequence[AnyEvent]) -> int:
    if not events or any(isinstance(event, CallStarted) and event.written for event in events):
        return 0
    sounds = sorted([*_sounds(events), *_with_people(events)])
    longest = until_ms = 0
    for since_ms, end_ms in sounds:
        longest, until_ms = max(longest, since_ms - until_ms), max(until_ms, end_ms)
    return longest


def _with_people(events: Sequence[AnyEvent]) -> Iterator[tuple[int, int]]:
    """Stretches in which the line neither spoke nor listened, ms, and the moment of the end."""
    since_ms: int | None = None
    for event in events:
        if isinstance(event, Transferred):
            since_ms = event.at_ms
        elif isinstance(event, CameBack) and since_ms is not None:
            yield since_ms, event.at_ms
            since_ms = None
    end_ms = events[-1].at_ms
    yield end_ms if since_ms is None else since_ms, end_ms


def _sounds(events: Iterable[AnyEvent]) -> Iterator[tuple[int, int]]:
    """Stretches in which somebody was heard or did something, ms. What the recogniser found no word in was no word."""
    began: dict[int, int] = {}  # the caller's utterance -> ms
    ended: dict[int, int] = {}
    says_ms: int | None = None
    for event in events:
        match event:
            case SpeechStarted(utterance=utterance):
                began[utterance] = event.at_ms
            case SpeechEnded(utterance=utterance):
                ended[utterance] = event.at_ms
            case Final(utterance=utterance, text=text, echo=False) if text:
                end_ms = ended.get(utterance, event.at_ms)
                yield began.get(utterance, end_ms), end_ms
            case SayStarted() | Resumed():
                says_ms = event.at_ms
            case SayDone() | Interrupted() | HungUp() if says_ms is not None:
                yield says_ms, event.at_ms
                says_ms = None
            case Key() | Typed() | Tapped():
                yield event.at_ms, event.at_ms
