import sqlite3
import tomllib
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from voice.desk.backoffice import DEMO, STAGES, EmbeddedOffice
from voice.errors import EngineFailed, SetupError


@pytest.fixture
def office(tmp_path: Path) -> EmbeddedOffice:
    return EmbeddedOffice(tmp_path / "deep" / "office.db")


def test_an_application_is_found_by_its_number(office: EmbeddedOffice) -> None:
    assert office.look_up("application_status", {"number": "1234567890"}) == {
        "number": "1234567890",
        "service_code": "passport",
        "service": "Замена паспорта гражданина РФ",
        "stage": "review",
        "filed": FIRST["filed"].isoformat(),
        "due": FIRST["due"].isoformat(),
        "office": FIRST["office"],
    }


FIRST = tomllib.loads(DEMO.read_text(encoding="utf-8"))["applications"][0]


def test_the_demo_shows_every_stage_and_many_services(office: EmbeddedOffice) -> None:
    rows = tomllib.loads(DEMO.read_text(encoding="utf-8"))["applications"]
    facts = [office.look_up("application_status", {"number": row["number"]}) for row in rows]
    known = [fact for fact in facts if fact is not None]
    assert len(known) == len(rows) >= 30
    assert {fact["stage"] for fact in known} == set(STAGES)
    assert len({fact["service_code"] for fact in known}) >= 8
    assert all(date.fromisoformat(fact["filed"]) <= date.fromisoformat(fact["due"]) for fact in known)


@pytest.mark.parametrize("number", ["0000000000", "", "123456789", "' OR 1=1 --"])
def test_an_unknown_number_is_no_error(office: EmbeddedOffice, number: str) -> None:
    assert office.look_up("application_status", {"number": number}) is None


@pytest.mark.parametrize(("name", "args"), [("weather", {"number": "1234567890"}), ("application_status", {})])
def test_a_question_it_cannot_answer_is_a_failure(office: EmbeddedOffice, name: str, args: dict[str, str]) -> None:
    with pytest.raises(EngineFailed):
        office.look_up(name, args)


def test_a_broken_file_is_a_failure_of_the_question_only(tmp_path: Path) -> None:
    office = EmbeddedOffice(tmp_path / "office.db")
    (tmp_path / "office.db").write_bytes(b"not a database at all" * 500)
    with pytest.raises(EngineFailed, match="cannot be asked"):
        office.look_up("application_status", {"number": "1234567890"})


def test_a_second_start_keeps_what_was_changed(tmp_path: Path) -> None:
    EmbeddedOffice(tmp_path / "office.db")
    with sqlite3.connect(tmp_path / "office.db") as connection:
        connection.execute("UPDATE applications SET stage = 'ready' WHERE number = '1234567890'")
    facts = EmbeddedOffice(tmp_path / "office.db").look_up("application_status", {"number": "1234567890"})
    assert facts is not None and facts["stage"] == "ready"


def test_many_threads_may_ask(office: EmbeddedOffice) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: office.look_up("application_status", {"number": "1234567890"}), range(64)))
    assert all(answer == answers[0] and answer is not None for answer in answers)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[[applications]]\nnumber = '1'\n", "fields"),
        ("services = 1 2", "demo.toml"),
        (
            '[services]\na="A"\n[[applications]]\nnumber="123"\nservice="a"\nstage="ready"\nfiled=2026-01-01\n'
            'due=2026-01-02\noffice="o"\n',
            "ten digits",
        ),
        (
            '[services]\na="A"\n[[applications]]\nnumber="1234567890"\nservice="a"\nstage="lost"\nfiled=2026-01-01\n'
            'due=2026-01-02\noffice="o"\n',
            "stage",
        ),
    ],
)
def test_wrong_demo_data_is_refused_and_leaves_nothing_half(tmp_path: Path, text: str, reason: str) -> None:
    demo = tmp_path / "demo.toml"
    demo.write_text(text, encoding="utf-8")
    with pytest.raises(SetupError, match=reason):
        EmbeddedOffice(tmp_path / "office.db", demo)
    assert EmbeddedOffice(tmp_path / "office.db").look_up("application_status", {"number": "1234567890"})


def test_a_place_that_cannot_be_written_names_itself(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SetupError, match=r"office\.db"):
        EmbeddedOffice(tmp_path / "file" / "office.db")
