"""The short numbers that open a call's captions on another device, and how many wrong ones are borne.

A PIN lives as long as its call. Eight digits against 30 wrong tries a minute from everywhere: with 24 calls running,
a day of guessing without a pause finds one of them with a probability of one in a hundred, and is seen in the log.
"""

from __future__ import annotations

import secrets
import time
from collections import deque
from collections.abc import Callable, Collection
from ipaddress import IPv6Address, ip_address

PIN_DIGITS = 8
TRIES_OF_ONE, ONE_S = 10, 600.0  # wrong tries that one address has in so many seconds
TRIES_OF_ALL, ALL_S = 30, 60.0


def draw_pin(taken: Collection[str] = ()) -> str:
    """Digits that nobody can guess and no other call has."""
    while (pin := f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}d}") in taken:
        pass
    return pin


def read_pin(typed: str) -> str:
    """The PIN in what somebody typed, however he grouped it; empty when it cannot be one."""
    digits = "".join(sign for sign in typed if sign not in " -.\u00a0\t")
    return digits if len(digits) == PIN_DIGITS and digits.isascii() and digits.isdigit() else ""


def shown_pin(pin: str) -> str:
    """In pairs, as it is written and spoken."""
    return " ".join(pin[at : at + 2] for at in range(0, len(pin), 2))


class WrongTries:
    """Counts wrong PINs, by address and altogether. Only a try that was let through is counted, so it stays small."""

    def __init__(
        self,
        now_s: Callable[[], float] = time.monotonic,
        *,
        of_one: int = TRIES_OF_ONE,
        of_all: int = TRIES_OF_ALL,
    ) -> None:
        self._now_s, self._of_one, self._of_all = now_s, of_one, of_all
        self._tries: deque[tuple[float, str]] = deque()

    def wait_s(self, address: str) -> int:
        """Whole seconds until `address` may try again; 0: now."""
        now_s, who = self._now_s(), _household(address)
        while self._tries and self._tries[0][0] <= now_s - max(ONE_S, ALL_S):
            self._tries.popleft()
        waits_s = [0.0]
        for times_s, most, within_s in (
            ([at_s for at_s, by in self._tries if by == who], self._of_one, ONE_S),
            ([at_s for at_s, _ in self._tries], self._of_all, ALL_S),
        ):
            if len(times_s) >= most:
                waits_s.append(times_s[-most] + within_s - now_s)
        return -int(-max(waits_s) // 1)

    def wrong(self, address: str) -> None:
        self._tries.append((self._now_s(), _household(address)))


def _household(address: str) -> str:
    """Who may change his address at will within a network of IPv6 is still one."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return parsed.exploded[:19] if isinstance(parsed, IPv6Address) and not parsed.ipv4_mapped else str(parsed)
