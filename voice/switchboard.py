"""Everything a call needs, built once: engines, flows, archive, captions; and the call itself, assembled from them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date

from voice import __version__
from voice.archive.archive import Archive
from voice.asr.catalogue import listing, locate
from voice.asr.vosk import VoskRecogniser
from voice.call.log import Reader
from voice.call.run import Call, Engines, Tongue
from voice.captions.labels import labels
from voice.captions.live import CaptionHub
from voice.clock import in_worker, outside_work
from voice.desk.backoffice import EmbeddedOffice
from voice.dialog.machine import Dialog
from voice.dialog.script import Script
from voice.errors import LineBusy, VoiceError
from voice.events import CallStarted
from voice.line import CallRequest, Line
from voice.reload import FlowFiles
from voice.settings import Settings
from voice.transports.pbx import Announced
from voice.tts.voices import OpenVoice, open_voice
from voice.vad.detector import WebRtcDetector

log = logging.getLogger(__name__)

LOOK_S = 0.1
LOOK_AT_FLOWS_S = 1.0
SECOND_ENGINES = 2  # of another language, kept warm


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
    office: EmbeddedOffice
    workers: ThreadPoolExecutor
    writers: ThreadPoolExecutor
    others: dict[str, Second] = field(default_factory=dict)  # languages beside the line's own, by name
    announced: Announced = field(default_factory=Announced)  # calls on their way from an exchange: each has its place
    _running: set[asyncio.Task[None]] = field(default_factory=set)
    _draining: bool = False

    @classmethod
    async def open(cls, settings: Settings) -> Switchboard:
        """Load and warm everything; a second or two. Raises SetupError, whose text says what to do."""
        voice = open_voice(settings)
        workers = ThreadPoolExecutor(settings.recogniser_threads, thread_name_prefix="recognise")
        writers = ThreadPoolExecutor(1, thread_name_prefix="record")
        try:
            recogniser, flows, archive, office, _ = await asyncio.gather(
                in_worker(workers, VoskRecogniser, locate(settings)),
                in_worker(workers, FlowFiles, settings.prompts / settings.language, settings.learned),
                in_worker(writers, _open_archive, settings),
                in_worker(writers, EmbeddedOffice.of, settings),
                voice.start(),
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
        return not self._draining and self.running + len(self.announced) < self.settings.max_calls

    async def answer(self, line: Line, request: CallRequest, *, readers: tuple[Reader, ...] = ()) -> None:
        """Run one whole call. Raises LineBusy, before it touches the line, when no more calls are taken."""
        if not self.takes_calls:
            raise LineBusy(f"{self.running} calls are running")
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        captions = self.captions.open(request.call_id)
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
                ),
                engines=self._engines,
                recorder=recorder,
                started=CallStarted(
                    at_ms=0,
                    line=request.line,
                    caller=request.caller,
                    transport=request.transport,
                    returning=returning,
                ),
                readers=(captions.publish, *readers),
            )
            await call.run()
        finally:
            captions.close()
            self._running.discard(task)

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
                    in_worker(self.workers, FlowFiles, self.settings.prompts / language, self.settings.learned),
                    in_worker(self.workers, _recogniser_of, self.settings, model),
                    voice.start(),
                )
            except (VoiceError, OSError) as error:
                log.error("the line will not speak %s: %s", language, error)
                if voice:
                    await voice.close()
                continue
            self.others[language] = Second(flows, recogniser, voice)
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
                changed()
                await self.prerender()

    async def drain(self, patience_s: float, *, hurry: Callable[[], bool] = lambda: False) -> None:
        """Take no more calls, let those that run end; end them after `patience_s`, or as soon as `hurry` says so."""
        self._draining = True
        until_s = asyncio.get_running_loop().time() + patience_s
        while self._running and not hurry() and asyncio.get_running_loop().time() < until_s:
            await asyncio.wait(self._running, timeout=LOOK_S)
        late = set(self._running)
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
