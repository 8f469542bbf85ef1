"""Calls that an exchange carries on with a person while the line reads along, until they end or come back.

The exchange connects one leg after another to the same call: the line's own; while a person talks with the caller, one
leg that brings the caller's sound and one that brings the person's; when nobody answers, the line's own once more.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from voice.audio.resample import Resampler
from voice.errors import CallerFault
from voice.line import FRAME_MS, Back, Drops, Inbound, Joined, Line, Pcm16, PersonSound, Sound
from voice.transports.inbox import Inbox

Side = Literal["line", "caller", "person"]

HOLE_S = 0.1  # without the caller's leg, which fills its own holes: silence is put in its place
LOST_S = 20.0  # no leg is left of a talk: the exchange will not say any more how it ended
UNHEARD_S = 600.0  # or no leg has come yet: this exchange lets nobody read along, or has died


class _Leg:
    """One of the sound paths of a call. `released`: what it served is over."""

    def __init__(self, line: Line, hears_hz: int, plays_hz: int) -> None:
        """Both rates are the call's."""
        self.line, self.released = line, asyncio.Event()
        self._to_call, self._to_leg = Resampler(line.hears_hz, hears_hz), Resampler(plays_hz, line.plays_hz)

    async def inbound(self) -> AsyncIterator[Inbound]:
        async with aclosing(self.line.inbound()) as items:  # type: ignore[type-var]
            async for item in items:
                yield Sound(self._to_call.push(item.pcm)) if isinstance(item, Sound) else item

    async def play(self, pcm: Pcm16) -> None:
        await self.line.play(self._to_leg.push(pcm))

    async def close(self, reason: str) -> None:
        try:
            await self.line.close(reason)
        finally:
            self.released.set()


class ExchangedLine:
    """voice.line.HandsOver over one leg after another; its rates are the first leg's."""

    def __init__(self, leg: Line) -> None:
        self.hears_hz, self.plays_hz, self.ahead_ms = leg.hears_hz, leg.plays_hz, leg.ahead_ms
        self.target = ""  # whom the caller was handed over to; empty: he is on the line
        self._over = False
        self._legs: list[Line] = []  # all that there ever were
        self._own: _Leg | None = self._leg(leg)
        self._beside: dict[Side, _Leg] = {}
        self._inbox = Inbox(self.hears_hz)  # what comes while the line's own leg is not there
        self._lost: asyncio.TimerHandle | None = None

    async def inbound(self) -> AsyncIterator[Inbound]:
        while not self._over:
            if own := self._own:
                async for item in own.inbound():
                    yield item
                if own is self._own:
                    return
            unbroken = self._inbox.unbroken(hole_s=HOLE_S, fill_ms=FRAME_MS, fills=lambda: "caller" not in self._beside)
            async with aclosing(unbroken) as items:  # type: ignore[type-var]
                async for item in items:
                    yield item
                    if isinstance(item, Back):
                        break

    async def play(self, pcm: Pcm16) -> None:
        if leg := self._listener:
            await leg.play(pcm)

    async def clear(self) -> int | None:
        return await leg.line.clear() if (leg := self._listener) else None

    async def close(self, reason: str = "") -> None:
        if own := self._own:
            await own.close(reason)
        self.end()

    async def hand_over(self, target: str) -> None:
        own, self._own, self.target = self._own, None, target
        self._lose_in(UNHEARD_S)
        if own:
            await own.close(f"transfer:{target}")

    async def come_back(self, leg: Line) -> None:
        """The caller hears the line again by `leg`; returns when it is over. Raises CallerFault."""
        if not self.target or self._over:
            raise CallerFault("the sound of a call that has it already")
        self._keep()
        self.target, self._own = "", self._leg(leg)
        self._inbox.put(Back())
        await self._own.released.wait()

    async def overhear(self, leg: Line, side: Side) -> None:
        """`side` of a talk with a person is heard by `leg`; returns when that is over. Raises CallerFault."""
        if not self.target or self._over or side in self._beside:
            raise CallerFault("nobody is with a person, or it is heard already")
        self._keep()
        beside = self._beside[side] = self._leg(leg)
        if side == "person":
            self._inbox.put(Joined())
        hearing = asyncio.create_task(self._hear(beside, side), name=f"the {side} overheard")
        released = asyncio.create_task(beside.released.wait())
        try:
            await asyncio.wait((hearing, released), return_when=asyncio.FIRST_COMPLETED)
        finally:
            hearing.cancel()
            released.cancel()
            await asyncio.wait((hearing, released))
            del self._beside[side]
            if not self._beside and self.target and not self._over:
                self._lose_in(LOST_S)

    def end(self) -> None:
        """The call is over; `inbound` ends."""
        self._over = True
        self._keep()
        self._inbox.end()
        for leg in self._beside.values():
            leg.released.set()

    @property
    def dropped_ms(self) -> int:
        """Of both sides, by whatever leg it came."""
        return self._inbox.dropped_ms + sum(leg.dropped_ms for leg in self._legs if isinstance(leg, Drops))

    @property
    def waits(self) -> bool:
        """The caller was handed over, and nothing of him or of a person is heard."""
        return bool(self.target) and not self._beside

    @property
    def _listener(self) -> _Leg | None:
        """Who hears what is played."""
        return self._beside.get("person") if self.target else self._own

    def _leg(self, line: Line) -> _Leg:
        self._legs.append(line)
        return _Leg(line, self.hears_hz, self.plays_hz)

    async def _hear(self, leg: _Leg, side: Side) -> None:
        with suppress(CallerFault):
            async for item in leg.inbound():
                if isinstance(item, Sound):
                    self._inbox.put(item if side == "caller" else PersonSound(item.pcm))

    def _lose_in(self, seconds: float) -> None:
        self._keep()
        self._lost = asyncio.get_running_loop().call_later(seconds, self.end)

    def _keep(self) -> None:
        if self._lost:
            self._lost.cancel()


