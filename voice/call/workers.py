"""The threads that recognise: what a caller waits for goes before what may come a moment later.

At the end of a turn everybody waits for its words; of an utterance that goes on, only the captions do.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from functools import partial
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

Deed = tuple[Future[Any], Callable[[], Any]]


class Workers(Executor):
    """A pool of threads. What is given to `urgent` they do before the rest; each keeps its own order."""

    def __init__(self, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="recognise")
        self._first: deque[Deed] = deque()
        self._then: deque[Deed] = deque()
        self.urgent: Executor = _Urgent(partial(self._put, self._first))

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        return self._put(self._then, partial(fn, *args, **kwargs))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        if cancel_futures:
            for future, _ in (*self._first, *self._then):
                future.cancel()
        self._pool.shutdown(wait)

    def _put(self, lane: deque[Deed], work: Callable[[], Any]) -> Future[Any]:
        future: Future[Any] = Future()
        lane.append((future, work))
        self._pool.submit(self._do_one)
        return future

    def _do_one(self) -> None:
        """Of as many as were put, so there is one."""
        try:
            future, work = self._first.popleft()
        except IndexError:
            future, work = self._then.popleft()
        if future.set_running_or_notify_cancel():
            try:
                future.set_result(work())
            except BaseException as error:
                future.set_exception(error)


class _Urgent(Executor):
    def __init__(self, put: Callable[[Callable[[], Any]], Future[Any]]) -> None:
        self._put = put

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        return self._put(partial(fn, *args, **kwargs))
