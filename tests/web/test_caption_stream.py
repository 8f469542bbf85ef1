from __future__ import annotations

import json

import httpx
import pytest

from tests.web.small_line import GREETING, SmallLine
from voice.events import HungUp, Key, SayStarted


def events(host: str, since: str | None = None) -> tuple[list[dict[str, object]], str]:
    """All cues of the call "abc", and the name of the last event."""
    headers = {} if since is None else {"Last-Event-ID": since}
    answer = httpx.get(f"http://{host}/calls/abc/captions", headers=headers, timeout=10)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-cache"
    blocks = [dict(row.split(": ", 1) for row in block.split("\n")) for block in answer.text.strip().split("\n\n")]
    return [json.loads(block["data"]) for block in blocks if block["event"] == "cue"], blocks[-1]["event"]


@pytest.fixture
def ended_call(line: SmallLine) -> None:
    captions = line.hub.open("abc")
    for event in (
        SayStarted(at_ms=0, say=1, text=GREETING),
        Key(at_ms=5, digit="1"),
        HungUp(at_ms=9, by="caller"),
    ):
        captions.publish(event)
    captions.close()


@pytest.mark.usefixtures("ended_call")
def test_a_stream_and_its_replay(host: str) -> None:
    cues, last = events(host)
    assert [cue["text"] for cue in cues if cue["text"]] == [GREETING, "Нажато: 1", "Звонок завершён."]
    assert last == "end"
    key = next(cue for cue in cues if cue["kind"] == "key")
    missed, _ = events(host, since=str(key["seq"]))
    assert missed == [cue for cue in cues if cue["seq"] > key["seq"]]  # type: ignore[operator]


@pytest.mark.usefixtures("ended_call")
@pytest.mark.parametrize("since", ["", "x", "-1", "1.5", "9" * 30, "9" * 5_000])
def test_a_strange_last_event_id_is_no_failure(host: str, since: str) -> None:
    assert events(host, since)[1] == "end"


def test_an_unknown_call(host: str) -> None:
    stream = httpx.get(f"http://{host}/calls/nobody/captions")
    page = httpx.get(f"http://{host}/calls/nobody")
    assert stream.status_code == page.status_code == 404
    assert stream.json()["detail"] in page.text and "Такого звонка нет" in page.text


@pytest.mark.usefixtures("ended_call")
def test_the_captions_page(host: str) -> None:
    page = httpx.get(f"http://{host}/calls/abc")
    assert page.status_code == 200 and 'data-captions="/calls/abc/captions"' in page.text


@pytest.mark.usefixtures("ended_call")
def test_a_page_may_say_itself_what_it_has_but_its_browser_knows_better(host: str) -> None:
    url = f"http://{host}/calls/abc/captions?since=3"
    assert "\nid: 3\n" not in httpx.get(url).text and "id: 4\n" in httpx.get(url).text
    assert "id: 3\n" in httpx.get(url, headers={"Last-Event-ID": "2"}).text
    assert httpx.get(f"http://{host}/calls/abc/captions?since=x").text == httpx.get(url.partition("?")[0]).text
