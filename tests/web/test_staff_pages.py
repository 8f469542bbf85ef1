from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from tests.web.signed import PASSWORD, TEMPLATES, guarded, person_of, signed_client
from voice.archive.archive import Archive
from voice.captions.labels import labels
from voice.captions.pins import WrongTries
from voice.review.accesses import Accesses, Wanted
from voice.review.checklist import read_checklist
from voice.review.first_person import FirstPerson
from voice.review.people import Person, Staff
from voice.review.tables import Accesses as Rows
from voice.settings import ROOT
from voice.web import access_pages, archive_pages, call_desk, people_pages, sign_in, unmask_pages
from voice.web.call_desk import Desk

CALL = "a" * 32
ODD = Person(id="", login="=cmd()", name="", role="reviewer")


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    archive = Archive.open(f"sqlite:///{tmp_path / 'a.db'}", tmp_path / "sound")
    archive.begin(CALL, "1001", "79161234567", "browser").seal("caller")
    yield archive
    archive.close()


@pytest.fixture
def app(archive: Archive) -> FastAPI:
    app, guard = guarded(archive)
    for router in (
        sign_in.router(guard, TEMPLATES, FirstPerson(Staff(archive.engine)), WrongTries()),
        people_pages.router(guard, TEMPLATES),
        access_pages.router(guard, TEMPLATES),
        unmask_pages.router(archive, guard, TEMPLATES),
        archive_pages.router(archive, TEMPLATES, guard),
        call_desk.router(Desk(archive, TEMPLATES, read_checklist(ROOT / "prompts" / "ru"), guard), labels()),
    ):
        app.include_router(router)
    return app


@pytest.fixture
def admin(app: FastAPI, archive: Archive) -> TestClient:
    return signed_client(app, archive, "administrator")


@pytest.fixture
def auditor(app: FastAPI, archive: Archive) -> TestClient:
    return signed_client(app, archive, "auditor")


def last(archive: Archive) -> tuple[str, str, str, dict[str, object]]:
    with archive.engine.connect() as connection:
        row = connection.execute(select(Rows.__table__).order_by(Rows.n.desc()).limit(1)).one()
    return row.person, row.deed, row.reason, row.detail


def test_an_administrator_adds_somebody_who_may_then_sign_in(admin: TestClient, archive: Archive) -> None:
    form = {"login": "Anna", "name": "Анна", "role": "reviewer", "password": PASSWORD}
    added = admin.post("/people", data=form)
    assert added.status_code == 303 and "Сотрудник добавлен" in admin.get(added.headers["location"]).text
    assert Staff(archive.engine).prove("anna", PASSWORD).role == "reviewer"
    again = admin.post("/people", data=form)
    assert again.status_code == 422 and "уже занят" in again.text and 'value="Анна"' in again.text
    assert PASSWORD not in again.text


def test_every_change_of_rights_is_written_down(admin: TestClient, archive: Archive) -> None:
    person_of(archive, "reviewer")
    assert admin.post("/people/reviewer", data={"change": "role", "role": "senior"}).status_code == 303
    assert last(archive) == (
        "administrator",
        "manage_people",
        "",
        {"change": "role", "login": "reviewer", "role": "senior"},
    )
    assert Staff(archive.engine).find("reviewer").role == "senior"


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"change": "role", "role": "owner"}, "Выберите роль"),
        ({"change": "password", "password": "мало"}, "не меньше 12"),
        ({"change": "disable"}, "последний администратор"),
        ({"change": "role", "role": "reviewer"}, "последний администратор"),
        ({"change": "burn"}, "Такого сотрудника нет"),
    ],
)
def test_what_cannot_be_changed_is_told(admin: TestClient, form: dict[str, str], told: str) -> None:
    refused = admin.post("/people/administrator", data=form)
    assert refused.status_code == 422 and told in refused.text
    assert admin.get("/people").status_code == 200


@pytest.mark.parametrize("form", [{"change": "disable"}, {"change": "password", "password": PASSWORD * 2}])
def test_who_is_shut_out_is_signed_out_at_once(
    admin: TestClient, app: FastAPI, archive: Archive, form: dict[str, str]
) -> None:
    client = signed_client(app, archive, "reviewer")
    assert client.get("/archive").status_code == 200
    admin.post("/people/reviewer", data=form)
    assert client.get("/archive").status_code == 303
    admin.post("/people/reviewer", data={"change": "enable"})
    assert client.get("/archive").status_code == 303, "a session that ended does not come back"


