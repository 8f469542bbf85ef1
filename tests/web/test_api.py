from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select

from tests.captions.web_vtt import read_web_vtt
from tests.web.signed import TEMPLATES, guarded, signed_client
from tests.web.small_line import tone
from voice.archive.archive import Archive
from voice.archive.retention import Clocks, Retention
from voice.captions.labels import labels
from voice.desk.backoffice import EmbeddedOffice
from voice.errors import SetupError
from voice.events import Final, SayDone, SayStarted, SpeechEnded, SpeechStarted, Word
from voice.office import Forgets
from voice.review.accesses import Accesses, Wanted
from voice.review.aftercare import Aftercare
from voice.review.checklist import read_checklist
from voice.review.programs import Programs
from voice.review.reports import Reports
from voice.review.tables import Programs as Rows
from voice.settings import ROOT
from voice.web.api import api
from voice.web.call_desk import Desk
from voice.web.problems import answer_problems

V1 = "/api/v1"
HEARD = "меня зовут иван петров где мой паспорт"
REASON = "жалоба № 4512, сверить номер"


def record(archive: Archive, number: int, text: str = HEARD) -> str:
    call_id = f"{number:032x}"
    recorder = archive.begin(call_id, "88005553535", "79161234567", "browser")
    words = tuple(
        Word(text=word, start_ms=2_000 + 400 * at, end_ms=2_350 + 400 * at, confidence=0.9)
        for at, word in enumerate(text.split())
    )
    for event in (
        SayStarted(at_ms=0, say=1, text="Здравствуйте. Чем помочь?"),
        SayDone(at_ms=1_500, say=1, heard_ms=1_500),
        SpeechStarted(at_ms=1_900, utterance=1),
        SpeechEnded(at_ms=4_900, utterance=1),
        Final(at_ms=5_000, utterance=1, text=text, words=words),
    ):
        recorder.event(event)
    recorder.hear(tone(16_000, 6_000))
    recorder.seal("caller")
    return call_id


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    archive = Archive.open(f"sqlite:///{tmp_path / 'a.db'}", tmp_path / "sound")
    for number in range(3):
        record(archive, number)
    Aftercare(archive).tend()
    yield archive
    archive.close()


CALL = f"{1:032x}"


def api_app(archive: Archive, office: Callable[[], Forgets] | None = None) -> FastAPI:
    app, guard = guarded(archive)
    answer_problems(app)
    desk = Desk(archive, TEMPLATES, read_checklist(ROOT / "prompts" / "ru"), guard)
    retention = Retention(archive, Clocks(0, 0, 0), office)
    app.include_router(api.router(archive, desk, labels(), retention, Reports(archive)))
    return app


@pytest.fixture
def app(archive: Archive) -> FastAPI:
    return api_app(archive)


@pytest.fixture
def reviewer(app: FastAPI, archive: Archive) -> TestClient:
    return signed_client(app, archive, "reviewer")


@pytest.fixture
def senior(app: FastAPI, archive: Archive) -> TestClient:
    return signed_client(app, archive, "senior")


@pytest.fixture
def admin(app: FastAPI, archive: Archive) -> TestClient:
    return signed_client(app, archive, "administrator")


def program(app: FastAPI, archive: Archive, role: str) -> TestClient:
    secret = Programs(archive).add(f"of-{role}", role, "administrator")
    return TestClient(app, headers={"Authorization": f"Bearer {secret}"})


def logged(archive: Archive, deed: str) -> list[tuple[str, str]]:
    return [(one.person, one.call) for one in reversed(Accesses(archive).find(Wanted(deed=deed), limit=99))]


def test_a_program_reads_by_its_secret_with_the_rights_of_its_role(app: FastAPI, archive: Archive) -> None:
    client = program(app, archive, "auditor")
    assert client.get(f"{V1}/calls/{CALL}").status_code == 200
    assert client.post(f"{V1}/calls/{CALL}/remarks", json={"at_ms": 0, "text": "?"}).status_code == 403
    assert logged(archive, "read") == [("program:of-auditor", CALL)]
    with archive.engine.connect() as connection:
        kept = connection.execute(select(Rows.token_sha256)).scalar_one()
    assert kept not in client.headers["Authorization"] and len(kept) == 64


def test_a_programs_secret_is_made_told_once_and_taken_back(app: FastAPI, admin: TestClient) -> None:
    made = admin.post(f"{V1}/programs", json={"name": "crm", "role": "reviewer"})
    assert made.status_code == 201
    assert admin.post(f"{V1}/programs", json={"name": "crm", "role": "reviewer"}).status_code == 409
    client = TestClient(app, headers={"Authorization": f"Bearer {made.json()['secret']}"})
    assert client.get(f"{V1}/calls").status_code == 200
    assert made.json()["secret"] not in admin.get(f"{V1}/programs").text
    assert admin.delete(f"{V1}/programs/crm").status_code == 204
    assert client.get(f"{V1}/calls").status_code == 401
    assert admin.delete(f"{V1}/programs/crm").status_code == 404


