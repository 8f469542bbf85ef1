"""`voice people` and `voice archive verify-log`, as they are typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update
from typer.testing import CliRunner, Result

from voice.archive.archive import Archive
from voice.cli import app
from voice.errors import VoiceError
from voice.review.people import Staff, WrongPassword
from voice.review.programs import Programs
from voice.review.tables import Accesses
from voice.settings import Settings

PASSWORD = "пять слов одного длинного пароля"


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINIYA_DATA", str(tmp_path))


def voice(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(app, arguments, input=typed)


def test_somebody_is_let_in_changed_and_shut_out() -> None:
    added = voice("people", "add", "Anna", "--role", "senior", "--name", "Анна", typed=f"{PASSWORD}\n")
    assert added.exit_code == 0 and "anna may sign in as senior" in added.output
    archive = Archive.of(Settings.from_env())
    assert Staff(archive.engine).prove("anna", PASSWORD).name == "Анна"
    for command in (("role", "anna", "auditor"), ("disable", "anna"), ("enable", "anna")):
        assert voice("people", *command).exit_code == 0
    assert voice("people", "password", "anna", typed=f"{PASSWORD} 2\n").exit_code == 0
    with pytest.raises(WrongPassword):
        Staff(archive.engine).prove("anna", PASSWORD)
    assert "auditor" in voice("people", "list").output
    archive.close()


@pytest.mark.parametrize(
    ("arguments", "typed"),
    [
        (("add", "anna", "--role", "senior"), "short\n"),
        (("add", "anna", "--role", "owner"), f"{PASSWORD}\n"),
        (("disable", "nobody"), ""),
    ],
)
def test_what_cannot_be_done_is_told(arguments: tuple[str, ...], typed: str) -> None:
    refused = voice("people", *arguments, typed=typed)
    assert refused.exit_code == 1 and isinstance(refused.exception, VoiceError)


def test_a_program_gets_a_secret() -> None:
    secret = voice("people", "program", "crm", "--role", "reviewer").output.strip()
    archive = Archive.of(Settings.from_env())
    person = Programs(archive).whose(secret)
    assert person and (person.login, person.role) == ("program:crm", "reviewer")
    archive.close()


def test_the_log_is_verified() -> None:
    voice("people", "add", "anna", "--role", "senior", typed=f"{PASSWORD}\n")
    voice("people", "disable", "anna")
    whole = voice("archive", "verify-log")
    assert whole.exit_code == 0 and "as it was written" in whole.output
    archive = Archive.of(Settings.from_env())
    with archive.writing() as connection:
        connection.execute(update(Accesses).where(Accesses.n == 1).values(role="senior"))
    archive.close()
    changed = voice("archive", "verify-log")
    assert changed.exit_code == 1 and "access 1 was changed" in changed.output
