from __future__ import annotations

import pytest

from voice.archive.archive import Archive
from voice.archive.masked import personal, silent
from voice.archive.records import Record
from voice.events import (
    AnyEvent,
    Asked,
    CallStarted,
    Choice,
    Final,
    HungUp,
    Interrupted,
    Key,
    OperatorSaid,
    SayDone,
    SayStarted,
    SpeechEnded,
    SpeechStarted,
    Typed,
    Understood,
    Word,
)
from voice.masking.text import masked_text

TAKEN = {"kind": "snils", "state": "COMPLETE", "value": "11223344595", "groups": "112 233 445 95"}


def heard(utterance: int, at_ms: int, text: str) -> list[AnyEvent]:
    words = tuple(
        Word(text=word, start_ms=at_ms + 400 * n, end_ms=at_ms + 400 * (n + 1), confidence=0.9)
        for n, word in enumerate(text.split())
    )
    end_ms = words[-1].end_ms
    return [
        SpeechStarted(at_ms=at_ms, utterance=utterance),
        SpeechEnded(at_ms=end_ms, utterance=utterance),
        Final(at_ms=end_ms + 300, utterance=utterance, text=text, words=words, confidence=0.9),
    ]


YES_NO = (Choice(choice="1", label="да", key="1"), Choice(choice="2", label="нет", key="2"))


def asked(
    at_ms: int, number: int, step: str, wants: str = "", *, digits: bool = False, choices: tuple[Choice, ...] = ()
) -> Asked:
    return Asked(at_ms=at_ms, asked=number, step=step, wants=wants, digits=digits, choices=choices)


STORY: list[AnyEvent] = [
    CallStarted(at_ms=0, line="1001", caller="79161234567", transport="browser"),
    asked(0, 1, "main"),
    Key(at_ms=500, digit="5"),
    asked(600, 2, "payouts.snils", "snils", digits=True),
    SayStarted(at_ms=600, say=1, text="Назовите СНИЛС, одиннадцать цифр."),
    SayDone(at_ms=2_600, say=1, heard_ms=2_000),
    *heard(1, 3_000, "пишите сто двенадцать двести тридцать"),
    Understood(at_ms=6_000, source="speech", text="", intent="answer", slots=TAKEN | {"value": "112230"}),
    Key(at_ms=6_500, digit="4"),
    Understood(at_ms=7_000, source="speech", text="", intent="answer", slots=TAKEN),
    asked(7_000, 3, "payouts.snils", choices=YES_NO),
    SayStarted(at_ms=7_000, say=2, text="СНИЛС 112 233 445 95. Верно?"),
    Interrupted(at_ms=10_000, say=2, heard_ms=3_000),
    *heard(2, 10_000, "нет последняя цифра шесть"),
    Key(at_ms=13_000, digit="1"),
    asked(13_000, 4, "payouts.tell"),
    SayStarted(at_ms=13_000, say=3, text="Ответим на номер 8 916 123-45-67."),
    SayDone(at_ms=18_000, say=3, heard_ms=5_000),
    Typed(at_ms=19_000, text="меня зовут Мария"),
    OperatorSaid(at_ms=25_000, utterance=1, text="мария слушаю вас"),
    HungUp(at_ms=30_000, by="caller"),
]


@pytest.fixture
def record(archive: Archive, call_id: str) -> Record:
    recorder = archive.begin(call_id, "1001", "79161234567", "browser")
    for one in STORY:
        recorder.event(one)
    recorder.seal("caller")
    kept = archive.call(call_id)
    assert kept is not None
    return kept


def test_a_record_is_masked_by_what_the_dialog_asked_took_and_read_back(record: Record) -> None:
    spans = personal(record)
    read = [masked_text(one.text, [span for span in spans if span.utterance == one.n]) for one in record.utterances]
    assert read == [
        "5",
        "Назовите СНИЛС, одиннадцать цифр.",
        "пишите [СНИЛС]",
        "[СНИЛС]",
        "СНИЛС [СНИЛС]. Верно?",
        "нет последняя цифра [СНИЛС]",
        "1",
        "Ответим на номер [ТЕЛЕФОН].",
        "меня зовут [ИМЯ]",
        "[ИМЯ] слушаю вас",
    ]


def test_each_side_is_silent_where_it_says_what_is_masked(record: Record) -> None:
    sound = silent(record, personal(record))
    assert sound["caller"] == [(3_400 - 120, 5_000 + 120), (11_200 - 120, 11_600 + 120)]
    (first, second) = sound["line"]
    assert first[0] <= 7_700 and first[1] == 10_000
    assert second[0] <= 15_000 and second[1] == 18_000
    ((start, end),) = sound["operator"]
    assert start < 23_000 and end == 25_000


def test_nothing_is_silent_where_nothing_is_masked(record: Record) -> None:
    assert silent(record, ()) == {}
