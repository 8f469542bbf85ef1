import sqlite3
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from itertools import cycle
from pathlib import Path

import pytest

from tests.conftest import ROOT
from voice.desk.backoffice import EmbeddedOffice
from voice.desk.demo import DEMO
from voice.desk.schema import APPEAL_STAGES, PAYOUT_STAGES, STAGES, VERSION
from voice.errors import EngineFailed, SetupError
from voice.nlu.data import load
from voice.nlu.documents import inn_ok, snils_ok

TODAY = date(2026, 3, 1)
ROWS = tomllib.loads(DEMO.read_text(encoding="utf-8"))


def day(days: int) -> str:
    return (TODAY + timedelta(days=days)).isoformat()


SEVENS = cycle(["77777777"])


def make(path: Path, numbers: Iterator[str] = SEVENS) -> EmbeddedOffice:
    return EmbeddedOffice(path, today=lambda: TODAY, draw=lambda: next(numbers))


@pytest.fixture
def office(tmp_path: Path) -> EmbeddedOffice:
    return make(tmp_path / "deep" / "office.db")


def test_an_application_is_found_by_its_number(office: EmbeddedOffice) -> None:
    first = ROWS["applications"][0]
    assert office.look_up("application_status", {"number": "1234567890"}) == {
        "number": "1234567890",
        "service_code": "passport",
        "service": "Замена паспорта гражданина РФ",
        "stage": "review",
        "filed": day(first["filed"]),
        "due": day(first["due"]),
        "office": first["office"],
    }


def test_the_demo_shows_every_stage_and_many_services(office: EmbeddedOffice) -> None:
    facts = [office.look_up("application_status", {"number": row["number"]}) for row in ROWS["applications"]]
    known = [fact for fact in facts if fact is not None]
    assert len(known) == len(ROWS["applications"]) >= 30
    assert {fact["stage"] for fact in known} == set(STAGES)
    assert len({fact["service_code"] for fact in known}) >= 8
    assert all(date.fromisoformat(fact["filed"]) <= date.fromisoformat(fact["due"]) for fact in known)
    assert {row["stage"] for row in ROWS["appeals"]} == set(APPEAL_STAGES)
    assert {row["payout_stage"] for row in ROWS["payouts"]} == set(PAYOUT_STAGES)


def test_what_is_still_to_come_lies_ahead_on_the_day_the_office_is_made() -> None:
    unfinished = [row for row in ROWS["applications"] if row["stage"] in ("accepted", "review", "documents")]
    unfinished += [row for row in ROWS["appeals"] if row["stage"] in ("received", "work", "senior")]
    unfinished += [row for row in ROWS["payouts"] if row["payout_stage"] in ("planned", "review")]
    assert [row for row in (*unfinished, *ROWS["accruals"]) if row["due"] <= 0] == []
    assert [row for row in unfinished if row.get("filed", 0) > 0] == []


def test_the_demo_has_right_checksums() -> None:
    assert [row["inn"] for row in ROWS["accruals"] if not inn_ok(row["inn"])] == []
    assert [row["snils"] for row in ROWS["payouts"] if not snils_ok(row["snils"])] == []


def test_every_region_that_callers_may_name_has_an_office(office: EmbeddedOffice) -> None:
    values = load(ROOT / "prompts" / "ru" / "lists" / "regions.yaml").fields()["values"].items()
    regions = [value.fields()["value"].text() for value in values]
    assert len(regions) >= 40
    assert [region for region in regions if office.look_up("offices", {"region": region}) is None] == []


def test_of_two_offices_both_are_told(office: EmbeddedOffice) -> None:
    facts = office.look_up("offices", {"region": "moscow"})
    assert facts is not None and facts["offices"] == "2"
    assert facts["address"] and facts["second"] and facts["address"] != facts["second"]