def test_a_change_by_cookie_needs_the_token_and_by_secret_does_not(
    app: FastAPI, archive: Archive, reviewer: TestClient
) -> None:
    remark = {"at_ms": 1_000, "text": "вежливо"}
    del reviewer.headers["X-CSRF-Token"]
    refused = reviewer.post(f"{V1}/calls/{CALL}/remarks", json=remark)
    assert refused.status_code == 403 and refused.json()["code"] == "stale_form"
    by_secret = program(app, archive, "reviewer").post(f"{V1}/calls/{CALL}/remarks", json=remark)
    assert by_secret.status_code == 201 and by_secret.json()[0]["text"] == "вежливо"


def test_calls_are_listed_a_page_at_a_time(reviewer: TestClient) -> None:
    first = reviewer.get(f"{V1}/calls", params={"limit": 2}).json()
    second = reviewer.get(f"{V1}/calls", params={"limit": 2, "after": first["next"]}).json()
    listed = [call["call"] for page in (first, second) for call in page["calls"]]
    assert sorted(listed) == [f"{number:032x}" for number in range(3)] and len(set(listed)) == 3
    assert second["next"] == "" and "иван" not in json.dumps(first, ensure_ascii=False)


@pytest.mark.parametrize("params", [{"outcome": "lost"}, {"since": "today"}, {"colour": "red"}, {"limit": "0"}])
def test_a_search_that_means_nothing_is_refused(reviewer: TestClient, params: dict[str, str]) -> None:
    refused = reviewer.get(f"{V1}/calls", params=params)
    assert refused.status_code == 422 and refused.json()["errors"]


def test_a_call_is_masked_until_it_is_unmasked_for_this_person(senior: TestClient, reviewer: TestClient) -> None:
    masked = senior.get(f"{V1}/calls/{CALL}").json()
    said = masked["utterances"][1]
    assert masked["masked"] and "иван" not in json.dumps(masked, ensure_ascii=False).lower()
    assert masked["call"]["caller"] != "79161234567" and any(word["hidden"] for word in said["words"])
    assert masked["figures"]["words"] == 7 and masked["masks"]
    assert senior.post(f"{V1}/calls/{CALL}/unmasking", json={"reason": "надо"}).status_code == 422
    assert senior.post(f"{V1}/calls/{CALL}/unmasking", json={"reason": REASON}).status_code == 201
    open_call = senior.get(f"{V1}/calls/{CALL}").json()
    assert not open_call["masked"] and open_call["utterances"][1]["text"] == HEARD
    assert reviewer.get(f"{V1}/calls/{CALL}").json()["masked"]


def test_sound_captions_and_text(reviewer: TestClient, admin: TestClient) -> None:
    sound = reviewer.get(f"{V1}/calls/{CALL}/sound", headers={"Range": "bytes=0-3"})
    assert sound.status_code == 206 and sound.content == b"fLaC"
    captions = reviewer.get(f"{V1}/calls/{CALL}/captions")
    assert captions.headers["content-type"].startswith("text/vtt") and len(read_web_vtt(captions.text)) == 2
    text = reviewer.get(f"{V1}/calls/{CALL}/text").text
    assert "00:00 Линия: Здравствуйте. Чем помочь?" in text and "иван" not in text.lower()
    assert admin.get(f"{V1}/calls/{CALL}/sound").status_code == 403


def test_a_correction_a_mask_and_a_review_are_left_and_read(reviewer: TestClient) -> None:
    text = "где мой загранпаспорт"
    assert reviewer.post(f"{V1}/calls/{CALL}/utterances/2/corrections", json={"text": text}).status_code == 204
    assert reviewer.post(f"{V1}/calls/{CALL}/utterances/9/corrections", json={"text": text}).status_code == 404
    marked = reviewer.post(f"{V1}/calls/{CALL}/masks", json={"utterance": 2, "begins": 0, "ends": 3, "kind": "name"})
    assert marked.status_code == 201
    odd = reviewer.post(f"{V1}/calls/{CALL}/masks", json={"utterance": 2, "begins": 3, "ends": 3, "kind": "name"})
    assert odd.status_code == 422
    mine = next(one for one in marked.json() if one["by"] == "reviewer")
    assert reviewer.delete(f"{V1}/calls/{CALL}/masks/{mine['n']}").status_code == 204
    by_rule = next(one for one in marked.json() if not one["by"])
    assert reviewer.delete(f"{V1}/calls/{CALL}/masks/{by_rule['n']}").status_code == 403
    draft = reviewer.put(f"{V1}/calls/{CALL}/review", json={"answers": {}, "note": "черновик"})
    assert draft.status_code == 200 and draft.json()["done_at"] is None
    read = reviewer.get(f"{V1}/calls/{CALL}").json()
    assert read["utterances"][1]["text"] == text and read["utterances"][1]["history"][0]["by"] == "reviewer"
    assert read["reviews"][0]["note"] == "черновик"


