"""pyttsx3 as this house uses it: one engine, one thread, one text at a time. Lives in a worker process only."""

from __future__ import annotations

import ctypes
import os
import sys
import wave
from collections.abc import Callable
from types import ModuleType
from typing import Any, Protocol

import espeakng_loader
import pyttsx3

from voice.errors import EngineFailed, VoiceError, VoiceMissing
from voice.tts.rhvoice import DEFAULT_WPM, Driver, Home

ESPEAK_VOICES = {"ru": "zle/ru", "en": "gmw/en-us"}
ESPEAK_WPM = 160  # its own 200 is too fast for a prompt by telephone
ESPEAK_RATE_HZ = 22_050  # pyttsx3 writes this into the header whatever the library does
_WAV_HEADER_BYTES = 44

Take = Callable[[bytes, int], bool]  # 16-bit pcm, rate_hz -> go on?


class Engine(Protocol):
    version: str

    def say(self, text: str, pace: float, take: Take) -> None:
        """Block until `text` is said into `take` or `take` answered False. Raises EngineFailed, VoiceMissing."""
        ...


class RhvoiceEngine:
    """Our streaming driver, entered among pyttsx3's drivers."""

    def __init__(self, home: Home, voice: str) -> None:
        driver = ModuleType("pyttsx3.drivers.rhvoice")
        driver.buildDriver = lambda proxy: Driver(proxy, home)  # type: ignore[attr-defined]
        sys.modules[driver.__name__] = driver
        self._engine: Any = pyttsx3.init("rhvoice")
        self._errors = _errors_of(self._engine)
        self._take: Take = lambda pcm, rate_hz: False
        self._engine.connect("audio", self._audio)
        self._engine.setProperty("voice", voice)
        self._engine.runAndWait()
        _raise(self._errors)
        self.version = f"rhvoice {self._engine.getProperty('version')}"

    def _audio(self, pcm: bytes, rate_hz: int, **_: object) -> None:
        if not self._take(pcm, rate_hz):
            self._engine.stop()

    def say(self, text: str, pace: float, take: Take) -> None:
        self._take = take
        self._engine.setProperty("rate", DEFAULT_WPM * pace)
        self._engine.say(text)
        self._engine.runAndWait()
        _raise(self._errors)


class EspeakEngine:
    """pyttsx3's stock espeak driver, through a file: it cannot stream and plays only through a system player."""

    def __init__(self, language: str = "ru") -> None:
        self._voice = ESPEAK_VOICES[language]
        self.version = f"espeak-ng {_load_espeak()}"
        try:
            self._engine: Any = pyttsx3.init("espeak")
        except (RuntimeError, OSError) as failed:
            raise EngineFailed(f"espeak-ng does not start: {failed}") from failed
        self._errors = _errors_of(self._engine)
        self._finished: list[bool] = []
        self._engine.connect("finished-utterance", lambda completed, **_: self._finished.append(completed))
        # A file in memory: a full disk cannot take the voice away, and a killed worker leaves nothing behind.
        self._memory = os.memfd_create("said")
        self._file = f"/proc/self/fd/{self._memory}"

    def say(self, text: str, pace: float, take: Take) -> None:
        # Ending one loop may leave a stop behind that cancels the next utterance before its first sound: say it again.
        if not self._write(text, pace) and not self._write(text, pace):
            raise EngineFailed("espeak-ng made no sound")
        with wave.open(self._file, "rb") as file:
            take(file.readframes(file.getnframes()), ESPEAK_RATE_HZ)

    def _write(self, text: str, pace: float) -> bool:
        os.ftruncate(self._memory, 0)
        self._finished.clear()
        self._engine.setProperty("voice", self._voice)
        self._engine.setProperty("rate", round(ESPEAK_WPM * pace))
        self._engine.save_to_file(text, self._file)
        # runAndWait queues its own end and returns before the file is there; the driver ends this loop when it is.
        self._engine.startLoop()
        self._engine.endLoop()
        _raise(self._errors)
        if self._engine.getProperty("voice") != self._voice:
            raise VoiceMissing(f"this espeak-ng has no voice {self._voice}")
        return self._finished == [True] and os.fstat(self._memory).st_size > _WAV_HEADER_BYTES


def _load_espeak() -> str:
    """Bring libespeak-ng into the process, so that pyttsx3 finds it by its name; the machine's own serves as well."""
    for path in (espeakng_loader.get_library_path(), "libespeak-ng.so.1"):
        try:
            library = ctypes.CDLL(path, mode=ctypes.RTLD_GLOBAL)
        except OSError:
            continue
        if path != "libespeak-ng.so.1":
            os.environ["ESPEAK_DATA_PATH"] = espeakng_loader.get_data_path()
        library.espeak_Info.restype = ctypes.c_char_p
        version: str = library.espeak_Info(None).decode()
        return version
    raise EngineFailed("no libespeak-ng: neither espeakng-loader's nor the machine's can be loaded")


def _errors_of(engine: Any) -> list[Exception]:
    """pyttsx3 swallows a driver's exceptions into a topic; this list is where they come out again."""
    errors: list[Exception] = []
    engine.connect("error", lambda exception, **_: errors.append(exception))
    return errors


def _raise(errors: list[Exception]) -> None:
    if errors:
        first, *_ = errors
        errors.clear()
        raise first if isinstance(first, VoiceError) else EngineFailed(f"{type(first).__name__}: {first}")
