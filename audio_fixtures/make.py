"""Makes the recorded callers of this folder from scenarios.yaml: `make fixtures`, or this file with their NAMEs.

A caller is spoken by RHVoice (`voice voices fetch`) or by Festival (voice: festival; Debian packages `festival` and
`festvox-ru`), never by espeak, whose Russian the recogniser does not understand. Then comes the telephone: 300-3400 Hz,
the level, the noise of his room, 8 kHz A-law. The same scenario gives the same samples. A caller whose voice is not on
this machine is left as he is, and said.

NAME.flac holds only what the caller says, phrase after phrase, and at the end a piece of his room; NAME.expect.yaml
says which piece is played when, and what the line must do.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml

from voice.audio import files, g711
from voice.audio.pcm import to_int16
from voice.audio.resample import convert
from voice.errors import VoiceMissing
from voice.settings import Settings
from voice.tts.voices import OpenVoice, open_voice

HERE = Path(__file__).resolve().parent
RATE_HZ = 8_000
BAND_HZ = (300.0, 3_400.0)
LEVEL_DBFS = -23.0  # of a caller while he speaks
ROOM_DBFS = -64.0  # of a quiet room: two or three steps of A-law
ROOM_MS, NOISY_ROOM_MS = 2_000, 8_000  # a loud room is longer, so that its loop is not heard
LEAD_MS, TAIL_MS = 60, 100  # of room around a phrase
FESTIVAL_VOICE = "(voice_msu_ru_nsh_clunits)"
MARK = re.compile(r"\[(\w+)\]")  # [700]: a pause in ms; [cough], [click], [breath]: a sound
TURN_KEYS = ("when", "wait_ms", "key", "hang_up")

Sound = npt.NDArray[np.float64]


class NoVoice(Exception):
    """This machine lacks the voice of a caller."""


class Speakers:
    """Every voice, opened when it is first needed; what was said once is remembered."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._open: dict[str, OpenVoice] = {}
        self._said: dict[tuple[str, str, float], Sound] = {}

    async def say(self, voice: str, text: str, pace: float) -> Sound:
        """8 000 Hz. Raises NoVoice."""
        key = (voice, text, pace)
        if key not in self._said:
            pcm, rate_hz = await (self._festival(text) if voice == "festival" else self._rhvoice(voice, text, pace))
            self._said[key] = convert(pcm, rate_hz, RATE_HZ).astype(np.float64)
        return self._said[key]

    async def _rhvoice(self, name: str, text: str, pace: float) -> tuple[Any, int]:
        if name not in self._open:
            try:
                self._open[name] = open_voice(replace(self._settings, voice=name))
            except VoiceMissing as error:
                raise NoVoice(f"{error}: `voice voices fetch` brings it") from error
            await self._open[name].start()
        voice = self._open[name]
        pieces = [piece async for piece in voice.speak(text, pace=pace)]
        return np.concatenate(pieces), voice.rate_hz

    async def _festival(self, text: str) -> tuple[Any, int]:
        program = shutil.which("text2wave")
        if program is None:
            raise NoVoice("Festival is not here: the packages festival and festvox-ru bring it")
        with tempfile.TemporaryDirectory() as folder:
            wav = Path(folder) / "said.wav"
            command = [program, "-eval", FESTIVAL_VOICE, "-o", str(wav)]
            await asyncio.to_thread(subprocess.run, command, input=text.encode(), check=True, capture_output=True)
            return files.read(wav)

    async def close(self) -> None:
        for voice in self._open.values():
            await voice.close()


def silence(ms: float) -> Sound:
    return np.zeros(round(ms * RATE_HZ / 1000))


def band(sound: Sound, low_hz: float, high_hz: float) -> Sound:
    """What of `sound` lies between two frequencies, with soft edges."""
    hz = np.fft.rfftfreq(len(sound), 1 / RATE_HZ)
    pass_low = 1 / (1 + (low_hz / np.maximum(hz, 1.0)) ** 12)
    pass_high = 1 / (1 + (hz / high_hz) ** 24)
    return np.fft.irfft(np.fft.rfft(sound) * pass_low * pass_high, len(sound))


