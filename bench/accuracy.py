"""How well the line understands: intents, what is no business of it, and numbers; by text and by sound.

    python bench/accuracy.py [--sample N] [--sound CONDITION ...]

--sample N: only about N sentences and N numbers. --sound: which of clean, telephone and babble; nothing after it: only
text. The figures are kept when all is measured. Sound that was made once is kept under data/bench.
"""

from __future__ import annotations

import argparse
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from answers import Answered, Line, NumberTaken, SoundEar, TextEar
from report import Figure, Table, machine, ratio, save
from said import Sentence, SpokenNumber, sample, sentences, spoken_numbers
from spoken import CONDITIONS, Callers
from tqdm import tqdm

from voice.asr.catalogue import locate
from voice.asr.vosk import VoskRecogniser
from voice.dialog.script import load_script
from voice.settings import Settings

TEXT = "text"
PROCESSES = 2
CHECKED = ("snils", "inn")  # kinds with a checksum
TARGET_RIGHT = {TEXT: "≥ 95", "telephone": "≥ 88"}
TARGET_ELSEWHERE = {TEXT: "≤ 2"}
WORST = 20

Case = Sentence | SpokenNumber
Results = dict[str, list[Answered]]
Numbers = dict[str, list[NumberTaken]]


class Bench:
    """One process's line and ears."""

    def __init__(self, folder: Path, talk: tuple[str, ...], *, sound: bool) -> None:
        settings = Settings.from_env()
        self.line = Line(load_script(settings.prompts / settings.language, settings.learning), folder)
        self.ears: dict[str, TextEar | SoundEar] = {TEXT: TextEar()}
        if sound:
            callers = Callers(settings, settings.data / "bench", talk)
            recogniser = VoskRecogniser(locate(settings))
            for condition in CONDITIONS:
                self.ears[condition] = SoundEar(recogniser, partial(callers.say, condition=condition))

    def measure(self, case: Case, condition: str) -> Answered | NumberTaken:
        ear = self.ears[condition]
        return self.line.sentence(case, ear) if isinstance(case, Sentence) else self.line.number(case, ear)


_own: list[Bench] = []  # this worker process's bench, made once


def _begin(folder: str, talk: tuple[str, ...], sound: bool) -> None:
    _own.append(Bench(Path(folder) / str(os.getpid()), talk, sound=sound))


def _measure(job: tuple[Case, str]) -> Answered | NumberTaken:
    return _own[0].measure(*job)


def measured(cases: Sequence[Case], conditions: Sequence[str]) -> tuple[Results, Numbers]:
    """Everything in every condition; a job is one case, so that both processes end at about the same time."""
    talk = tuple(case.text for case in sentences()[::13])
    jobs = [(case, condition) for condition in conditions for case in cases]
    answered, taken = Results(), Numbers()
    with TemporaryDirectory() as folder:
        begin = (folder, talk, len(conditions) > 1)
        with ProcessPoolExecutor(PROCESSES, initializer=_begin, initargs=begin) as pool:
            results = tqdm(pool.map(_measure, jobs, chunksize=8), total=len(jobs), disable=None)  # None: not in a pipe
            for (_, condition), result in zip(jobs, results, strict=True):
                if isinstance(result, Answered):
                    answered.setdefault(condition, []).append(result)
                else:
                    taken.setdefault(condition, []).append(result)
    return answered, taken


def percent(part: int, whole: int) -> float:
    return 100 * part / max(1, whole)


def share(rows: Iterable[Answered], outcome: str) -> float:
    outcomes = [row.outcome for row in rows]
    return percent(outcomes.count(outcome), len(outcomes))


