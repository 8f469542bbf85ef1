"""The line's own voice coming back: how often it counts as the caller, and how soon a caller is heard over it.

A saying is the first of its call, or one of those after it: by then the echo is known.

The line's voice says texts of the flows. Its echo comes through A-law, a delay and a line's noise, or through a room;
the callers of audio_fixtures/ speak over it. Detector, echo guard and endpointer work as they do in a call.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from itertools import product

import numpy as np
import numpy.typing as npt
from report import Figure, Table, ratio, save, spread

from voice.audio.g711 import alaw_decode, alaw_encode
from voice.audio.loudness import at_level, level
from voice.audio.pcm import cut, to_int16
from voice.audio.resample import convert
from voice.call.ears import START_OVER_LINE_MS
from voice.dialog.texts import read_texts
from voice.line import FRAME_MS, HEARING_HZ
from voice.nlu.data import load_all
from voice.settings import ROOT, Settings
from voice.transports.recorded import read_caller
from voice.tts.voices import open_voice
from voice.vad.detector import WebRtcDetector
from voice.vad.echo import EARLY, EchoGuard
from voice.vad.endpointer import Endpointer, Rules, Started

TEXTS = ("main.welcome", "line.notice", "number.long", "no_match", "disability.welcome", "main.bye")
DELAYS_MS = (60, 160, 250, 400)
ECHOES_DB = (-12, -20, -26, -30, -36)
STUMBLING_DB, STUMBLES_S, HOLE_MS = -20, 1.5, 20  # a network that loses its step: later, and in time again
PAUSE_MS = 1_500  # between two sayings of one call
ROOMS_DB = (6, -4, -8)  # of the direct sound over the room's; the whole 18 dB under what was played
ROOM_S, ROOM_DB = 0.3, -18
NOISES = (4, 15)  # standard deviation of samples
CALLERS_DB = (3, 6, 12)  # over the echo
TURNS = 5  # of each caller's first words, over other words of the line
ALONE_MS, LONGEST_MS = 1_000, 1_500  # the line before the caller speaks; of a caller's first words
SOFT = 60.0  # mean amplitude of a frame in which nobody speaks, at most
COUNTED = "% counted as the caller"
FRAME = HEARING_HZ * FRAME_MS // 1000

Sound = npt.NDArray[np.float64]
Returns = Callable[[Sound, np.random.Generator], Iterator[Sound]]


def main() -> None:
    rng = np.random.default_rng(0)
    said, callers = asyncio.run(line_says()), list(first_words())
    pause = np.zeros(PAUSE_MS * HEARING_HZ // 1000)
    call = np.concatenate([part for sound in said for part in (sound, pause)])
    then_ms = (len(said[0]) + len(pause)) * 1000 // HEARING_HZ  # the second saying begins
    figures: dict[str, Figure] = {}
    for name, returns in echoes():
        first = [next(openings(heard, sound), None) for sound in said for heard in returns(sound, rng)]
        figures[name] = ratio(100 * sum(ms is not None for ms in first) / len(first), COUNTED, len(first))
        calls = [[ms for ms in openings(heard, call) if ms >= then_ms] for heard in returns(call, rng)]
        n = len(calls) * (len(said) - 1)
        figures[f"{name}, later in a call"] = ratio(100 * sum(map(len, calls)) / n, COUNTED, n)
    long = np.concatenate(said)
    for over_db in (*CALLERS_DB, None):
        waited = [
            over(caller, np.roll(long, (at * 97 + turn * 41) * FRAME), over_db, rng)
            for turn in range(TURNS)
            for at, caller in enumerate(callers)
        ]
        name = f"a caller {over_db} dB over an echo" if over_db else "a caller over the line, no echo"
        figures[name] = spread([ms for ms in waited if ms is not None], "ms until he interrupts")
    table = Table(
        "The line's own voice coming back", ["what is heard", "n", "counted as the caller, %", "p50", "p95, ms"]
    )
    for name, one in figures.items():
        table.add(name, one["n"], *(one.get(key, "") for key in ("value", "p50", "p95")))
    table.print()
    print(f"written to {save('echo', figures)}")


async def line_says() -> list[Sound]:
    """Texts as the line's voice says them, 16 000 Hz."""
    settings = Settings.from_env()
    texts, voice = read_texts(load_all(settings.prompts / settings.language / "say")), open_voice(settings)
    await voice.start()
    try:
        said = []
        for key in TEXTS:
            pieces = [piece async for piece in voice.speak(texts.say(key))]
            said.append(convert(np.concatenate(pieces), voice.rate_hz, HEARING_HZ).astype(np.float64))
        return said
    finally:
        await voice.close()


