import io
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.archive.cipher import Cipher, new_key
from voice.archive.sealed_sound import SealedFile, read_sealed, write_sealed
from voice.errors import RecordDamaged

CALL = "a" * 32
CIPHER = Cipher(new_key())
WRITES = st.lists(st.one_of(st.binary(min_size=1, max_size=300), st.none()), max_size=20)


@given(writes=WRITES, head=st.binary(min_size=8, max_size=40), again=st.binary(min_size=1, max_size=8))
def test_what_was_written_is_read_however_it_was_flushed(
    tmp_path_factory: pytest.TempPathFactory, writes: list[bytes | None], head: bytes, again: bytes
) -> None:
    """None flushes. At the end the beginning is written over, as a FLAC's header is."""
    path = tmp_path_factory.mktemp("sound") / "call"
    plain = io.BytesIO()
    file = SealedFile(path, CALL, CIPHER)
    for one in (head, None, *writes):
        if one is None:
            file.flush()
        else:
            file.write(one)
            plain.write(one)
    for target in (file, plain):
        target.seek(4)
        target.write(again[: len(head) - 4])
    file.close()
    assert read_sealed(path, CALL, CIPHER) == (plain.getvalue(), True)


@given(cut=st.integers(0, 2_000))
def test_a_file_cut_off_anywhere_keeps_every_piece_before_the_cut(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    path = tmp_path_factory.mktemp("sound") / "call"
    file, ends = SealedFile(path, CALL, CIPHER), []
    for number in range(10):
        file.write(bytes([number]) * 100)
        file.flush()
        ends.append(path.stat().st_size)
    file.close()
    cut = min(cut, path.stat().st_size - 1)
    os.truncate(path, cut)
    pieces = sum(end <= cut for end in ends)
    assert read_sealed(path, CALL, CIPHER) == (b"".join(bytes([n]) * 100 for n in range(pieces)), False)


@given(at=st.integers(0, 10_000), change=st.integers(1, 255))
def test_any_changed_byte_shows(tmp_path_factory: pytest.TempPathFactory, at: int, change: int) -> None:
    path = tmp_path_factory.mktemp("sound") / "call"
    file = SealedFile(path, CALL, CIPHER)
    for number in range(4):
        file.write(bytes([number]) * 100)
        file.flush()
    file.close()
    whole = path.read_bytes()
    at %= len(whole)
    path.write_bytes(whole[:at] + bytes([whole[at] ^ change]) + whole[at + 1 :])
    try:
        read, is_whole = read_sealed(path, CALL, CIPHER)
    except RecordDamaged:
        return
    assert not is_whole and b"".join(bytes([n]) * 100 for n in range(4)).startswith(read)


def test_the_sound_of_another_call_does_not_open(tmp_path: Path) -> None:
    write_sealed(tmp_path / "call", b"sound", CALL, CIPHER)
    with pytest.raises(RecordDamaged):
        read_sealed(tmp_path / "call", "b" * 32, CIPHER)


def test_what_is_sealed_is_not_written_over(tmp_path: Path) -> None:
    file = SealedFile(tmp_path / "call", CALL, CIPHER)
    file.write(b"head")
    file.flush()
    file.write(b"more")
    file.flush()
    file.seek(2)
    with pytest.raises(OSError, match="written over"):
        file.write(b"across")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full to stand for a full disk")
def test_a_full_disk_is_told() -> None:
    file = SealedFile(Path("/dev/full"), CALL, CIPHER)
    file.write(b"sound")
    with pytest.raises(OSError):
        file.flush()
