"""What callers wait for is done first, and whatever happens to one deed the others are done."""

from __future__ import annotations

from threading import Event

import pytest

from voice.call.workers import Workers


def test_what_is_urgent_goes_before_what_came_earlier() -> None:
    done: list[str] = []
    begun, free = Event(), Event()

    def hold() -> None:
        begun.set()
        assert free.wait(5)

    with Workers(1) as workers:
        workers.submit(hold)
        assert begun.wait(5)
        for name in ("caption 1", "caption 2"):
            workers.submit(done.append, name)
        for name in ("turn 1", "turn 2"):
            workers.urgent.submit(done.append, name)
        free.set()
    assert done == ["turn 1", "turn 2", "caption 1", "caption 2"]


def test_an_error_is_told_to_who_asked_and_the_thread_works_on() -> None:
    with Workers(1) as workers:
        failing = workers.submit(int, "no number")
        assert workers.urgent.submit(int, "7").result(5) == 7
        with pytest.raises(ValueError, match="no number"):
            failing.result(5)


def test_who_does_not_want_it_any_more_gets_nothing() -> None:
    begun, free = Event(), Event()
    with Workers(1) as workers:
        workers.submit(lambda: (begun.set(), free.wait(5)))
        assert begun.wait(5)
        unwanted, wanted = workers.submit(int, "1"), workers.submit(int, "2")
        assert unwanted.cancel()
        free.set()
        assert wanted.result(5) == 2
