"""Captions of running calls: how soon a word is on the page, and whether readers cost the callers anything.

A real server, eight callers at once; their captions are read by their own page only, and then by 25 more readers each.
Both are run several times in turn, so that what else the machine does falls on both.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from line import run, served, talk
from report import Figure, Table, machine, save

from voice.archive.archive import Archive
from voice.settings import Settings

CALLERS = 8
READERS = (0, 25)  # of each call, beside its own page
SHOWN = (
    "word delay, all words",
    "word delay, steady, all words",
    "word delay, open states",
    "word delay, closed states",
    "caption ahead of its sound",
    "captions behind their sound",
    "reader behind the first reader",
    "turn closed gap",
    "turn open gap",
    "heard gap, closed",
    "heard gap, number",
    "heard gap, open",
    "barge-in",
    "pacing",
    "event loop busy",
    "cues read along",
    "cues out of order",
    "finals missed",
    "sound dropped",
    "generator CPU",
    "calls",
)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--seconds", type=float, default=40, help="of each run")
    options.add_argument("--rounds", type=int, default=2, help="runs with each number of readers")
    given = options.parse_args()
    settings, head = Settings.from_env(), machine()
    rounds: dict[int, list[dict[str, Figure]]] = {readers: [] for readers in READERS}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = talk(settings, folder)
        with served(folder / "data", settings.prompts, CALLERS) as server:
            archive = Archive.of(replace(settings, data=folder / "data", database=""))
            plan: dict[str, Any] = {"socket": f"ws://127.0.0.1:{server.port}/ws/call", "talk": rows}
            run(server, archive, {**plan, "callers": 1, "seconds": 12}, folder)  # warms all up
            for _ in range(given.rounds):
                for readers in READERS:
                    load = {**plan, "callers": CALLERS, "readers": readers, "seconds": given.seconds}
                    rounds[readers].append(run(server, archive, load, folder))
            archive.close()
    table = Table(
        f"Readers of {CALLERS} calls, p50 / p90 / p99 (n) in ms, or one value, of each run ({head})",
        ["figure", *(f"{CALLERS * readers} more readers" for readers in READERS)],
    )
    for figure in SHOWN:
        table.add(figure, *("; ".join(cell(told.get(figure, {})) for told in rounds[readers]) for readers in READERS))
    table.print()
    figures = {
        f"{CALLERS * readers} readers, run {at}: {name}": told[name]
        for readers, runs in rounds.items()
        for at, told in enumerate(runs, 1)
        for name in SHOWN
        if name in told
    }
    print(f"written to {save('readers', figures)}")


def cell(figure: Figure) -> str:
    if "p99" in figure:
        return " / ".join(f"{float(figure[p]):.0f}" for p in ("p50", "p90", "p99")) + f" ({figure['n']})"
    return f"{float(figure['value']):.3g}" if "value" in figure else "0"


if __name__ == "__main__":
    main()
