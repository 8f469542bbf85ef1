"""One call from its first sound to its sealed record: the only place that knows all its parts."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from voice.asr.port import Recogniser
from voice.call.ears import Ears
from voice.call.log import EventLog, Reader
from voice.call.mouth import Mouth
from voice.call.person import Person
from voice.call.played import Played
from voice.call.replies import Replies
from voice.call.scribe import Recorder, Scribe
from voice.call.timers import Timers
from voice.call.workers import Workers
from voice.call.written import NoEars, Pen
from voice.clock import in_worker
from voice.dialog import actions as act
from voice.dialog.listening import overhearing
from voice.dialog.machine import Dialog
from voice.dialog.turn import Turn
from voice.errors import CallerFault, EngineFailed, VoiceError
from voice.events import (
    AnyEvent,
    CallStarted,
    CameBack,
    HungUp,
    Key,
    LookedUp,
    Noted,
    PersonCame,
    Tapped,
    TimerFired,
    Typed,
    Typing,
    Understood,
    Waiting,
)
from voice.line import (
    Back,
    Chose,
    Drops,
    HandsOver,
    Inbound,
    Joined,
    Line,
    Pcm16,
    PersonSound,
    Pressed,
    Sound,
    Writes,
    Wrote,
)
from voice.office import Office
from voice.tts.port import Voice
from voice.vad.detector import Detector

log = logging.getLogger(__name__)

LAST_WORDS_S = 3.0  # the words of a caller who hangs up in mid sentence are waited for so long


@dataclass(frozen=True, slots=True)
class Tongue:
    """What it takes to hear a language and to speak it."""

    recogniser: Recogniser
    voice: Voice


@dataclass(frozen=True)
class Engines:
    """What all calls share. `recogniser` and `voice` are of the line's own language; `others` by a language's name."""

    recogniser: Recogniser
    voice: Voice
    back_office: Office
    new_detector: Callable[[], Detector]
    workers: Workers  # threads that recognise
    writers: Executor  # the one thread that writes records
    others: Mapping[str, Tongue] = field(default_factory=dict)

    def tongue(self, language: str) -> Tongue:
        """The line's own where there is no other."""
        return self.others.get(language) or Tongue(self.recogniser, self.voice)


