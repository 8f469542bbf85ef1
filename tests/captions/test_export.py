from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.captions.test_cues import EVENTS
from tests.captions.web_vtt import read_web_vtt
from voice.captions.export import lines, plain_text, web_vtt
from voice.captions.labels import labels
from voice.events import AnyEvent, Final, HungUp, Interrupted, Key, Partial, SayDone, SayStarted, SpeechStarted, Typed

CALL: list[AnyEvent] = [
    SayStarted(at_ms=0, say=1, text="Здравствуйте! Чем помочь?"),
    SayDone(at_ms=2_000, say=1, heard_ms=1_900),
    SpeechStarted(at_ms=3_000, utterance=1),
    Partial(at_ms=3_500, utterance=1, stable="", rest="где"),
    Final(at_ms=4_600, utterance=1, text="где моё заявление"),
    SayStarted(at_ms=4_700, say=2, text="Назовите номер заявления, пожалуйста."),
    Interrupted(at_ms=5_700, say=2, heard_ms=1_000),
    Typed(at_ms=3_599_999, text="<b>12 & 13 --> 14</b>"),
    Key(at_ms=3_600_000, digit="#"),
    HungUp(at_ms=3_601_000, by="caller"),
]


def test_a_call_as_web_vtt() -> None:
    assert web_vtt(CALL, labels()) == (
        "WEBVTT\n\n"
        "1\n00:00:00.000 --> 00:00:02.000\n<v Линия>Здравствуйте! Чем помочь?</v>\n\n"
        "2\n00:00:03.000 --> 00:00:04.600\n<v Вы>Где моё заявление?</v>\n\n"
        "3\n00:00:04.700 --> 00:00:05.700\n<v Линия>Назовите</v>\n\n"
        "4\n00:59:59.999 --> 01:00:00.799\n<v Вы>&lt;b&gt;12 &amp; 13 --&gt; 14&lt;/b&gt;</v>\n\n"
        "5\n01:00:00.000 --> 01:00:00.800\n<v Вы>Нажато: #</v>\n"
    )


def test_a_call_as_plain_text() -> None:
    assert plain_text(CALL[:5], labels()) == "00:00 Линия: Здравствуйте! Чем помочь?\n00:03 Вы: Где моё заявление?\n"


def test_nothing_said_is_a_valid_file() -> None:
    assert web_vtt([], labels()) == "WEBVTT\n" and plain_text([], labels()) == ""


@given(
    events=EVENTS,
    times=st.lists(st.integers(0, 5_000), min_size=40, max_size=40),
    typed=st.text(st.characters(), max_size=30),
)
def test_every_call_is_a_valid_file(events: list[AnyEvent], times: list[int], typed: str) -> None:
    at_ms, timed = 0, []
    for event, step in zip(events, times, strict=False):
        at_ms += step
        fields = {name: getattr(event, name) for name in event.__dataclass_fields__} | {"at_ms": at_ms}
        timed.append(type(event)(**fields))
    told = [*timed, Typed(at_ms=at_ms, text=typed)]
    said = lines(told, labels())
    assert [(cue.start_ms, cue.end_ms, cue.speaker, cue.text) for cue in read_web_vtt(web_vtt(told, labels()))] == [
        (line.start_ms, line.end_ms, line.speaker, line.text) for line in said
    ]
    assert all(line.end_ms > line.start_ms for line in said)
    assert [line.start_ms for line in said] == sorted(line.start_ms for line in said)
