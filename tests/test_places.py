"""How many calls are taken at once, when some of them wait for a person."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import pytest

from tests.transports.test_away import Leg
from voice.settings import Settings
from voice.switchboard import Switchboard


def board(places: int) -> Switchboard:
    """One without engines: nobody calls here."""
    none = cast(Any, SimpleNamespace())
    settings = replace(Settings.from_env({}), max_calls=places)
    return Switchboard(settings, *[none] * 8)


@pytest.mark.parametrize("waiting", range(5))
def test_who_waits_for_a_person_leaves_his_place_to_others(waiting: int) -> None:
    async def talk() -> None:
        here = board(places=2)
        for n in range(2 + waiting):
            assert here.takes_calls is (n < 4), f"{n} calls, all but two of them wait"
            line = here.announced.away.begin(uuid4(), Leg())
            here._running.add(asyncio.ensure_future(asyncio.sleep(0)))
            if n < waiting:
                await line.hand_over("operator")
        assert not here.takes_calls

    asyncio.run(talk())
