"""The chat over real sockets: begun by a form, read as server-sent events, answered by POST."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.web.chat_house import ChatHouse
from tests.web.served import served
from voice.dialog.script import Script
from voice.events import Typed
from voice.web.answers import AT_ONCE, LONGEST_BODY

MAIN = "88005553535"


@pytest.fixture
def house(script: Script, tmp_path: Path) -> ChatHouse:
    return ChatHouse(script, tmp_path)


@pytest.fixture
def chat(house: ChatHouse) -> Iterator[httpx.Client]:
    """A visitor of the page, with a conversation begun on the common line."""
    with (
        served(house.app(), ws_max_size=1 << 20) as host,
        httpx.Client(base_url=f"http://{host}", timeout=10) as client,
    ):
        begun = client.post("/chat", data={"line": MAIN})
        assert begun.status_code == 303 and begun.headers["location"] == f"/chat/{house.keys[0]}"
        yield client
        for key in house.keys:
            client.post(f"/calls/{key}/answers", json={"type": "hangup"})


@pytest.fixture
def call(house: ChatHouse, chat: httpx.Client) -> str:
    return f"/calls/{house.keys[0]}"


Told = tuple[str, int, dict[str, Any]]  # an event's name, id and data


def read(client: httpx.Client, call: str, since: int, until: str) -> list[Told]:
    """Events after `since`, up to the cue with the text `until`, or the event of that name."""
    told: list[Told] = []
    with client.stream("GET", f"{call}/captions", headers={"Last-Event-ID": str(since)}) as stream:
        fields: dict[str, str] = {}
        for line in stream.iter_lines():
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
                continue
            data = json.loads(fields.get("data", "{}"))
            told.append((fields.get("event", ""), int(fields.get("id", "0")), data))
            fields = {}
            if until in (told[-1][0], data.get("text")):
                return told
    raise AssertionError(f"no {until!r} in {told}")


def options(told: list[Told]) -> dict[str, Any]:
    return [data for name, _, data in told if name == "options"][-1]


def test_the_form_offers_every_line(chat: httpx.Client, script: Script) -> None:
    page = chat.get("/chat").text
    assert re.findall(r'type="radio" name="line" value="(\d+)"', page) == list(script.lines)
    assert all(line.title in page for line in script.lines.values())


def test_a_whole_conversation_over_the_wire(chat: httpx.Client, call: str, house: ChatHouse) -> None:
    told = read(chat, call, 0, "Чем вам помочь?")
    asked = options(told)
    assert "Статус заявления" in [choice["label"] for choice in asked["choices"]]
    tap = {"type": "choose", "asked": asked["asked"], "choice": "1"}
    assert chat.post(f"{call}/answers", json=tap).status_code == 204
    told += read(chat, call, told[-1][1], "Узнаем статус. Напишите номер заявления, десять цифр.")
    assert options(told)["digits"] and options(told)["wants"] == "application_number"
    chat.post(f"{call}/answers", json={"type": "text", "text": "123-456-78-90"})
    told += read(chat, call, told[-1][1], "Чем ещё помочь?")
    assert any("Замена паспорта" in data.get("text", "") for _, _, data in told)
    chat.post(f"{call}/answers", json={"type": "hangup"})
    told += read(chat, call, told[-1][1], "end")
    numbers = [number for name, number, _ in told if name in ("cue", "options")]
    assert numbers == sorted(set(numbers)), "what is told again after a reconnect was told before"
    assert house.recorders[0].sealed == ("caller", "")
    assert chat.post(f"{call}/answers", json={"type": "text", "text": "ещё"}).status_code == 404


def test_a_reader_who_comes_back_gets_only_the_newest_buttons(chat: httpx.Client, call: str) -> None:
    asked = options(read(chat, call, 0, "Чем вам помочь?"))
    chat.post(f"{call}/answers", json={"type": "choose", "asked": asked["asked"], "choice": "2"})
    told = read(chat, call, 0, "Документы. Какая услуга вас интересует?")
    shown = [data for name, _, data in told if name == "options"]
    assert len(shown) == 1 and shown[0]["step"] == "documents.service"


def test_an_answer_that_is_sent_again_is_given_once(chat: httpx.Client, call: str, house: ChatHouse) -> None:
    for _ in range(3):
        sent = chat.post(f"{call}/answers", params={"once": "a-1"}, json={"type": "text", "text": "помощь"})
        assert sent.status_code == 204
    chat.post(f"{call}/answers", params={"once": "a-2"}, json={"type": "text", "text": "повторите"})
    read(chat, call, 0, "повторите")
    assert [event.text for event in house.recorders[0].events if isinstance(event, Typed)] == ["помощь", "повторите"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 422),
        (b"[]", 422),
        (b'{"type": "sing"}', 422),
        (b'{"type": "text", "text": "  "}', 422),
        (b'{"type": "text", "text": "\\u0000"}', 422),
        (b'{"type": "choose", "asked": "1", "choice": "1"}', 422),
        (b'{"type": "key", "digit": "12"}', 422),
        (b"\xff\xfe", 422),
        (b'{"type": "text", "text": "' + b"a" * LONGEST_BODY + b'"}', 413),
    ],
)
def test_what_cannot_be_an_answer_is_refused_and_the_conversation_goes_on(
    chat: httpx.Client, call: str, body: bytes, status: int
) -> None:
    refused = chat.post(f"{call}/answers", content=body)
    assert refused.status_code == status and re.search("[а-я]", refused.json()["detail"])
    assert chat.post(f"{call}/answers", json={"type": "typing", "text": ""}).status_code == 204


def test_a_flood_is_held_back_but_ends_nothing(chat: httpx.Client, call: str) -> None:
    codes = [chat.post(f"{call}/answers", json={"type": "typing", "text": ""}).status_code for _ in range(AT_ONCE * 3)]
    assert set(codes) == {204, 429} and codes[:AT_ONCE] == [204] * AT_ONCE
    assert chat.get(call).status_code == 200


def test_nobody_answers_a_call_whose_key_he_does_not_know(chat: httpx.Client) -> None:
    assert chat.post("/calls/nonsense/answers", json={"type": "hangup"}).status_code == 404


def test_another_site_begins_no_conversation(chat: httpx.Client, house: ChatHouse) -> None:
    refused = chat.post("/chat", data={"line": MAIN}, headers={"Sec-Fetch-Site": "cross-site"})
    assert refused.status_code == 403 and len(house.keys) == 1


@pytest.mark.parametrize("line", ["", "112", "88005553535&line=x" * 200])
def test_an_unknown_line_is_said_on_the_page(chat: httpx.Client, line: str) -> None:
    answer = chat.post("/chat", data={"line": line})
    assert answer.status_code == 422 and "Такого номера нет" in answer.text


def test_when_all_places_are_taken_the_page_says_so(chat: httpx.Client, house: ChatHouse) -> None:
    house.full = True
    answer = chat.post("/chat", data={"line": MAIN})
    assert answer.status_code == 503 and "заняты" in answer.text


def test_a_conversation_that_is_forgotten_offers_a_new_one(chat: httpx.Client) -> None:
    answer = chat.get("/chat/nonsense")
    assert answer.status_code == 404 and "Можно начать новый" in answer.text


def test_the_chat_is_small_enough_for_a_bad_network(chat: httpx.Client, house: ChatHouse) -> None:
    page = chat.get(f"/chat/{house.keys[0]}")
    loaded, seen, size = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)), set(), len(page.content)
    while loaded - seen:
        path = (loaded - seen).pop()
        seen.add(path)
        answer = chat.get(path)
        assert answer.status_code == 200, path
        size += len(answer.content)
        loaded |= set(re.findall(r'"(/static/[^"]+)"', answer.text if path.endswith(".js") else ""))
    assert size < 40 * 1024
    assert not any("microphone" in path or "speaker" in path or "worklet" in path for path in seen)
