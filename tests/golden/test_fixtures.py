"""An archived call with real sound becomes a fixture that holds nobody's data and that the unchanged line passes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.golden.placed import Placed
from voice.archive.reading import Beside, Reading, reading
from voice.audio.files import read
from voice.audio.pcm import cut, rms_dbfs
from voice.dialog.script import Script
from voice.nlu.samples import SAMPLES
from voice.review.fixture import RATE_HZ, Cleaned, cleaned, fixture
from voice.settings import Settings
from voice.transports.recorded import read_turns
from voice.tts.voices import open_voice
from voice.workshop.fixtures import expect, say_anew, tried

# A number that is no personal data, one that is, interruptions, keys, sounds without words.
CALLERS = ("status_triples", "pension_by_snils", "speaks_over_notice", "keys_and_speech", "coughs")
OTHER_SNILS = "двести двадцать два триста тридцать три четыреста сорок четыре шестнадцать"
Call = Callable[[str], Placed]


def masked(call: Placed) -> Reading:
    """As a reviewer sees it before anybody has cared for it."""
    return reading(call.record, Beside(masks=(), removed=(), corrections={}, second={}, cared=False))


def made(call: Placed, script: Script, folder: Path) -> tuple[Path, Cleaned, list[str]]:
    clean = cleaned(call.record, masked(call))
    wanted, otherwise = expect(clean, script, {})

    async def spoken() -> dict[int, np.ndarray]:
        voice = open_voice(replace(Settings.from_env(), data=folder, synthesisers=1))
        await voice.start()
        try:
            return await say_anew(voice, clean.spoken)
        finally:
            await voice.close()

    return fixture(clean, call.sound[:, 0].copy(), asyncio.run(spoken())).save(folder, wanted), clean, otherwise


@pytest.mark.parametrize("caller", CALLERS)
def test_the_unchanged_line_passes(placed: Call, script: Script, tmp_path: Path, caller: str) -> None:
    path, _, otherwise = made(placed(caller), script, tmp_path)
    assert otherwise == []
    assert tried(Settings.from_env(), path) == []
    assert read(path)[1] == RATE_HZ


@pytest.mark.parametrize("caller", ["pension_by_snils"])
def test_a_personal_number_is_neither_told_nor_heard(
    placed: Call, script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caller: str
) -> None:
    call = placed(caller)
    monkeypatch.setitem(SAMPLES, "snils", OTHER_SNILS)  # type: ignore[arg-type]  his own is the usual one
    path, clean, _ = made(call, script, tmp_path)
    (utterance,) = clean.spoken
    assert clean.spoken[utterance] == SAMPLES["snils"]
    told = path.with_suffix(".expect.yaml").read_text(encoding="utf-8")
    (own,) = [one.text for one in call.record.utterances if one.n == utterance]
    assert own not in told and SAMPLES["snils"] in told
    sound, rate_hz = read(path)
    turn = next(one for one in read_turns(path).turns if one.says == SAMPLES["snils"])
    assert rms_dbfs(cut(sound, rate_hz, turn.from_ms, turn.to_ms)) > -40
    assert tried(Settings.from_env(), path) == [], "the other number is said in its place, and understood"


@pytest.mark.parametrize("caller", ["status_triples"])
def test_a_line_that_does_otherwise_fails_it(placed: Call, script: Script, tmp_path: Path, caller: str) -> None:
    path, _, _ = made(placed(caller), script, tmp_path)
    description = path.with_suffix(".expect.yaml")
    description.write_text(description.read_text(encoding="utf-8").replace("application_status", "documents"), "utf-8")
    assert any("expected documents" in wrong for wrong in tried(Settings.from_env(), path))