def wordings(answered: Results, head: str, figures: dict[str, Figure]) -> None:
    """Right intent, asked again, silently wrong, by condition."""
    table = Table(
        f"Wordings: the intent of a sentence said as the first of a call ({head})",
        [
            "heard",
            "n",
            "right %",
            "target",
            "asked again %",
            "and offered right %",
            "not understood %",
            "wrong %",
            "slots %",
        ],
    )
    for condition, all_rows in answered.items():
        rows = [row for row in all_rows if row.sentence.intent]
        asked = [row for row in rows if row.outcome == "asked"]
        offered = percent(sum(row.sentence.intent in row.offered for row in asked), len(rows))
        slotted = [row for row in rows if row.sentence.slots and row.outcome == "right"]
        values = {
            "right intent": share(rows, "right"),
            "asked again": share(rows, "asked"),
            "asked again, right one offered": offered,
            "not understood": share(rows, "refused"),
            "silently wrong": share(rows, "wrong"),
            "slots right": percent(sum(row.slots_right for row in slotted), len(slotted)),
        }
        for name, value in values.items():
            n = len(slotted) if name == "slots right" else len(rows)
            figures[f"{condition}: {name}"] = ratio(value, "%", n)
        right, *others = (f"{value:.1f}" for value in values.values())
        table.add(condition, len(rows), right, TARGET_RIGHT.get(condition, ""), *others)
    table.print()


def elsewhere(answered: Results, figures: dict[str, Figure]) -> None:
    """What is no business of the line: it must not act on it."""
    table = Table(
        "No business of the line: accepted means that it acts on it",
        ["heard", "n", "accepted %", "target", "of these: far", "near", "asked back %", "not understood %"],
    )
    for condition, all_rows in answered.items():
        rows = [row for row in all_rows if not row.sentence.intent]
        accepted = [row for row in rows if row.outcome == "wrong"]
        near = sum(row.sentence.near for row in accepted)
        figures[f"{condition}: elsewhere accepted"] = ratio(share(rows, "wrong"), "%", len(rows))
        figures[f"{condition}: elsewhere asked back"] = ratio(share(rows, "asked"), "%", len(rows))
        table.add(
            condition,
            len(rows),
            f"{share(rows, 'wrong'):.1f}",
            TARGET_ELSEWHERE.get(condition, ""),
            len(accepted) - near,
            near,
            f"{share(rows, 'asked'):.1f}",
            f"{share(rows, 'refused'):.1f}",
        )
    table.print()


def by_intent(answered: Results, figures: dict[str, Figure]) -> None:
    """Each intent, the worst first: right, and by text also asked and wrong."""
    intents = dict.fromkeys(row.sentence.intent for row in answered[TEXT] if row.sentence.intent)
    others = [condition for condition in answered if condition != TEXT]
    columns = ["intent", "n", "right %", "asked", "not understood", "wrong", "taken for it"]
    table = Table("By intent, by text" + (", and right by sound" if others else ""), [*columns, *others])
    lines = []
    for intent in intents:
        rows = {name: [row for row in answered[name] if row.sentence.intent == intent] for name in answered}
        for name in answered:
            figures[f"{name}: {intent}"] = ratio(share(rows[name], "right"), "%", len(rows[name]))
        counts = Counter(row.outcome for row in rows[TEXT])
        falsely = sum(row.understood == intent != row.sentence.intent for row in answered[TEXT])
        right = share(rows[TEXT], "right")
        cells = [intent, len(rows[TEXT]), f"{right:.0f}", *(counts[name] for name in ("asked", "refused", "wrong"))]
        lines.append((right, [*cells, falsely, *(f"{share(rows[name], 'right'):.0f}" for name in others)]))
    for _, cells in sorted(lines, key=lambda line: line[0]):
        table.add(*cells)
    table.print()


def by_length(answered: Results, figures: dict[str, Figure]) -> None:
    """Right intent by how many words a sentence has."""
    spans = {"1 to 3": (1, 3), "4 to 6": (4, 6), "7 to 10": (7, 10), "11 and more": (11, 99)}
    table = Table("By length: right %", ["words", "n", *answered])
    for name, (fewest, most) in spans.items():
        rows = {
            condition: [
                row
                for row in answered[condition]
                if row.sentence.intent and fewest <= len(row.sentence.text.split()) <= most
            ]
            for condition in answered
        }
        for condition, some in rows.items():
            figures[f"{condition}: {name} words"] = ratio(share(some, "right"), "%", len(some))
        table.add(name, len(rows[TEXT]), *(f"{share(some, 'right'):.1f}" for some in rows.values()))
    table.print()


def confusions(answered: Results) -> None:
    for condition, rows in answered.items():
        pairs = Counter((row.sentence.intent or "elsewhere", row.understood) for row in rows if row.outcome == "wrong")
        table = Table(f"Confusions, {condition}: what was meant, what the line acted on", ["meant", "acted on", "n"])
        for (meant, understood), count in pairs.most_common(WORST):
            table.add(meant, understood, count)
        table.print()


