"""RHVoice through its C library, and the same as a pyttsx3 driver that streams.

The structures follow RHVoice.h, the same in 1.8 and 1.14. `python -m voice.tts.rhvoice HOME` tries an installation.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import sys
import time
import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from voice.errors import EngineFailed, VoiceMissing
from voice.tts.catalogue import RHVOICE_LANGUAGES, RHVOICE_NAMES

SYSTEM_LIBRARIES = ("/usr/lib/*-linux-gnu", "/usr/lib64", "/usr/lib", "/usr/local/lib")
SYSTEM_DATA = ("/usr/share/RHVoice", "/usr/local/share/RHVoice")
DEFAULT_WPM = 200  # pyttsx3's own default stands for the voice's own pace
DEFAULT_PITCH = 50
_LOOP_REST_S = 0.01

_SetRate = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_void_p)
_Play = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_uint, ctypes.c_void_p)


class _Callbacks(ctypes.Structure):
    _fields_ = (
        ("set_sample_rate", _SetRate),
        ("play_speech", _Play),
        *(
            (name, ctypes.c_void_p)
            for name in (
                "process_mark",
                "word_starts",
                "word_ends",
                "sentence_starts",
                "sentence_ends",
                "play_audio",
                "done",
            )
        ),
    )


class _InitParams(ctypes.Structure):
    _fields_ = (
        ("data_path", ctypes.c_char_p),
        ("config_path", ctypes.c_char_p),
        ("resource_paths", ctypes.POINTER(ctypes.c_char_p)),
        ("callbacks", _Callbacks),
        ("options", ctypes.c_uint),
    )


class _SynthParams(ctypes.Structure):
    _fields_ = (
        ("voice_profile", ctypes.c_char_p),
        *((name, ctypes.c_double) for name in ("absolute_rate", "absolute_pitch", "absolute_volume")),
        *((name, ctypes.c_double) for name in ("relative_rate", "relative_pitch", "relative_volume")),
        ("punctuation_mode", ctypes.c_int),
        ("punctuation_list", ctypes.c_char_p),
        ("capitals_mode", ctypes.c_int),
        ("flags", ctypes.c_int),
    )


class _VoiceInfo(ctypes.Structure):
    _fields_ = (
        ("language", ctypes.c_char_p),
        ("name", ctypes.c_char_p),
        ("gender", ctypes.c_int),
        ("country", ctypes.c_char_p),
    )


@dataclass(frozen=True, slots=True)
class Home:
    """Where one installation of RHVoice lives."""

    libraries: Path  # the directory with libRHVoice.so.*
    data: Path  # holds voices/ and languages/
    config: Path
    unpacked: bool  # a tree of its own that the system's loader does not know

    def voices(self) -> tuple[str, ...]:
        """Names on disk that may be used; whatever else lies there is not looked at."""
        return tuple(sorted(name for name in RHVOICE_NAMES if (self.data / "voices" / name).is_dir()))


def unpacked(directory: Path) -> Home | None:
    """The installation that `voice.tts.fetch` put into `directory`, if it is there."""
    home = Home(directory / "lib", directory / "data", directory / "config", unpacked=True)
    return home if any(home.libraries.glob("libRHVoice.so.*")) and home.voices() else None


def system_wide() -> Home | None:
    """An RHVoice installed by the machine's own package manager, if there is one with Russian voices."""
    libraries = (path for pattern in SYSTEM_LIBRARIES for path in Path("/").glob(pattern.lstrip("/")))
    library = next((path for path in libraries if any(path.glob("libRHVoice.so.*"))), None)
    data = next((path for path in map(Path, SYSTEM_DATA) if (path / "languages/Russian").is_dir()), None)
    if not library or not data:
        return None
    home = Home(library, data, Path("/etc/RHVoice"), unpacked=False)
    return home if home.voices() else None


def _load(home: Home) -> ctypes.CDLL:
    """Load libRHVoice with what it needs. Raises EngineFailed with the loader's own words."""
    found = sorted(home.libraries.glob("libRHVoice.so.*"))
    if not found:
        raise EngineFailed(f"no libRHVoice.so.* in {home.libraries}")
    # The loader does not look into an unpacked tree: what its libraries ask for by name must be there before them.
    waiting = [path for path in sorted(home.libraries.glob("*.so.*")) if path not in found] if home.unpacked else []
    for path in waiting * len(waiting):  # one library may need another of the list: as many rounds as it takes
        with contextlib.suppress(OSError):
            ctypes.CDLL(str(path), mode=ctypes.RTLD_GLOBAL)
    try:
        return ctypes.CDLL(str(found[0]))
    except OSError as failed:
        raise EngineFailed(f"{found[0].name}: {failed}") from failed


