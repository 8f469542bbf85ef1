"""What may go wrong with the disk and the database while calls run: it is announced, calls go on, nothing is lost."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from voice.archive.archive import Archive
from voice.audio.files import read_channels
from voice.errors import RecordDamaged
from voice.events import Typed
from voice.line import HEARING_HZ
from voice.review.aftercare import Aftercare

A, B = f"{1:032x}", f"{2:032x}"


@pytest.fixture
def impatient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Archive]:
    """It waits for others that write only for a moment."""
    monkeypatch.setattr("voice.archive.schema.BUSY_MS", 50)
    archive = Archive.open(f"sqlite:///{tmp_path / 'archive.db'}", tmp_path / "sound")
    yield archive
    archive.close()


def test_a_database_that_another_program_locks_gets_the_words_when_it_is_free(
    impatient: Archive, tmp_path: Path
) -> None:
    recorder = impatient.begin(A, "1001", "", "browser")
    other = sqlite3.connect(tmp_path / "archive.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for number in range(3):
        recorder.event(Typed(at_ms=number, text=f"слово {number}"))
    assert not recorder.settled and "locked" in recorder.failed
    other.execute("ROLLBACK")
    recorder.event(Typed(at_ms=3, text="слово 3"))
    assert recorder.settled
    recorder.seal("caller")
    kept = impatient.call(A)
    assert kept is not None and [one.text for one in kept.utterances] == [f"слово {n}" for n in range(4)]
    assert (kept.call.state, [code for code, _ in kept.call.flaws]) == ("incomplete", ["words"])


def test_care_for_a_call_waits_until_the_database_is_free(impatient: Archive, tmp_path: Path) -> None:
    impatient.begin(A, "1001", "", "browser").seal("caller")
    other = sqlite3.connect(tmp_path / "archive.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    aftercare = Aftercare(impatient)
    assert aftercare.tend() == 0
    other.execute("ROLLBACK")
    assert aftercare.tend() == 1


@pytest.mark.parametrize("harm", ["changed", "cut", "empty", "gone"])
def test_a_broken_recording_is_told_and_harms_no_other(archive: Archive, tmp_path: Path, harm: str) -> None:
    for call_id in (A, B):
        recorder = archive.begin(call_id, "1001", "", "browser")
        recorder.hear(np.random.default_rng(1).integers(-9_000, 9_000, 2 * HEARING_HZ).astype(np.int16))
        recorder.event(Typed(at_ms=0, text="слово"))
        recorder.seal("caller")
    Aftercare(archive).tend()
    (path,) = (tmp_path / "sound").rglob(f"{A}*")
    whole = path.read_bytes()
    {
        "changed": lambda: path.write_bytes(whole[:9_000] + bytes([whole[9_000] ^ 1]) + whole[9_001:]),
        "cut": lambda: path.write_bytes(whole[: len(whole) // 2]),
        "empty": lambda: path.write_bytes(b""),
        "gone": path.unlink,
    }[harm]()
    assert archive.faults(A) == ["sound"] and archive.faults(B) == []
    if harm == "gone":
        assert archive.sound_bytes(A) is None
    elif harm == "cut":
        left = archive.sound_bytes(A)
        assert left is not None and HEARING_HZ // 2 < len(read_channels(left)[0]) < 2 * HEARING_HZ
    else:
        with pytest.raises(RecordDamaged):
            archive.sound_bytes(A)
    kept = archive.call(A)
    assert kept is not None and kept.utterances[0].text == "слово"
    flac = archive.sound_bytes(B)
    assert flac is not None and len(read_channels(flac)[0]) == 2 * HEARING_HZ


def test_two_processes_of_one_archive_write_at_once(database: str, tmp_path: Path) -> None:
    """Two archives with connections and locks of their own, as two servers have them."""
    archives = [Archive.open(database, tmp_path / "sound") for _ in range(2)]

    def calls(which: int) -> None:
        for number in range(5):
            recorder = archives[which].begin(f"{which}{number:031x}", "1001", "", "browser")
            for at_ms in range(20):
                recorder.event(Typed(at_ms=at_ms, text=f"слово {at_ms}"))
            recorder.seal("caller")
            Aftercare(archives[which]).tend()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(calls, range(2)))
    while Aftercare(archives[0]).tend():
        pass
    ids = list(archives[0].call_ids())
    assert len(ids) == 10
    for call_id in ids:
        kept = archives[1].call(call_id)
        assert kept is not None and kept.call.state == "complete"
        assert [one.text for one in kept.utterances] == [f"слово {n}" for n in range(20)]
        assert archives[1].faults(call_id) == []
    for archive in archives:
        archive.close()
