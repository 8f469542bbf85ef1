from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from voice.captions.labels import labels
from voice.captions.live import CaptionHub
from voice.captions.pins import (
    ONE_S,
    PIN_DIGITS,
    TRIES_OF_ALL,
    TRIES_OF_ONE,
    WrongTries,
    draw_pin,
    read_pin,
    shown_pin,
)

PINS = st.integers(0, 10**PIN_DIGITS - 1).map(lambda number: f"{number:0{PIN_DIGITS}d}")


class Clock:
    now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


def test_no_two_running_calls_have_one_pin() -> None:
    hub = CaptionHub(labels())
    calls = [hub.open(f"{number}") for number in range(200)]
    assert len({call.pin for call in calls}) == 200
    assert all(hub.key_of(call.pin) == f"{number}" for number, call in enumerate(calls))
    assert draw_pin({call.pin for call in calls}) not in {call.pin for call in calls}


def test_a_pin_dies_with_its_call_and_the_key_does_not() -> None:
    hub = CaptionHub(labels())
    call = hub.open("key")
    assert hub.key_of(call.pin) == "key" and hub.key_of("") is None
    call.close()
    assert hub.key_of(call.pin) is None and hub.get("key") is call


@given(PINS, st.sampled_from(["", " ", "-", ".", "\u00a0"]), st.integers(1, 4))
def test_a_pin_may_be_typed_in_any_groups(pin: str, between: str, size: int) -> None:
    assert read_pin(f" {between.join(pin[at : at + size] for at in range(0, len(pin), size))} ") == pin
    assert read_pin(shown_pin(pin)) == pin


@given(st.text(max_size=20))
def test_what_is_no_pin_is_told_apart(typed: str) -> None:
    read = read_pin(typed)
    assert read == "" or (len(read) == PIN_DIGITS and read.isascii() and read.isdigit())


def test_an_address_has_so_many_wrong_tries_and_gets_new_ones_with_time() -> None:
    clock = Clock()
    tries = WrongTries(clock)
    for _ in range(TRIES_OF_ONE):
        assert tries.wait_s("192.0.2.1") == 0
        tries.wrong("192.0.2.1")
        clock.now_s += 10
    waits_s = tries.wait_s("192.0.2.1")
    assert waits_s == ONE_S - TRIES_OF_ONE * 10 and tries.wait_s("192.0.2.2") == 0
    clock.now_s += waits_s
    assert tries.wait_s("192.0.2.1") == 0


def test_one_network_is_one_guesser_and_all_together_are_held_back_too() -> None:
    clock = Clock()
    tries = WrongTries(clock)
    for number in range(TRIES_OF_ONE):
        tries.wrong(f"2001:db8:1:2::{number:x}")
    assert tries.wait_s("2001:db8:1:2:ffff::1") > 0 and tries.wait_s("2001:db8:1:3::1") == 0
    for number in range(TRIES_OF_ALL - TRIES_OF_ONE):
        tries.wrong(f"198.51.100.{number}")
    assert 0 < tries.wait_s("203.0.113.9") <= 60
    clock.now_s += 61
    assert tries.wait_s("203.0.113.9") == 0
    clock.now_s += ONE_S
    tries.wait_s("")
    assert not tries._tries, "what is old is forgotten"
