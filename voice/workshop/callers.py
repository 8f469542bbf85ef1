"""Makes the sound of described callers: a voice, what is behind it, the telephone.

A caller is spoken by RHVoice (`voice voices fetch`) or by Festival (voice: festival; Debian packages `festival` and
`festvox-ru`), never by espeak, whose Russian the recogniser does not understand. Then comes the telephone: 300-3400 Hz,
the level, the noise of his room, 8 kHz A-law. The same scenario gives the same samples.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from voice.audio import files, g711
from voice.audio.loudness import Wave, at_level
from voice.audio.pcm import cut, to_int16
from voice.audio.resample import convert
from voice.errors import SetupError, VoiceMissing
from voice.line import Pcm16
from voice.settings import Settings
from voice.transports.recorded import WHENS, CallerTurn, RecordedCaller
from voice.tts.voices import OpenVoice, open_voice
from voice.workshop.scenarios import Scenario, Turn

RATE_HZ = 8_000
BAND_HZ = (300.0, 3_400.0)
LEVEL_DBFS = -23.0  # of a caller while he speaks
ROOM_DBFS = -64.0  # of a quiet room: two or three steps of A-law
ROOM_MS, NOISY_ROOM_MS = 2_000, 8_000  # a loud room is longer, so that its loop is not heard
LEAD_MS, TAIL_MS = 60, 100  # of room around a phrase
WAIT_MS = 600  # before an answer, when the scenario does not say
FESTIVAL = "festival"
FESTIVAL_VOICE = "(voice_msu_ru_nsh_clunits)"
BEHIND = ("irina", "aleksandr", "elena", "aleksandr-hq")  # who speaks behind a caller
MARK = re.compile(r"\[(\w+)\]")  # [700]: a pause in ms; [cough], [click], [breath]: a sound


@dataclass(frozen=True)
class SpokenCaller:
    """pcm: 8 000 Hz, phrase after phrase, at the end a piece of the room.

    spans: (from_ms, to_ms) of each turn's phrase, None for a turn without one. room: the same of that piece.
    """

    scenario: Scenario
    pcm: Pcm16
    spans: tuple[tuple[int, int] | None, ...]
    room: tuple[int, int]

    def on_the_line(self) -> RecordedCaller:
        turns = tuple(map(_caller_turn, self.scenario.turns, self.spans))
        return RecordedCaller(self.pcm, RATE_HZ, self.scenario.line, turns, cut(self.pcm, RATE_HZ, *self.room))


class Speakers:
    """Every voice, opened when it is first needed; what was said once is remembered."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._open: dict[str, OpenVoice] = {}
        self._said: dict[tuple[str, str, float], Wave] = {}

    async def say(self, voice: str, text: str, pace: float) -> Wave:
        """Raises VoiceMissing."""
        key = (voice, text, pace)
        if key not in self._said:
            pcm, rate_hz = self._festival(text) if voice == FESTIVAL else await self._rhvoice(voice, text, pace)
            self._said[key] = convert(pcm, rate_hz, RATE_HZ).astype(np.float64)
        return self._said[key]

    async def close(self) -> None:
        for voice in self._open.values():
            await voice.close()

    async def _rhvoice(self, name: str, text: str, pace: float) -> tuple[Pcm16, int]:
        if name not in self._open:
            self._open[name] = open_voice(replace(self._settings, voice=name))
            await self._open[name].start()
        voice = self._open[name]
        pieces = [piece async for piece in voice.speak(text, pace=pace)]
        return np.concatenate(pieces), voice.rate_hz

    def _festival(self, text: str) -> tuple[Pcm16, int]:
        program = shutil.which("text2wave")
        if program is None:
            raise VoiceMissing("Festival is not here: the packages festival and festvox-ru bring it")
        with tempfile.TemporaryDirectory() as folder:
            wav = Path(folder) / "said.wav"
            command = [program, "-eval", FESTIVAL_VOICE, "-o", str(wav)]
            subprocess.run(command, input=text.encode(), check=True, capture_output=True)
            return files.read(wav)


