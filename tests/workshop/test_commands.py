"""The commands for those who write the flows, as they are typed."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from tests.workshop.kept_calls import Kept
from tests.workshop.test_lint import plant
from tests.workshop.test_replay import Office
from voice.archive.archive import Archive
from voice.cli import app
from voice.dialog.script import load_script
from voice.events import HungUp
from voice.settings import Settings


@pytest.fixture
def run(language: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """Commands that follow the small language and know no model."""
    monkeypatch.setenv("LINIYA_PROMPTS", str(language.parent))
    monkeypatch.setenv("LINIYA_LANGUAGE", language.name)
    monkeypatch.setenv("LINIYA_MODEL_DIR", str(tmp_path / "none"))
    return CliRunner()


def test_lint_fails_for_errors_only(run: CliRunner, language: Path) -> None:
    told = run.invoke(app, ["lint"])
    assert told.exit_code == 0 and "0 errors, " in told.output and ": warning: " in told.output
    assert ": warning: " not in run.invoke(app, ["lint", "--errors"]).output
    plant(language / "flows" / "main.yaml", "go: bye", "go: nowhere")
    told = run.invoke(app, ["lint", str(language)])
    assert told.exit_code == 1 and "main.yaml:" in told.output and "1 errors, 0 warnings" in told.output


def test_try_reads_what_is_typed_to_its_end(run: CliRunner) -> None:
    told = run.invoke(app, ["try", "--line", "100"], input="красный\nда\n")
    assert told.exit_code == 0
    assert "Красный или синий?" in told.output and "Хороший цвет. Ещё раз?" in told.output
    assert told.output.rstrip().endswith("[ask.colour] · 1 красный · 2 синий")


def test_try_knows_the_lines_that_there_are(run: CliRunner) -> None:
    assert "there is no line 101; there are: 100" in str(run.invoke(app, ["try", "--line", "101"]).exception)


def test_draw_leaves_no_picture_of_a_flow_that_is_gone(run: CliRunner, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "old.svg").touch()
    assert run.invoke(app, ["draw", "--to", str(folder)]).exit_code == 0
    assert [path.name for path in folder.iterdir()] == ["main.svg"]


def test_simulate_places_only_callers_that_there_are(run: CliRunner, tmp_path: Path) -> None:
    file = tmp_path / "callers.yaml"
    file.write_text("callers: [{name: one, turns: [{say: да}]}]\n", encoding="utf-8")
    told = run.invoke(app, ["simulate", str(file), "--only", "two"])
    assert "no caller is named two" in str(told.exception)


def test_replay_shows_whose_call_goes_otherwise(
    run: CliRunner, language: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINIYA_DATA", str(tmp_path / "data"))
    call_id = _archive_a_call(language)
    told = run.invoke(app, ["replay", "--check"])
    assert told.exit_code == 0 and told.output == "1 calls, 0 go otherwise\n"
    plant(language / "flows" / "main.yaml", "go: more", "go: bye")
    report = tmp_path / "report.json"
    told = run.invoke(app, ["replay", "--check", "--json", str(report)])
    assert told.exit_code == 1 and "1 calls, 1 go otherwise" in told.output
    assert f"{call_id}\n  steps        ask.colour > more\n           now ask.colour\n" in told.output
    assert json.loads(report.read_text(encoding="utf-8"))[0]["changed"]["turns"] == {"before": 2, "after": 1}
    assert run.invoke(app, ["replay"]).exit_code == 0, "only --check fails"
    assert run.invoke(app, ["replay", "--since", "2100-01-01"]).output == "0 calls, 0 go otherwise\n"
    assert "there is no call 0" in str(run.invoke(app, ["replay", "0"]).exception)


def _archive_a_call(language: Path) -> str:
    call = Kept(load_script(language), "100", Office())
    call.listen()
    call.speak("красный")
    call.speak("нет")
    archive = Archive.of(Settings.from_env())
    recorder = archive.begin(uuid4().hex, "100", "", "rehearsal")
    for event in (*call.stream, HungUp(at_ms=call.at_ms, by="line", reason="goodbye")):
        recorder.event(event)
    recorder.seal("line", "goodbye")
    archive.close()
    return recorder.call_id
