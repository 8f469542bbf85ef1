"""A database of the first version comes up with everything in it, and with nothing in the open any more."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from voice.archive.archive import Archive
from voice.archive.migrations import FOLDER
from voice.archive.schema import connect
from voice.errors import SetupError
from voice.events import CallStarted, Typed, Word, to_json

ID = "d" * 32
SECRET = "сто двенадцать двести"
PHONE = "79161234567"


@pytest.fixture
def old(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'archive.db'}"
    steps = ScriptDirectory(FOLDER)
    with sa.create_engine(url).begin() as connection:
        options = {"fn": lambda revision, _: list(steps._upgrade_revs("0002", revision))}
        context = MigrationContext.configure(connection, opts=options)
        context.run_migrations(op=Operations(context))

        def put(table: str, **values: Any) -> None:
            names = ", ".join(values)
            connection.execute(
                sa.text(f"INSERT INTO {table} ({names}) VALUES ({', '.join(f':{name}' for name in values)})"), values
            )

        put(
            "calls", id=ID, line="1001", caller=PHONE, transport="browser", language="ru", version="0.1.0", owner="x",
            started_at="2026-01-02 03:04:05.000000", ended_at="2026-01-02 03:05:05.000000", ended_by="caller",
            reason="", state="complete", flaws="", sound="", sound_lost_ms=0,
        )  # fmt: skip
        put(
            "utterances", call=ID, n=1, side="caller", source="speech", text=SECRET, started_ms=900, ended_ms=1_900,
            confidence=0.7, closed=False, echo=False,
        )  # fmt: skip
        for n, word in enumerate(SECRET.split(), 1):
            put("words", call=ID, utterance=1, n=n, text=word, start_ms=900 + n, end_ms=901 + n, confidence=0.5)
        events = (CallStarted(at_ms=0, line="1001", caller=PHONE, transport="browser"), Typed(at_ms=9, text=SECRET))
        for seq, one in enumerate(events, 1):
            put("events", call=ID, seq=seq, at_ms=one.at_ms, kind=type(one).__name__, json=to_json(one))
    return url


def test_it_comes_up_with_all_that_was_in_it(old: str, tmp_path: Path) -> None:
    archive = Archive.open(old, tmp_path / "sound")
    kept = archive.call(ID)
    assert kept is not None
    assert (kept.call.caller, kept.call.first_words, kept.call.state) == (PHONE, SECRET, "complete")
    assert [one.text for one in kept.utterances] == [SECRET]
    assert kept.utterances[0].words[2] == Word(text="двести", start_ms=903, end_ms=904, confidence=0.5)
    assert [one.kind for one in kept.events] == ["CallStarted", "Typed"] and SECRET in kept.events[1].json
    assert archive.called_lately(PHONE, "1001") is False  # it was long ago
    assert archive.faults(ID) == []
    archive.close()


def test_nothing_of_it_lies_in_the_open(old: str, tmp_path: Path) -> None:
    before = (tmp_path / "archive.db").read_bytes()
    assert SECRET.encode() in before and PHONE.encode() in before
    Archive.open(old, tmp_path / "sound").close()
    left = b"".join(path.read_bytes() for path in tmp_path.glob("archive.db*"))
    assert "двенадцать".encode() not in left and PHONE.encode() not in left


def test_without_keys_it_is_left_as_it_was(old: str, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="no keys"):
        connect(old)
    with sa.create_engine(old).connect() as connection:
        assert connection.execute(sa.text("SELECT text FROM utterances")).scalar() == SECRET
        assert connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar() == "0002"


def test_the_wrong_keys_stop_the_start(old: str, tmp_path: Path) -> None:
    Archive.open(old, tmp_path / "sound").close()
    with pytest.raises(SetupError, match="LINIYA_KEYS"):
        Archive.open(old, tmp_path / "sound", keys=tmp_path / "others")
    with pytest.raises(SetupError, match="LINIYA_KEYS"):  # and the second time, too
        Archive.open(old, tmp_path / "sound", keys=tmp_path / "others")
    Archive.open(old, tmp_path / "sound").close()