def test_of_several_accruals_the_first_due_is_told(office: EmbeddedOffice) -> None:
    inn = ROWS["accruals"][0]["inn"]
    facts = office.look_up("accruals", {"inn": inn})
    assert facts is not None and facts["accruals"] == "2"
    assert facts["due"] == day(min(row["due"] for row in ROWS["accruals"] if row["inn"] == inn))


def test_a_planned_payout_is_told_before_a_past_one(office: EmbeddedOffice) -> None:
    facts = office.look_up("payouts", {"snils": ROWS["payouts"][0]["snils"]})
    assert facts is not None and facts["payout_stage"] == "planned"


def test_only_an_outage_that_goes_on_is_told(office: EmbeddedOffice) -> None:
    going = office.look_up("outage", {"part": "upload"})
    assert going is not None and going["part"] == "upload"
    assert office.look_up("outage", {"part": "sending"}) is None


@pytest.mark.parametrize("number", ["0000000000", "", "123456789", "' OR 1=1 --"])
def test_an_unknown_number_is_no_error(office: EmbeddedOffice, number: str) -> None:
    assert office.look_up("application_status", {"number": number}) is None


@pytest.mark.parametrize(("name", "args"), [("weather", {"number": "1234567890"}), ("application_status", {})])
def test_a_question_it_cannot_answer_is_a_failure(office: EmbeddedOffice, name: str, args: dict[str, str]) -> None:
    with pytest.raises(EngineFailed):
        office.look_up(name, args)


def test_a_new_appeal_is_found_by_the_number_it_was_given(office: EmbeddedOffice) -> None:
    problem = "не загружается скан паспорта второй день подряд и сайт пишет что файл большой"
    facts = office.register("new_appeal", {"problem": problem, "phone": "9161234567", "part": "upload"})
    assert facts == {"number": "77777777", "filed": TODAY.isoformat(), "due": day(3)}
    assert office.look_up("appeal_status", {"number": "77777777"}) == {
        **facts,
        "kind": "question",
        "subject": "не загружается скан паспорта второй день подряд и",
        "stage": "received",
    }


def test_a_complaint_has_a_number_too(office: EmbeddedOffice) -> None:
    facts = office.register("complaint", {"reason": "отказали без причины"})
    told = office.look_up("appeal_status", {"number": facts["number"]})
    assert told is not None and told["kind"] == "complaint" and told["due"] == facts["due"] == day(10)


def test_no_number_is_given_twice(tmp_path: Path) -> None:
    taken = ROWS["appeals"][0]["number"]
    office = make(tmp_path / "office.db", iter([taken, "50000001", "50000001", taken, "50000002"]))
    given = [office.register("new_appeal", {"problem": "беда"})["number"] for _ in range(2)]
    assert given == ["50000001", "50000002"]


def test_when_no_number_is_free_nothing_is_written(tmp_path: Path) -> None:
    office = make(tmp_path / "office.db", cycle([ROWS["appeals"][0]["number"]]))
    with pytest.raises(EngineFailed, match="no free number"):
        office.register("new_appeal", {"problem": "беда"})
    assert kept(tmp_path / "office.db", "appeals") == len(ROWS["appeals"])


def kept(path: Path, table: str) -> int:
    with sqlite3.connect(path) as connection:
        (rows,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(rows)


def test_callbacks_and_messages_are_kept(tmp_path: Path) -> None:
    office = make(tmp_path / "office.db")
    assert office.register("callback", {"phone": "9161234567", "when": "утром"}) == {"filed": TODAY.isoformat()}
    office.register("voice_message", {"text": "позвоните маме"})
    with sqlite3.connect(tmp_path / "office.db") as connection:
        assert connection.execute("SELECT phone, wanted, filed FROM callbacks").fetchall() == [
            ("9161234567", "утром", TODAY.isoformat())
        ]
        assert connection.execute("SELECT text FROM messages").fetchall() == [("позвоните маме",)]


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("pizza", {"text": "маргарита"}),
        ("callback", {"phone": "9161234567"}),
        ("callback", {"phone": "", "when": "утром"}),
        ("voice_message", {"text": "да", "colour": "red"}),
    ],
)
def test_an_entry_that_cannot_be_whole_is_refused(tmp_path: Path, name: str, args: dict[str, str]) -> None:
    office = make(tmp_path / "office.db")
    with pytest.raises(EngineFailed):
        office.register(name, args)
    assert kept(tmp_path / "office.db", "callbacks") == kept(tmp_path / "office.db", "messages") == 0


