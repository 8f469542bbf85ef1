"""How steady captions are, and what that costs in time: rules of steadiness side by side, then sets of recordings.

People's recordings of ../shared/speech and the phrases of audio_fixtures/, by telephone, through the full vocabulary in
pieces of 100 ms as a call feeds it. Times are those of the sound: the machine's own come from readers.py.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import yaml
from recognition import SPEECH, telephone
from report import Figure, Table, machine, ratio, save, spread
from steadiness import Steadiness

from voice.asr.catalogue import locate
from voice.asr.stabiliser import AGREED, HELD, Stabiliser
from voice.asr.vosk import VoskRecogniser
from voice.audio import files
from voice.audio.pcm import silence
from voice.audio.resample import convert
from voice.captions.labels import labels
from voice.line import HEARING_HZ, Pcm16
from voice.settings import ROOT, Settings

FIXTURES = ROOT / "audio_fixtures"
PIECE_MS = 100
BEFORE_MS, AFTER_MS = 300, 700  # of room: what the ears keep before a voice, and about what ends a turn
MOST = 100  # recordings, unless all are asked for
LONGEST_S = 20.0  # as the ears end an utterance

RULES: dict[str, Callable[[], Stabiliser]] = {
    "all at once (hold 0)": lambda: Stabiliser(0, 1),
    "hold 1": lambda: Stabiliser(1, 1),
    "hold 2": lambda: Stabiliser(2, 1),
    "hold 1, the same in 2": lambda: Stabiliser(1, 2),
    "hold 1, the same in 3": lambda: Stabiliser(1, 3),
    "hold 1, the same in 4": lambda: Stabiliser(1, 4),
    "hold 1, the same in 6": lambda: Stabiliser(1, 6),
    "hold 2, the same in 4": lambda: Stabiliser(2, 4),
}
TAKEN = f"hold {HELD}, the same in {AGREED}"


@dataclass(frozen=True)
class Heard:
    """One utterance: its hypotheses, one for each piece of sound, and its final words with their ends."""

    hypotheses: tuple[str, ...]
    text: str
    ends_ms: tuple[int, ...]
    long_ms: int

    def times(self) -> list[int]:
        return [(at + 1) * PIECE_MS for at in range(len(self.hypotheses))] + [self.long_ms]


def hear(recogniser: VoskRecogniser, pcm: Pcm16) -> Heard:
    pcm = np.concatenate([silence(BEFORE_MS, HEARING_HZ), pcm, silence(AFTER_MS, HEARING_HZ)])
    piece = HEARING_HZ * PIECE_MS // 1000
    stream = recogniser.open()
    hypotheses = tuple(stream.feed(pcm[at : at + piece]) for at in range(0, len(pcm), piece))
    final = stream.finish()
    stream.close()
    ends_ms = tuple(word.end_ms for word in final.words)
    return Heard(hypotheses, final.text, ends_ms, len(pcm) * 1000 // HEARING_HZ)


def as_words(heard: Heard, rule: Callable[[], Stabiliser]) -> tuple[list[list[str]], list[list[str]]]:
    """(all that was shown, what of it was steady) at each time, the final text last."""
    stabiliser, final = rule(), heard.text.split()
    pushed = [stabiliser.push(text) for text in heard.hypotheses]
    shown = [f"{stable} {rest}".split() for stable, rest in pushed]
    return [*shown, final], [*(stable.split() for stable, _ in pushed), final]


def as_read(heard: Heard, question: str) -> tuple[list[list[str]], list[list[str]]]:
    """The same of the captions themselves, sign by sign: digits, names and marks."""
    stabiliser, write = Stabiliser(), labels().writing
    pushed = [write.growing(*stabiliser.push(text), question) for text in heard.hypotheses]
    final = list(write.sentence(heard.text, question))
    return [*([*steady, *rest] for steady, rest in pushed), final], [*(list(steady) for steady, _ in pushed), final]


def recordings(most: int) -> Iterator[tuple[str, Pcm16]]:
    """(set, sound) of people's recordings."""
    rows = [json.loads(line) for line in (SPEECH / "manifest.jsonl").read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if row["seconds"] <= LONGEST_S]
    for row in rows[:: math.ceil(len(rows) / most)]:
        yield row["file"].partition("/")[0], telephone(SPEECH / row["file"])


