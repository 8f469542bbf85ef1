"""Makes the recorded callers of this folder from scenarios.yaml: `make fixtures`, or this file with their NAMEs.

voice/workshop/callers.py makes the sound. A caller whose voice is not on this machine is left as he is, and said.

NAME.flac holds only what the caller says, phrase after phrase, and at the end a piece of his room; NAME.expect.yaml
says which piece is played when, and what the line must do.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from voice.audio import files
from voice.errors import VoiceMissing
from voice.settings import Settings
from voice.workshop.callers import RATE_HZ, Speakers, SpokenCaller, speak, words_of
from voice.workshop.scenarios import Scenarios, read_scenarios

HERE = Path(__file__).resolve().parent
TOLD = ("when", "wait_ms", "key", "hang_up")


def keep(caller: SpokenCaller) -> None:
    """Write one caller's NAME.flac and NAME.expect.yaml."""
    scenario = caller.scenario
    turns: list[dict[str, Any]] = []
    for turn, span in zip(scenario.turns, caller.spans, strict=True):
        said = {"from_ms": span[0], "to_ms": span[1], "says": words_of(turn)} if span else {}
        turns.append(said | {key: _number(turn[key]) for key in TOLD if key in turn})
    described = {
        "title": scenario.title,
        "line": scenario.line,
        "voice": scenario.voice,
        "turns": turns,
        "room": {"from_ms": caller.room[0], "to_ms": caller.room[1]},
        **scenario.told,
    }
    head = "# Made by make.py from scenarios.yaml: change that file, not this one.\n"
    text = yaml.safe_dump(described, allow_unicode=True, sort_keys=False, width=110)
    files.write(HERE / f"{scenario.name}.flac", caller.pcm, RATE_HZ)
    (HERE / f"{scenario.name}.expect.yaml").write_text(head + text, encoding="utf-8")


def _number(text: str) -> str | int:
    return int(text) if text.isdigit() and len(text) > 1 else text


async def make(scenarios: Scenarios, names: list[str]) -> int:
    """Make the callers called `names`, all when there is none; returns how many were left as they are."""
    left = 0
    with tempfile.TemporaryDirectory() as folder:
        speakers = Speakers(replace(Settings.from_env(), data=Path(folder), synthesisers=1))
        try:
            for scenario in scenarios.callers:
                if names and scenario.name not in names:
                    continue
                try:
                    keep(await speak(speakers, scenario, scenarios.background))
                except VoiceMissing as error:
                    print(f"{scenario.name} is left as it is: {error}", file=sys.stderr)
                    left += 1
        finally:
            await speakers.close()
    return left


def main(names: list[str]) -> int:
    scenarios = read_scenarios(HERE / "scenarios.yaml")
    unknown = set(names) - {scenario.name for scenario in scenarios.callers}
    if unknown:
        raise SystemExit(f"scenarios.yaml has no {', '.join(sorted(unknown))}")
    left = asyncio.run(make(scenarios, names))
    recordings = list(HERE.glob("*.flac"))
    megabytes = sum(path.stat().st_size for path in recordings) / 1e6
    print(f"{len(recordings)} recorded callers, {megabytes:.1f} MB")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
