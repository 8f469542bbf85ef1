"""Finding calls by their pages, without any script: what a browser that has none would show."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from tests.fakes.archived import LINE, archived
from tests.web.signed import TEMPLATES, guarded, signed_client
from voice.archive.archive import Archive
from voice.review.tables import Accesses
from voice.web.archive_pages import router

STATUS = ("caller", "хочу узнать статус моего заявления")
PENSION = ("caller", "когда мне придёт пенсия")
HELLO = ("line", "Здравствуйте! Чем помочь?")


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    ticks = iter(range(100_000))
    start = datetime(2026, 3, 1, 9, tzinfo=UTC)
    archive = Archive.open(
        f"sqlite:///{tmp_path / 'a.db'}", tmp_path / "sound", now=lambda: start + timedelta(seconds=next(ticks))
    )
    yield archive
    archive.close()


def client_of(archive: Archive, role: str = "reviewer") -> TestClient:
    app, guard = guarded(archive)
    app.include_router(
        router(
            archive,
            TEMPLATES,
            guard,
            lines=lambda: {LINE: "Для граждан"},
            topics=lambda: {"pension": "Пенсии и выплаты"},
        )
    )
    return signed_client(app, archive, role)


@pytest.fixture
def client(archive: Archive) -> TestClient:
    return client_of(archive)


class Shape(HTMLParser):
    """What a screen reader stands on."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.tags)

    def cards(self) -> list[str]:
        return [attrs["href"] or "" for tag, attrs in self.tags if tag == "a" and attrs.get("class") == "card"]


def test_the_list_shows_what_was_found(archive: Archive, client: TestClient) -> None:
    assert "Звонков пока нет" in client.get("/archive").text
    status = archived(archive, HELLO, STATUS)
    pension = archived(archive, HELLO, PENSION, intent="pension")
    page = client.get("/archive").text
    assert Shape(page).cards() == [f"/archive/{pension}", f"/archive/{status}"]
    assert "Пенсии и выплаты" in page and "Для граждан" in page and "уверенность 95" in page and "ушёл сам" in page
    page = client.get("/archive", params={"text": "статусы заявлений"}).text
    assert Shape(page).cards() == [f"/archive/{status}"]
    assert "<mark>статус</mark> моего <mark>заявления</mark>" in page and "Найдено: 1" in page
    assert Shape(client.get("/archive", params={"intent": "pension"}).text).cards() == [f"/archive/{pension}"]
    nothing = client.get("/archive", params={"text": "трактор"}).text
    assert "Таких звонков нет" in nothing and 'href="/archive">Показать все' in nothing


def test_what_was_asked_stands_in_the_form_again(archive: Archive, client: TestClient) -> None:
    archived(archive, STATUS)
    sent = {"text": '"мой" <script>', "side": "caller", "outcome": "abandoned", "since": "2026-03-01", "line": LINE}
    shape = Shape(client.get("/archive", params=sent).text)
    fields = {attrs["name"]: attrs.get("value") for tag, attrs in shape.tags if tag == "input" and "name" in attrs}
    chosen = [attrs["value"] for tag, attrs in shape.tags if tag == "option" and "selected" in attrs]
    assert fields["text"] == sent["text"] and fields["since"] == "2026-03-01"
    assert {"caller", "abandoned", LINE} <= set(chosen)
    assert ("details", {"open": None}) in shape.tags and shape.count("script") == 1


def test_the_queue_shows_the_riskiest_first_and_why(archive: Archive, client: TestClient) -> None:
    calm = archived(archive, HELLO, STATUS)
    trouble = archived(archive, HELLO, PENSION, STATUS, PENSION, no_match=3, confidence=0.5)
    archived(archive, HELLO, STATUS)
    page = client.get("/archive/queue").text
    assert Shape(page).cards()[0] == f"/archive/{trouble}" and f"/archive/{calm}" in Shape(page).cards()
    assert "Не понят несколько раз подряд: 3" in page and "Слова распознаны неуверенно: в среднем 50 %" in page
    assert Shape(client.get("/archive/queue?reviewed=yes").text).cards() == []


@pytest.mark.parametrize("path", ["/archive", "/archive/queue"])
def test_further_calls_are_on_further_pages(archive: Archive, client: TestClient, path: str) -> None:
    made = [archived(archive, STATUS) for _ in range(53)]
    first = client.get(path, params={"text": "заявление"}).text
    more = next(attrs["href"] for tag, attrs in Shape(first).tags if tag == "a" and "after=" in (attrs["href"] or ""))
    assert more and "text=" in more
    second = client.get(more).text
    assert "К началу" in second and "Найдено: 53" in first
    cards = [href.rpartition("/")[2] for page in (first, second) for href in Shape(page).cards()]
    assert cards == made[::-1]


