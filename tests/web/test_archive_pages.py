from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient

from tests.web.signed import TEMPLATES, guarded, signed_client
from voice.archive.archive import Archive
from voice.events import AnyEvent, Final, Interrupted, Key, SayDone, SayStarted, SpeechEnded, SpeechStarted, Typed, Word
from voice.web.archive_pages import router

ID = "a" * 32


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    ticks = iter(range(10_000))
    start = datetime(2026, 3, 1, 9, tzinfo=UTC)
    archive = Archive.open(
        f"sqlite:///{tmp_path / 'a.db'}", tmp_path / "sound", now=lambda: start + timedelta(seconds=65 * next(ticks))
    )
    yield archive
    archive.close()


@pytest.fixture
def client(archive: Archive) -> TestClient:
    app, guard = guarded(archive)
    app.include_router(router(archive, TEMPLATES, guard))
    return signed_client(app, archive, "reviewer")


STORY: list[AnyEvent] = [
    SayStarted(at_ms=0, say=1, text="Здравствуйте! Чем помочь?"),
    Interrupted(at_ms=1_000, say=1, heard_ms=950),
    SpeechStarted(at_ms=900, utterance=1),
    SpeechEnded(at_ms=1_900, utterance=1),
    Final(
        at_ms=2_000,
        utterance=1,
        text="статус заявки",
        words=(
            Word(text="статус", start_ms=900, end_ms=1_400, confidence=0.98),
            Word(text="заявки", start_ms=1_400, end_ms=1_900, confidence=0.41),
        ),
    ),
    SayStarted(at_ms=2_500, say=2, text="Назовите номер."),
    SayDone(at_ms=3_500, say=2, heard_ms=1_000),
    Key(at_ms=4_000, digit="1"),
    Key(at_ms=4_300, digit="2"),
    Typed(at_ms=65_000, text="<script>alert(1)</script>"),
]


def record(archive: Archive, *, seal: bool = True) -> None:
    recorder = archive.begin(ID, "1001", "79161234567", "browser")
    for one in STORY:
        recorder.event(one)
    recorder.trace({"speech_end->endpoint": 400.4, "gap": 612.4})
    recorder.hear(np.zeros(32_000, np.int16))
    recorder.lost_sound(20)
    if seal:
        recorder.seal("caller")


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


def test_the_list_shows_a_call(archive: Archive, client: TestClient) -> None:
    assert "Звонков пока нет" in client.get("/archive").text
    record(archive)
    page = client.get("/archive").text
    assert f'href="/archive/{ID}"' in page and "«статус заявки»" in page
    assert "1:05" in page and "завершил звонивший" in page and "запись неполная" in page


def test_older_calls_are_on_further_pages(archive: Archive, client: TestClient) -> None:
    for number in range(60):
        archive.begin(f"{number:032x}", "1001", "", "file").seal("caller")
    first = client.get("/archive").text
    link = next(attrs["href"] for tag, attrs in Shape(first).tags if tag == "a" and "before" in (attrs["href"] or ""))
    assert link is not None
    second = client.get(link).text
    shown = [page.count('class="card"') for page in (first, second)]
    assert shown == [50, 10] and "К последним звонкам" in second
    assert client.get("/archive?before=yesterday").status_code == 200


@pytest.mark.parametrize("path", ["/archive"])
def test_a_page_has_landmarks_and_nothing_from_elsewhere(archive: Archive, client: TestClient, path: str) -> None:
    record(archive)
    page = client.get(path).text
    shape = Shape(page)
    assert [shape.count(tag) for tag in ("main", "header", "h1", "title")] == [1, 1, 1, 1]
    assert all(attrs["src"].startswith("/static/") for tag, attrs in shape.tags if tag == "script" and attrs["src"])
    assert "<script>" not in page
    assert ("html", {"lang": "ru"}) in shape.tags
    assert "http://" not in page and "https://" not in page and " style=" not in page
    ids = {attrs["id"] for _, attrs in shape.tags if "id" in attrs}
    assert {"main"} <= ids and ("a", {"class": "skip", "href": "#main"}) in shape.tags
