"""What to run in which state: the full vocabulary, a closed grammar, or the grammar and then, if refused, the rest.

People's recordings from ../shared/speech through the telephone band (8 kHz A-law). Two halves: sixty short recordings
whose phrases make up the closed grammar, and sixty whose phrases are outside it.
"""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import jiwer
from report import Figure, Table, machine, ratio, save, spread

from voice.asr.stabiliser import Stabiliser
from voice.asr.vosk import VoskRecogniser
from voice.audio import files, g711
from voice.audio.resample import convert
from voice.line import HEARING_HZ, Pcm16
from voice.settings import Settings

SPEECH = Path(__file__).resolve().parents[2] / "shared" / "speech"
PIECE = HEARING_HZ // 10
MOST = 60


def plain(text: str) -> str:
    return " ".join(re.findall(r"[а-я]+", text.lower().replace("ё", "е")))


def telephone(path: Path) -> Pcm16:
    pcm, rate_hz = files.read(path)
    narrow = convert(pcm, rate_hz, 8_000)
    return convert(g711.alaw_decode(g711.alaw_encode(narrow)), 8_000, HEARING_HZ)


def hear(recogniser: VoskRecogniser, pcm: Pcm16, phrases: tuple[str, ...]) -> tuple[str, int, int]:
    """The final text, how many words were shown as stable, and how many of these the final text lacks there."""
    stream, stabiliser, stable = recogniser.open(phrases), Stabiliser(), ""
    for at in range(0, len(pcm), PIECE):
        stable, _ = stabiliser.push(stream.feed(pcm[at : at + PIECE]))
    text = stream.finish().text
    stream.close()
    shown, final = stable.split(), text.split()
    return text, len(shown), sum(word not in final[at : at + 2] for at, word in enumerate(shown))


def main() -> None:
    settings = Settings.from_env()
    model = Path(settings.model_dir) if settings.model_dir else settings.models / settings.model
    head = machine()
    recogniser = VoskRecogniser(model)
    figures: dict[str, Figure] = {}

    rows = [json.loads(line) for line in (SPEECH / "manifest.jsonl").read_text(encoding="utf-8").splitlines()]
    # Digits and Latin letters have no single spoken form to compare with.
    rows = [row for row in rows if re.fullmatch(r"[А-Яа-яЁё ,.!?«»\"-]+", row["text"]) and row["seconds"] < 6]
    short = [
        row
        for row in rows
        if len(plain(row["text"]).split()) <= 4 and not recogniser.unknown_words((plain(row["text"]),))
    ]
    short = list({plain(row["text"]): row for row in short}.values())
    inside = short[:: max(1, len(short) // (2 * MOST))][:MOST]
    phrases = tuple(plain(row["text"]) for row in inside)
    outside = [row for row in rows if plain(row["text"]) not in phrases]
    outside = outside[:: max(1, len(outside) // MOST)][:MOST]
    sounds = {row["id"]: telephone(SPEECH / row["file"]) for row in (*inside, *outside)}
    whole = set(phrases)

    table = Table(
        f"Recognition by telephone: {len(inside)} phrases of the grammar, {len(outside)} outside it ({head})",
        ["way", "WER %", "exact %", "false accept %", "outside WER %", "CPU s per s"],
    )
    shown = rewritten = 0
    for way in ("full vocabulary", "grammar", "grammar, then full"):
        said, cpu, seconds = {}, 0.0, 0.0
        for row in (*inside, *outside):
            pcm = sounds[row["id"]]
            began = time.process_time()
            text, words, changed = hear(recogniser, pcm, () if way == "full vocabulary" else phrases)
            if way == "grammar, then full" and plain(text) not in whole:
                text = hear(recogniser, pcm, ())[0]
            cpu += time.process_time() - began
            seconds += len(pcm) / HEARING_HZ
            said[row["id"]] = plain(text)
            if way == "full vocabulary":
                shown, rewritten = shown + words, rewritten + changed
        truths = [plain(row["text"]) for row in inside]
        answers = [said[row["id"]] for row in inside]
        wer = 100 * jiwer.wer(truths, answers)
        exact = 100 * sum(a == t for a, t in zip(answers, truths, strict=True)) / len(inside)
        false = 100 * sum(said[row["id"]] in whole for row in outside) / len(outside)
        free = 100 * jiwer.wer([plain(row["text"]) for row in outside], [said[row["id"]] for row in outside])
        table.add(way, f"{wer:.1f}", f"{exact:.1f}", f"{false:.1f}", f"{free:.1f}", f"{cpu / seconds:.3f}")
        figures[f"{way}: WER"] = ratio(wer, "%", len(inside))
        figures[f"{way}: exact phrase"] = ratio(exact, "%", len(inside))
        figures[f"{way}: false accept"] = ratio(false, "%", len(outside))
        figures[f"{way}: WER outside"] = ratio(free, "%", len(outside))
        figures[f"{way}: CPU"] = ratio(cpu / seconds, "CPU s per s of sound", len(sounds))
    table.print()

    costs = Table("Engines", ["what", "n", "p50", "p95"])
    makers = {"full, made": lambda: recogniser.open(()), "grammar, made": lambda: recogniser.open(phrases)}
    for name, make in makers.items():
        taken, kept = [], []
        for _ in range(12):
            began = time.perf_counter()
            kept.append(make())  # all are held, so that from the ninth on nothing warm is left
            taken.append((time.perf_counter() - began) * 1000)
        for stream in kept:
            stream.close()
        again = []
        for _ in range(50):
            began = time.perf_counter()
            make().close()
            again.append((time.perf_counter() - began) * 1000)
        for label, values in ((name, sorted(taken)[-4:]), (name.replace("made", "warm"), again)):
            figures[f"engine {label}"] = spread(values, "ms")
            costs.add(
                f"{label} (ms)", len(values), figures[f"engine {label}"]["p50"], figures[f"engine {label}"]["p95"]
            )
    costs.print()
    figures["stable words rewritten"] = ratio(100 * rewritten / max(1, shown), "%", shown)
    print(f"Words shown as stable that the final text does not have in their place: {rewritten} of {shown}")
    save("recognition", figures)


if __name__ == "__main__":
    main()
