"""`voice archive ...` as its user runs it, on an archive with two calls."""

import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner

from voice.archive.archive import Archive
from voice.cli import app
from voice.desk.backoffice import EmbeddedOffice
from voice.events import CallStarted, Typed

A, B = f"{1:032x}", f"{2:032x}"
PHONE = "79161234567"


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LINIYA_DATA", str(tmp_path))
    archive = Archive.open(f"sqlite:///{tmp_path / 'archive.db'}", tmp_path / "sound")
    for call_id, caller in ((A, PHONE), (B, "79990000000")):
        recorder = archive.begin(call_id, "1001", caller, "chat")
        recorder.event(CallStarted(at_ms=0, line="1001", caller=caller, transport="chat"))
        recorder.event(Typed(at_ms=900, text="слова"))
        recorder.seal("caller")
    archive.close()
    return tmp_path


def run(*words: str, status: int = 0) -> str:
    result = CliRunner().invoke(app, ["archive", *words])
    assert result.exit_code == status, result.output
    return result.output


def test_calls_are_tended_and_compared_with_their_chains(data: Path) -> None:
    assert "2 calls were taken care of" in run("tend")
    assert "2 calls compared, 0 changed" in run("verify")
    with sqlite3.connect(data / "archive.db") as raw:
        raw.execute("UPDATE events SET at_ms = 901 WHERE call = ? AND seq = 2", (A,))
    told = run("verify", status=1)
    assert f"{A} was changed: events" in told and B not in told
    assert "1 calls compared, 0 changed" in run("verify", B)


def test_a_number_is_erased_but_for_what_is_held() -> None:
    run("tend")
    assert "hold 1 keeps the call" in run("hold", A, "--reason", "запрос")
    assert A in run("holds") and "запрос" in run("holds")
    told = run("erase", "phone", "+7 916 123-45-67")
    assert f"{A} is under a hold" in told and "0 calls were destroyed" in told
    run("lift", "1")
    assert "1 calls were destroyed" in run("erase", "phone", PHONE, "--reason", "просьба")
    assert "0 calls were destroyed" in run("erase", "phone", PHONE)


def test_the_back_office_is_asked_too_and_what_it_owes_is_listed(data: Path) -> None:
    run("tend")
    office = EmbeddedOffice(data / "backoffice.db", draw=lambda: "77000001")
    office.register("voice_message", {"text": "перезвоните"}, A)
    office.register("complaint", {"reason": "беда"}, A)
    told = run("erase", "phone", PHONE)
    assert "1 calls were destroyed" in told and "back office: voice_message 1 of" in told and "was destroyed" in told
    assert "back office: complaint 77000001 of" in told and "is kept by law until" in told
    assert "complaint 77000001" in run("owed") and "owes 1 erasures" in run("retain")


def test_a_back_office_that_cannot_be_opened_keeps_no_call(data: Path) -> None:
    run("tend")
    (data / "backoffice.db").write_bytes(b"not a database" * 500)
    told = run("erase", "phone", PHONE, "--reason", "просьба")
    assert "1 calls were destroyed" in told and "the back office could not be asked" in told
    assert "просьба" in run("owed") and "could not be asked" in run("owed")
    (data / "backoffice.db").unlink()
    assert "owes" not in run("retain") and run("owed") == ""


def test_what_cannot_be_done_is_told() -> None:
    for words in (("erase", "shoe", "43"), ("hold", "f" * 32), ("lift", "7")):
        assert isinstance(CliRunner().invoke(app, ["archive", *words]).exception, Exception)
    assert "0 calls had outlived a clock" in run("retain")