class Call:
    """Joins line, ears, dialog, mouth and record. `run` is the whole call."""

    def __init__(
        self,
        *,
        line: Line,
        dialog: Dialog,
        engines: Engines,
        recorder: Recorder,
        started: CallStarted,
        readers: tuple[Reader, ...] = (),
        call_id: str = "",
    ) -> None:
        """call_id: under which the back office writes down what the caller registers."""
        self._line, self._dialog, self._engines, self._started = line, dialog, engines, started
        self._call_id = call_id
        self._log = EventLog()
        self._events: asyncio.Queue[AnyEvent] = asyncio.Queue()
        self._scribe = Scribe(recorder, engines.writers)
        self._gone = False  # the caller has hung up; his last words may still come
        self._target = ""  # whom he was handed over to
        self._person: Person | None = None  # there from the first time that he is handed over
        self._joined = False  # somebody has answered
        self._tasks: list[asyncio.Task[None]] = []  # they end with the talk
        self._played = Played()
        self._replies = Replies(self._reply_done)
        self._timers = Timers(lambda name: self._publish(TimerFired(at_ms=self._now_ms, name=name)))
        self._ears, self._mouth = self._with_sound() if line.hears_hz else self._in_writing()
        for reader in (self._events.put_nowait, self._scribe.event, *readers):
            self._log.read_along(reader)

    def _with_sound(self) -> tuple[Ears | NoEars, Mouth | Pen]:
        line, engines, dialog = self._line, self._engines, self._dialog
        ears = Ears(
            hears_hz=line.hears_hz,
            detector=engines.new_detector(),
            recogniser=engines.recogniser,
            workers=engines.workers,
            publish=self._publish,
            record=self._scribe.hear,
            played=self._played,
            replies=self._replies,
            listening=dialog.question.listening(dialog.manner),
        )
        mouth = Mouth(
            line=line,
            voice=engines.voice,
            publish=self._publish,
            now_ms=lambda: self._now_ms,
            sounds=self._played.put,
            sounded=self._sounded,
            replies=self._replies,
        )
        return ears, mouth

    def _in_writing(self) -> tuple[Ears | NoEars, Mouth | Pen]:
        return NoEars(), Pen(publish=self._publish, now_ms=lambda: self._now_ms)

    def take(self, item: Inbound) -> None:
        """What the caller does, on his line or beside it; never waits."""
        match item:
            case Sound(pcm=pcm):
                self._mouth.settle()
                self._ears.hear(pcm)
            case Pressed(digit=digit):
                self._publish(Key(at_ms=self._now_ms, digit=digit))
            case Wrote(text=text):
                self._publish(Typed(at_ms=self._now_ms, text=text))
            case Writes(text=text):
                self._publish(Typing(at_ms=self._now_ms, text=text))
            case Chose(asked=asked, choice=choice):
                self._publish(Tapped(at_ms=self._now_ms, asked=asked, choice=choice))
            case Joined():
                self._joined = True
                self._publish(PersonCame(at_ms=self._now_ms))
            case PersonSound(pcm=pcm):
                if self._person:
                    self._person.hear(pcm)
            case Back():
                self._target, self._joined = "", False
                self._publish(CameBack(at_ms=self._now_ms))

    def hang_up(self) -> None:
        """The caller ends the call beside his line."""
        self._events.put_nowait(HungUp(at_ms=self._now_ms, by="caller"))

    async def run(self) -> None:
        """Carry the call to its end. On return nothing of it runs on and its record is sealed; never raises for a
        fault of the caller or of an engine."""
        writing = asyncio.create_task(self._scribe.run())
        ended = HungUp(at_ms=0, by="error", reason="cancelled")
        try:
            ended = await self._talk()
        finally:
            self._timers.cancel_all()
            self._log.publish(ended)
            writing.cancel()
            await asyncio.wait([writing])
            await self._scribe.seal(ended.by, ended.reason, self._lost_ms)
            await self._line.close(ended.reason)

    @property
    def _now_ms(self) -> int:
        return self._ears.heard_ms

    @property
    def _lost_ms(self) -> int:
        """Sound of whoever talked that nobody recognised, or that did not even come so far."""
        unrecognised = self._ears.dropped_ms + (self._person.dropped_ms if self._person else 0)
        return unrecognised + (self._line.dropped_ms if isinstance(self._line, Drops) else 0)

    def _publish(self, event: AnyEvent) -> None:
        self._log.publish(event)

    async def _talk(self) -> HungUp:
        try:
            async with asyncio.TaskGroup() as group:
                for worker in (self._ears.run(), self._mouth.run(), self._listen_to_line()):
                    self._tasks.append(group.create_task(worker))
                ended = await self._decide(group)
                for task in self._tasks:
                    task.cancel()
            return ended
        except ExceptionGroup as faults:
            fault = _first(faults)
            if not isinstance(fault, CallerFault):
                log.error("a call failed", exc_info=fault)
            reason = fault.code if isinstance(fault, VoiceError) else "error"
            return HungUp(at_ms=self._now_ms, by="error", reason=reason)

    async def _decide(self, group: asyncio.TaskGroup) -> HungUp:
        """The dialog's loop: events in, actions out, until somebody hangs up."""
        self._publish(self._started)
        while True:
            event = await self._events.get()
            if isinstance(event, HungUp):
                return event
            if self._gone:
                continue  # nobody is there to be answered
            if isinstance(event, Understood):
                self._replies.mark("intent")
            for action in self._dialog.handle(event):
                if ended := await self._perform(action, group):
                    return ended
            self._ears.line_speaks(self._dialog.turn in (Turn.SPEAKING, Turn.ANNOUNCING) or self._mouth.speaks)

    async def _perform(self, action: act.Action, group: asyncio.TaskGroup) -> HungUp | None:
        match action:
            case act.Say():
                self._mouth.say(action)
            case act.Pause():
                await self._mouth.pause()
            case act.Resume():
                self._mouth.resume()
            case act.Hush():
                await self._mouth.hush()
            case act.Speak(language=language):
                tongue = self._engines.tongue(language)
                self._ears.hear_with(tongue.recogniser)
                self._mouth.speak_with(tongue.voice)
                self._publish(Noted(at_ms=self._now_ms, name="language", data={"language": language}))
            case act.Listen(listening=listening):
                self._ears.listen(listening)
            case act.StartTimer(name=name, after_ms=after_ms):
                self._timers.start(name, after_ms)
            case act.CancelTimer(name=name):
                self._timers.cancel(name)
            case act.Publish(event=event):
                self._publish(event)
            case act.LookUp(name=name, args=args):
                group.create_task(self._ask_office(name, partial(self._engines.back_office.look_up, name, args)))
            case act.Register(name=name, args=args):
                register = partial(self._engines.back_office.register, name, args, self._call_id)
                group.create_task(self._ask_office(name, register))
            case act.Transfer(target=target):
                if not isinstance(self._line, HandsOver):
                    return HungUp(at_ms=self._now_ms, by="line", reason=f"transfer:{target}")
                if self._person is None:
                    self._person = self._new_person()
                    self._tasks.append(group.create_task(self._person.run()))
                self._target = target
                self._publish(Waiting(at_ms=self._now_ms))
                await self._line.hand_over(target)
            case act.End(reason=reason):
                return HungUp(at_ms=self._now_ms, by="line", reason=reason)
        return None

    async def _listen_to_line(self) -> None:
        async for item in self._line.inbound():
            self.take(item)
        self._gone = True
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS_S):
                await self._ears.end()
        reason = f"transfer:{self._target}" if self._target else ""
        self._events.put_nowait(HungUp(at_ms=self._now_ms, by="line" if self._joined else "caller", reason=reason))

    async def _ask_office(self, name: str, ask: Callable[[], Mapping[str, str] | None]) -> None:
        facts: Mapping[str, str] | None = None
        failed = False
        try:
            facts = await in_worker(self._engines.workers, ask)
        except EngineFailed:
            failed = True
        self._publish(LookedUp(at_ms=self._now_ms, name=name, facts=facts, failed=failed))

    def _new_person(self) -> Person:
        return Person(
            hears_hz=self._line.hears_hz,
            detector=self._engines.new_detector(),
            recogniser=self._engines.recogniser,
            workers=self._engines.workers,
            listening=overhearing(self._dialog.script.patience["open"]),
            publish=self._publish,
            now_ms=lambda: self._now_ms,
            sounded=self._scribe.spoke,
        )

    def _sounded(self, pcm: Pcm16, _: float) -> None:
        if not self._joined:  # then the person's own sound takes this side of the record
            self._scribe.spoke(self._now_ms, pcm)

    def _reply_done(self, stages: Mapping[str, float]) -> None:
        self._scribe.trace(stages)
        self._log.publish(Noted(at_ms=self._now_ms, name="reply", data=dict(stages)))


def _first(faults: ExceptionGroup[Exception]) -> Exception:
    fault: Exception = faults
    while isinstance(fault, ExceptionGroup):
        fault = fault.exceptions[0]
    return fault