def phrases() -> Iterator[tuple[str, Pcm16]]:
    """(caller, sound) of each phrase of audio_fixtures/."""
    for path in sorted(FIXTURES.glob("*.flac")):
        told = yaml.load(path.with_suffix(".expect.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
        pcm, rate_hz = files.read(path)
        for turn in told["turns"]:
            if "says" in turn and not turn["says"].startswith("["):
                part = pcm[int(turn["from_ms"]) * rate_hz // 1000 : int(turn["to_ms"]) * rate_hz // 1000]
                yield path.stem, convert(part, rate_hz, HEARING_HZ)


def compare(all_heard: list[Heard], head: str) -> dict[str, Figure]:
    """The rules side by side."""
    table = Table(
        f"When is a word steady? {len(all_heard)} recordings of people, {head}",
        ["a word is steady", "erasure shown", "erasure steady", "UPWR", "shown ms p50/p90", "steady ms p50/p90"],
    )
    figures: dict[str, Figure] = {}
    for name, rule in RULES.items():
        told = Steadiness()
        for heard in all_heard:
            told.add(heard.times(), *as_words(heard, rule), heard.ends_ms)
        figures |= figures_of(name, told)
        table.add(f"{name}{' *' * (name == TAKEN)}", *row(told))
    table.print()
    return figures


def sets(heard: dict[str, list[Heard]], title: str) -> dict[str, Figure]:
    """The rule that is taken, on each set; in words, and in signs as they are read."""
    table = Table(
        title,
        [
            "set",
            "erasure shown",
            "erasure steady",
            "UPWR",
            "shown ms p50/p90",
            "steady ms p50/p90",
            "steady signs erased",
        ],
    )
    figures: dict[str, Figure] = {}
    for name, utterances in {**heard, "all": [one for many in heard.values() for one in many]}.items():
        told, read = Steadiness(), Steadiness()
        for one in utterances:
            told.add(one.times(), *as_words(one, RULES[TAKEN]), one.ends_ms)
            read.add(one.times(), *as_read(one, ""))
        figures |= figures_of(name, told)
        figures[f"{name}: steady signs erased, as read"] = ratio(read.share(read.steady_erased), "1", read.words)
        table.add(name, *row(told), f"{read.share(read.steady_erased):.3f}")
    table.print()
    return figures


def row(told: Steadiness) -> list[str]:
    def delay(values: list[int]) -> str:
        return " / ".join(f"{ms:.0f}" for ms in np.percentile(values, [50, 90])) if values else ""

    shares = (told.share(count) for count in (told.erased, told.steady_erased, told.unkept))
    return [*(f"{share:.3f}" for share in shares), delay(told.shown_ms), delay(told.steady_ms)]


def figures_of(name: str, told: Steadiness) -> dict[str, Figure]:
    return {
        f"{name}: normalised erasure, shown": ratio(told.share(told.erased), "1", told.words),
        f"{name}: normalised erasure, steady": ratio(told.share(told.steady_erased), "1", told.words),
        f"{name}: unstable partial word ratio": ratio(told.share(told.unkept), "1", told.words),
        f"{name}: word's end to shown": spread(told.shown_ms, "ms"),
        f"{name}: word's end to steady": spread(told.steady_ms, "ms"),
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--all", action="store_true", help=f"every recording, not {MOST} of them")
    given = options.parse_args()
    head = machine()
    recogniser = VoskRecogniser(locate(Settings.from_env()))
    figures: dict[str, Figure] = {}
    if SPEECH.is_dir():
        spoken: dict[str, list[Heard]] = {}
        for name, pcm in recordings(10_000 if given.all else MOST):
            spoken.setdefault(name, []).append(hear(recogniser, pcm))
        figures |= compare([one for many in spoken.values() for one in many], head)
        figures |= sets(spoken, "Captions of people's recordings")
    else:
        print(f"captions of people are not measured: no recordings in {SPEECH.name}")
    fixtures: dict[str, list[Heard]] = {}
    for name, pcm in phrases():
        fixtures.setdefault(name, []).append(hear(recogniser, pcm))
    figures |= sets(fixtures, "Captions of the callers of audio_fixtures/")
    print(f"written to {save('captions', figures)}")


if __name__ == "__main__":
    main()
