from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.web.signed import TEMPLATES, guarded, signed_client
from voice.archive.archive import Archive
from voice.archive.retention import Clocks, Retention
from voice.events import CallStarted, Typed
from voice.review.aftercare import Aftercare
from voice.web.keeping_pages import router

A, B = f"{1:032x}", f"{2:032x}"
PHONE = "79161234567"
ASKED = {"kind": "phone", "number": "8 (916) 123-45-67", "reason": "отзыв согласия"}


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    archive = Archive.open(f"sqlite:///{tmp_path / 'a.db'}", tmp_path / "sound")
    for call_id in (A, B):
        recorder = archive.begin(call_id, "1001", PHONE, "chat")
        recorder.event(CallStarted(at_ms=0, line="1001", caller=PHONE, transport="chat"))
        recorder.event(Typed(at_ms=900, text="слова"))
        recorder.seal("caller")
    Aftercare(archive).tend()
    yield archive
    archive.close()


@pytest.fixture
def client(archive: Archive) -> TestClient:
    app, guard = guarded(archive)
    app.include_router(router(archive, Retention(archive, Clocks(0, 0, 0)), guard, TEMPLATES))
    return signed_client(app, archive, "administrator")


def test_a_number_is_erased_after_a_second_look(archive: Archive, client: TestClient) -> None:
    page = client.post("/keeping/erase", data=ASKED).text
    assert "Найдено звонков: <b>2</b>" in page and archive.call(A).utterances  # type: ignore[union-attr]
    page = client.post("/keeping/erase", data={**ASKED, "sure": "2"}).text
    assert "Уничтожено звонков: 2" in page and "отзыв согласия" in page
    assert archive.call(A).utterances == ()  # type: ignore[union-attr]
    act = client.get("/keeping/destructions/1").text
    assert A in act and B in act and "отзыв согласия" in act and PHONE[1:] not in act
    assert "Уничтожать нечего" in client.post("/keeping/erase", data=ASKED).text


def test_what_came_since_the_first_look_is_shown_before_it_goes(archive: Archive, client: TestClient) -> None:
    assert "Найдено звонков: <b>2</b>" in client.post("/keeping/erase", data={**ASKED, "sure": "1"}).text
    assert archive.call(A).utterances  # type: ignore[union-attr]


def test_a_hold_keeps_a_call_until_it_is_lifted(archive: Archive, client: TestClient) -> None:
    answer = client.post(f"/archive/{A}/hold", data={"reason": "запрос суда"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/archive/{A}")
    assert "запрос суда" in client.get("/keeping").text
    page = client.post("/keeping/erase", data={**ASKED, "sure": "2"}).text
    assert "Уничтожено звонков: 1" in page and "остались: 1" in page
    assert client.post("/keeping/lift", data={"hold": "1"}).status_code == 303
    assert client.post("/keeping/lift", data={"hold": "1"}).status_code == 404
    assert "Уничтожено звонков: 1" in client.post("/keeping/erase", data={**ASKED, "sure": "1"}).text


@pytest.mark.parametrize(
    ("path", "data", "status", "told"),
    [
        ("/keeping/erase", {**ASKED, "number": "нет"}, 422, "нет цифр"),
        ("/keeping/erase", {**ASKED, "kind": "shoe"}, 422, "нет цифр"),
        ("/keeping/erase", {**ASKED, "reason": " "}, 422, "основание"),
        ("/keeping/lift", {"hold": "x"}, 404, "уже снят"),
        (f"/archive/{A}/hold", {"reason": ""}, 422, "основание"),
        (f"/archive/{'f' * 32}/hold", {"reason": "x"}, 404, "Такого звонка нет"),
    ],
)
def test_what_is_wrong_is_told(client: TestClient, path: str, data: dict[str, str], status: int, told: str) -> None:
    answer = client.post(path, data=data)
    assert answer.status_code == status and told in answer.text
    assert client.get("/keeping/destructions/9").status_code == 404
