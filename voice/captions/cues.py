"""A call's events as cues: pieces of text to read, each with its speaker, that grow and are corrected in place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from voice.captions.heard import Pace, split_heard
from voice.captions.labels import Labels
from voice.captions.sounds import Sounds
from voice.events import (
    AnyEvent,
    Final,
    HungUp,
    Interrupted,
    Key,
    OperatorSaid,
    OperatorSaying,
    Partial,
    Resumed,
    SayDone,
    SayStarted,
    SpeechEnded,
    SpeechStarted,
    Typed,
    Typing,
    Understood,
)

Who = Literal["line", "caller", "operator", ""]
Kind = Literal["speech", "say", "key", "typed", "operator", "sound", "speaking", "end"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """One state of one segment; a higher `rev` of the same `seg` takes its place.

    text: all of it, shown as it is; an empty one withdraws the segment. stable + rest == text, and `rest` is shown
    lighter: words that may still change, or words of the line that nobody heard.
    final: this state must reach every reader; of the others only the newest matters.
    kind "speaking" carries no text: `who` speaks now, "" when nobody does. kind "sound" names a sound that is no word,
    of `who`, or "" when nobody makes it.
    """

    seq: int  # grows by one with each cue of a call
    seg: str
    rev: int
    who: Who
    kind: Kind
    text: str
    stable: str
    rest: str
    final: bool
    at_ms: int  # when the segment began


@dataclass
class CueReader:
    """Feed it every event of one call, in order; the same events give the same cues."""

    labels: Labels
    _seq: int = 0
    _shown: dict[str, Cue] = field(default_factory=dict)
    _began: dict[str, int] = field(default_factory=dict)
    _speaking: list[Who] = field(default_factory=list)
    _pace: Pace = field(default_factory=Pace)
    _sounds: Sounds = field(default_factory=Sounds)
    _points: int = 0  # keys and typed texts so far: each is a segment of its own
    _question: str = ""  # what the line said last
    _asked: dict[int, str] = field(default_factory=dict)  # utterance -> the question it was begun after

    def push(self, event: AnyEvent) -> Iterator[Cue]:
        """The cues that this event makes or changes."""
        if sound := self._sounds.push(event):
            told = self.labels.sounds[sound.name]
            yield self._cue(f"n{sound.number}", sound.who, "sound", told, "", True, sound.at_ms)
        match event:
            case SpeechStarted(utterance=utterance):
                self._began[f"c{utterance}"] = event.at_ms
                yield from self._speaks("caller", True, event.at_ms)
            case SpeechEnded():
                yield from self._speaks("caller", False, event.at_ms)
            case Partial(utterance=utterance):
                stable, rest = self.labels.writing.growing(event.stable, event.rest, self._asked_before(utterance))
                yield from self._caller(utterance, stable, rest, final=False, at_ms=event.at_ms)
            case Final(utterance=utterance):
                text = "" if event.echo else self.labels.writing.sentence(event.text, self._asked_before(utterance))
                yield from self._caller(utterance, text, "", final=True, at_ms=event.at_ms)
                yield from self._speaks("caller", False, event.at_ms)
            case SayStarted(say=say, text=text):
                self._question = text
                yield self._cue(f"s{say}", "line", "say", self.labels.writing.said(text), "", True, event.at_ms)
                yield from self._speaks("line", True, event.at_ms)
            case Interrupted(say=say) if (said := self._shown.get(f"s{say}")) is not None:
                stable, rest = split_heard(said.text, event.heard_ms, self._pace)
                yield self._cue(said.seg, "line", "say", stable, rest, True, said.at_ms)
                yield from self._speaks("line", False, event.at_ms)
            case Resumed(say=say) if (said := self._shown.get(f"s{say}")) is not None:
                yield self._cue(said.seg, "line", "say", said.text, "", True, said.at_ms)
                yield from self._speaks("line", True, event.at_ms)
            case SayDone(say=say):
                if (said := self._shown.get(f"s{say}")) is not None:
                    self._pace.learn(said.text, event.heard_ms)
                yield from self._speaks("line", False, event.at_ms)
            case Key(digit=digit):
                yield self._point("caller", "key", self.labels.key.format(digit=digit), event.at_ms)
            case Typing(text=text) if text:
                yield self._cue(f"p{self._points + 1}", "caller", "typed", "", text, False, event.at_ms)
            case Typed(text=text) | Understood(source="tapped", text=text):
                yield self._point("caller", "typed", text, event.at_ms)
            case OperatorSaying(utterance=utterance):
                stable, rest = self.labels.writing.growing(event.stable, event.rest, "")
                yield from self._operator(utterance, stable, rest, final=False, at_ms=event.at_ms)
                yield from self._speaks("operator", True, event.at_ms)
            case OperatorSaid(utterance=utterance, text=text):
                words = self.labels.writing.sentence(text, "")
                yield from self._operator(utterance, words, "", final=True, at_ms=event.at_ms)
                yield from self._speaks("operator", False, event.at_ms)
            case HungUp(by=by):
                self._speaking.clear()
                yield self._cue("speaking", "", "speaking", "", "", False, event.at_ms)
                yield self._cue("end", "", "end", self.labels.ended[by], "", True, event.at_ms)

    def next_seq(self) -> int:
        """A number of its own for what a reader is told beside the cues."""
        self._seq += 1
        return self._seq

    def _caller(self, utterance: int, stable: str, rest: str, *, final: bool, at_ms: int) -> Iterator[Cue]:
        seg = f"c{utterance}"
        shown = self._shown.get(seg)
        if shown is None and not stable + rest:
            return
        if shown is not None and (shown.stable, shown.rest, shown.final) == (stable, rest, final):
            return
        yield self._cue(seg, "caller", "speech", stable, rest, final, self._began.get(seg, at_ms))

    def _operator(self, utterance: int, stable: str, rest: str, *, final: bool, at_ms: int) -> Iterator[Cue]:
        seg = f"o{utterance}"
        began_ms = self._began.setdefault(seg, at_ms)
        if stable + rest or seg in self._shown:
            yield self._cue(seg, "operator", "operator", stable, rest, final, began_ms)

    def _asked_before(self, utterance: int) -> str:
        """The question that an utterance answers: the same as long as it grows."""
        return self._asked.setdefault(utterance, self._question)

    def _point(self, who: Who, kind: Kind, text: str, at_ms: int) -> Cue:
        self._points += 1
        return self._cue(f"p{self._points}", who, kind, text, "", True, at_ms)

    def _speaks(self, who: Who, begins: bool, at_ms: int) -> Iterator[Cue]:
        before = self._speaking[-1:]
        if who in self._speaking:
            self._speaking.remove(who)
        if begins:
            self._speaking.append(who)
        now = self._speaking[-1:]
        if now != before:
            yield self._cue("speaking", now[0] if now else "", "speaking", "", "", False, at_ms)

    def _cue(self, seg: str, who: Who, kind: Kind, stable: str, rest: str, final: bool, at_ms: int) -> Cue:
        shown = self._shown.get(seg)
        cue = Cue(
            seq=self.next_seq(),
            seg=seg,
            rev=0 if shown is None else shown.rev + 1,
            who=who,
            kind=kind,
            text=stable + rest,
            stable=stable,
            rest=rest,
            final=final,
            at_ms=at_ms,
        )
        self._shown[seg] = cue
        return cue
