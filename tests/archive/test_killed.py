"""kill -9 at random moments of running calls: what was committed and flushed is there, all else is unharmed."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from sqlalchemy import select

from tests.archive.recording_child import pattern, text
from voice.archive.archive import Archive
from voice.archive.sound import BLOCK, DELAY
from voice.archive.tables import Finished
from voice.audio.files import read_channels
from voice.review.aftercare import Aftercare

KILLS = 200
ROUND = 64  # so much a child tells of two calls
JITTER_S = 0.01  # a moment is some telling and a little more
CODER = 4_096  # samples that the FLAC coder holds back
FLUSHED = DELAY + BLOCK + CODER
MEMORY, ROOM = Path("/dev/shm"), 50 << 20  # bytes; about half of it is taken
ROOT = Path(__file__).resolve().parents[2]


class Told:
    """What a killed child had told."""

    def __init__(self, path: Path) -> None:
        self.begun: list[str] = []
        self.sealed: set[str] = set()
        self.heard: dict[str, int] = defaultdict(int)
        self.finals: dict[str, int] = defaultdict(int)
        for line in path.read_text().splitlines():
            match line.split():
                case ["begun", call]:
                    self.begun.append(call)
                case ["heard", call, samples]:
                    self.heard[call] = int(samples)
                case ["final", call, number]:
                    self.finals[call] = int(number) + 1
                case ["sealed", call]:
                    self.sealed.add(call)


def check(archive: Archive, told: Told) -> None:
    for call_id in told.begun:
        kept = archive.call(call_id)
        assert kept is not None
        finals = [one.text for one in kept.utterances]
        assert finals == [text(call_id, number) for number in range(len(finals))]
        assert told.finals[call_id] <= len(finals) <= told.finals[call_id] + 1
        assert all(len(one.words) == 1 for one in kept.utterances)
        if call_id in told.sealed:
            assert kept.call.state == "complete"
        flac = archive.sound_bytes(call_id)
        sound = np.zeros((0, 2), np.int16) if flac is None else read_channels(flac)[0]
        lost = told.heard[call_id] - len(sound)
        assert lost <= (0 if kept.call.state == "complete" else FLUSHED) and lost < 16_000
        assert np.array_equal(sound[:, 0], pattern(call_id, len(sound)))
        assert kept.call.state == "complete" or [code for code, _ in kept.call.flaws] == ["killed"]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """In memory where there is room: a process is killed and not the machine, so nothing has to reach a disk."""
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM:
        with TemporaryDirectory(dir=MEMORY) as name:
            yield Path(name)
    else:
        yield tmp_path


def test_nothing_that_was_kept_is_lost_whenever_the_process_is_killed(folder: Path) -> None:
    zygote = subprocess.Popen(
        [sys.executable, "-m", "tests.archive.recording_child", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert zygote.stdin is not None and zygote.stdout is not None
    chance, seen = random.Random(20_261_128), {"open": 0, "complete": 0}
    tolds: list[Told] = []
    for kill in range(KILLS):
        path = folder / f"told{kill}"
        print(path, file=zygote.stdin, flush=True)
        child = int(zygote.stdout.readline())
        wait_for(path, chance.randint(0, ROUND + ROUND // 2))
        time.sleep(chance.uniform(0, JITTER_S))
        os.kill(child, signal.SIGKILL)
        while child_lives(child):
            time.sleep(0.001)
        told = Told(path)
        archive = Archive.open(f"sqlite:///{folder / 'archive.db'}", folder / "sound")
        recovered = set(archive.recover())
        assert not recovered & told.sealed
        check(archive, told)
        if tolds:
            check(archive, chance.choice(tolds))
        tolds.append(told)
        seen["open"] += len(recovered)
        seen["complete"] += len(told.sealed)
        archive.close()
    zygote.stdin.close()
    zygote.wait()
    assert seen["open"] >= KILLS // 2 and seen["complete"] >= KILLS // 10, f"the moments were not mixed: {seen}"
    archive = Archive.open(f"sqlite:///{folder / 'archive.db'}", folder / "sound")
    aftercare = Aftercare(archive)
    while aftercare.tend():
        pass
    for told in tolds:
        check(archive, told)
    calls = list(archive.call_ids())
    assert [faults for call_id in calls if (faults := archive.faults(call_id))] == []
    with archive.engine.connect() as connection:
        assert sorted(connection.execute(select(Finished.call)).scalars()) == sorted(calls)
    archive.close()


def wait_for(path: Path, lines: int) -> None:
    while path.read_bytes().count(b"\n") < lines:
        time.sleep(0.001)


def child_lives(pid: int) -> bool:
    """Not even as a zombie does it hold a lock; its zygote does not wait for it."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
