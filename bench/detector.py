"""How well the speech detector tells the caller from the line: bare webrtcvad against webrtcvad with the gate.

Frames: people's recordings (../shared/speech, telephone band), a second of line before and two after, noise added; a
frame is speech when the clean recording is within 25 dB of its loud frames, no speech in the padding, the rest is not
counted. Turns: does the utterance open, and is it ended unasked within 1.2 s of its last sound?
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import webrtcvad
from report import Table, machine, ratio, save

from voice.audio import files, g711
from voice.audio.pcm import rms_dbfs, to_bytes, to_int16
from voice.audio.resample import convert
from voice.line import HEARING_HZ, Pcm16
from voice.vad.detector import FRAME_SAMPLES, Detector, WebRtcDetector
from voice.vad.endpointer import Ended, Endpointer, Started

SPEECH = Path(__file__).resolve().parents[2] / "shared" / "speech"
CLIPS = 60
BEFORE, AFTER = HEARING_HZ, 2 * HEARING_HZ


class Bare:
    def __init__(self, mode: int) -> None:
        self._vad = webrtcvad.Vad(mode)

    def is_speech(self, frame: Pcm16) -> bool:
        return bool(self._vad.is_speech(to_bytes(frame), HEARING_HZ))


DETECTORS = {"webrtcvad 2": lambda: Bare(2), "webrtcvad 3": lambda: Bare(3), "ours": WebRtcDetector}


def clips() -> list[Pcm16]:
    """Every n-th recording with at least 0.5 s, levelled to -26 dBFS at 16 kHz."""
    rows = [json.loads(line) for line in (SPEECH / "manifest.jsonl").read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if 0.5 <= row["seconds"] <= 12]
    chosen = []
    for row in rows[:: len(rows) // CLIPS][:CLIPS]:
        pcm, rate_hz = files.read(SPEECH / row["file"])
        sound = convert(pcm, rate_hz, HEARING_HZ).astype(float)
        chosen.append(to_int16(sound * 10 ** ((-26 - loudness(sound)) / 20)))
    return chosen


def loudness(sound: np.ndarray) -> float:
    """Level of the loud frames: what speech sounds like while it sounds."""
    return float(np.percentile(levels(to_int16(sound)), 75))


def levels(pcm: Pcm16) -> np.ndarray:
    return np.array([rms_dbfs(pcm[at : at + FRAME_SAMPLES]) for at in range(0, len(pcm) - 319, FRAME_SAMPLES)])


def telephone(sound: np.ndarray) -> Pcm16:
    narrow = convert(to_int16(sound), HEARING_HZ, 8_000)
    return convert(g711.alaw_decode(g711.alaw_encode(narrow)), 8_000, HEARING_HZ)


def babble(sources: list[Pcm16], length: int, rng: np.random.Generator) -> np.ndarray:
    """Four people at once, without end."""
    mixed = np.zeros(length)
    for _ in range(4):
        voice = np.concatenate([sources[i].astype(float) for i in rng.permutation(len(sources))[:20]])
        mixed += np.resize(voice, length)
    return mixed


def at_level(noise: np.ndarray, dbfs: float) -> np.ndarray:
    return noise * 10 ** ((dbfs - rms_dbfs(to_int16(noise))) / 20)


def turn(detector: Detector, pcm: Pcm16) -> tuple[np.ndarray, list[Started | Ended]]:
    endpointer, verdicts, edges = Endpointer(), [], []
    for at in range(0, len(pcm) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
        verdicts.append(detector.is_speech(pcm[at : at + FRAME_SAMPLES]))
        if isinstance(edge := endpointer.push(verdicts[-1]), Started | Ended):
            edges.append(edge)
    return np.array(verdicts), edges


def main() -> None:
    rng = np.random.default_rng(7)
    speech = clips()
    others = speech[1::2]
    subjects = speech[::2]
    conditions = {
        "clean": None,
        "20 dB softer": None,
        "white 20 dB": ("white", 20),
        "white 10 dB": ("white", 10),
        "babble 25 dB": ("babble", 25),
        "babble 20 dB": ("babble", 20),
        "babble 10 dB": ("babble", 10),
    }
    table = Table(
        f"Speech detector, {len(subjects)} recordings by telephone ({machine()})",
        ["line", "detector", "hit %", "false %", "opened %", "ended in time %"],
    )
    figures = {}
    for name, noise in conditions.items():
        lines = []
        for clip in subjects:
            whole = np.concatenate([np.zeros(BEFORE), clip, np.zeros(AFTER)])
            if name == "20 dB softer":
                whole = whole / 10
            elif noise:
                kind, snr = noise
                sound = rng.standard_normal(len(whole)) * 1000 if kind == "white" else babble(others, len(whole), rng)
                whole = whole + at_level(sound, -26 - snr)
            lines.append(telephone(whole))
        for who, make in DETECTORS.items():
            hit, false, opened, in_time = [], [], [], []
            for clip, line in zip(subjects, lines, strict=True):
                level = levels(clip)
                verdicts, edges = turn(make(), line)
                first, last = BEFORE // FRAME_SAMPLES, BEFORE // FRAME_SAMPLES + len(level)
                loud = level > np.percentile(level, 95) - 25
                hit.extend(verdicts[first:last][loud])
                false.extend(verdicts[10 : first - 2])
                false.extend(verdicts[last + 15 :])
                spoken_ms = (first + int(np.flatnonzero(loud)[-1]) + 1) * 20
                starts = [e.at_ms for e in edges if isinstance(e, Started)]
                ends = [e.at_ms for e in edges if isinstance(e, Ended)]
                opened.append(any(start < spoken_ms for start in starts))
                in_time.append(any(spoken_ms - 300 <= end <= spoken_ms + 500 for end in ends))
            row = [100 * float(np.mean(x)) for x in (hit, false, opened, in_time)]
            table.add(name, who, *(f"{value:.1f}" for value in row))
            for label, value, n in zip(
                ("hit", "false", "opened", "ended in time"),
                row,
                (len(hit), len(false), len(opened), len(in_time)),
                strict=True,
            ):
                figures[f"{who}, {name}: {label}"] = ratio(value, "%", n)
    table.print()
    save("detector", figures)


if __name__ == "__main__":
    main()
