"""What reviewers try on the running line with a call that it has just kept."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from tests.golden.placed import FIXTURES
from voice.clock import run_in_virtual_time
from voice.line import CallRequest
from voice.review.course import Course
from voice.settings import Settings
from voice.switchboard import Switchboard
from voice.transports.recorded import RecordedLine, read_caller
from voice.tryouts import Tryouts


def test_a_kept_call_is_replayed_and_packed(tmp_path: Path) -> None:
    settings = replace(Settings.from_env(), data=tmp_path, keys="", database="")

    async def call_and_try() -> tuple[tuple[Course, Course] | None, tuple[str, bytes] | None, object]:
        board = await Switchboard.open(settings)
        try:
            caller, call_id = read_caller(FIXTURES / "documents_abroad.flac", line=""), uuid4().hex
            request = CallRequest(line=caller.line, caller="", transport="file", call_id=call_id)
            await board.answer(RecordedLine(caller), request)
            tryouts = Tryouts(board)
            return tryouts.replay(call_id), await tryouts.fixture(call_id), await tryouts.fixture("0" * 32)
        finally:
            await board.close()

    courses, packed, none = run_in_virtual_time(call_and_try)
    assert courses and courses[0] == courses[1] and "documents" in courses[0].intents
    assert packed and none is None
    name, files = packed
    assert zipfile.ZipFile(io.BytesIO(files)).namelist() == [f"{name}.expect.yaml", f"{name}.flac"]
