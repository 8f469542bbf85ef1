"""Time that may jump: an event loop whose clock leaps when everybody sleeps, and how work outside it holds the clock.

Code awaits an answer from a thread or another process inside `outside_work()`. An ordinary loop does not care;
VirtualTimeLoop stands still until the answer is there. So the very code that serves a live call plays an hour of
recorded callers in seconds, with the same events.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

P = ParamSpec("P")
R = TypeVar("R")

_outside: WeakKeyDictionary[asyncio.AbstractEventLoop, int] = WeakKeyDictionary()


@contextmanager
def outside_work() -> Iterator[None]:
    """Hold virtual time while the body awaits somebody outside the loop."""
    loop = asyncio.get_running_loop()
    _outside[loop] = _outside.get(loop, 0) + 1
    try:
        yield
    finally:
        _outside[loop] -= 1


async def in_worker(workers: Executor, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run blocking `work` in a thread of `workers`, and hold virtual time meanwhile.

    A thread cannot be stopped: when cancelled, this still waits for it, so that nobody touches what it works on.
    """
    future = asyncio.get_running_loop().run_in_executor(workers, lambda: work(*args, **kwargs))
    with outside_work():
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            await asyncio.wait([future])
            raise


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """`time()` stands still while anybody works and leaps to the next timer when all sleep."""

    def __init__(self) -> None:
        super().__init__(_LeapingSelector(self))
        self.now_s = 0.0

    def time(self) -> float:
        return self.now_s


class _LeapingSelector(selectors.DefaultSelector):
    def __init__(self, loop: VirtualTimeLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        if timeout is None or _outside.get(self._loop, 0):
            return super().select(None)
        self._loop.now_s += timeout
        return []


def run_in_virtual_time(main: Callable[[], Any]) -> Any:
    """Run the coroutine that `main` makes to its end on a VirtualTimeLoop and return its result."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(main())
