"""A whole call that goes on in English: both real recognisers, both real voices, virtual time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.golden.placed import FIXTURES
from voice.asr.catalogue import listing
from voice.errors import VoiceMissing
from voice.settings import Settings
from voice.tts.voices import choose
from voice.workshop.scenarios import read_scenarios
from voice.workshop.simulation import simulate, told

SETTINGS = Settings.from_env()


def lacking() -> str:
    """What of English is not installed; empty when all of it is."""
    if not any(listed.model.language == "en-US" and listed.state == "present" for listed in listing(SETTINGS)):
        return "no English model: voice models fetch vosk-model-small-en-us-0.15"
    try:
        for name in ("bdl", "clb", "aleksandr"):
            choose(name, SETTINGS.models)
    except VoiceMissing:
        return "no English voice: voice voices fetch --language en"
    return ""


@pytest.mark.skipif(bool(lacking()), reason=lacking())
def test_a_caller_is_helped_in_english(tmp_path: Path) -> None:
    scenarios = read_scenarios(FIXTURES / "english.yaml")
    (played,) = simulate(replace(SETTINGS, data=tmp_path), scenarios.callers, scenarios.background)
    assert not played.broken, "\n".join(told(played.events))