def worst(answered: Results) -> None:
    """Sentences that went wrong, the surest first; then those that were not understood."""
    for condition in [name for name in (TEXT, "telephone") if name in answered]:
        badness = {"wrong": 2.0, "refused": 1.0, "asked": 0.0}
        bad = [row for row in answered[condition] if row.outcome in ("wrong", "refused") and row.sentence.intent]
        bad += [row for row in answered[condition] if row.outcome == "wrong" and not row.sentence.intent]
        bad.sort(key=lambda row: -badness[row.outcome] - row.confidence)
        table = Table(f"The worst {WORST}, {condition}", ["said", "heard", "meant", "acted on", "how sure"])
        for row in bad[:WORST]:
            heard = row.heard if condition != TEXT else ""
            table.add(row.sentence.text, heard, row.sentence.intent or "-", row.understood or "-", row.confidence)
        table.print()


def numbers(taken: Numbers, figures: dict[str, Figure]) -> None:
    """Per kind; with a checksum none may be read back wrong."""
    table = Table(
        "Numbers: said where the line asks for one; the second try is a no, and the digits one by one",
        [
            "heard, kind",
            "n",
            "at once %",
            "within two tries %",
            "target",
            "not taken %",
            "read back wrong",
            "target ",
            "guessed wrong",
        ],
    )
    refused = Table("Numbers that are none", ["heard, kind", "n", "taken"])
    for condition, rows in taken.items():
        for kind in (*dict.fromkeys(row.number.kind for row in rows), "with a checksum"):
            kinds = CHECKED if kind == "with a checksum" else (kind,)
            those = [row for row in rows if row.number.kind in kinds]
            real = [row for row in those if row.number.value]
            at_once = percent(sum(row.tries == 1 for row in real), len(real))
            two = percent(sum(row.tries in (1, 2) for row in real), len(real))
            wrong = sum(bool(row.wrong) for row in those)
            checked = kind == "with a checksum"
            table.add(
                f"{condition}, {kind}",
                len(real),
                f"{at_once:.0f}",
                f"{two:.0f}",
                "≥ 90" if checked else "",
                f"{100 - two:.0f}",
                wrong,
                "0" if checked else "",
                sum(bool(row.guessed) for row in those),
            )
            figures[f"{condition}: {kind}, at once"] = ratio(at_once, "%", len(real))
            figures[f"{condition}: {kind}, within two tries"] = ratio(two, "%", len(real))
            figures[f"{condition}: {kind}, read back wrong"] = ratio(wrong, "numbers", len(those))
            if len(real) < len(those):
                refused.add(
                    f"{condition}, {kind}",
                    len(those) - len(real),
                    sum(bool(r.wrong) for r in those if not r.number.value),
                )
    table.print()
    refused.print()


def worst_numbers(taken: Numbers) -> None:
    for condition, rows in taken.items():
        bad = [row for row in rows if row.wrong or row.guessed or (row.number.value and not row.tries)]
        table = Table(
            f"Numbers read back wrong or not taken, {condition}", ["kind", "value", "said", "heard", "wrong", "guessed"]
        )
        for row in sorted(bad, key=lambda row: not row.wrong)[:WORST]:
            heard = " / ".join(row.heard) if condition != TEXT else ""
            table.add(
                row.number.kind,
                row.number.value or "none",
                " / ".join(row.number.said),
                heard,
                row.wrong or "-",
                row.guessed or "-",
            )
        table.print()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, default=0, help="about how many sentences and numbers; 0: all")
    parser.add_argument("--sound", nargs="*", choices=CONDITIONS, default=CONDITIONS, help="how it is heard")
    asked = parser.parse_args()
    head = machine()
    cases = [*sample(sentences(), asked.sample), *sample(spoken_numbers(), asked.sample)]
    answered, taken = measured(cases, (TEXT, *asked.sound))
    figures: dict[str, Figure] = {}
    wordings(answered, head, figures)
    elsewhere(answered, figures)
    by_length(answered, figures)
    by_intent(answered, figures)
    confusions(answered)
    worst(answered)
    numbers(taken, figures)
    worst_numbers(taken)
    if not asked.sample and len(asked.sound) == len(CONDITIONS):
        save("accuracy", figures)


if __name__ == "__main__":
    main()