def level(sound: Sound) -> float:
    """RMS of the 20 ms frames within 30 dB of the loudest: of speech without its pauses."""
    frame = RATE_HZ // 50
    power = np.mean(sound[: len(sound) // frame * frame].reshape(-1, frame) ** 2, axis=1)
    return float(np.sqrt(np.mean(power[power > power.max() / 1000])))


def at_level(sound: Sound, dbfs: float) -> Sound:
    return sound * (32768 * 10 ** (dbfs / 20) / level(sound))


def noise(length: int, rng: np.random.Generator) -> Sound:
    return band(rng.standard_normal(length), *BAND_HZ)


def street(length: int, rng: np.random.Generator) -> Sound:
    """Traffic: noise that falls by 9 dB an octave, and swells as cars go by."""
    hz = np.maximum(np.fft.rfftfreq(length, 1 / RATE_HZ), BAND_HZ[0])
    steady = np.fft.irfft(np.fft.rfft(rng.standard_normal(length)) * hz**-1.5, length)
    seconds = np.arange(length) / RATE_HZ
    return band(steady * (1 + 0.3 * np.sin(2 * np.pi * seconds / 3.1)), *BAND_HZ)


def trimmed(sound: Sound) -> Sound:
    """Without the silence at its ends, so that a pause is as long as it is written."""
    loud = np.flatnonzero(np.abs(sound) > np.abs(sound).max() / 100)
    return sound[loud[0] : loud[-1] + 1]


def effect(name: str, rng: np.random.Generator) -> Sound:
    """A sound that is no speech, at the level of a voice."""
    if name == "click":  # a handset knocked against a table
        ms = np.arange(60 * RATE_HZ // 1000) * 1000 / RATE_HZ
        return at_level(rng.standard_normal(len(ms)) * np.exp(-ms / 5), LEVEL_DBFS + 3)
    if name == "breath":
        length = 400 * RATE_HZ // 1000
        return at_level(noise(length, rng) * np.hanning(length), LEVEL_DBFS - 18)
    if name == "cough":  # two bursts, each a sharp start and a noisy fall
        bursts = []
        for ms in (180, 140):
            at = np.arange(ms * RATE_HZ // 1000) * 1000 / RATE_HZ
            burst = band(rng.standard_normal(len(at)), 400, 1_800) * (1 - np.exp(-at / 6)) * np.exp(-at / 60)
            bursts += [at_level(burst, LEVEL_DBFS + 3), silence(130)]
        return np.concatenate(bursts)
    raise ValueError(f"unknown sound [{name}]")


async def phrase(speakers: Speakers, caller: dict[str, Any], turn: dict[str, Any], rng: np.random.Generator) -> Sound:
    """One turn's sound before the telephone: at the caller's level, without noise."""
    said = []
    for at, part in enumerate(MARK.split(turn["say"])):
        if at % 2 and part.isdigit():
            said.append(silence(int(part)))
        elif at % 2:
            said.append(effect(part, rng))
        elif part.strip(" .,"):
            pace = float(turn.get("pace", caller.get("pace", 1)))
            spoken = await speakers.say(turn.get("voice", caller["voice"]), part.strip(), pace)
            if "muffled" in turn:
                spoken = band(spoken, 100, 500)
            said.append(at_level(trimmed(spoken), LEVEL_DBFS + float(turn.get("louder_db", 0))))
    sound = np.concatenate(said)
    if "cut_ms" in turn:
        sound = sound[: int(turn["cut_ms"]) * RATE_HZ // 1000]
    return np.concatenate([silence(LEAD_MS), sound, silence(0 if "cut_ms" in turn else TAIL_MS)])


async def background(
    speakers: Speakers, kind: str, length: int, texts: dict[str, list[str]], rng: np.random.Generator
) -> Sound:
    """The room's own sound, `length` samples, any level."""
    if kind == "white":
        return noise(length, rng)
    if kind == "street":
        return street(length, rng)
    voices = ("irina", "aleksandr", "elena", "aleksandr-hq")
    talk = texts["television" if kind == "television" else "babble"]
    streams = []
    for at in range(1 if kind == "television" else 7):
        order = [talk[(at + step) % len(talk)] for step in range(len(talk))]
        spoken = [at_level(await speakers.say(voices[(at + 1) % len(voices)], text, 1.0), -20.0) for text in order]
        stream = np.concatenate(spoken)
        streams.append(np.roll(np.resize(stream, length), int(rng.integers(length))))
    if kind == "television":
        seconds = np.arange(length) / RATE_HZ
        tones = [440.0, 554.37, 659.25]
        music = sum(np.sin(2 * np.pi * hz * 2 ** (np.floor(seconds * 2) % 4 / 12) * seconds) for hz in tones)
        streams.append(at_level(music * (0.6 + 0.4 * np.sin(2 * np.pi * 0.7 * seconds)), -34.0))
    return np.sum(streams, axis=0)


def by_telephone(sound: Sound) -> npt.NDArray[np.int16]:
    """Clipped, band-limited and coded as an exchange does it. ITU-T G.711."""
    clipped = np.clip(sound, -32768, 32767)
    return g711.alaw_decode(g711.alaw_encode(to_int16(band(clipped, *BAND_HZ))))


async def record(speakers: Speakers, caller: dict[str, Any], texts: dict[str, list[str]]) -> None:
    """Write one caller's NAME.flac and NAME.expect.yaml."""
    rng = np.random.default_rng(zlib.crc32(caller["name"].encode()))
    turns, pieces, at_ms = [], [], 0
    for turn in caller["turns"]:
        told = {key: _number(turn[key]) for key in TURN_KEYS if key in turn}
        if "say" in turn:
            piece = await phrase(speakers, caller, turn, rng)
            piece = np.concatenate([piece, silence(20 - len(piece) * 1000 / RATE_HZ % 20)])
            length_ms = len(piece) * 1000 // RATE_HZ
            says = " ".join(MARK.sub(" ", turn["say"]).split()) or turn["say"]
            told = {"from_ms": at_ms, "to_ms": at_ms + length_ms, "says": says, **told}
            pieces.append(piece)
            at_ms += length_ms
        turns.append(told)
    room_ms = NOISY_ROOM_MS if "noise" in caller else ROOM_MS
    clean = np.concatenate([*pieces, silence(room_ms)])
    room = at_level(noise(len(clean), rng), ROOM_DBFS)
    if "noise" in caller:
        kind, snr_db = caller["noise"]["kind"], float(caller["noise"]["snr_db"])
        room += at_level(await background(speakers, kind, len(clean), texts, rng), LEVEL_DBFS - snr_db)
    loud = 10 ** (float(caller.get("level_db", 0)) / 20)
    files.write(HERE / f"{caller['name']}.flac", by_telephone((clean + room) * loud), RATE_HZ)
    described = {
        "title": caller["title"],
        "line": caller.get("line", "88005553535"),
        "voice": caller["voice"],
        "turns": turns,
        "room": {"from_ms": at_ms, "to_ms": at_ms + room_ms},
        "expect": caller["expect"],
    }
    if "known_failure" in caller:
        described["known_failure"] = caller["known_failure"]
    head = "# Made by make.py from scenarios.yaml: change that file, not this one.\n"
    text = yaml.safe_dump(described, allow_unicode=True, sort_keys=False, width=110)
    (HERE / f"{caller['name']}.expect.yaml").write_text(head + text, encoding="utf-8")


def _number(text: str) -> str | int:
    return int(text) if text.isdigit() and len(text) > 1 else text


def chosen(callers: list[dict[str, Any]], names: list[str]) -> Iterator[dict[str, Any]]:
    unknown = set(names) - {caller["name"] for caller in callers}
    if unknown:
        raise SystemExit(f"scenarios.yaml has no {', '.join(sorted(unknown))}")
    yield from (caller for caller in callers if not names or caller["name"] in names)


async def main(names: list[str]) -> int:
    # BaseLoader: every value is a text, so that the intents yes and no stay words
    scenarios = yaml.load((HERE / "scenarios.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    left = 0
    with tempfile.TemporaryDirectory() as folder:
        speakers = Speakers(replace(Settings.from_env(), data=Path(folder), synthesisers=1))
        try:
            for caller in chosen(scenarios["callers"], names):
                try:
                    await record(speakers, caller, scenarios["background"])
                except NoVoice as error:
                    print(f"{caller['name']} is left as it is: {error}", file=sys.stderr)
                    left += 1
        finally:
            await speakers.close()
    recordings = list(HERE.glob("*.flac"))
    megabytes = sum(path.stat().st_size for path in recordings) / 1e6
    print(f"{len(recordings)} recorded callers, {megabytes:.1f} MB")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