def test_searches_are_kept_for_oneself(reviewer: TestClient, senior: TestClient) -> None:
    kept = reviewer.post(f"{V1}/searches", json={"name": "жалобы", "search": {"text": "жалоба", "by": "risk"}})
    assert kept.status_code == 201 and kept.json()[0]["search"] == {"text": "жалоба", "by": "risk"}
    assert senior.get(f"{V1}/searches").json() == []
    assert reviewer.post(f"{V1}/searches", json={"name": "x", "search": {"colour": "red"}}).status_code == 422
    assert reviewer.delete(f"{V1}/searches/{kept.json()[0]['id']}").status_code == 204
    assert reviewer.get(f"{V1}/searches").json() == []


def test_finished_calls_are_fed_in_order_and_none_twice(reviewer: TestClient, archive: Archive) -> None:
    first = reviewer.get(f"{V1}/finished", params={"limit": 2}).json()["calls"]
    rest = reviewer.get(f"{V1}/finished", params={"after": first[-1]["n"]}).json()["calls"]
    assert [one["n"] for one in first + rest] == [1, 2, 3]
    assert reviewer.get(f"{V1}/finished", params={"after": 3}).json() == {"calls": []}
    new = record(archive, 9)
    Aftercare(archive).tend()
    assert [one["call"] for one in reviewer.get(f"{V1}/finished", params={"after": 3}).json()["calls"]] == [new]


def test_many_calls_are_exported_masked_and_each_is_logged(senior: TestClient, archive: Archive) -> None:
    senior.post(f"{V1}/calls/{CALL}/unmasking", json={"reason": REASON})
    answer = senior.get(f"{V1}/export", params={"forms": ["jsonl", "vtt", "txt", "flac"]})
    files = zipfile.ZipFile(io.BytesIO(answer.content))
    assert files.testzip() is None
    kinds = sorted(name.rpartition(".")[2] for name in files.namelist())
    assert kinds == ["flac"] * 3 + ["jsonl"] + ["txt"] * 3 + ["vtt"] * 3
    lines = files.read("calls.jsonl").decode().splitlines()
    assert len(lines) == 3 and all(json.loads(line)["masked"] for line in lines)
    for name in files.namelist():
        assert "иван" not in files.read(name).decode(errors="replace").lower(), name
    assert files.read(f"{CALL}.flac")[:4] == b"fLaC"
    assert sorted(call for _, call in logged(archive, "export")) == [f"{number:032x}" for number in range(3)]


def test_who_may_not_listen_exports_no_sound(admin: TestClient) -> None:
    assert admin.get(f"{V1}/export", params={"forms": ["flac"]}).status_code == 403
    assert admin.get(f"{V1}/export").status_code == 200


def test_a_destroyed_call_holds_back_no_other(senior: TestClient, archive: Archive) -> None:
    archive.keys.destroy(CALL)
    files = zipfile.ZipFile(io.BytesIO(senior.get(f"{V1}/export").content))
    lines = [json.loads(line) for line in files.read("calls.jsonl").decode().splitlines()]
    assert [line.get("missing") for line in lines if line["call"]["id"] == CALL] == ["KeyDestroyed"] and len(lines) == 3
    assert senior.get(f"{V1}/calls/{CALL}").status_code == 410


def test_a_hold_keeps_a_call_from_erasure_until_it_is_lifted(admin: TestClient, archive: Archive) -> None:
    held = admin.post(f"{V1}/calls/{CALL}/holds", json={"reason": "идёт проверка"})
    assert held.status_code == 201 and admin.get(f"{V1}/holds").json() == held.json()
    erased = admin.post(f"{V1}/erasures", json={"kind": "phone", "number": "79161234567", "reason": REASON}).json()
    assert erased["held"] == [CALL] and len(erased["calls"]) == 2
    assert admin.get(f"{V1}/destructions").json()[0]["calls"] == erased["calls"]
    assert admin.delete(f"{V1}/holds/{held.json()[0]['id']}").status_code == 204
    assert admin.delete(f"{V1}/holds/{held.json()[0]['id']}").status_code == 404
    assert logged(archive, "erase") == [("administrator", "")]