def test_a_broken_file_is_a_failure_of_the_question_only(tmp_path: Path) -> None:
    office = make(tmp_path / "office.db")
    (tmp_path / "office.db").write_bytes(b"not a database at all" * 500)
    with pytest.raises(EngineFailed, match="cannot be asked"):
        office.look_up("application_status", {"number": "1234567890"})
    with pytest.raises(EngineFailed, match="cannot be written to"):
        office.register("voice_message", {"text": "позвоните"})


def test_a_second_start_keeps_what_was_changed_and_written(tmp_path: Path) -> None:
    make(tmp_path / "office.db").register("new_appeal", {"problem": "беда"})
    with sqlite3.connect(tmp_path / "office.db") as connection:
        connection.execute("UPDATE applications SET stage = 'ready' WHERE number = '1234567890'")
    office = make(tmp_path / "office.db")
    facts = office.look_up("application_status", {"number": "1234567890"})
    assert facts is not None and facts["stage"] == "ready"
    assert office.look_up("appeal_status", {"number": "77777777"}) is not None
    assert kept(tmp_path / "office.db", "offices") == len(ROWS["offices"])


def test_an_office_of_the_first_version_is_topped_up_and_loses_nothing(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "office.db") as connection:
        connection.executescript(
            "CREATE TABLE services (code TEXT PRIMARY KEY, name TEXT NOT NULL);"
            "CREATE TABLE applications (number TEXT PRIMARY KEY, service TEXT NOT NULL REFERENCES services (code),"
            " stage TEXT NOT NULL, filed TEXT NOT NULL, due TEXT NOT NULL, office TEXT NOT NULL);"
            "INSERT INTO services VALUES ('passport', 'Паспорт');"
            "INSERT INTO applications VALUES ('0000000001', 'passport', 'ready', '2025-01-01', '2025-02-01', 'МФЦ');"
        )
    office = make(tmp_path / "office.db")
    facts = office.look_up("application_status", {"number": "0000000001"})
    assert facts is not None and facts["service"] == "Паспорт"
    assert kept(tmp_path / "office.db", "applications") == 1
    assert kept(tmp_path / "office.db", "services") == len(ROWS["services"])
    assert office.look_up("offices", {"region": "moscow"}) is not None


def test_a_file_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "office.db") as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(SetupError, match="newer program"):
        make(tmp_path / "office.db")


def test_many_threads_may_ask_and_write(tmp_path: Path) -> None:
    office = EmbeddedOffice(tmp_path / "office.db")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: office.look_up("application_status", {"number": "1234567890"}), range(64)))
        numbers = list(pool.map(lambda _: office.register("new_appeal", {"problem": "беда"})["number"], range(32)))
    assert all(answer == answers[0] and answer is not None for answer in answers)
    assert len(set(numbers)) == 32 and all(len(number) == 8 and number.isdecimal() for number in numbers)


APPLICATION = 'number="{}", service="a", stage="{}", filed=-1, due=1, office="o"'


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("applications = [{number = '1'}]", r"applications, row 1 has the fields \['number'\]"),
        ("services = 1 2", "demo.toml"),
        (f"applications = [{{{APPLICATION.format('123', 'ready')}}}]\n[services]\na='A'", "number has 10 digits"),
        (f"applications = [{{{APPLICATION.format('1234567890', 'lost')}}}]\n[services]\na='A'", "a known stage"),
        (f"applications = [{{{APPLICATION.format('1234567890', 'ready')}}}]", "FOREIGN KEY"),
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