async def speak(speakers: Speakers, scenario: Scenario, background: Mapping[str, Sequence[str]]) -> SpokenCaller:
    """Make one caller's sound. Raises VoiceMissing, SetupError for a noise or a sound that is not known."""
    rng = np.random.default_rng(zlib.crc32(scenario.name.encode()))
    pieces: list[Wave] = []
    spans: list[tuple[int, int] | None] = []
    at_ms = 0
    for turn in scenario.turns:
        if "say" not in turn:
            spans.append(None)
            continue
        piece = await _phrase(speakers, scenario, turn, rng)
        piece = np.concatenate([piece, _silence(20 - len(piece) * 1000 / RATE_HZ % 20)])
        length_ms = len(piece) * 1000 // RATE_HZ
        spans.append((at_ms, at_ms + length_ms))
        pieces.append(piece)
        at_ms += length_ms
    room_ms = NOISY_ROOM_MS if scenario.noise else ROOM_MS
    clean = np.concatenate([*pieces, _silence(room_ms)])
    room = _at_level(_noise(len(clean), rng), ROOM_DBFS)
    if scenario.noise:
        behind = await _background(speakers, scenario.noise.kind, len(clean), background, rng)
        room += _at_level(behind, LEVEL_DBFS - scenario.noise.snr_db)
    loud = 10 ** (scenario.level_db / 20)
    return SpokenCaller(scenario, by_telephone((clean + room) * loud), tuple(spans), (at_ms, at_ms + room_ms))


def words_of(turn: Turn) -> str:
    """What a turn says, for people: without the marks of pauses and sounds, unless there is nothing else."""
    return " ".join(MARK.sub(" ", turn["say"]).split()) or turn["say"]


def by_telephone(sound: Wave) -> Pcm16:
    """Clipped, band-limited and coded as an exchange does it. ITU-T G.711."""
    clipped = np.clip(sound, -32768, 32767)
    return g711.alaw_decode(g711.alaw_encode(to_int16(_band(clipped, *BAND_HZ))))


def _caller_turn(turn: Turn, span: tuple[int, int] | None) -> CallerTurn:
    when = next(known for known in WHENS if known == turn.get("when", "line_silent"))
    from_ms, to_ms = span or (0, 0)
    return CallerTurn(
        when,
        int(float(turn.get("wait_ms", WAIT_MS))),
        from_ms,
        to_ms,
        says=words_of(turn) if span else "",
        key=turn.get("key", ""),
        hang_up="hang_up" in turn,
    )


async def _phrase(speakers: Speakers, scenario: Scenario, turn: Turn, rng: np.random.Generator) -> Wave:
    """One turn's sound before the telephone: at the caller's level, without noise."""
    said = []
    for at, part in enumerate(MARK.split(turn["say"])):
        if at % 2 and part.isdigit():
            said.append(_silence(int(part)))
        elif at % 2:
            said.append(_effect(part, rng))
        elif part.strip(" .,"):
            pace = float(turn.get("pace", scenario.pace))
            spoken = await speakers.say(turn.get("voice", scenario.voice), part.strip(), pace)
            if "muffled" in turn:
                spoken = _band(spoken, 100, 500)
            said.append(_at_level(_trimmed(spoken), LEVEL_DBFS + float(turn.get("louder_db", 0))))
    sound = np.concatenate(said)
    if "cut_ms" in turn:
        return np.concatenate([_silence(LEAD_MS), cut(sound, RATE_HZ, 0, int(turn["cut_ms"]))])
    return np.concatenate([_silence(LEAD_MS), sound, _silence(TAIL_MS)])


