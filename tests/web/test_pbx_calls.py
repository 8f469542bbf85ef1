"""What an exchange asks over HTTP, against the real registry of announced calls."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from tests.transports.test_away import Leg
from voice.events import HungUp, Transferred
from voice.transports.pbx import Announced, Neighbours
from voice.web import pbx_calls

LINES = ("88005553535", "88005553536")


@dataclass
class Board:
    announced: Announced = field(default_factory=Announced)
    places: int = 2

    @property
    def takes_calls(self) -> bool:
        return len(self.announced) < self.places


@pytest.fixture
def board() -> Board:
    return Board()


def exchange(board: Board, *, address: str = "127.0.0.1") -> TestClient:
    app = FastAPI()
    app.include_router(pbx_calls.router(board, lines=LINES, neighbours=Neighbours("127.0.0.0/8, 10.0.0.0/24")))
    return TestClient(app, client=(address, 40_000))


def test_a_call_is_announced_with_its_numbers(board: Board) -> None:
    call = uuid4()
    answer = exchange(board).post(f"/pbx/calls/{call}", content="line=%2B78005553536&caller=%2B79161234567")
    assert (answer.status_code, answer.text) == (200, "ok")
    request = board.announced.claim(call, "audiosocket")
    assert request is not None
    assert (request.line, request.caller, request.call_id) == ("88005553536", "+79161234567", call.hex)
    assert board.announced.claim(call, "audiosocket") is None, "a call comes once"


def test_an_announced_call_takes_a_place_and_the_next_ones_are_refused(board: Board) -> None:
    client = exchange(board)
    told = [client.post(f"/pbx/calls/{uuid4()}", content=f"line={LINES[0]}") for _ in range(3)]
    assert [(answer.status_code, answer.text) for answer in told] == [(200, "ok"), (200, "ok"), (503, "full")]


@pytest.mark.parametrize("body", ["line=112", "", "caller=1", "line=", "\xff\xfe"])
def test_a_number_that_is_no_line_is_unknown(board: Board, body: str) -> None:
    answer = exchange(board).post(f"/pbx/calls/{uuid4()}", content=body.encode("latin-1"))
    assert (answer.status_code, answer.text) == (404, "unknown")


def test_a_huge_body_is_not_read(board: Board) -> None:
    assert exchange(board).post(f"/pbx/calls/{uuid4()}", content="line=" + "8" * 2_000).status_code == 413


def test_a_call_must_be_named_by_a_uuid(board: Board) -> None:
    assert exchange(board).post("/pbx/calls/1234", content=f"line={LINES[0]}").status_code == 422


@pytest.mark.parametrize(
    ("ended", "word"),
    [
        (HungUp(at_ms=1, by="line", reason="goodbye"), "hangup"),
        (HungUp(at_ms=1, by="line", reason="transfer:operator"), "transfer_operator"),
        (HungUp(at_ms=1, by="caller"), "hangup"),
        (HungUp(at_ms=1, by="error", reason="engine"), "failed"),
    ],
)
def test_what_comes_next(board: Board, ended: HungUp, word: str) -> None:
    call = uuid4()
    assert exchange(board).get(f"/pbx/calls/{call}/next").status_code == 404
    board.announced.follow(call)(ended)
    assert exchange(board).get(f"/pbx/calls/{call}/next").text == word


@pytest.mark.parametrize("header", ["Forwarded", "X-Forwarded-For", "X-Real-IP"])
def test_what_came_through_a_proxy_is_refused(board: Board, header: str) -> None:
    headers = {header: "127.0.0.1"}
    call = f"/pbx/calls/{uuid4()}"
    assert exchange(board).post(call, content=f"line={LINES[0]}", headers=headers).status_code == 403
    assert exchange(board).get(f"{call}/next", headers=headers).status_code == 403
    assert len(board.announced) == 0


def test_only_listed_addresses_are_answered(board: Board) -> None:
    call = f"/pbx/calls/{uuid4()}"
    assert exchange(board, address="10.0.1.1").post(call, content=f"line={LINES[0]}").status_code == 403
    assert exchange(board, address="10.0.0.9").post(call, content=f"line={LINES[0]}").status_code == 200


def handed_over(board: Board) -> UUID:
    """A call that waits for a person."""
    call = uuid4()
    line = board.announced.away.begin(call, Leg())
    asyncio.run(line.hand_over("legal"))
    told = Transferred(
        at_ms=9,
        target="legal",
        reason="no_match",
        tried=("main.menu", "status.number"),
        slots={"number": "1234567890", "snils": "•••••••1234"},
        unheard=('она сказала "нет" ${X}\nи ушла',),
    )
    board.announced.follow(call)(told)
    return call


def test_a_call_that_waits_for_a_person_is_still_running(board: Board) -> None:
    call, client = handed_over(board), exchange(board)
    assert client.get(f"/pbx/calls/{call}/next").text == "transfer_legal"
    assert call in board.announced, "its sound may come again"


def test_a_person_is_told_what_was_tried(board: Board) -> None:
    call, client = handed_over(board), exchange(board)
    told = client.get(f"/pbx/calls/{call}/told").json()
    assert told["tried"] == ["main.menu", "status.number"] and told["slots"]["number"] == "1234567890"
    lines = {name: client.get(f"/pbx/calls/{call}/told/{name}").text for name in told}
    assert lines["tried"] == "main.menu; status.number"
    assert lines["slots"] == "number=1234567890; snils=•••••••1234"
    assert lines["unheard"] == "она сказала нет X и ушла", "nothing that a dialplan would read as its own"
    assert client.get(f"/pbx/calls/{call}/told/at_ms").status_code == 404
    assert client.get(f"/pbx/calls/{uuid4()}/told").status_code == 404


@pytest.mark.parametrize(
    ("body", "status"), [("side=person", 200), ("side=caller", 200), ("side=line", 404), ("", 404), ("x" * 2_000, 404)]
)
def test_a_listening_leg_names_its_side(board: Board, body: str, status: int) -> None:
    call, leg = handed_over(board), uuid4()
    assert exchange(board).post(f"/pbx/calls/{call}/legs/{leg}", content=body).status_code == status
    assert (leg in board.announced) is (status == 200)


def test_only_a_call_that_is_away_has_legs_and_is_ended(board: Board) -> None:
    call, client = uuid4(), exchange(board)
    board.announced.away.begin(call, Leg())
    assert client.post(f"/pbx/calls/{call}/legs/{uuid4()}", content="side=person").status_code == 404
    assert client.post(f"/pbx/calls/{call}/over").status_code == 404


@pytest.mark.parametrize("path", ["next", "told", "told/reason", "legs/{leg}", "over"])
def test_strangers_learn_nothing_of_a_call(board: Board, path: str) -> None:
    call, client = handed_over(board), exchange(board, address="192.0.2.1")
    url = f"/pbx/calls/{call}/{path.format(leg=uuid4())}"
    answer = client.get(url) if path.startswith(("next", "told")) else client.post(url, content="side=person")
    assert answer.status_code == 403
