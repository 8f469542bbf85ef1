from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError

from voice.archive.archive import Archive
from voice.archive.recorder import Recorder
from voice.audio.files import read_channels
from voice.events import (
    AnyEvent,
    CallStarted,
    Final,
    HungUp,
    Interrupted,
    Key,
    OperatorSaid,
    Partial,
    SayDone,
    SayStarted,
    SpeechEnded,
    SpeechStarted,
    Typed,
    Word,
    from_json,
)
from voice.line import HEARING_HZ

STORY: list[AnyEvent] = [
    CallStarted(at_ms=0, line="1001", caller="79161234567", transport="browser"),
    SayStarted(at_ms=0, say=1, text="Здравствуйте! Чем помочь?"),
    SpeechStarted(at_ms=900, utterance=1),
    Interrupted(at_ms=950, say=1, heard_ms=940),
    Partial(at_ms=1_200, utterance=1, stable="статус", rest="за"),
    SpeechEnded(at_ms=1_900, utterance=1),
    Final(
        at_ms=2_100,
        utterance=1,
        text="статус заявки",
        words=(
            Word(text="статус", start_ms=900, end_ms=1_400, confidence=0.98),
            Word(text="заявки", start_ms=1_400, end_ms=1_900, confidence=0.41),
        ),
        alternatives=("статус заявка",),
        confidence=0.7,
    ),
    SayStarted(at_ms=2_150, say=2, text="Назовите номер."),
    SayDone(at_ms=3_400, say=2, heard_ms=1_250),
    Key(at_ms=4_000, digit="1"),
    Typed(at_ms=5_000, text="1234567890"),
    OperatorSaid(at_ms=6_000, utterance=1, text="Слушаю вас."),
    SpeechStarted(at_ms=6_500, utterance=2),
    SpeechEnded(at_ms=6_600, utterance=2),
    Final(at_ms=6_800, utterance=2, text=""),
    Final(at_ms=7_000, utterance=3, text="слушаю вас", confidence=0.9, closed=True, echo=True),
    HungUp(at_ms=8_000, by="caller"),
]


def record(recorder: Recorder, story: list[AnyEvent] = STORY) -> None:
    for one in story:
        recorder.event(one)


def test_a_call_is_read_back_as_it_happened(archive: Archive, call_id: str) -> None:
    recorder = archive.begin(call_id, "1001", "79161234567", "browser")
    record(recorder)
    recorder.trace({"speech_end->endpoint": 410.0, "gap": 612.5})
    recorder.seal("caller")
    kept = archive.call(call_id)
    assert kept is not None
    assert [from_json(one.json) for one in kept.events] == [one for one in STORY if not isinstance(one, Partial)]
    assert [
        (one.side, one.source, one.text, one.started_ms, one.ended_ms, one.heard_ms) for one in kept.utterances
    ] == [
        ("line", "speech", "Здравствуйте! Чем помочь?", 0, 950, 940),
        ("caller", "speech", "статус заявки", 900, 1_900, None),
        ("line", "speech", "Назовите номер.", 2_150, 3_400, 1_250),
        ("caller", "key", "1", 4_000, 4_000, None),
        ("caller", "typed", "1234567890", 5_000, 5_000, None),
        ("operator", "speech", "Слушаю вас.", 6_000, 6_000, None),
        ("caller", "speech", "слушаю вас", 7_000, 7_000, None),
    ]
    assert kept.utterances[1].words == STORY[6].words  # type: ignore[union-attr]
    assert kept.utterances[1].alternatives == ("статус заявка",)
    assert [(one.closed, one.echo) for one in kept.utterances][-2:] == [(False, False), (True, True)]
    assert [(one.n, one.utterance, dict(one.stages_ms), one.gap_ms) for one in kept.traces] == [
        (1, 3, {"speech_end->endpoint": 410.0, "gap": 612.5}, 612.5)
    ]
    assert (kept.call.state, kept.call.flaws, kept.call.ended_by, kept.call.sound) == ("complete", (), "caller", "")
    assert (kept.call.version, kept.call.language, kept.call.caller) == ("0.1.0", "ru", "79161234567")
    assert kept.call.first_words == "статус заявки"


def test_every_event_is_in_the_database_when_the_call_returns(
    archive: Archive, call_id: str, tmp_path: Path, database: str
) -> None:
    recorder = archive.begin(call_id, "1001", "", "file")
    reader = Archive.open(database, tmp_path / "sound")
    for seq, one in enumerate((one for one in STORY if not isinstance(one, Partial)), 1):
        recorder.event(one)
        kept = reader.call(call_id)
        assert kept is not None and len(kept.events) == seq and kept.call.state == "open"
    reader.close()


def test_both_sides_sound_in_one_file(archive: Archive, call_id: str) -> None:
    recorder = archive.begin(call_id, "1001", "", "file")
    caller = (np.arange(3 * HEARING_HZ) % 997).astype(np.int16)
    for at in range(0, len(caller), 320):
        if at == 40_000:
            recorder.spoke(2_500, np.full(8_000, 1234, np.int16))
        if at == 44_160:
            recorder.hush(2_750)
        recorder.hear(caller[at : at + 320])
    recorder.seal("line", "goodbye")
    flac = archive.sound_bytes(call_id)
    assert flac is not None
    sound, rate_hz = read_channels(flac)
    assert rate_hz == HEARING_HZ and np.array_equal(sound[:, 0], caller)
    assert np.flatnonzero(sound[:, 1]).tolist() == list(range(40_000, 44_000))
    kept = archive.call(call_id)
    assert kept is not None and (kept.call.reason, kept.call.state) == ("goodbye", "complete")


