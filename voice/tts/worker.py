"""The process that owns one engine: `python -m voice.tts.worker SPEC`, where SPEC is the JSON of `Spec`.

Frames of `voice.tts.wire` come in on stdin and go out on what was stdout. The main thread synthesises, one other reads.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from voice.errors import EngineFailed, VoiceError, VoiceMissing
from voice.tts import wire
from voice.tts.engine import Engine, EspeakEngine, RhvoiceEngine
from voice.tts.rhvoice import Home
from voice.tts.sound import Opening, level
from voice.tts.wire import Frame, Kind

WARM_UP = {"ru": "да", "en": "yes"}  # the first phrase of an engine loads its voice


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """What a worker must become; travels as one command line argument."""

    engine: str
    voice: str
    rate_hz: int
    gain_db: float
    home: Home | None = None
    language: str = "ru"

    def to_json(self) -> str:
        home = self.home and [str(self.home.libraries), str(self.home.data), str(self.home.config), self.home.unpacked]
        return json.dumps([self.engine, self.voice, self.rate_hz, self.gain_db, home, self.language])

    @classmethod
    def from_json(cls, text: str) -> Spec:
        engine, voice, rate_hz, gain_db, home, language = json.loads(text)
        where = Home(Path(home[0]), Path(home[1]), Path(home[2]), unpacked=home[3]) if home else None
        return cls(engine=engine, voice=voice, rate_hz=rate_hz, gain_db=gain_db, home=where, language=language)


class Requests:
    """What the pool wants, read by a thread of its own so that a cancel is seen in the middle of a phrase."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._queue: queue.SimpleQueue[Frame] = queue.SimpleQueue()
        self._cancelled = 0

    def read(self) -> None:
        while header := self._source.read(wire.HEADER.size):
            length, kind, request = wire.unpack_header(header)
            payload = self._source.read(length)
            if kind is Kind.SPEAK:
                self._queue.put(Frame(kind, request, payload))
            else:
                self._cancelled = max(self._cancelled, request)
        # The pool is gone. An engine that hangs must not keep the process alive, so nobody is asked.
        os._exit(0)

    def next(self) -> Frame:
        return self._queue.get()

    def wanted(self, request: int) -> bool:
        return request > self._cancelled


def build(spec: Spec) -> Engine:
    """Raises VoiceMissing, EngineFailed."""
    if spec.engine == "espeak":
        return EspeakEngine(spec.language)
    if not spec.home:
        raise VoiceMissing("RHVoice is not on this machine")
    return RhvoiceEngine(spec.home, spec.voice)


class Replies:
    """Frames to the pool, each whole and at once."""

    def __init__(self, sink: BinaryIO) -> None:
        self._sink = sink

    def send(self, kind: Kind, request: int = 0, payload: bytes = b"") -> None:
        self._sink.write(Frame(kind, request, payload).pack())
        self._sink.flush()


def answer(engine: Engine, spec: Spec, request: Frame, requests: Requests, replies: Replies) -> None:
    """Synthesise one request and send its frames; an engine's failure is a frame, not an exception."""
    pace, text = wire.unpack_speak(request.payload)
    opening = Opening(spec.rate_hz)
    rates_hz: set[int] = set()

    def take(pcm: bytes, rate_hz: int) -> bool:
        rates_hz.add(rate_hz)
        sound = level(opening.push(np.frombuffer(pcm, np.int16)), spec.gain_db)
        if sound.size:
            replies.send(Kind.AUDIO, request.request, sound.astype("<i2").tobytes())
        return requests.wanted(request.request)

    try:
        if requests.wanted(request.request):
            engine.say(text, pace, take)
        if rates_hz - {spec.rate_hz}:
            raise EngineFailed(f"{spec.voice} speaks at {rates_hz} Hz, not at {spec.rate_hz} Hz")
        replies.send(Kind.DONE, request.request)
    except VoiceError as failed:
        replies.send(Kind.FAILED, request.request, str(failed).encode())


def main(spec: Spec) -> None:
    replies = Replies(os.fdopen(os.dup(1), "wb"))
    # pyttsx3 prints a line for every file and the libraries may write too: neither may reach the frames.
    os.dup2(2, 1)
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        sys.stdout = nowhere
        requests = Requests(os.fdopen(os.dup(0), "rb"))
        threading.Thread(target=requests.read, daemon=True).start()
        try:
            engine = build(spec)
            engine.say(WARM_UP[spec.language], 1.0, lambda pcm, rate_hz: True)
        except VoiceError as failed:
            replies.send(Kind.FAILED, payload=str(failed).encode())
            return
        replies.send(Kind.READY, payload=engine.version.encode())
        while True:
            answer(engine, spec, requests.next(), requests, replies)


if __name__ == "__main__":
    main(Spec.from_json(sys.argv[1]))