def test_unmasking_asks_for_a_reason_and_tells_until_when(app: FastAPI, archive: Archive) -> None:
    senior = signed_client(app, archive, "senior")
    assert "попадёт в журнал" in senior.get(f"/archive/{CALL}/unmask").text
    assert Accesses(archive).find(Wanted(), limit=1) == (), "looking at the form unmasks nothing"
    short = senior.post(f"/archive/{CALL}/unmask", data={"reason": "надо"})
    assert short.status_code == 422 and "Напишите причину" in short.text
    given = senior.post(f"/archive/{CALL}/unmask", data={"reason": "жалоба № 4512, сверить номер"})
    assert given.status_code == 303 and given.headers["location"] == f"/archive/{CALL}"
    assert last(archive) == ("senior", "unmask", "жалоба № 4512, сверить номер", {"minutes": 15})
    senior.get(f"/archive/{CALL}")
    assert last(archive)[3] == {"page": "/archive/{call_id}", "unmasked": True}
    assert senior.get(f"/archive/{'b' * 32}/unmask").status_code == 404


def test_a_call_is_unmasked_only_for_who_asked(app: FastAPI, archive: Archive) -> None:
    signed_client(app, archive, "senior").post(f"/archive/{CALL}/unmask", data={"reason": "жалоба № 4512"})
    signed_client(app, archive, "reviewer").get(f"/archive/{CALL}")
    assert "unmasked" not in last(archive)[3]


def test_the_right_to_see_unmasked_ends_with_the_role(app: FastAPI, archive: Archive) -> None:
    senior = signed_client(app, archive, "senior")
    senior.post(f"/archive/{CALL}/unmask", data={"reason": "жалоба № 4512"})
    Staff(archive.engine).set_role("senior", "reviewer")
    senior.get(f"/archive/{CALL}")
    assert "unmasked" not in last(archive)[3]


def test_the_log_never_holds_what_was_searched_for(app: FastAPI, archive: Archive) -> None:
    reviewer = signed_client(app, archive, "reviewer")
    reviewer.get("/archive?q=79161234567&before=2026-01-01")
    assert last(archive)[3] == {"page": "/archive", "asked": ["before", "q"]}


def test_a_sound_that_is_fetched_in_pieces_is_heard_once(app: FastAPI, archive: Archive) -> None:
    reviewer = signed_client(app, archive, "reviewer")
    for start in (0, 100, 200):
        reviewer.get(f"/archive/{CALL}/sound.flac", headers={"Range": f"bytes={start}-"})
    reviewer.get(f"/archive/{'b' * 32}/sound.flac")
    with archive.engine.connect() as connection:
        heard = connection.execute(select(Rows.call).where(Rows.deed == "listen")).scalars().all()
    assert heard == [CALL, "b" * 32]


def test_an_auditor_reads_the_log_in_pages_and_narrows_it(auditor: TestClient, archive: Archive) -> None:
    log = Accesses(archive)
    for number in range(120):
        log.add(ODD, "read", call=f"{number:032x}")
    page = auditor.get("/accesses?person=%3Dcmd()")
    assert page.text.count("<tr>") == 101 and "чтение" in page.text
    older = auditor.get("/accesses?person=%3Dcmd()&before=21")
    assert older.text.count("<tr>") == 21 and "К последним записям" in older.text
    one = auditor.get(f"/accesses?call={7:032x}")
    assert one.text.count("<tr>") == 2
    assert "Таких записей нет" in auditor.get("/accesses?until=2020-01-01").text
    assert auditor.get("/accesses?since=yesterday&before=x").status_code == 200


def test_the_table_file_has_every_row_and_no_formula(auditor: TestClient, archive: Archive) -> None:
    log = Accesses(archive)
    for _ in range(1_050):
        log.add(ODD, "read", reason="+1")
    answer = auditor.get("/accesses.csv?person=%3Dcmd()")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert rows[0][0] == "n" and len(rows) == 1_051
    assert rows[1][2] == "'=cmd()" and rows[1][6] == "'+1"


def test_a_changed_log_is_told_on_its_page(auditor: TestClient, archive: Archive) -> None:
    auditor.get("/accesses")
    assert "Цепочка записей цела" in auditor.get("/accesses?check=1").text
    with archive.writing() as connection:
        connection.execute(update(Rows).where(Rows.n == 1).values(person="boris"))
    assert "1 was changed" in auditor.get("/accesses?check=1").text


def test_sections_are_shown_to_whom_they_are_open(app: FastAPI, archive: Archive) -> None:
    shown = {
        role: {link for link in ("/accesses", "/people") if f'href="{link}"' in page.text}
        for role in ("reviewer", "senior", "auditor", "administrator")
        for page in [signed_client(app, archive, role).get("/account")]
    }
    assert shown == {
        "reviewer": set(),
        "senior": set(),
        "auditor": {"/accesses"},
        "administrator": {"/accesses", "/people"},
    }
