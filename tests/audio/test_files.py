import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from voice.audio import files
from voice.errors import BadAudio, RecordingFailed

NOISE = np.random.default_rng(1).integers(-9000, 9000, (16_000 * 3, 2)).astype(np.int16)

KILLED = """
import os, signal, sys
from pathlib import Path
import numpy as np
from voice.audio.files import FlacWriter
writer = FlacWriter(Path(sys.argv[1]), 16_000)
sound = np.load(sys.argv[2])
for at in range(0, len(sound), 320):
    writer.write(sound[at : at + 320])
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("suffix", ["wav", "flac"])
def test_what_is_written_is_read(tmp_path, suffix):
    path = tmp_path / f"sound.{suffix}"
    files.write(path, NOISE[:, 0], 8000)
    pcm, rate_hz = files.read(path)
    assert rate_hz == 8000
    assert np.array_equal(pcm, NOISE[:, 0])


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_24", "PCM_32", "FLOAT", "ALAW", "ULAW"])
def test_every_width_becomes_16_bits(tmp_path, subtype):
    path = tmp_path / "sound.wav"
    soundfile.write(path, NOISE[:, 0], 8000, subtype=subtype)
    pcm, _ = files.read(path)
    assert pcm.dtype == np.int16
    assert np.abs(pcm.astype(int) - NOISE[:, 0]).max() <= 520


def test_two_channels_are_mixed_or_kept(tmp_path):
    path = tmp_path / "sound.flac"
    files.write(path, NOISE, 16_000)
    assert np.array_equal(files.read_channels(path)[0], NOISE)
    mixed, _ = files.read(path)
    assert np.abs(mixed - NOISE.mean(axis=1)).max() <= 0.5


@pytest.mark.parametrize("content", [b"", b"RIFF", b"not sound at all" * 100, b"fLaC\0\0\0\x22" + bytes(60)])
def test_a_file_that_is_no_sound(tmp_path, content):
    path = tmp_path / "broken.wav"
    path.write_bytes(content)
    with pytest.raises(BadAudio, match=r"broken\.wav"):
        files.read(path)
    with pytest.raises(BadAudio):
        files.read_channels(content)
    with pytest.raises(BadAudio):
        files.salvage(content)


def test_a_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        files.read(tmp_path / "none.wav")


def test_a_recording_is_whole_after_close(tmp_path):
    writer = files.FlacWriter(tmp_path / "call.flac", 16_000)
    for at in range(0, len(NOISE), 320):
        writer.write(NOISE[at : at + 320])
    writer.close()
    writer.close()
    assert np.array_equal(files.read_channels(tmp_path / "call.flac")[0], NOISE)
    mended, kept = files.salvage((tmp_path / "call.flac").read_bytes())
    assert kept == len(NOISE) and np.array_equal(files.read_channels(mended)[0], NOISE)


def test_a_killed_recording_keeps_all_but_its_last_block(tmp_path):
    path, sound = tmp_path / "call.flac", tmp_path / "sound.npy"
    np.save(sound, NOISE)
    root = Path(files.__file__).parents[2]
    command, env = [sys.executable, "-c", KILLED, path, sound], os.environ | {"PYTHONPATH": str(root)}
    process = subprocess.run(command, env=env, check=False)
    assert process.returncode == -signal.SIGKILL
    mended, kept = files.salvage(path.read_bytes())
    assert len(NOISE) - 2 * 4096 <= kept <= len(NOISE)
    assert np.array_equal(files.read_channels(mended)[0], NOISE[:kept])


def test_a_torn_recording_keeps_what_stands_before_the_tear(tmp_path):
    path = tmp_path / "call.flac"
    files.write(path, NOISE, 16_000)
    mended, kept = files.salvage(path.read_bytes()[: path.stat().st_size * 2 // 3])
    assert len(NOISE) // 2 < kept < len(NOISE)
    assert np.array_equal(files.read_channels(mended)[0], NOISE[:kept])


def test_a_place_that_cannot_be_written(tmp_path):
    with pytest.raises(RecordingFailed, match="cannot be made"):
        files.FlacWriter(tmp_path / "no" / "call.flac", 16_000)
    with pytest.raises(RecordingFailed, match=r"call\.wav"):
        files.write(tmp_path / "no" / "call.wav", NOISE, 16_000)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full to stand for a full disk")
def test_a_full_disk_is_an_error_and_not_a_silent_loss():
    with pytest.raises(RecordingFailed):
        writer = files.FlacWriter(Path("/dev/full"), 16_000)
        for _ in range(20):
            writer.write(NOISE)