def test_calls_that_run_stand_above_all(archive: Archive, client: TestClient) -> None:
    archived(archive, STATUS)
    archive.begin("b" * 32, LINE, "79161234567", "browser")
    page = client.get("/archive", params={"text": "статус"}).text
    assert Shape(page).cards()[0] == f"/archive/{'b' * 32}" and "идёт сейчас" in page
    part = client.get("/archive/running").text
    assert Shape(part).cards() == [f"/archive/{'b' * 32}"] and "<html" not in part


def test_the_list_shows_nobodys_number(archive: Archive, client: TestClient) -> None:
    archived(archive, ("caller", "мой снилс 112 233 445 95"))
    archive.begin("b" * 32, LINE, "79161234567", "browser")
    page = client.get("/archive", params={"text": "снилс"}).text
    assert "[СНИЛС]" in page and "445" not in page and "79161234567" not in page
    assert "номера в архиве скрыты" in client.get("/archive", params={"text": "112 233 445 95"}).text


def test_a_search_is_kept_under_a_name_and_dropped(archive: Archive, client: TestClient) -> None:
    sent = {"name": "Ушли сами", "text": "пенсия -статус", "outcome": "abandoned", "by": "risk", "reviewed": "no"}
    answer = client.post("/archive/searches", data=sent)
    assert answer.status_code == 303
    shape = Shape(client.get(answer.headers["location"]).text)
    links = [attrs["href"] for tag, attrs in shape.tags if tag == "a" and "outcome=abandoned" in (attrs["href"] or "")]
    assert answer.headers["location"] in links
    other = client_of(archive, "senior")
    assert "Ушли сами" not in other.get("/archive").text
    drops = [attrs["action"] for tag, attrs in shape.tags if tag == "form" and "drop" in (attrs.get("action") or "")]
    other.post(drops[0] or "")
    assert "Ушли сами" in client.get("/archive").text
    client.post(drops[0] or "")
    assert "Ушли сами" not in client.get("/archive").text


@pytest.mark.parametrize(
    "query",
    [
        "?before=yesterday",
        "?after=nonsense",
        "?text=%00%ff%22",
        "?since=31.12.2026",
        "?outcome=no&line=%27",
        "?by=risk",
    ],
)
def test_a_mistyped_address_is_no_failure(archive: Archive, client: TestClient, query: str) -> None:
    archived(archive, STATUS)
    for path in ("/archive", "/archive/queue"):
        assert client.get(path + query).status_code == 200


def test_only_who_is_known_finds_calls_and_it_is_written_down(archive: Archive, client: TestClient) -> None:
    archived(archive, STATUS)
    stranger = TestClient(client.app, follow_redirects=False)
    for path in ("/archive", "/archive/queue", "/archive/running"):
        assert stranger.get(path).headers["location"].startswith("/sign-in?next=")
    client.get("/archive", params={"text": "неповторимова"})
    for _ in range(3):
        client.get("/archive/running")
    with archive.engine.connect() as connection:
        rows = connection.execute(select(Accesses.deed, Accesses.detail)).all()
    assert [(row.deed, row.detail["asked"]) for row in rows] == [("search", ["text"])]
    assert "неповторимова" not in str(rows)


@pytest.mark.parametrize("path", ["/archive", "/archive/queue?text=статус"])
def test_a_page_has_landmarks_and_nothing_from_elsewhere(archive: Archive, client: TestClient, path: str) -> None:
    archived(archive, STATUS)
    page = client.get(path).text
    shape = Shape(page)
    assert [shape.count(tag) for tag in ("main", "header", "h1", "title")] == [1, 1, 1, 1]
    assert all(attrs["src"].startswith("/static/") for tag, attrs in shape.tags if tag == "script" and attrs["src"])
    assert "<script>" not in page
    assert ("html", {"lang": "ru"}) in shape.tags
    assert "http://" not in page and "https://" not in page and " style=" not in page
    ids = {attrs["id"] for _, attrs in shape.tags if "id" in attrs}
    assert {"main"} <= ids and ("a", {"class": "skip", "href": "#main"}) in shape.tags
