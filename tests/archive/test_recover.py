"""What is left when the process is killed, or its disk is full: real processes, real files."""

import os
import signal
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from voice.archive.archive import Archive
from voice.audio.files import read_channels
from voice.line import HEARING_HZ

BEGIN = """
    import sys
    import numpy as np
    from pathlib import Path
    from voice.archive.archive import Archive
    from voice.events import *
    here = Path(sys.argv[1])
    archive = Archive.open(sys.argv[2], here / "sound")
    recorder = archive.begin("c" * 32, "1001", "", "browser")
    def turn(number):
        second = np.full(16_000, number % 100 + 1, np.int16)
        recorder.spoke(number * 1000, -second[:8_000])
        for at in range(0, 16_000, 320):
            recorder.hear(second[at : at + 320])
        recorder.event(SpeechStarted(at_ms=number * 1000, utterance=number))
        recorder.event(Final(at_ms=number * 1000 + 900, utterance=number, text=f"слово {number}",
                             words=(Word(text="слово", start_ms=0, end_ms=1, confidence=1.0),)))
"""


@dataclass(frozen=True)
class Home:
    """Where an archive is: its folder, and the URL of its database."""

    folder: Path
    url: str


@pytest.fixture
def home(tmp_path: Path, database: str) -> Home:
    return Home(tmp_path, database)


def run(home: Home, code: str) -> "subprocess.Popen[str]":
    program = textwrap.dedent(BEGIN) + textwrap.dedent(code)
    told = [sys.executable, "-c", program, str(home.folder), home.url]
    return subprocess.Popen(told, stdout=subprocess.PIPE, text=True)


def reopen(home: Home) -> Archive:
    return Archive.open(home.url, home.folder / "sound")


def killed(home: Home, turns: int) -> int:
    """Kill a recording process after at least `turns` finals; return how many it had committed for sure."""
    process = run(home, "number = 0\nwhile True:\n    turn(number)\n    number += 1\n    print(number, flush=True)\n")
    assert process.stdout is not None
    committed = 0
    for line in process.stdout:
        committed = int(line)
        if committed >= turns:
            process.send_signal(signal.SIGKILL)
            break
    rest = process.stdout.read().split()
    process.wait()
    return int(rest[-1]) if rest else committed


def test_a_killed_call_keeps_every_final_and_its_sound(home: Home) -> None:
    committed = killed(home, turns=12)
    archive = reopen(home)
    assert archive.recover() == ["c" * 32]
    kept = archive.call("c" * 32)
    assert kept is not None
    assert [one.text for one in kept.utterances][:committed] == [f"слово {n}" for n in range(committed)]
    assert all(len(one.words) == 1 for one in kept.utterances)
    assert kept.call.state == "incomplete" and kept.call.flaws[0][0] == "killed"
    assert kept.call.length_ms == kept.events[-1].at_ms
    flac = archive.sound_bytes("c" * 32)
    assert flac is not None
    sound, rate_hz = read_channels(flac)
    assert rate_hz == HEARING_HZ
    assert len(sound) >= (committed - 1) * HEARING_HZ  # less than a second waits for the line and for the encoder
    seconds = sound[: len(sound) // HEARING_HZ * HEARING_HZ].reshape(-1, HEARING_HZ, 2)
    for number, second in enumerate(seconds):
        assert np.all(second[:, 0] == number % 100 + 1)
        assert np.all(second[:8_000, 1] == -(number % 100 + 1)) and not second[8_000:, 1].any()
    archive.close()


def test_a_mended_call_is_mended_once(home: Home) -> None:
    killed(home, turns=3)
    first = reopen(home)
    assert first.recover() == ["c" * 32]
    assert first.recover() == []
    first.close()
    second = reopen(home)
    assert second.recover() == []
    assert list((home.folder / "sound").glob("*.lock")) != []  # its own
    second.close()
    assert list((home.folder / "sound").glob("*.lock")) == []


def test_a_call_killed_before_its_first_block_of_sound_has_none(home: Home) -> None:
    process = run(home, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    process.communicate()
    archive = reopen(home)
    archive.recover()
    kept = archive.call("c" * 32)
    assert kept is not None and kept.call.sound == "" and kept.call.length_ms == 0
    archive.close()


def test_calls_of_another_living_process_are_left_alone(home: Home) -> None:
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            textwrap.dedent(BEGIN) + "turn(0)\nprint(1, flush=True)\ninput()",
            str(home.folder),
            home.url,
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.readline()
    archive = reopen(home)
    assert archive.recover() == []
    process.kill()
    process.communicate()
    assert archive.recover() == ["c" * 32]
    archive.close()


def test_a_child_that_outlives_its_parent_does_not_keep_calls_open(home: Home) -> None:
    process = run(
        home,
        """
        import os, signal
        child = os.fork()
        if child == 0:
            os.close(1)
            signal.alarm(20)
            signal.pause()
        print(child, flush=True)
        signal.pause()
        """,
    )
    assert process.stdout is not None
    child = int(process.stdout.readline())
    process.kill()
    process.wait()
    try:
        archive = reopen(home)
        assert archive.recover() == ["c" * 32]
        archive.close()
    finally:
        os.kill(child, signal.SIGKILL)


FULL = """
    import resource
    def room(size):
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    rng = np.random.default_rng(1)
    def noise():
        recorder.hear(rng.integers(-20_000, 20_000, 16_000).astype(np.int16))
"""


def test_a_disk_that_really_fills_ends_no_call(tmp_path: Path) -> None:
    """No file may grow any more: first the sound stops, then the words wait, then the words come after all."""
    home = Home(tmp_path, f"sqlite:///{tmp_path / 'archive.db'}")  # which writes in this process
    process = run(
        home,
        textwrap.dedent(FULL)
        + textwrap.dedent(
            """
            for number in range(3):
                turn(number)
            room(150_000)
            for number in range(3, 10):
                noise()
            for number in range(10, 60):
                turn(number)
            print(recorder.settled, "sound: " in recorder.failed, "words: " in recorder.failed)
            room(resource.RLIM_INFINITY)
            turn(60)
            print(recorder.settled)
            recorder.seal("caller")
            archive.close()
            """
        ),
    )
    out, _ = process.communicate()
    assert process.returncode == 0
    assert out.split() == ["False", "True", "True", "True"]
    archive = reopen(home)
    kept = archive.call("c" * 32)
    assert kept is not None and kept.call.state == "incomplete"
    assert {code for code, _ in kept.call.flaws} == {"words", "sound", "lost"}
    assert [one.text for one in kept.utterances] == [f"слово {n}" for n in (*range(3), *range(10, 61))]
    flac = archive.sound_bytes("c" * 32)
    assert flac is not None
    sound, _ = read_channels(flac)
    assert np.all(sound[: 2 * HEARING_HZ, 0][:16_000] == 1)
    archive.close()