@dataclass
class Away:
    """Calls that further legs may join, each by the UUID that the leg names."""

    _calls: dict[UUID, ExchangedLine] = field(default_factory=dict)
    _legs: dict[UUID, tuple[UUID, Side]] = field(default_factory=dict)

    def begin(self, call: UUID, leg: Line) -> ExchangedLine:
        """The line of `call`, which sounds by `leg` for now."""
        self._calls[call] = line = ExchangedLine(leg)
        return line

    def forget(self, call: UUID) -> None:
        self._calls.pop(call, None)
        self._legs = {leg: known for leg, known in self._legs.items() if known[0] != call}

    @property
    def waiting(self) -> int:
        """Calls whose caller waits for a person, or talks with one whom the line does not hear: they cost nothing."""
        return sum(line.waits for line in self._calls.values())

    def target(self, call: UUID) -> str:
        """Whom `call` was handed over to; empty: nobody."""
        line = self._calls.get(call)
        return line.target if line else ""

    def expect(self, leg: UUID, call: UUID, side: Side) -> bool:
        """`leg` will bring the sound of `side`; False when `call` is not handed over."""
        if self.target(call):
            self._legs[leg] = (call, side)
        return leg in self._legs

    def end(self, call: UUID) -> bool:
        """The exchange says that `call` is over; False when it was not handed over."""
        if self.target(call):
            self._calls[call].end()
            return True
        return False

    def __contains__(self, leg: UUID) -> bool:
        return leg in self._legs or bool(self.target(leg))

    async def carry(self, named: UUID, leg: Line) -> None:
        """A leg that names a call that is away, or that was expected beside one; returns when it is over.

        Raises CallerFault for any other.
        """
        call, side = self._legs.pop(named, (named, "line"))
        line = self._calls.get(call)
        if line is None:
            raise CallerFault("nobody announced this call, or too long ago")
        if side == "line":
            await line.come_back(leg)
        else:
            await line.overhear(leg, side)