def test_lost_sound_is_a_number_and_a_mark(archive: Archive, call_id: str) -> None:
    recorder = archive.begin(call_id, "1001", "", "file")
    recorder.lost_sound(40)
    recorder.lost_sound(20)
    recorder.seal("caller")
    kept = archive.call(call_id)
    assert kept is not None and kept.call.sound_lost_ms == 60
    assert (kept.call.state, kept.call.flaws) == ("incomplete", (("lost", "60 ms of sound"),))


def test_a_shell_may_mark_a_record(archive: Archive, call_id: str) -> None:
    recorder = archive.begin(call_id, "1001", "", "file")
    recorder.flaw("queue", "31 events")
    assert recorder.failed == "queue: 31 events"
    kept = archive.call(call_id)
    assert kept is not None and kept.call.state == "incomplete" and kept.call.ended_at is None


@pytest.mark.parametrize("text", ["нуль\0байт", "половина \ud83d буквы", "«кавычки» ' \" ; --", "😀"])
def test_any_text_is_kept(archive: Archive, call_id: str, text: str) -> None:
    recorder = archive.begin(call_id, "1001", "", "browser")
    recorder.event(Typed(at_ms=0, text=text))
    recorder.seal("caller")
    kept = archive.call(call_id)
    assert kept is not None and kept.call.state == "complete"
    assert kept.utterances[0].text == text.replace("\0", "").replace("\ud83d", "?")


class Fault:
    """While `on`, the database fails as a full disk does."""

    def __init__(self, engine: Engine) -> None:
        self.on = False
        event.listen(engine, "before_cursor_execute", self._fail)

    def _fail(self, _c: object, _cu: object, statement: str, *_: object) -> None:
        if self.on and not statement.startswith("SELECT"):
            raise OperationalError(statement, None, Exception("database or disk is full"))


@pytest.fixture
def fault(archive: Archive) -> Fault:
    return Fault(archive.engine)


@pytest.mark.parametrize("when", [(0, 3), (4, 9), (9, 16)])
def test_a_full_disk_loses_no_word_when_it_empties_again(
    archive: Archive, call_id: str, fault: Fault, when: tuple[int, int]
) -> None:
    fault.on = when[0] == 0
    recorder = archive.begin(call_id, "1001", "", "browser")
    for number, one in enumerate(STORY):
        fault.on = when[0] <= number < when[1]
        recorder.event(one)
    assert recorder.settled and recorder.failed.startswith("words: ") and "disk is full" in recorder.failed
    marked = archive.call(call_id)
    assert marked is not None and marked.call.state == "incomplete"  # at once, not only at the end
    recorder.seal("caller")
    kept = archive.call(call_id)
    assert kept is not None and kept.call.state == "incomplete"
    assert [code for code, _ in kept.call.flaws] == ["words"]
    assert [from_json(one.json) for one in kept.events] == [one for one in STORY if not isinstance(one, Partial)]
    assert len(kept.utterances) == 7


def test_a_disk_that_is_full_past_the_end_of_a_call_gets_it_with_the_next(
    archive: Archive, call_id: str, fault: Fault
) -> None:
    recorder = archive.begin(call_id, "1001", "", "browser")
    fault.on = True
    record(recorder)
    recorder.seal("caller")
    assert not recorder.settled
    fault.on = False
    archive.begin("f" * 32, "1001", "", "browser")
    kept = archive.call(call_id)
    assert kept is not None and recorder.settled
    assert (kept.call.state, kept.call.ended_by, len(kept.utterances)) == ("incomplete", "caller", 7)


def test_what_waits_for_the_disk_is_bounded(
    archive: Archive, call_id: str, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voice.archive.journal.MOST_WAITING", 5)
    recorder = archive.begin(call_id, "1001", "", "browser")
    fault.on = True
    for at_ms in range(20):
        recorder.event(Typed(at_ms=at_ms, text="раз"))
    fault.on = False
    recorder.seal("caller")
    kept = archive.call(call_id)
    assert kept is not None and kept.call.state == "incomplete" and kept.call.ended_at is not None
    assert len(kept.events) == 5


def test_a_failing_sound_file_loses_no_word(archive: Archive, call_id: str, tmp_path: Path) -> None:
    for day in (-1, 0, 1):
        (tmp_path / "sound" / f"{datetime.now(UTC) + timedelta(days=day):%Y-%m-%d}").write_bytes(b"in the way")
    recorder = archive.begin(call_id, "1001", "", "browser")
    recorder.hear(np.zeros(4 * HEARING_HZ, np.int16))
    record(recorder)
    assert recorder.failed.startswith("sound: ")
    recorder.seal("caller")
    kept = archive.call(call_id)
    assert kept is not None and kept.call.state == "incomplete"
    assert [code for code, _ in kept.call.flaws] == ["sound", "lost"]
    assert (kept.call.sound, kept.call.sound_lost_ms, len(kept.utterances)) == ("", 4_000, 7)


def test_the_newest_calls_come_first_page_by_page(database: str, tmp_path: Path) -> None:
    minutes = iter(range(1000))
    clock = datetime(2026, 1, 1, tzinfo=UTC)
    archive = Archive.open(database, tmp_path / "sound", now=lambda: clock + timedelta(minutes=next(minutes)))
    for number in range(5):
        archive.begin(f"{number:032x}", "1001" if number % 2 else "1002", "", "file").seal("caller")
    first = archive.calls(limit=2)
    rest = archive.calls(limit=10, before=first[-1].started_at)
    assert [int(call.id, 16) for call in (*first, *rest)] == [4, 3, 2, 1, 0]
    assert [int(call.id, 16) for call in archive.calls(line="1001")] == [3, 1]
    assert archive.calls(state="open") == ()
    assert first[0].length_ms == 60_000 and first[0].started_at.tzinfo is UTC
    assert archive.call("nothing") is None and archive.sound_bytes("nothing") is None
    archive.close()