class Synthesiser:
    """One engine of the C library. One thread only."""

    def __init__(self, home: Home) -> None:
        """Raises EngineFailed when the library or its data cannot be used."""
        self._lib = lib = _load(home)
        lib.RHVoice_get_version.restype = ctypes.c_char_p
        lib.RHVoice_new_tts_engine.restype = ctypes.c_void_p
        lib.RHVoice_new_tts_engine.argtypes = (ctypes.POINTER(_InitParams),)
        lib.RHVoice_delete_tts_engine.argtypes = (ctypes.c_void_p,)
        lib.RHVoice_get_number_of_voices.argtypes = (ctypes.c_void_p,)
        lib.RHVoice_get_number_of_voices.restype = ctypes.c_uint
        lib.RHVoice_get_voices.argtypes = (ctypes.c_void_p,)
        lib.RHVoice_get_voices.restype = ctypes.POINTER(_VoiceInfo)
        lib.RHVoice_new_message.restype = ctypes.c_void_p
        lib.RHVoice_new_message.argtypes = (
            ctypes.c_void_p,
            ctypes.c_char_p,
            ctypes.c_uint,
            ctypes.c_int,
            ctypes.POINTER(_SynthParams),
            ctypes.c_void_p,
        )
        lib.RHVoice_speak.argtypes = lib.RHVoice_delete_message.argtypes = (ctypes.c_void_p,)
        self.version: str = lib.RHVoice_get_version().decode()
        self.rate_hz = 0
        self._take: Callable[[bytes, int], bool] = lambda pcm, rate_hz: True
        # ctypes frees a callback that nobody holds, and the library would call freed memory.
        self._params = _InitParams(
            data_path=bytes(home.data),
            config_path=bytes(home.config),
            callbacks=_Callbacks(_SetRate(self._set_rate), _Play(self._play)),
        )
        self._engine: int | None = lib.RHVoice_new_tts_engine(ctypes.byref(self._params))
        if not self._engine:
            raise EngineFailed(f"RHVoice {self.version} does not accept the data in {home.data}")
        infos = lib.RHVoice_get_voices(self._engine)
        names = (infos[i].name.decode() for i in range(lib.RHVoice_get_number_of_voices(self._engine)))
        self.profiles = {name.lower(): name for name in names if name.lower() in RHVOICE_NAMES}

    def _set_rate(self, rate_hz: int, _user: object) -> int:
        self.rate_hz = rate_hz
        return 1

    def _play(self, samples: Any, count: int, _user: object) -> int:
        return int(self._take(ctypes.string_at(samples, 2 * count), self.rate_hz))

    def speak(
        self,
        text: str,
        voice: str,
        take: Callable[[bytes, int], bool],
        *,
        pace: float = 1.0,
        pitch: float = 1.0,
        volume: float = 1.0,
    ) -> None:
        """Hand the sound of `text` to `take` (16-bit pcm, rate_hz) piece by piece; False from it ends the synthesis.

        pace, pitch, volume: relative to the voice's own. Raises VoiceMissing, EngineFailed.
        """
        if voice not in self.profiles:
            raise VoiceMissing(f"RHVoice has no voice {voice!r}; it has {', '.join(sorted(self.profiles))}")
        self._take = take
        params = _SynthParams(
            voice_profile=self.profiles[voice].encode(),
            relative_rate=pace,
            relative_pitch=pitch,
            relative_volume=volume,
        )
        data = text.encode()
        message = self._lib.RHVoice_new_message(self._engine, data, len(data), 0, ctypes.byref(params), None)
        if not message:
            raise EngineFailed("RHVoice did not take the text")
        try:
            self._lib.RHVoice_speak(message)
        finally:
            self._lib.RHVoice_delete_message(message)

    def close(self) -> None:
        if self._engine:
            self._lib.RHVoice_delete_tts_engine(self._engine)
            self._engine = None


@dataclass(frozen=True, slots=True)
class DriverVoice:
    """What pyttsx3 lists as a voice."""

    id: str
    name: str
    languages: tuple[str, ...]
    gender: str | None = None
    age: int | None = None


class Proxy(Protocol):
    """The side of pyttsx3 that a driver sees."""

    def notify(self, topic: str, **kwargs: object) -> None: ...

    def setBusy(self, busy: bool) -> None: ...


