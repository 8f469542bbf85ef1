from __future__ import annotations

import httpx
import pytest

from tests.web.small_line import SmallLine
from voice.captions.pins import TRIES_OF_ONE, shown_pin
from voice.events import HungUp, Key, Partial, SayStarted, SpeechStarted

KEY = "a-secret-key"


def enter(host: str, typed: str, path: str = "/c") -> httpx.Response:
    return httpx.post(f"http://{host}{path}", data={"pin": typed})


def wrong(line: SmallLine) -> str:
    call = line.hub.get(KEY)
    assert call
    return f"{(int(call.pin) + 1) % 10**8:08d}"


@pytest.mark.parametrize("path", ["/c", "/C", "/с", "/С"])
def test_a_pin_opens_the_captions_of_its_call(host: str, line: SmallLine, path: str) -> None:
    call = line.hub.open(KEY)
    form = httpx.get(f"http://{host}{path}")
    assert form.status_code == 200 and 'name="pin"' in form.text and form.headers["cache-control"] == "no-store"
    opened = enter(host, shown_pin(call.pin), path)
    assert (opened.status_code, opened.headers["location"]) == (303, f"/calls/{KEY}")
    assert opened.headers["cache-control"] == "no-store" and opened.headers["referrer-policy"] == "no-referrer"
    call.close()
    assert enter(host, call.pin, path).status_code == 404, "it died with its call"


def test_wrong_pins_are_refused_and_then_nobody_is_let_in_for_a_while(host: str, line: SmallLine) -> None:
    call = line.hub.open(KEY)
    for _ in range(TRIES_OF_ONE):
        refused = enter(host, wrong(line))
        assert refused.status_code == 404 and "По этому коду разговора нет" in refused.text
        assert 'aria-invalid="true"' in refused.text and wrong(line) in refused.text
    held_back = enter(host, call.pin)
    assert held_back.status_code == 429 and "Слишком много неверных кодов" in held_back.text
    assert 0 < int(held_back.headers["retry-after"]) <= 600
    assert enter(host, "12").status_code == 429


@pytest.mark.parametrize("typed", ["", "12 34", "1234567890", "восемь", "<script>", "1" * 5_000])
def test_what_cannot_be_a_pin_costs_no_try(host: str, line: SmallLine, typed: str) -> None:
    call = line.hub.open(KEY)
    for _ in range(TRIES_OF_ONE + 1):
        refused = enter(host, typed)
        assert refused.status_code == 422 and "В коде 8 цифр" in refused.text and "<script>" not in refused.text
    assert enter(host, call.pin).status_code == 303


def test_a_strange_body_is_no_failure(host: str, line: SmallLine) -> None:
    line.hub.open(KEY)
    for body in (b"", b"\xff\xfe=&&&", b"pin", b"{}"):
        assert httpx.post(f"http://{host}/c", content=body).status_code == 422


def test_the_stream_tells_how_to_open_it_elsewhere_while_the_call_lasts(host: str, line: SmallLine) -> None:
    call = line.hub.open(KEY)
    with httpx.stream("GET", f"http://{host}/calls/{KEY}/captions") as stream:
        rows = stream.iter_lines()
        assert [next(rows) for _ in range(3)] == [
            "retry: 1000",
            "event: elsewhere",
            f'data: {{"address": "{host}/c", "pin": "{shown_pin(call.pin)}"}}',
        ]
        call.close("abc")
        assert [row for row in rows if row] == ["event: end", 'data: {"take_away": "/t/abc"}']
    assert "elsewhere" not in httpx.get(f"http://{host}/calls/{KEY}/captions").text


def test_a_browser_without_scripts_reads_plain_text(host: str, line: SmallLine) -> None:
    call = line.hub.open(KEY)
    for event in (
        SayStarted(at_ms=0, say=1, text="Чем вам помочь?"),
        SpeechStarted(at_ms=900, utterance=1),
        Partial(at_ms=950, utterance=1, stable="где", rest="моё"),
        Key(at_ms=1_000, digit="1"),
        HungUp(at_ms=2_000, by="caller"),
    ):
        call.publish(event)
    assert f'href="/calls/{KEY}/text"' in httpx.get(f"http://{host}/calls/{KEY}").text
    text = httpx.get(f"http://{host}/calls/{KEY}/text")
    assert text.text == "Линия: Чем вам помочь?\nВы: Где моё\nВы: Нажато: 1\nЗвонок завершён.\n"
    assert text.headers["content-type"] == "text/plain; charset=utf-8" and text.headers["cache-control"] == "no-store"
    assert httpx.get(f"http://{host}/calls/nobody/text").status_code == 404
