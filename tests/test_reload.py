"""Flows that change on disk while the line runs."""

from __future__ import annotations

import asyncio
import gc
import shutil
from pathlib import Path

import pytest

from tests.conftest import ROOT
from voice.clock import run_in_virtual_time
from voice.errors import PromptError
from voice.reload import FlowFiles
from voice.settings import Settings
from voice.switchboard import Switchboard

BYE = "Спасибо за звонок. Всего доброго!"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "prompts" / "ru", tmp_path / "ru"))


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_nothing_is_loaded_when_nothing_has_changed(folder: Path) -> None:
    flows = FlowFiles(folder, Settings.from_env().learning)
    before = flows.script
    assert [flows.look() for _ in range(3)] == [False] * 3
    assert flows.script is before


def test_a_change_is_taken_up_once_it_has_settled(folder: Path) -> None:
    flows = FlowFiles(folder, Settings.from_env().learning)
    before = flows.script
    change(folder / "say" / "main.yaml", BYE, "До новых встреч!")
    assert [flows.look() for _ in range(3)] == [False, True, False]
    assert flows.script.texts.say("main.bye") == "До новых встреч!"
    assert before.texts.say("main.bye") == BYE


def test_a_broken_file_is_refused_with_its_line_until_it_is_mended(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    flows, file = FlowFiles(folder, Settings.from_env().learning), folder / "patience.yaml"
    before, right = flows.script, file.read_text(encoding="utf-8")
    line = right.splitlines().index(next(row for row in right.splitlines() if row.startswith("menu:"))) + 1
    change(file, "menu:", "menu: much\nother:")
    assert [flows.look(), flows.look()] == [False, False]
    assert flows.script is before
    assert flows.fault.startswith(f"ru/patience.yaml:{line}: ")
    assert [record.message for record in caplog.records if flows.fault in record.message]
    file.write_text(right, encoding="utf-8")
    assert [flows.look(), flows.look()] == [False, True]
    assert flows.fault == ""


def test_a_new_file_and_a_lost_one_are_noticed(folder: Path) -> None:
    flows = FlowFiles(folder, Settings.from_env().learning)
    (folder / "say" / "new.yaml").write_text("brand.new: Новое.\n", encoding="utf-8")
    assert [flows.look(), flows.look()] == [False, True]
    (folder / "say" / "main.yaml").unlink()
    assert [flows.look(), flows.look()] == [False, False]
    assert "there is no text" in flows.fault


def test_a_line_cannot_vanish_while_it_runs(folder: Path) -> None:
    flows = FlowFiles(folder, Settings.from_env().learning)
    change(folder / "lines.yaml", "88005553535", "88005553590")
    assert [flows.look(), flows.look()] == [False, False]
    assert "88005553535" in flows.fault


def test_the_first_flows_must_be_right(folder: Path) -> None:
    (folder / "lines.yaml").unlink()
    with pytest.raises(PromptError):
        FlowFiles(folder, Settings.from_env().learning)


class Listed:
    """A voice that keeps what it is to speak ahead."""

    def __init__(self) -> None:
        self.texts: list[list[str]] = []

    async def prerender(self, texts: list[str]) -> int:
        self.texts.append(texts)
        return len(texts)


SEARCHED = 20_000  # objects at most in which garbage is looked for after flows were loaded; they alone are far more


def test_the_switchboard_follows_and_speaks_the_new_texts_ahead(folder: Path) -> None:
    voice, told = Listed(), []

    async def run() -> None:
        board = Switchboard.__new__(Switchboard)
        board.flows, board.voice, board.others = FlowFiles(folder, Settings.from_env().learning), voice, {}  # type: ignore[assignment]
        board._running = set()
        following = asyncio.create_task(board.follow_flows(lambda: told.append(board.script.texts.say("main.bye"))))
        await asyncio.sleep(5)
        assert not told
        change(folder / "say" / "main.yaml", BYE, "До новых встреч!")
        await asyncio.sleep(5)
        following.cancel()
        await asyncio.wait([following])

    run_in_virtual_time(run)
    assert told == ["До новых встреч!"]
    assert len(gc.get_objects()) < SEARCHED, "the flows were loaded to stay"
    assert voice.texts.count(["До новых встреч!"]) == 1


def test_another_language_follows_its_own_texts_and_the_flows_it_shares(folder: Path) -> None:
    english = Path(shutil.copytree(ROOT / "prompts" / "en", folder.parent / "en"))
    flows = FlowFiles(english, Settings.from_env().learning)
    change(english / "say" / "main.yaml", "Thank you for calling. Goodbye!", "See you!")
    assert [flows.look(), flows.look()] == [False, True]
    change(folder / "patience.yaml", "menu:", "menu: much\nother:")
    assert [flows.look(), flows.look()] == [False, False] and flows.fault.startswith("ru/patience.yaml:")
    assert flows.script.texts.say("main.bye") == "See you!"