def test_an_erasure_tells_what_the_back_office_destroyed_and_what_it_owes(archive: Archive, tmp_path: Path) -> None:
    file, away = tmp_path / "office.db", False

    def office() -> EmbeddedOffice:
        if away:
            raise SetupError("it is away")
        return EmbeddedOffice(file, draw=lambda: "77000001")

    office().register("callback", {"phone": "9161234567", "when": "утром"}, CALL)
    office().register("new_appeal", {"problem": "беда"}, CALL)
    admin = signed_client(api_app(archive, office), archive, "administrator")
    asked = {"kind": "phone", "number": "79161234567", "reason": REASON}
    away = True
    erased = admin.post(f"{V1}/erasures", json=asked).json()
    assert len(erased["calls"]) == 3 and erased["entries"] is None
    assert [one["why"] for one in admin.get(f"{V1}/erasures").json()] == ["unreached"]
    away = False
    entries = admin.post(f"{V1}/erasures", json=asked).json()["entries"]
    assert [(one["kind"], one["kept"]) for one in entries] == [("callback", "")], "its call is gone, its phone finds it"
    Retention(archive, Clocks(0, 0, 0), office).tick()
    (owed,) = admin.get(f"{V1}/erasures").json()
    assert (owed["why"], owed["entries"][0]["id"], owed["destruction"]) == ("kept", "77000001", 1)
    told = admin.get(f"{V1}/destructions").json()
    assert [(one["what"], one["office"], one["completes"]) for one in told] == [
        ("entries", "answered", 1),
        ("entries", "answered", None),
        ("everything", "unreached", None),
    ]
    assert [one["kept"] for one in told[0]["entries"]] == ["law"]
    assert signed_client(api_app(archive, office), archive, "senior").get(f"{V1}/erasures").status_code == 403


def test_people_are_kept(admin: TestClient, archive: Archive) -> None:
    new = {"login": "Anna", "name": "Анна", "role": "reviewer", "password": "пять слов одного длинного пароля"}
    assert admin.post(f"{V1}/people", json=new).json()["login"] == "anna"
    assert admin.post(f"{V1}/people", json=new).status_code == 409
    changed = admin.patch(f"{V1}/people/anna", json={"role": "senior", "disabled": True}).json()
    assert changed["role"] == "senior" and changed["disabled_at"]
    assert admin.patch(f"{V1}/people/anna", json={"disabled": False}).json()["disabled_at"] is None
    assert admin.patch(f"{V1}/people/administrator", json={"disabled": True}).status_code == 409
    assert admin.patch(f"{V1}/people/nobody", json={}).status_code == 404
    assert len(logged(archive, "manage_people")) == 4


def test_the_log_is_read_in_pages_and_verified(app: FastAPI, archive: Archive, reviewer: TestClient) -> None:
    for _ in range(5):
        reviewer.get(f"{V1}/calls/{CALL}")
    auditor = signed_client(app, archive, "auditor")
    first = auditor.get(f"{V1}/accesses", params={"deed": "read", "limit": 3}).json()
    rest = auditor.get(f"{V1}/accesses", params={"deed": "read", "before": first["next"]}).json()
    assert [one["n"] for one in first["accesses"] + rest["accesses"]] == [5, 4, 3, 2, 1] and rest["next"] == 0
    assert auditor.get(f"{V1}/accesses/state").json() == {"faults": []}


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/calls/none", 422, "invalid"),
        ("GET", f"/calls/{'f' * 32}", 404, "not_found"),
        ("GET", "/nothing", 404, "not_found"),
        ("PUT", "/calls", 405, "no_method"),
        ("POST", f"/calls/{CALL}/remarks", 422, "invalid"),
        ("GET", "/people", 403, "forbidden"),
    ],
)
def test_every_error_is_a_problem(reviewer: TestClient, method: str, path: str, status: int, code: str) -> None:
    answer = reviewer.request(method, V1 + path)
    told = answer.json()
    assert answer.status_code == told["status"] == status and told["code"] == code
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "detail"} <= told.keys()


def test_what_was_sent_wrongly_is_not_sent_back(admin: TestClient) -> None:
    answer = admin.post(f"{V1}/people", json={"login": "anna", "password": "секретный"})
    assert answer.status_code == 422 and "секретный" not in answer.text


def test_nobody_is_told_how_to_sign_in(app: FastAPI) -> None:
    for headers in ({}, {"Authorization": "Bearer guess"}, {"Authorization": "Basic x"}):
        answer = TestClient(app, headers=headers).get(f"{V1}/calls")
        assert answer.status_code == 401 and answer.headers["www-authenticate"] == "Bearer"


def test_the_description_names_every_route_and_its_errors(app: FastAPI) -> None:
    told = TestClient(app).get(f"{V1}/openapi.json").json()
    assert told["openapi"].startswith("3.") and len(told["paths"]) >= 20
    for path, operations in told["paths"].items():
        assert path.startswith(V1)
        for operation in operations.values():
            assert {"401", "403", "422"} <= operation["responses"].keys(), path
            for status in ("401", "403", "422"):
                assert list(operation["responses"][status]["content"]) == ["application/problem+json"], path
