from __future__ import annotations

import asyncio
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.captions.test_cues import EVENTS
from voice.captions.cues import Cue, CueReader
from voice.captions.labels import labels
from voice.captions.live import CallCaptions, CaptionHub, server_sent
from voice.events import AnyEvent, Key, Partial


class Page:
    """What a browser does with the cues."""

    def __init__(self) -> None:
        self.last = 0
        self.segments: dict[str, Cue] = {}
        self.finals: list[int] = []

    def take(self, cue: Cue) -> None:
        assert cue.seq > self.last, "ids grow and nothing comes twice"
        self.last = cue.seq
        self.segments[cue.seg] = cue
        if cue.final:
            self.finals.append(cue.seq)


@given(events=EVENTS, cuts=st.lists(st.integers(0, 40), max_size=6))
def test_a_reader_that_comes_and_goes_ends_with_the_same_page(events: list[AnyEvent], cuts: list[int]) -> None:
    """However rarely it reads, and wherever its connection broke: equal text, every final, nothing twice."""
    captions, page = CallCaptions(labels()), Page()
    for number, event in enumerate(events):
        captions.publish(event)
        if number in cuts:
            for cue in captions.since(page.last):
                page.take(cue)
    for cue in captions.since(page.last):
        page.take(cue)
    reader = CueReader(labels())
    straight = [cue for event in events for cue in reader.push(event)]
    assert page.segments == {cue.seg: cue for cue in straight}
    assert page.finals == [cue.seq for cue in straight if cue.final]


def test_a_slow_reader_gets_the_newest_partial_only() -> None:
    captions = CallCaptions(labels())
    for number in range(1_000):
        captions.publish(Partial(at_ms=number, utterance=1, stable="да " * number, rest=""))
    assert len(captions.since(0)) == 1


def test_finals_are_kept_in_a_bounded_ring_and_losses_are_counted() -> None:
    captions = CallCaptions(labels(), finals_kept=3)
    for digit in "12345":
        captions.publish(Key(at_ms=0, digit=digit))
    assert [cue.text[-1] for cue in captions.since(0)] == ["3", "4", "5"] and captions.lost == 2


def test_a_stream_waits_beats_and_ends() -> None:
    async def follow() -> list[str]:
        captions = CallCaptions(labels())
        got: list[str] = []
        async for cue in captions.follow(0, heartbeat_s=0.01):
            got.append("beat" if cue is None else cue.text)
            match got:
                case [*_, "beat"] if len(got) == 1:
                    captions.publish(Key(at_ms=0, digit="1"))
                case [*_, "Нажато: 1"]:
                    captions.publish(Key(at_ms=0, digit="2"))
                case [*_, "Нажато: 2"]:
                    captions.close()
        return got

    assert asyncio.run(follow()) == ["beat", "Нажато: 1", "Нажато: 2"]


def test_a_published_event_wakes_every_waiting_reader() -> None:
    async def follow() -> None:
        captions = CallCaptions(labels())

        async def read() -> list[str]:
            return [cue.text async for cue in captions.follow() if cue is not None]

        async with asyncio.TaskGroup() as group:
            readers = [group.create_task(read()) for _ in range(3)]
            await asyncio.sleep(0)
            captions.publish(Key(at_ms=0, digit="1"))
            await asyncio.sleep(0)
            captions.close()
        assert [reader.result() for reader in readers] == [["Нажато: 1"]] * 3

    asyncio.run(follow())


def test_the_hub_forgets_the_oldest_ended_calls_and_no_running_one() -> None:
    hub = CaptionHub(labels(), ended_kept=2)
    running = hub.open("running")
    for number in range(5):
        hub.open(f"{number}").close()
    hub.open("new")
    assert hub.get("running") is running and hub.get("2") is None
    assert hub.get("3") is not None and hub.get("4") is not None
    hub.close()
    assert running.ended


def test_the_form_of_a_server_sent_event() -> None:
    captions = CallCaptions(labels())
    captions.publish(Key(at_ms=7, digit="1"))
    kind, event, data, *ends = server_sent(captions.since(0)[0]).split("\n")
    assert (kind, event, ends) == ("id: 1", "event: cue", ["", ""])
    assert json.loads(data.removeprefix("data: "))["text"] == "Нажато: 1"
    assert server_sent(None) == "event: beat\ndata: {}\n\n"


@pytest.mark.parametrize("text", ["a\nb", "a\r\nb"])
def test_a_text_of_two_lines_stays_one_data_line(text: str) -> None:
    captions = CallCaptions(labels())
    captions.publish(Partial(at_ms=0, utterance=1, stable=text, rest=""))
    assert len(server_sent(captions.since(0)[0]).strip().splitlines()) == 3
