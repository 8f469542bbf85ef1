"""Everything a call needs, built once: engines, flows, archive, captions; and the call itself, assembled from them."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import uuid4

from voice import __version__
from voice.archive.archive import Archive
from voice.asr.catalogue import listing, locate
from voice.asr.vosk import VoskRecogniser
from voice.call.log import Reader
from voice.call.run import Call, Engines, Tongue
from voice.call.workers import Workers
from voice.captions.labels import labels
from voice.captions.live import CallCaptions, CaptionHub
from voice.captions.pins import shown_pin
from voice.clock import in_worker, outside_work
from voice.desk.backoffice import EmbeddedOffice
from voice.dialog.machine import Dialog
from voice.dialog.script import Script
from voice.errors import LineBusy, RecordingFailed, VoiceError
from voice.events import CallStarted
from voice.line import CallRequest, Line
from voice.nlu import morphology
from voice.office import Office
from voice.reload import FlowFiles
from voice.settings import Settings
from voice.transports.chat import ChatLine
from voice.transports.pbx import Announced
from voice.tts.voices import OpenVoice, open_voice
from voice.vad.detector import WebRtcDetector

log = logging.getLogger(__name__)

LOOK_S = 0.1
LOOK_AT_FLOWS_S = 1.0
MOST_WAITING = 2  # calls in all, those that wait for a person included, for each place
SECOND_ENGINES = 2  # of another language, kept warm


def loaded_to_stay() -> None:
    """Of all that lives now, nothing is searched for garbage again: with the flows and word vectors of two languages a
    search takes 150 ms, in which no caller hears anything."""
    gc.freeze()


@dataclass(frozen=True, slots=True)
class Second:
    """A language that callers may switch to."""

    flows: FlowFiles
    recogniser: VoskRecogniser
    voice: OpenVoice


@dataclass
class Switchboard:
    """Answers calls, at most `max_calls` at once. Make it with `open`, end it with `close`."""

    settings: Settings
    flows: FlowFiles
    voice: OpenVoice
    recogniser: VoskRecogniser
    archive: Archive
    captions: CaptionHub
    office: Office
    workers: Workers
    writers: ThreadPoolExecutor
    others: dict[str, Second] = field(default_factory=dict)  # languages beside the line's own, by name
    announced: Announced = field(default_factory=Announced)  # calls on their way from an exchange: each has its place
    _running: set[asyncio.Task[None]] = field(default_factory=set)
    _chats: set[asyncio.Task[None]] = field(default_factory=set)
    _calls: dict[str, Call] = field(default_factory=dict)  # by the key that opens a call's captions
    _draining: bool = False

    @classmethod
    async def open(cls, settings: Settings) -> Switchboard:
        """Load and warm everything; a second or two. Raises SetupError, whose text says what to do."""
        voice = open_voice(settings)
        workers = Workers(settings.recogniser_threads)
        writers = ThreadPoolExecutor(1, thread_name_prefix="record")
        try:
            recogniser, flows, archive, office, *_ = await asyncio.gather(
                in_worker(workers, VoskRecogniser, locate(settings)),
                in_worker(workers, FlowFiles, settings.prompts / settings.language, settings.learning),
                in_worker(writers, _open_archive, settings),
                in_worker(writers, EmbeddedOffice.of, settings),
                voice.start(),
                in_worker(writers, morphology.warm),
            )
            await in_worker(workers, recogniser.prewarm, settings.recogniser_threads)
        except BaseException:
            await voice.close()
            for pool in (workers, writers):
                pool.shutdown(wait=False)
            raise
        hub = CaptionHub(labels(settings.language))
        return cls(settings, flows, voice, recogniser, archive, hub, office, workers, writers)

    @property
    def script(self) -> Script:
        """What the next call will follow; a call keeps the one it began with."""
        return self.flows.script

    @property
    def running(self) -> int:
        return len(self._running)

    @property
    def takes_calls(self) -> bool:
        """Is there a place? Who waits for a person leaves his to others, and has it again when he comes back, or when
        his talk is read on, even if all are taken; so of calls in all there are at most twice as many."""
        coming, places = len(self.announced), self.settings.max_calls
        busy = self.running - self.announced.away.waiting + coming
        return not self._draining and busy < places and self.running + coming < MOST_WAITING * places

    @property
    def idle(self) -> bool:
        """Is nobody kept waiting by other work?"""
        return not self._running and not self._draining

    async def answer(self, line: Line, request: CallRequest, *, readers: tuple[Reader, ...] = ()) -> None:
        """Run one whole call. Raises LineBusy, before it touches the line, when no more calls are taken."""
        if not self.takes_calls:
            raise LineBusy(f"{self.running} calls are running")
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        try:
            await self._run(line, request, self.captions.open(request.key), readers)
        finally:
            self._running.discard(task)

    def begin_chat(self, number: str, host: str = "") -> CallRequest:
        """Begin a conversation in writing with this line, for a browser that has reached `host`.

        It runs by itself, is read in its captions and answered by `call`. Raises LineBusy.
        """
        if self._draining or len(self._chats) >= self.settings.max_chats:
            raise LineBusy(f"{len(self._chats)} chats are running")
        request = CallRequest(line=number, caller="", transport="chat", call_id=uuid4().hex, host=host)
        captions = self.captions.open(request.key)  # before anybody is told where they are
        task = asyncio.create_task(self._run(ChatLine(), request, captions))
        self._chats.add(task)
        task.add_done_callback(self._chat_done)
        return request

    def call(self, key: str) -> Call | None:
        """The running call whose captions this key opens."""
        return self._calls.get(key)

    def _chat_done(self, task: asyncio.Task[None]) -> None:
        self._chats.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("a chat failed", exc_info=error)

    async def _run(
        self, line: Line, request: CallRequest, captions: CallCaptions, readers: tuple[Reader, ...] = ()
    ) -> None:
        take_away = ""
        try:
            returning = await in_worker(self.writers, self.archive.called_lately, request.caller, request.line)
            recorder = await in_worker(
                self.writers, self.archive.begin, request.call_id, request.line, request.caller, request.transport
            )
            script = self.script
            call = Call(
                line=line,
                dialog=Dialog(
                    script,
                    script.lines[request.line],
                    today=date.today(),
                    languages={name: second.flows.script for name, second in self.others.items()},
                    facts=self._elsewhere(request, captions.pin),
                ),
                engines=self._engines,
                recorder=recorder,
                started=CallStarted(
                    at_ms=0,
                    line=request.line,
                    caller=request.caller,
                    transport=request.transport,
                    returning=returning,
                    written=not line.hears_hz,
                ),
                readers=(captions.publish, *readers),
                call_id=request.call_id,
            )
            self._calls[request.key] = call
            await call.run()
            take_away = await in_worker(self.writers, self._give_away, request.call_id)
        finally:
            self._calls.pop(request.key, None)
            captions.close(take_away)

    async def prerender(self) -> None:
        """Make the sound of every fixed text, so that it is there before it is asked for; running calls come first."""
        made = 0
        second = [(other.voice, other.flows.script) for other in self.others.values()]
        for voice, script in [(self.voice, self.script), *second]:
            for text in script.texts.static():
                if self._running:
                    await asyncio.wait(self._running)
                made += await voice.prerender([text])
        log.info("%d fixed texts were spoken ahead", made)

    async def learn_languages(self) -> None:
        """Load the other languages whose model is installed; calls that begin afterwards may switch to them.

        A language that cannot be loaded is left out, and the log says why.
        """
        for language, model in await in_worker(self.workers, _installed, self.settings):
            voice: OpenVoice | None = None
            try:
                voice = open_voice(self.settings, language)
                flows, recogniser, _ = await asyncio.gather(
                    in_worker(self.workers, FlowFiles, self.settings.prompts / language, self.settings.learning),
                    in_worker(self.workers, _recogniser_of, self.settings, model),
                    voice.start(),
                )
            except (VoiceError, OSError) as error:
                log.error("the line will not speak %s: %s", language, error)
                if voice:
                    await voice.close()
                continue
            self.others[language] = Second(flows, recogniser, voice)
            loaded_to_stay()
            log.info("the line speaks %s too", language)

    async def follow_flows(self, changed: Callable[[], None]) -> None:
        """For ever: take up changes of the flows' files for the calls to come, and speak their new texts ahead.

        changed: called after each change that was taken up. What is wrong is refused, see FlowFiles.
        """
        while True:
            await asyncio.sleep(LOOK_AT_FLOWS_S)
            with outside_work():
                new = await asyncio.to_thread(self.flows.look)
                for second in tuple(self.others.values()):
                    new = await asyncio.to_thread(second.flows.look) or new
            if new:
                loaded_to_stay()
                changed()
                await self.prerender()

    async def drain(self, patience_s: float, *, hurry: Callable[[], bool] = lambda: False) -> None:
        """Take no more calls, let those that run end; end them after `patience_s`, or as soon as `hurry` says so."""
        self._draining = True
        until_s = asyncio.get_running_loop().time() + patience_s
        while (running := self._running | self._chats) and not hurry() and asyncio.get_running_loop().time() < until_s:
            await asyncio.wait(running, timeout=LOOK_S)
        late = self._running | self._chats
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late)

    async def close(self) -> None:
        self.captions.close()
        for voice in (self.voice, *(second.voice for second in self.others.values())):
            await voice.close()
        await in_worker(self.writers, self.archive.close)
        self.workers.shutdown()
        self.writers.shutdown()

    def _give_away(self, call_id: str) -> str:
        """The secret of what may be kept of the call; empty when there is none."""
        if not self.settings.take_away_days:
            return ""
        try:
            return self.archive.give_away(call_id, self.settings.take_away_days)
        except RecordingFailed as error:
            log.error("%s", error)
            return ""

    def _elsewhere(self, request: CallRequest, pin: str) -> dict[str, str]:
        """What the caller may be told of reading his call on another device; nothing where no address is known."""
        address = self.settings.captions_address(request.host)
        return {"captions": "here", "captions_address": address, "captions_pin": shown_pin(pin)} if address else {}

    @property
    def _engines(self) -> Engines:
        new_detector: Callable[[], WebRtcDetector] = WebRtcDetector
        others = {name: Tongue(second.recogniser, second.voice) for name, second in self.others.items()}
        return Engines(self.recogniser, self.voice, self.office, new_detector, self.workers, self.writers, others)


def _installed(settings: Settings) -> list[tuple[str, str]]:
    """Languages with texts of their own and a model that is here, each with the model's name."""
    found: dict[str, str] = {}
    for listed in listing(settings):
        language = listed.model.language.partition("-")[0]
        written = (settings.prompts / language / "language.yaml").is_file()
        if written and listed.state == "present" and language != settings.language:
            found.setdefault(language, listed.model.name)
    return list(found.items())


def _recogniser_of(settings: Settings, model: str) -> VoskRecogniser:
    return VoskRecogniser(locate(replace(settings, model=model, model_dir="")), keep_full=SECOND_ENGINES)


def _open_archive(settings: Settings) -> Archive:
    archive = Archive.of(settings, version=__version__)
    mended = archive.recover()
    if mended:
        log.warning("%d calls were cut off by the last end of the program; their records are kept", len(mended))
    return archive


def second_recogniser(settings: Settings) -> VoskRecogniser:
    """Hears ended calls without haste. Raises SetupError."""
    chosen = replace(settings, model=settings.second_model, model_dir="") if settings.second_model else settings
    return VoskRecogniser(locate(chosen), keep_full=1, thorough=True)