async def _background(
    speakers: Speakers, kind: str, length: int, texts: Mapping[str, Sequence[str]], rng: np.random.Generator
) -> Wave:
    """The room's own sound, `length` samples, any level."""
    if kind == "white":
        return _noise(length, rng)
    if kind == "street":
        return _street(length, rng)
    if kind not in texts:
        raise SetupError(f"the noise {kind!r} is neither white nor street, and 'background' has no texts for it")
    streams = []
    for at in range(1 if kind == "television" else 7):
        order = [texts[kind][(at + step) % len(texts[kind])] for step in range(len(texts[kind]))]
        spoken = [_at_level(await speakers.say(BEHIND[(at + 1) % len(BEHIND)], text, 1.0), -20.0) for text in order]
        streams.append(np.roll(np.resize(np.concatenate(spoken), length), int(rng.integers(length))))
    if kind == "television":
        streams.append(_music(length))
    whole: Wave = np.sum(streams, axis=0)
    return whole


def _music(length: int) -> Wave:
    seconds = np.arange(length) / RATE_HZ
    tones = [440.0, 554.37, 659.25]
    chord = sum(np.sin(2 * np.pi * hz * 2 ** (np.floor(seconds * 2) % 4 / 12) * seconds) for hz in tones)
    return _at_level(chord * (0.6 + 0.4 * np.sin(2 * np.pi * 0.7 * seconds)), -34.0)


def _silence(ms: float) -> Wave:
    return np.zeros(round(ms * RATE_HZ / 1000))


def _band(sound: Wave, low_hz: float, high_hz: float) -> Wave:
    """What of `sound` lies between two frequencies, with soft edges."""
    hz = np.fft.rfftfreq(len(sound), 1 / RATE_HZ)
    pass_low = 1 / (1 + (low_hz / np.maximum(hz, 1.0)) ** 12)
    pass_high = 1 / (1 + (hz / high_hz) ** 24)
    return np.fft.irfft(np.fft.rfft(sound) * pass_low * pass_high, len(sound))


def _at_level(sound: Wave, dbfs: float) -> Wave:
    return at_level(sound, dbfs, RATE_HZ)


def _noise(length: int, rng: np.random.Generator) -> Wave:
    return _band(rng.standard_normal(length), *BAND_HZ)


def _street(length: int, rng: np.random.Generator) -> Wave:
    """Traffic: noise that falls by 9 dB an octave, and swells as cars go by."""
    hz = np.maximum(np.fft.rfftfreq(length, 1 / RATE_HZ), BAND_HZ[0])
    steady = np.fft.irfft(np.fft.rfft(rng.standard_normal(length)) * hz**-1.5, length)
    seconds = np.arange(length) / RATE_HZ
    return _band(steady * (1 + 0.3 * np.sin(2 * np.pi * seconds / 3.1)), *BAND_HZ)


def _trimmed(sound: Wave) -> Wave:
    """Without the silence at its ends, so that a pause is as long as it is written."""
    loud = np.flatnonzero(np.abs(sound) > np.abs(sound).max() / 100)
    return sound[loud[0] : loud[-1] + 1]


def _effect(name: str, rng: np.random.Generator) -> Wave:
    """A sound that is no speech, at the level of a voice."""
    if name == "click":  # a handset knocked against a table
        since_ms = np.arange(60 * RATE_HZ // 1000) * 1000 / RATE_HZ
        return _at_level(rng.standard_normal(len(since_ms)) * np.exp(-since_ms / 5), LEVEL_DBFS + 3)
    if name == "breath":
        length = 400 * RATE_HZ // 1000
        return _at_level(_noise(length, rng) * np.hanning(length), LEVEL_DBFS - 18)
    if name == "cough":  # two bursts, each a sharp start and a noisy fall
        bursts = []
        for ms in (180, 140):
            at = np.arange(ms * RATE_HZ // 1000) * 1000 / RATE_HZ
            burst = _band(rng.standard_normal(len(at)), 400, 1_800) * (1 - np.exp(-at / 6)) * np.exp(-at / 60)
            bursts += [_at_level(burst, LEVEL_DBFS + 3), _silence(130)]
        return np.concatenate(bursts)
    raise SetupError(f"there is no sound [{name}]: only [click], [breath], [cough] and pauses in ms")
