"""What a telephone exchange and the line tell each other about a call beside its sound.

Before it answers a caller, the exchange announces his call: who calls which number. An announced call has a place kept
for it until its sound arrives. When the sound has ended, the exchange asks what comes next.
"""

from __future__ import annotations

import ipaddress
import re
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from typing import Protocol
from uuid import UUID

from voice.errors import CallerFault, SetupError
from voice.events import AnyEvent, HungUp, Transferred
from voice.line import CallRequest, Line
from voice.transports.away import Away

SOON_S = 10.0  # an announced call whose sound has not come by then is forgotten
REMEMBERED_S = 60.0  # so long the exchange may ask how a call ended
NATIONAL = 10  # digits of a Russian number after its trunk prefix 8 or its country code 7
LONGEST_NUMBER = 32

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Answer(Protocol):
    """Runs one whole call and returns when it is over; raises LineBusy, before it touches the line, when it is full."""

    async def __call__(
        self, line: Line, request: CallRequest, *, readers: tuple[Callable[[AnyEvent], None], ...]
    ) -> None: ...


@dataclass
class Announced:
    """Calls that an exchange has announced, by the UUID that their sound will name, and how calls ended.

    clock: seconds, never backwards. away: those that were handed over to a person and run on.
    """

    clock: Callable[[], float] = time.monotonic
    away: Away = field(default_factory=Away)
    _expected: dict[UUID, tuple[float, CallRequest]] = field(default_factory=dict)
    _ended: dict[UUID, tuple[float, HungUp]] = field(default_factory=dict)
    _told: dict[UUID, Transferred] = field(default_factory=dict)

    def __len__(self) -> int:
        """How many are on their way."""
        self._forget()
        return len(self._expected)

    def __contains__(self, call: UUID) -> bool:
        """Is it on its way, or on its way back?"""
        self._forget()
        return call in self._expected or call in self.away

    def announce(self, call: UUID, *, line: str, caller: str) -> None:
        """Expect the sound of `call`. A second announcement takes the place of the first."""
        self._forget()
        request = CallRequest(line=line, caller=caller, transport="", call_id=call.hex)
        self._expected[call] = (self.clock() + SOON_S, request)

    def claim(self, call: UUID, transport: str) -> CallRequest | None:
        """The sound of `call` has come by `transport`: who it is; None when nobody announced it, or too long ago."""
        self._forget()
        request = self._expected.pop(call, (0.0, None))[1]
        return request and replace(request, transport=transport)

    async def serve(self, named: UUID, leg: Line, transport: str, answer: Answer, *, hands_over: bool = True) -> None:
        """Serve a sound path to its end: that of an announced call, or one more of a call that is away.

        hands_over: the exchange asks what comes next, and may bring the caller back. Raises CallerFault, LineBusy.
        """
        request = self.claim(named, transport)
        if request is None:
            await self.away.carry(named, leg)
            return
        line = self.away.begin(named, leg) if hands_over else leg
        try:
            await answer(line, request, readers=(self.follow(named),))
        finally:
            self.away.forget(named)

    def follow(self, call: UUID) -> Callable[[AnyEvent], None]:
        """A reader of the events of `call`, which remembers what a person is to know of it and how it ended."""

        def read(event: AnyEvent) -> None:
            if isinstance(event, Transferred):
                self._told[call] = event
            elif isinstance(event, HungUp):
                self._ended[call] = (self.clock() + REMEMBERED_S, event)

        return read

    def told(self, call: UUID) -> Transferred | None:
        """What a person who takes `call` over is to know; None for one that was not handed over or ended long ago."""
        self._forget()
        return self._told.get(call)

    def ended(self, call: UUID) -> HungUp | None:
        """How `call` ended; None for one that runs, was never here, or ended long ago."""
        self._forget()
        return self._ended.get(call, (0.0, None))[1]

    def _forget(self) -> None:
        now = self.clock()
        self._expected = {call: kept for call, kept in self._expected.items() if kept[0] > now}
        for call in [call for call, kept in self._ended.items() if kept[0] <= now]:
            del self._ended[call]
            self._told.pop(call, None)


def known_line(dialled: str, lines: Collection[str]) -> str:
    """The number of `lines` that was dialled, however it is written: +7 (800) 555-35-35, 8005553535, 88005553535.

    Raises CallerFault when it is none of them.
    """
    digits = re.sub(r"\D", "", dialled)
    for line in lines:
        if digits == line or (len(digits) >= NATIONAL and digits[-NATIONAL:] == line[-NATIONAL:]):
            return line
    raise CallerFault("no such line")


def known_caller(number: str) -> str:
    """A caller's number as digits with a plus if it had one; empty when it is hidden or no number."""
    number = number.strip()
    digits = re.sub(r"[\s()-]", "", number.removeprefix("+"))
    if not digits.isascii() or not digits.isdigit() or len(digits) > LONGEST_NUMBER:
        return ""
    return "+" * number.startswith("+") + digits


class Neighbours:
    """The addresses that exchanges may speak to the line from."""

    def __init__(self, listed: str) -> None:
        """listed: addresses and networks between commas. Raises SetupError for anything else."""
        try:
            self._networks: list[Network] = [
                ipaddress.ip_network(one.strip(), strict=False) for one in listed.split(",") if one.strip()
            ]
        except ValueError as error:
            raise SetupError(f"LINIYA_PBX_FROM is a list of addresses and networks: {error}") from None

    @property
    def everybody(self) -> bool:
        return any(network.prefixlen == 0 for network in self._networks)

    def __contains__(self, address: object) -> bool:
        try:
            ip = ipaddress.ip_address(str(address).partition("%")[0])
        except ValueError:
            return False
        if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
            ip = ip.ipv4_mapped
        return any(ip in network for network in self._networks)