class Driver:
    """pyttsx3's driver protocol over RHVoice.

    Beside the usual topics it notifies "audio" (pcm: bytes, rate_hz: int) for every piece as it is made; nothing is
    played by itself. Synthesis runs in the thread that pumps the queue; `stop` may be called from an "audio" callback.
    """

    def __init__(self, proxy: Proxy, home: Home) -> None:
        self._proxy = proxy
        self._synthesiser = Synthesiser(home)
        self._voice: str | None = next((name for name in RHVOICE_LANGUAGES if name in self._synthesiser.profiles), None)
        self._rate, self._volume, self._pitch = float(DEFAULT_WPM), 1.0, float(DEFAULT_PITCH)
        self._looping = self._speaking = self._stopping = self._ended_early = False

    def destroy(self) -> None:
        self._synthesiser.close()

    def say(self, text: str) -> None:
        def take(pcm: bytes, rate_hz: int) -> bool:
            self._proxy.notify("audio", pcm=pcm, rate_hz=rate_hz)
            return not self._stopping

        self._utter(text, take)

    def save_to_file(self, text: str, filename: str) -> None:
        pieces: list[bytes] = []

        def take(pcm: bytes, rate_hz: int) -> bool:
            pieces.append(pcm)
            return not self._stopping

        self._utter(text, take)
        with wave.open(filename, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(self._synthesiser.rate_hz)
            file.writeframes(b"".join(pieces))

    def _utter(self, text: str, take: Callable[[bytes, int], bool]) -> None:
        self._proxy.setBusy(True)
        self._proxy.notify("started-utterance")
        self._speaking, self._stopping, done = True, False, False
        try:
            # A name that was refused leaves no voice: nothing is then said in a wrong one.
            if self._voice is None:
                raise VoiceMissing("no voice is chosen")
            self._synthesiser.speak(
                text,
                self._voice,
                take,
                pace=self._rate / DEFAULT_WPM,
                pitch=self._pitch / DEFAULT_PITCH,
                volume=self._volume,
            )
            done = not self._stopping
        finally:
            self._speaking = False
            self._proxy.notify("finished-utterance", completed=done)
            self._proxy.setBusy(False)

    def stop(self) -> None:
        if self._speaking:
            self._stopping = True

    def getProperty(self, name: str) -> object:
        match name:
            case "voices":
                return [
                    DriverVoice(id=key, name=name, languages=(RHVOICE_LANGUAGES[key],))
                    for key, name in sorted(self._synthesiser.profiles.items())
                ]
            case "voice":
                return self._voice
            case "rate":
                return int(self._rate)
            case "volume":
                return self._volume
            case "pitch":
                return int(self._pitch)
            case "version":
                return self._synthesiser.version
        raise KeyError(f"unknown property {name}")

    def setProperty(self, name: str, value: Any) -> None:
        match name:
            case "voice":
                self._voice = None
                if value not in self._synthesiser.profiles:
                    known = ", ".join(sorted(self._synthesiser.profiles))
                    raise VoiceMissing(f"RHVoice has no voice {value!r}; it has {known}")
                self._voice = value
            case "rate":
                self._rate = min(max(float(value), DEFAULT_WPM / 4), DEFAULT_WPM * 4.0)
            case "volume":
                self._volume = min(max(float(value), 0.0), 1.0)
            case "pitch":
                self._pitch = min(max(float(value), DEFAULT_PITCH / 2), DEFAULT_PITCH * 2.0)
            case _:
                raise KeyError(f"unknown property {name}")

    def startLoop(self) -> None:
        # runAndWait on an idle engine runs its endLoop before this; looping then would never end.
        if self._ended_early:
            self._ended_early = False
            return
        self._looping = True
        self._proxy.setBusy(False)
        while self._looping:
            time.sleep(_LOOP_REST_S)

    def endLoop(self) -> None:
        self._ended_early = not self._looping
        self._looping = False

    def iterate(self) -> Iterator[None]:
        while True:
            self._proxy.setBusy(False)
            yield


def main(directory: str) -> None:
    """Say a number with every voice of an unpacked tree and print what was found; an exception is the answer no."""
    home = unpacked(Path(directory))
    if not home:
        raise EngineFailed(f"{directory} holds no RHVoice")
    synthesiser = Synthesiser(home)
    sizes: dict[str, int] = {}
    for name in synthesiser.profiles:
        pieces: list[bytes] = []
        synthesiser.speak("1", name, lambda pcm, rate_hz, pieces=pieces: pieces.append(pcm) or True)  # type: ignore[misc]
        sizes[name] = sum(map(len, pieces))
    if not sizes or not all(sizes.values()):
        raise EngineFailed(f"voices without sound: {sizes}")
    print(json.dumps({"version": synthesiser.version, "voices": sorted(sizes)}))


if __name__ == "__main__":
    main(sys.argv[1])
