"""Everything a call needs, built once: engines, flows, archive, captions; and the call itself, assembled from them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from voice import __version__
from voice.archive.archive import Archive
from voice.asr.catalogue import locate
from voice.asr.vosk import VoskRecogniser
from voice.call.log import Reader
from voice.call.run import Call, Engines
from voice.captions.labels import labels
from voice.captions.live import CaptionHub
from voice.clock import in_worker
from voice.desk.backoffice import EmbeddedOffice
from voice.dialog.machine import Dialog
from voice.dialog.script import Script, load_script
from voice.errors import LineBusy
from voice.events import CallStarted
from voice.line import CallRequest, Line
from voice.settings import Settings
from voice.tts.voices import OpenVoice, open_voice
from voice.vad.detector import WebRtcDetector

log = logging.getLogger(__name__)

LOOK_S = 0.1


@dataclass
class Switchboard:
    """Answers calls, at most `max_calls` at once. Make it with `open`, end it with `close`."""

    settings: Settings
    script: Script
    voice: OpenVoice
    recogniser: VoskRecogniser
    archive: Archive
    captions: CaptionHub
    office: EmbeddedOffice
    workers: ThreadPoolExecutor
    writers: ThreadPoolExecutor
    _running: set[asyncio.Task[None]] = field(default_factory=set)
    _draining: bool = False

    @classmethod
    async def open(cls, settings: Settings) -> Switchboard:
        """Load and warm everything; a second or two. Raises SetupError, whose text says what to do."""
        script = load_script(settings.prompts / settings.language)
        voice = open_voice(settings)
        workers = ThreadPoolExecutor(settings.recogniser_threads, thread_name_prefix="recognise")
        writers = ThreadPoolExecutor(1, thread_name_prefix="record")
        try:
            recogniser, archive, office, _ = await asyncio.gather(
                in_worker(workers, VoskRecogniser, locate(settings)),
                in_worker(writers, _open_archive, settings),
                in_worker(workers, EmbeddedOffice.of, settings),
                voice.start(),
            )
            await in_worker(workers, recogniser.prewarm, settings.recogniser_threads)
        except BaseException:
            await voice.close()
            for pool in (workers, writers):
                pool.shutdown(wait=False)
            raise
        hub = CaptionHub(labels(settings.language))
        return cls(settings, script, voice, recogniser, archive, hub, office, workers, writers)

    @property
    def running(self) -> int:
        return len(self._running)

    @property
    def takes_calls(self) -> bool:
        return not self._draining and self.running < self.settings.max_calls

    async def answer(self, line: Line, request: CallRequest, *, readers: tuple[Reader, ...] = ()) -> None:
        """Run one whole call. Raises LineBusy, before it touches the line, when no more calls are taken."""
        if not self.takes_calls:
            raise LineBusy(f"{self.running} calls are running")
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        captions = self.captions.open(request.call_id)
        try:
            recorder = await in_worker(
                self.writers, self.archive.begin, request.call_id, request.line, request.caller, request.transport
            )
            call = Call(
                line=line,
                dialog=Dialog(self.script, self.script.lines[request.line]),
                engines=self._engines,
                recorder=recorder,
                started=CallStarted(at_ms=0, line=request.line, caller=request.caller, transport=request.transport),
                readers=(captions.publish, *readers),
            )
            await call.run()
        finally:
            captions.close()
            self._running.discard(task)

    async def prerender(self) -> None:
        """Make the sound of every fixed text, so that it is there before it is asked for."""
        made = await self.voice.prerender(self.script.texts.static())
        log.info("%d fixed texts were spoken ahead", made)

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
        await self.voice.close()
        await in_worker(self.writers, self.archive.close)
        self.workers.shutdown()
        self.writers.shutdown()

    @property
    def _engines(self) -> Engines:
        new_detector: Callable[[], WebRtcDetector] = WebRtcDetector
        return Engines(self.recogniser, self.voice, self.office, new_detector, self.workers, self.writers)


def _open_archive(settings: Settings) -> Archive:
    archive = Archive.of(settings, version=__version__)
    mended = archive.recover()
    if mended:
        log.warning("%d calls were cut off by the last end of the program; their records are kept", len(mended))
    return archive
