"""The sound of described callers, and a caller on the whole line."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import ROOT
from voice.audio.files import read
from voice.audio.pcm import rms_dbfs
from voice.errors import SetupError
from voice.settings import Settings
from voice.workshop.callers import LEVEL_DBFS, RATE_HZ, Speakers, SpokenCaller, by_telephone, speak, words_of
from voice.workshop.scenarios import read_scenarios
from voice.workshop.simulation import simulate


def made(tmp_path: Path, turns: str, more: str = "") -> SpokenCaller:
    file = tmp_path / "callers.yaml"
    file.write_text(f"callers:\n  - name: one\n    turns: [{turns}]\n    {more}\n", encoding="utf-8")
    scenarios = read_scenarios(file)
    return asyncio.run(speak(Speakers(Settings.from_env()), scenarios.callers[0], scenarios.background))


def test_the_telephone_leaves_its_band_and_clips() -> None:
    seconds = np.arange(RATE_HZ) / RATE_HZ
    low, voice = (20_000 * np.sin(2 * np.pi * hz * seconds) for hz in (60, 1_000))
    assert rms_dbfs(by_telephone(low)) < rms_dbfs(by_telephone(voice)) - 40
    assert np.abs(by_telephone(voice * 10)).max() <= 32_256  # the loudest step of A-law


def test_the_same_caller_gives_the_same_sound(tmp_path: Path) -> None:
    first = made(tmp_path, '{say: "[cough] [300] [click]"}, {key: "1"}', "noise: {kind: street, snr_db: 20}")
    again = made(tmp_path, '{say: "[cough] [300] [click]"}, {key: "1"}', "noise: {kind: street, snr_db: 20}")
    assert np.array_equal(first.pcm, again.pcm)
    assert first.spans[1] is None


def test_a_caller_is_as_loud_as_he_should_be_and_his_room_far_below(tmp_path: Path) -> None:
    caller = made(tmp_path, '{say: "[cough]"}')
    on_line = caller.on_the_line()
    assert rms_dbfs(on_line.room) < LEVEL_DBFS - 35
    assert np.abs(caller.pcm).max() > 3_000
    assert on_line.turns[0].to_ms % 20 == 0


@pytest.mark.parametrize(
    ("turns", "more", "told"),
    [('{say: "[sneeze]"}', "", r"no sound \[sneeze\]"), ('{key: "1"}', "noise: {kind: crowd, snr_db: 9}", "'crowd'")],
)
def test_what_cannot_be_made_is_said(tmp_path: Path, turns: str, more: str, told: str) -> None:
    with pytest.raises(SetupError, match=told):
        made(tmp_path, turns, more)


def test_the_words_of_a_turn_are_without_marks() -> None:
    assert words_of({"say": "Ну [350] я [cough] хотела"}) == "Ну я хотела"
    assert words_of({"say": "[cough]"}) == "[cough]"


def test_the_recorded_callers_are_made_by_this_code() -> None:
    """The one who says nothing: his sound needs no voice, so that every machine makes the same."""
    scenarios = read_scenarios(ROOT / "audio_fixtures" / "scenarios.yaml")
    quiet = next(caller for caller in scenarios.callers if caller.name == "keys_only")
    caller = asyncio.run(speak(Speakers(Settings.from_env()), quiet, scenarios.background))
    kept, rate_hz = read(ROOT / "audio_fixtures" / "keys_only.flac")
    assert rate_hz == RATE_HZ
    assert np.array_equal(caller.pcm, kept)


def test_a_caller_with_keys_on_the_whole_line(tmp_path: Path) -> None:
    file = tmp_path / "callers.yaml"
    file.write_text(
        'callers:\n  - name: one\n    turns: [{key: "0"}]\n    expect: {ends: [line, "transfer:operator"]}\n'
        '  - name: two\n    turns: [{key: "0"}]\n    expect: {ends: [line, goodbye]}\n',
        encoding="utf-8",
    )
    right, wrong = simulate(Settings.from_env(), read_scenarios(file).callers, {})
    assert right.broken == []
    assert wrong.broken == ["ended by line transfer:operator; expected line goodbye"]
