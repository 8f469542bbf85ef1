"""Announced calls, and how numbers and addresses are written."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.errors import CallerFault, SetupError
from voice.events import HungUp, Key
from voice.transports.pbx import REMEMBERED_S, SOON_S, Announced, Neighbours, known_caller, known_line

CALL = UUID("12345678-1234-4678-9234-567812345678")
LINES = ("88005553535", "88005553536")


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_an_announcement_is_kept_for_a_while_and_then_forgotten() -> None:
    clock = Clock()
    announced = Announced(clock)
    announced.announce(CALL, line=LINES[0], caller="1")
    clock.now += SOON_S - 0.1
    assert len(announced) == 1
    clock.now += 0.2
    assert len(announced) == 0 and announced.claim(CALL, "audiosocket") is None


def test_a_second_announcement_takes_the_place_of_the_first() -> None:
    announced = Announced(Clock())
    announced.announce(CALL, line=LINES[0], caller="1")
    announced.announce(CALL, line=LINES[1], caller="2")
    assert len(announced) == 1
    request = announced.claim(CALL, "audiosocket")
    assert request and (request.line, request.caller, request.transport) == (LINES[1], "2", "audiosocket")


def test_how_a_call_ended_is_remembered_for_a_while() -> None:
    clock = Clock()
    announced = Announced(clock)
    read = announced.follow(CALL)
    read(Key(at_ms=0, digit="1"))
    assert announced.ended(CALL) is None
    read(over := HungUp(at_ms=5, by="line", reason="goodbye"))
    assert announced.ended(CALL) == over
    clock.now += REMEMBERED_S
    assert announced.ended(CALL) is None


@pytest.mark.parametrize(
    "dialled", ["88005553536", "+78005553536", "78005553536", "8005553536", "8 (800) 555-35-36", "0078005553536"]
)
def test_a_number_is_known_however_it_is_written(dialled: str) -> None:
    assert known_line(dialled, LINES) == "88005553536"


@pytest.mark.parametrize("dialled", ["", "112", "5553535", "88005553539", "abc", "8800555353"])
def test_another_number_is_none_of_ours(dialled: str) -> None:
    with pytest.raises(CallerFault):
        known_line(dialled, LINES)


@pytest.mark.parametrize(
    ("told", "known"),
    [
        ("+79161234567", "+79161234567"),
        (" 8 (916) 123-45-67 ", "89161234567"),
        ("anonymous", ""),
        ("", ""),
        ("+", ""),
        ("٣٣٣", ""),
        ("1" * 33, ""),
        ("12\r\n34; DROP", ""),
    ],
)
def test_a_callers_number_is_digits_or_hidden(told: str, known: str) -> None:
    assert known_caller(told) == known


@given(told=st.text())
def test_whatever_is_told_for_a_number_only_digits_and_a_plus_are_kept(told: str) -> None:
    assert set(known_caller(told)) <= set("+0123456789")


def test_addresses() -> None:
    some = Neighbours("127.0.0.0/8, ::1, 10.1.2.3")
    assert all(address in some for address in ("127.0.0.2", "::1", "10.1.2.3", "::ffff:127.0.0.1"))
    assert not any(address in some for address in ("10.1.2.4", "testclient", "", None, "fe80::1%eth0"))
    assert not some.everybody and Neighbours("0.0.0.0/0").everybody
    assert "127.0.0.1" not in Neighbours("")
    with pytest.raises(SetupError, match="LINIYA_PBX_FROM"):
        Neighbours("localhost")
