import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.web.signed import TEMPLATES, guarded, signed_client
from voice.archive.archive import Archive
from voice.archive.retention import Clocks, Retention
from voice.desk.backoffice import EmbeddedOffice
from voice.errors import SetupError
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


class Desk:
    """A real back office, which can be taken away."""

    def __init__(self, file: Path) -> None:
        self._file, self.away = file, False

    def __call__(self) -> EmbeddedOffice:
        if self.away:
            raise SetupError("it is away")
        return EmbeddedOffice(self._file, draw=lambda: "77000001")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "office.db")


@pytest.fixture
def client(archive: Archive, desk: Desk) -> TestClient:
    app, guard = guarded(archive)
    app.include_router(router(archive, Retention(archive, Clocks(0, 0, 0), desk), guard, TEMPLATES))
    return signed_client(app, archive, "administrator")


def sure(client: TestClient, asked: dict[str, str] = ASKED) -> str:
    """The page after the second look: everything that the first one showed is sent."""
    shown = client.post("/keeping/erase", data=asked).text
    found = re.search(r'name="sure" value="([^"]+)"', shown)
    assert found, shown
    return client.post("/keeping/erase", data={**asked, "sure": found[1]}).text


def test_a_number_is_erased_after_a_second_look(archive: Archive, client: TestClient) -> None:
    page = client.post("/keeping/erase", data=ASKED).text
    assert "Найдено звонков: <b>2</b>" in page and archive.call(A).utterances  # type: ignore[union-attr]
    page = sure(client)
    assert "Уничтожено звонков: 2" in page and "отзыв согласия" in page
    assert archive.call(A).utterances == ()  # type: ignore[union-attr]
    act = client.get("/keeping/destructions/1").text
    assert A in act and B in act and "отзыв согласия" in act and PHONE[1:] not in act
    assert "Уничтожать нечего" in client.post("/keeping/erase", data=ASKED).text


def test_what_came_since_the_first_look_is_shown_before_it_goes(archive: Archive, client: TestClient) -> None:
    assert "Найдено звонков: <b>2</b>" in client.post("/keeping/erase", data={**ASKED, "sure": "1"}).text
    assert archive.call(A).utterances  # type: ignore[union-attr]


def test_the_act_tells_what_the_back_office_destroyed_and_what_it_keeps(client: TestClient, desk: Desk) -> None:
    desk().register("callback", {"phone": PHONE, "when": "тайное время"}, A)
    desk().register("new_appeal", {"problem": "тайная беда", "phone": PHONE}, B)
    page = client.post("/keeping/erase", data=ASKED).text
    assert "просьба перезвонить" in page and "обращение № 77000001" in page and "останется: хранится по закону" in page
    page = sure(client)
    assert "В учётной системе уничтожено записей: 1, осталось: 1." in page and "тайн" not in page
    assert "Ещё не уничтожено в учётной системе" in page and "обращение № 77000001" in page
    act = client.get("/keeping/destructions/1").text
    assert f"просьба перезвонить от {date.today():%d.%m.%Y}, звонок <code>{A}</code>" in act
    assert "осталось: хранится по закону до" in act and "записи в учётной системе" in act
    assert "77000001" not in act and PHONE[1:] not in act and "тайн" not in act


def test_a_back_office_that_is_away_is_told_and_asked_again(client: TestClient, archive: Archive, desk: Desk) -> None:
    desk().register("callback", {"phone": PHONE, "when": "утром"}, A)
    desk.away = True
    assert "Учётная система сейчас не отвечает" in client.post("/keeping/erase", data=ASKED).text
    page = sure(client)
    assert "Уничтожено звонков: 2" in page and "Учётная система не ответила" in page and "Система не ответила" in page
    assert archive.call(A).utterances == ()  # type: ignore[union-attr]
    assert "Система не ответила: записанное в ней" in client.get("/keeping/destructions/1").text
    assert "Долгов" not in client.post("/keeping/owed").text
    desk.away = False
    page = client.post("/keeping/owed").text
    assert "Долгов за ней больше нет" in page and "Ещё не уничтожено" not in page
    assert "Дополнено" in client.get("/keeping/destructions/1").text
    later = client.get("/keeping/destructions/2").text
    assert "Дополняет" in later and "акт № 1" in later and "просьба перезвонить" in later and "Звонки:" not in later


def test_entries_without_calls_are_found_by_their_number(client: TestClient, desk: Desk) -> None:
    desk().register("callback", {"phone": "9990000000", "when": "утром"})
    asked = {**ASKED, "number": "8 999 000-00-00"}
    assert "Найдено звонков: <b>0</b>" in client.post("/keeping/erase", data=asked).text
    assert "Уничтожено звонков: 0. В учётной системе уничтожено записей: 1." in sure(client, asked)
    assert "Уничтожать нечего" in client.post("/keeping/erase", data=asked).text


def test_a_hold_keeps_a_call_until_it_is_lifted(archive: Archive, client: TestClient) -> None:
    answer = client.post(f"/archive/{A}/hold", data={"reason": "запрос суда"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/archive/{A}")
    assert "запрос суда" in client.get("/keeping").text
    page = sure(client)
    assert "Уничтожено звонков: 1" in page and "остались: 1" in page
    assert client.post("/keeping/lift", data={"hold": "1"}).status_code == 303
    assert client.post("/keeping/lift", data={"hold": "1"}).status_code == 404
    assert "Уничтожено звонков: 1" in sure(client)


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
