"""What one reader may see of a call. The story is a caller who says his name and number and is misheard."""

from __future__ import annotations

import json

import numpy as np
import pytest
from sqlalchemy import insert

from voice.archive.archive import Archive
from voice.archive.reading import Gap
from voice.archive.tables import Calls, Corrections, Masks, Rehearings
from voice.events import AnyEvent, Final, Interrupted, SayDone, SayStarted, SpeechEnded, SpeechStarted, Typed, Word
from voice.masking.sound import PAD_MS

HEARD = "меня зовут иван петров статус снился"
WORDS = tuple(
    Word(text=text, start_ms=2_000 + 400 * at, end_ms=2_350 + 400 * at, confidence=0.9)
    for at, text in enumerate(HEARD.split())
)
STORY: list[AnyEvent] = [
    SayStarted(at_ms=0, say=1, text="Здравствуйте. Чем помочь?"),
    SayDone(at_ms=1_500, say=1, heard_ms=1_500),
    SpeechStarted(at_ms=1_900, utterance=1),
    SpeechEnded(at_ms=4_400, utterance=1),
    Final(at_ms=4_500, utterance=1, text=HEARD, words=WORDS),
    SayStarted(at_ms=5_000, say=2, text="Назовите номер, пожалуйста, по одной цифре, не торопясь."),
    Interrupted(at_ms=5_800, say=2, heard_ms=800),
    Typed(at_ms=7_000, text="почта ivan@example.org"),
]


@pytest.fixture
def call(archive: Archive, call_id: str) -> str:
    recorder = archive.begin(call_id, "1001", "79161234567", "browser")
    for one in STORY:
        recorder.event(one)
    recorder.hear(np.zeros(16_000 * 8, np.int16))
    recorder.seal("caller")
    return call_id


def cared(archive: Archive, call: str, *masks: tuple[int, int, str, str]) -> None:
    """Say that the call was looked through, and what stands in the table: begins, ends, kind, removed_by."""
    with archive.writing() as connection:
        connection.execute(Calls.__table__.update().values(cared_at=archive.now()))
        for n, (begins, ends, kind, removed_by) in enumerate(masks, 1):
            row = {"call": call, "n": n, "utterance": 2, "begins": begins, "ends": ends, "kind": kind, "why": "name"}
            connection.execute(insert(Masks).values(**row, by="", at=archive.now(), removed_by=removed_by))


def corrected(archive: Archive, call: str, text: str) -> None:
    sealed = archive.seal(call, text, "corrections")
    with archive.writing() as connection:
        connection.execute(
            insert(Corrections).values(call=call, utterance=2, by="anna", at=archive.now(), sealed=sealed)
        )


def test_nobody_is_read_who_is_not_there(archive: Archive) -> None:
    assert archive.reading("f" * 32) is None


def test_a_call_that_nobody_cared_for_yet_is_masked_on_the_fly(archive: Archive, call: str) -> None:
    read = archive.reading(call)
    assert read is not None and read.masked
    said, typed = read.utterance(2), read.utterance(4)
    assert said is not None and typed is not None
    assert "петров" not in said.text and "[ИМЯ]" in said.text and typed.text == "почта [ПОЧТА]"
    assert read.call.caller == "…67" and read.call.first_words == said.text
    told = " ".join(event.json for event in read.events)
    assert "петров" not in told and "example" not in told and json.loads(read.events[0].json)["say"] == 1
    (gap,) = read.gaps
    assert gap.side == "caller" and gap.from_ms <= 3_200 and gap.to_ms >= 3_550


def test_who_may_sees_everything_and_what_would_be_masked(archive: Archive, call: str) -> None:
    read = archive.reading(call, unmasked=True)
    assert read is not None and read.call.caller == "79161234567"
    said = read.utterance(2)
    assert said is not None and said.text == HEARD
    assert {piece.text for piece in said.pieces if piece.kind} >= {"петров"}
    assert json.loads(read.events[4].json)["text"] == HEARD


def test_after_care_the_table_alone_says_what_is_masked(archive: Archive, call: str) -> None:
    cared(archive, call, (0, 4, "name", ""), (11, 22, "name", "boris"))
    read = archive.reading(call)
    assert read is not None
    said = read.utterance(2)
    assert said is not None and said.text == "[ИМЯ] зовут иван петров статус снился"
    assert read.gaps == (Gap(side="caller", from_ms=2_000 - PAD_MS, to_ms=2_350 + PAD_MS),)


def test_words_keep_their_times_and_the_lines_are_reckoned(archive: Archive, call: str) -> None:
    read = archive.reading(call, unmasked=True)
    assert read is not None
    greeting, said, asked, typed = read.utterances
    assert [piece.time and piece.time.start_ms for piece in said.pieces] == [2_000 + 400 * at for at in range(6)]
    assert all(piece.time and piece.time.exact and piece.time.confidence == 0.9 for piece in said.pieces)
    first, *_, last = greeting.pieces
    assert first.time and last.time and not first.time.exact and first.time.confidence is None
    assert (first.time.start_ms, last.time.end_ms) == (0, 1_500)
    assert asked.cut and not greeting.cut
    sounded = [piece.text for piece in asked.pieces if piece.time]
    assert sounded == ["Назовите", "номер,"], "what was cut off is not to be heard"
    assert all(piece.time is None for piece in typed.pieces)


def test_a_correction_stands_beside_the_first_text_and_is_masked_like_it(archive: Archive, call: str) -> None:
    cared(archive, call, (11, 22, "name", ""))
    corrected(archive, call, "меня зовут иван сидоров статус снилс")
    corrected(archive, call, "меня зовут иван сидоров, статус снилс")
    read = archive.reading(call)
    assert read is not None
    said = read.utterance(2)
    assert said is not None and said.corrected
    assert said.text == "меня зовут [ИМЯ] статус снилс" and said.heard == "меня зовут [ИМЯ] статус снился"
    assert [(step.by, step.text) for step in said.history] == [("anna", "меня зовут [ИМЯ] статус снилс")] * 2
    whole = archive.reading(call, unmasked=True)
    assert whole is not None and whole.utterance(2).text == "меня зовут иван сидоров, статус снилс"  # type: ignore[union-attr]


def test_a_correction_bares_no_sound(archive: Archive, call: str) -> None:
    cared(archive, call, (11, 22, "name", ""))
    before = archive.reading(call)
    corrected(archive, call, "меня зовут статус снился")
    after = archive.reading(call)
    assert before is not None and after is not None
    assert before.gaps and before.gaps == after.gaps


def test_what_a_reviewer_took_back_stays_bare_in_a_correction(archive: Archive, call: str) -> None:
    cared(archive, call, (11, 22, "name", "boris"))
    corrected(archive, call, "меня зовут иван петров статус снилс")
    read = archive.reading(call)
    assert read is not None and read.utterance(2).text == "меня зовут иван петров статус снилс"  # type: ignore[union-attr]


def test_the_second_recognition_stands_beside_the_first_masked(archive: Archive, call: str) -> None:
    cared(archive, call, (11, 22, "name", ""))
    heard = json.dumps({"text": "меня зовут иван петров статус снилс"})
    sealed = archive.seal(call, heard, "rehearings")
    with archive.writing() as connection:
        row = {"call": call, "utterance": 2, "model": "big", "at": archive.now(), "sealed": sealed}
        connection.execute(insert(Rehearings).values(**row))
    read = archive.reading(call)
    assert read is not None and read.utterance(2).second == "меня зовут [ИМЯ] статус снилс"  # type: ignore[union-attr]
