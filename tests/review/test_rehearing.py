"""Calls are recognised a second time, by the real model, and nobody waits for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.review.spoken_calls import archive_spoken, piece
from voice.archive.archive import Archive
from voice.asr.catalogue import locate
from voice.asr.port import Stream
from voice.asr.vosk import VoskRecogniser
from voice.events import Noted
from voice.review.rehearing import CONTEXT_MS, Rehearing, spans
from voice.settings import Settings

STATUS = "добрый день подскажите статус"
NUMBER = "сто двадцать три четыреста пятьдесят шесть семьсот восемьдесят девять ноль"


class Counting:
    """The real recogniser, and how often it was asked."""

    def __init__(self, recogniser: VoskRecogniser) -> None:
        self._recogniser = recogniser
        self.opened = 0

    def open(self, phrases: tuple[str, ...] = ()) -> Stream:
        self.opened += 1
        return self._recogniser.open(phrases)

    def open_n_best(self, most: int) -> Stream:
        return self._recogniser.open_n_best(most)

    def knows(self, word: str) -> bool:
        return self._recogniser.knows(word)


@pytest.fixture(scope="module")
def recogniser() -> VoskRecogniser:
    return VoskRecogniser(locate(Settings.from_env()), thorough=True)


def rehearing(archive: Archive, recogniser: object, may_go_on: Callable[[], bool] = lambda: True) -> Rehearing:
    return Rehearing(archive, lambda: recogniser, may_go_on, model="small", language="ru", most=5)  # type: ignore[arg-type,return-value]


def two_sayings(archive: Archive) -> str:
    """The caller of status_triples, misheard."""
    heard = (piece("status_triples", 0, 2_980), "подскажите статус"), (piece("status_triples", 2_980, 7_760), "ноль")
    return archive_spoken(archive, heard)


def test_both_texts_are_kept(archive: Archive, recogniser: VoskRecogniser) -> None:
    call_id = two_sayings(archive)
    assert rehearing(archive, recogniser).hear_one() == call_id
    reading = archive.reading(call_id, unmasked=True)
    assert reading and reading.call.reheard_at
    assert [one.heard for one in reading.utterances] == ["подскажите статус", "ноль"]
    assert reading.utterances[0].second.startswith(STATUS)
    assert reading.utterances[1].second == NUMBER
    assert archive.faults(call_id) == [], "what was heard is linked to the call's chain"
    assert rehearing(archive, recogniser).hear_one() == "", "it is heard only once"


def test_words_keep_their_time_in_the_call_and_texts_that_may_be_meant_are_told(
    archive: Archive, recogniser: VoskRecogniser, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed: list[str] = []
    seal = archive.seal
    monkeypatch.setattr(archive, "seal", lambda call, text, place: (sealed.append(text), seal(call, text, place))[1])
    call_id = two_sayings(archive)
    rehearing(archive, recogniser).hear_one()
    record = archive.call(call_id)
    assert record
    for utterance, text in zip(record.utterances, sealed, strict=True):
        told = json.loads(text)
        assert [word["text"] for word in told["words"]] == told["text"].split()
        assert all(utterance.started_ms - 60 <= word["start_ms"] < word["end_ms"] for word in told["words"])
        assert told["words"][-1]["end_ms"] <= (utterance.ended_ms or 0) + 60
        assert len(told["alternatives"]) <= 5 and told["text"] not in told["alternatives"]
    assert any(json.loads(text)["alternatives"] for text in sealed)


def test_it_gives_way_at_once_and_goes_on_where_it_was(archive: Archive, recogniser: VoskRecogniser) -> None:
    call_id = two_sayings(archive)
    counting, looks = Counting(recogniser), iter([True] * 60 + [False])
    assert rehearing(archive, counting, lambda: next(looks)).hear_one() == ""
    record = archive.call(call_id)
    assert record and record.call.reheard_at is None
    assert counting.opened == 2, "the first saying was heard, and the second begun"
    assert next(looks, None) is None, "after the first no it did not even ask again"
    assert rehearing(archive, counting).hear_one() == call_id
    assert counting.opened == 3, "the first saying was not heard again"


def test_a_damaged_sound_holds_up_no_other_call(archive: Archive, recogniser: VoskRecogniser, tmp_path: Path) -> None:
    whole = two_sayings(archive)
    damaged = two_sayings(archive)
    path = next((tmp_path / "sound").rglob(f"{damaged}*"))
    path.write_bytes(path.read_bytes()[:-2_000] + bytes(2_000))
    again = rehearing(archive, recogniser)
    assert {again.hear_one(), again.hear_one(), again.hear_one()} == {whole, damaged, ""}
    record = archive.call(damaged)
    assert record and record.call.reheard_at is None


def test_what_was_said_in_another_language_is_left_alone(archive: Archive) -> None:
    english = Noted(at_ms=8_000, name="language", data={"language": "en"})
    heard = [(piece("status_triples", 0, 2_980), "да"), (piece("status_triples", 2_980, 7_760), "yes")]
    record = archive.call(archive_spoken(archive, heard, beside=[english]))
    assert record
    assert [one.text for one, _ in spans(record, "ru", 20_000)] == ["да"]
    assert [one.text for one, _ in spans(record, "en", 20_000)] == ["yes"]


def test_an_utterance_is_heard_with_the_sound_around_it(archive: Archive) -> None:
    record = archive.call(two_sayings(archive))
    assert record
    (one, first), (two, second) = spans(record, "ru", 14_000)
    assert first == (one.started_ms - CONTEXT_MS, (one.ended_ms or 0) + CONTEXT_MS)
    assert second[0] == two.started_ms - CONTEXT_MS and second[1] <= 14_000
