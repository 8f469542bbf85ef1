"""Phrases once synthesised, kept on disk. Nothing that goes wrong here may cost the caller the phrase."""

from __future__ import annotations

import asyncio
import hashlib
import os
import struct
import tempfile
import zlib
from collections import OrderedDict
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing, suppress
from pathlib import Path

import numpy as np

from voice.clock import outside_work
from voice.errors import EngineFailed
from voice.line import Pcm16
from voice.tts.port import Voice
from voice.tts.reading import READINGS, Reading

_HEADER = struct.Struct("<4sIII")  # magic, rate in Hz, samples, crc32 of the samples
_MAGIC = b"LVC1"
_PIECE_MS = 200
HOT_BYTES = 32 << 20  # eleven minutes of sound


class SoundCache:
    """A directory of sounds by key: atomic writes, never much more than `limit_bytes`."""

    def __init__(self, directory: Path, *, limit_bytes: int = 256 << 20) -> None:
        self._directory, self._limit_bytes = directory, limit_bytes

    def _path(self, key: str) -> Path:
        return self._directory / f"{hashlib.sha256(key.encode()).hexdigest()}.pcm"

    def load(self, key: str, rate_hz: int) -> Pcm16 | None:
        """The whole sound, or None when it is not there or not whole; a spoilt entry is removed. Blocks."""
        path = self._path(key)
        try:
            data = path.read_bytes()
            sound = _unpack(data, rate_hz)
            if sound is None:
                path.unlink(missing_ok=True)
            else:
                os.utime(path)
            return sound
        except OSError:
            return None

    def has(self, key: str) -> bool:
        return self._path(key).is_file()

    def store(self, key: str, rate_hz: int, sound: Pcm16) -> bool:
        """Keep a sound; False when the disk does not take it. Blocks."""
        samples = sound.astype("<i2").tobytes()
        name = ""
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._directory, suffix=".part", delete=False) as file:
                name = file.name
                file.write(_HEADER.pack(_MAGIC, rate_hz, len(sound), zlib.crc32(samples)))
                file.write(samples)
            Path(name).replace(self._path(key))
            self._trim()
        except OSError:
            if name:
                with suppress(OSError):
                    Path(name).unlink(missing_ok=True)
            return False
        return True

    def _trim(self) -> None:
        entries = []
        for path in self._directory.glob("*.pcm"):
            with suppress(FileNotFoundError):  # another process may trim the same directory
                entries.append((path.stat(), path))
        total = sum(stat.st_size for stat, _ in entries)
        for stat, path in sorted(entries, key=lambda entry: entry[0].st_mtime_ns):
            if total <= self._limit_bytes:
                break
            path.unlink(missing_ok=True)
            total -= stat.st_size


def _unpack(data: bytes, rate_hz: int) -> Pcm16 | None:
    if len(data) < _HEADER.size:
        return None
    magic, kept_hz, count, checksum = _HEADER.unpack_from(data)
    samples = memoryview(data)[_HEADER.size :]
    whole = magic == _MAGIC and kept_hz == rate_hz and len(samples) == 2 * count and zlib.crc32(samples) == checksum
    return np.frombuffer(samples, "<i2") if whole else None


class _Hot:
    """The sounds said last, in memory: what is said all the time costs no disk and no thread."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit, self._bytes = limit_bytes, 0
        self._sounds: OrderedDict[str, Pcm16] = OrderedDict()

    def get(self, key: str) -> Pcm16 | None:
        sound = self._sounds.get(key)
        if sound is not None:
            self._sounds.move_to_end(key)
        return sound

    def put(self, key: str, sound: Pcm16) -> None:
        if key in self._sounds:
            return
        self._sounds[key] = sound
        self._bytes += sound.nbytes
        while self._bytes > self._limit and len(self._sounds) > 1:
            self._bytes -= self._sounds.popitem(last=False)[1].nbytes


class CachedVoice:
    """A Voice that says a phrase it has said before without its engine."""

    def __init__(
        self,
        voice: Voice,
        cache: SoundCache,
        *,
        version: str,
        background: Voice | None = None,
        read: Reading = READINGS["ru"],
    ) -> None:
        """version: of engine and voice: sound of another version is never played.

        background: the same voice at low priority, for `prerender`. read: how the voice reads a text.
        """
        self.name, self.rate_hz = voice.name, voice.rate_hz
        self._voice, self._background, self._cache, self._version = voice, background or voice, cache, version
        self._read = read
        self._hot = _Hot(HOT_BYTES)

    def _key(self, text: str, pace: float) -> str:
        # By the spoken words: when the reading rules change, so does the key.
        return "\0".join((self.name, self._version, f"{self.rate_hz}", f"{pace:.3f}", self._read(text)))

    async def speak(self, text: str, *, pace: float = 1.0) -> AsyncGenerator[Pcm16, None]:
        """As the port says; the same text gives the same samples, kept or made."""
        key = self._key(text, pace)
        kept = self._hot.get(key)
        if kept is None:
            with outside_work():
                kept = await asyncio.to_thread(self._cache.load, key, self.rate_hz)
        if kept is not None:
            self._hot.put(key, kept)
            step = self.rate_hz * _PIECE_MS // 1000
            for start in range(0, len(kept), step):
                yield kept[start : start + step]
            return
        async with aclosing(self._fill(self._voice, text, pace, key)) as pieces:
            async for piece in pieces:
                yield piece

    async def _fill(self, voice: Voice, text: str, pace: float, key: str) -> AsyncGenerator[Pcm16, None]:
        made: list[Pcm16] = []
        async with aclosing(voice.speak(text, pace=pace)) as pieces:
            async for piece in pieces:
                made.append(piece)
                yield piece
        if made:
            with outside_work():
                await asyncio.to_thread(self._cache.store, key, self.rate_hz, np.concatenate(made))

    async def prerender(self, texts: Iterable[str], *, pace: float = 1.0) -> int:
        """Make the sounds that are not there yet, one at a time behind all callers; return how many were made."""
        count = 0
        for text in texts:
            key = self._key(text, pace)
            if await asyncio.to_thread(self._cache.has, key):
                continue
            with suppress(EngineFailed):  # a phrase that fails now is made when it is needed
                async for _ in self._fill(self._background, text, pace, key):
                    pass
                count += 1
        return count