def echoes() -> Iterator[tuple[str, Returns]]:
    """Each kind of echo by its name, and all that it makes of one saying."""

    def by_line(gain_db: int) -> Returns:
        def returns(sound: Sound, rng: np.random.Generator) -> Iterator[Sound]:
            for delay_ms, noise in product(DELAYS_MS, NOISES):
                yield noisy(np.convolve(sound, late(delay_ms)) * 10 ** (gain_db / 20), noise, rng)

        return returns

    def by_room(direct_db: int) -> Returns:
        def returns(sound: Sound, rng: np.random.Generator) -> Iterator[Sound]:
            n = int(HEARING_HZ * ROOM_S)
            for delay_ms, noise in product(DELAYS_MS, NOISES):
                tail = rng.standard_normal(n) * 10 ** (-3 * np.arange(n) / n)
                tail *= 10 ** (-direct_db / 20) / np.sqrt(np.sum(tail**2))
                tail[0] += 1
                yield noisy(np.convolve(sound, late(delay_ms, tail)) * 10 ** (ROOM_DB / 20), noise, rng)

        return returns

    def stumbling(gain_db: int) -> Returns:
        def returns(sound: Sound, rng: np.random.Generator) -> Iterator[Sound]:
            for delay_ms, noise in product(DELAYS_MS, NOISES):
                echo = np.convolve(sound, late(delay_ms)) * 10 ** (gain_db / 20)
                cuts = np.arange(STUMBLES_S, len(echo) / HEARING_HZ, STUMBLES_S) * HEARING_HZ
                hole = HOLE_MS * HEARING_HZ // 1000
                pieces = [
                    piece[hole:] if n % 2 else np.concatenate((piece, np.zeros(hole)))
                    for n, piece in enumerate(np.split(echo, cuts.astype(int)))
                ]
                yield noisy(np.concatenate(pieces), noise, rng)

        return returns

    yield from ((f"echo {gain_db} dB of the line", by_line(gain_db)) for gain_db in ECHOES_DB)
    yield f"echo {STUMBLING_DB} dB, {HOLE_MS} ms later and back every {STUMBLES_S} s", stumbling(STUMBLING_DB)
    yield from ((f"a room, {ROOM_DB} dB, direct sound {db:+} dB", by_room(db)) for db in ROOMS_DB)


def late(delay_ms: int, answer: Sound | None = None) -> Sound:
    return np.concatenate([np.zeros(delay_ms * HEARING_HZ // 1000), [1.0] if answer is None else answer])


def noisy(sound: Sound, noise: int, rng: np.random.Generator) -> Sound:
    return sound + rng.standard_normal(len(sound)) * noise


def first_words() -> Iterator[Sound]:
    """What each recorded caller says first, from its first sound, 16 000 Hz."""
    for path in sorted((ROOT / "audio_fixtures").glob("*.flac")):
        caller = read_caller(path, line="")
        turn = next((turn for turn in caller.turns if turn.to_ms), None)
        if turn is None:
            continue
        words = cut(caller.sound, caller.rate_hz, turn.from_ms, min(turn.to_ms, turn.from_ms + LONGEST_MS))
        sound = convert(words, caller.rate_hz, HEARING_HZ).astype(np.float64)
        frames = np.abs(sound[: len(sound) // FRAME * FRAME]).reshape(-1, FRAME).mean(axis=1)
        yield sound[int(np.argmax(frames > SOFT)) * FRAME :]


def over(caller: Sound, line: Sound, over_db: int | None, rng: np.random.Generator) -> float | None:
    """From the caller's first sound to the utterance it opens, ms; None when it opens none."""
    before = np.zeros(ALONE_MS * HEARING_HZ // 1000)
    heard, played = np.concatenate([before, caller]), line[: len(before) + len(caller)]
    if over_db is not None:
        loud = 20 * np.log10(level(caller, HEARING_HZ) / 32768) - over_db
        heard = heard + np.convolve(at_level(played, loud, HEARING_HZ), late(160))[: len(heard)]
    opened = next((ms for ms in openings(noisy(heard, NOISES[0], rng), played) if ms > ALONE_MS), None)
    return None if opened is None else opened - ALONE_MS


def openings(heard: Sound, played: Sound) -> Iterator[float]:
    """When utterances open while the line says what is `played`, ms."""
    detector, guard, endpointer = WebRtcDetector(), EchoGuard(), Endpointer(Rules(start_ms=START_OVER_LINE_MS))
    narrow = convert(to_int16(heard), HEARING_HZ, 8_000)
    wide = convert(alaw_decode(alaw_encode(narrow)), 8_000, HEARING_HZ)
    sounds = np.concatenate([to_int16(played), np.zeros(len(wide) + EARLY, np.int16)])
    for at in range(0, len(wide) - FRAME + 1, FRAME):
        now = at + FRAME
        guard.push(wide[at:now], sounds[at:now], sounds[now : now + EARLY])
        speech = detector.is_speech(wide[at : at + FRAME]) and not guard.is_echo
        if isinstance(endpointer.push(speech), Started):
            yield float(endpointer.at_ms)


if __name__ == "__main__":
    main()
