"""The benchmarks keep up with the flows: what they answer, and what they change."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from bench.flows import endings, never_asking
from tests.conftest import ROOT
from voice.dialog.script import Script, load_script
from voice.settings import Settings


def test_every_kind_of_question_has_endings_and_none_fits_all_others(script: Script) -> None:
    found = endings(script)
    assert found["open"] == [""]
    assert len(found["closed"]) > 3 and len(found["number"]) > 3
    assert not any(number.endswith(tuple(found["closed"])) for number in found["number"])


@pytest.mark.parametrize("kind", ["closed", "number", "open"])
def test_what_the_callers_say_is_recorded(kind: str) -> None:
    talk = yaml.safe_load((ROOT / "bench" / "talk.yaml").read_text(encoding="utf-8"))
    for name, says in talk[kind]:
        told = yaml.safe_load((ROOT / "audio_fixtures" / f"{name}.expect.yaml").read_text(encoding="utf-8"))
        assert says in [turn.get("says") for turn in told["turns"]], name


def test_flows_that_never_ask_differ_in_nothing_else(script: Script, tmp_path: Path) -> None:
    other = load_script(never_asking(ROOT / "prompts", tmp_path / "prompts") / "ru", Settings.from_env().learning)
    assert other.steps == script.steps and other.texts == script.texts
    assert other.patience == {name: replace(row, ask_ms=row.pause_ms) for name, row in script.patience.items()}
